#include "cmgems/formats/row_files.h"

#include <algorithm>
#include <cstring>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/formats/safetensors.h"
#include "support/catch.h"
#include "support/faulty_disk.h"
#include "support/thrown.h"

using namespace cmgems;

namespace {

const std::vector<float> kFirst{1, 2, 3, 4, 5, 6}, kSecond{7, 8, 9};

}  // namespace

TEST_CASE("rows become a NumPy file of version 1.0, with offsets beside it", "[formats]") {
  test::TemporaryFolder folder;
  const auto path = folder.path() / "e.npy";
  const auto file = formats::make_npy_file(path, 3);
  file->append(kFirst);
  file->append(kSecond);
  CHECK_FALSE(std::filesystem::exists(path));
  file->finish(std::vector<std::int64_t>{0, 2, 3});
  const auto bytes = read_file(path);
  REQUIRE(bytes.size() == 128 + 9 * 4);
  const std::string dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3), }";
  CHECK(bytes.substr(0, 10) == std::string("\x93NUMPY\x01\x00\x76\x00", 10));  // 118 bytes follow
  CHECK(bytes.substr(10, dictionary.size()) == dictionary);
  CHECK(bytes.find_first_not_of(' ', 10 + dictionary.size()) == 127);
  CHECK(bytes[127] == '\n');
  float last = 0;
  std::memcpy(&last, bytes.data() + 128 + 8 * 4, 4);
  CHECK(last == 9);
  const auto offsets = read_file(folder.path() / "e.npy.offsets.npy");
  REQUIRE(offsets.size() == 128 + 3 * 8);
  CHECK(offsets.find("{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }") == 10);
  CHECK(offsets[128 + 8] == 2);
}

TEST_CASE("without offsets there is one file; without a finish, none", "[formats]") {
  test::TemporaryFolder folder;
  formats::make_npy_file(folder.path() / "a.npy", 3)->finish({});
  CHECK(read_file(folder.path() / "a.npy").find("'shape': (0, 3)") != std::string::npos);
  formats::make_npy_file(folder.path() / "b.npy", 3)->append(kFirst);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 2);  // a.npy and its ids
}

TEST_CASE("ids lie beside the rows, under a name that no other format shares", "[formats]") {
  test::TemporaryFolder folder;
  CHECK(formats::ids_path("d/e.npy") == "d/e.npy.ids.txt");
  CHECK(formats::offsets_path("d/e.npy") == "d/e.npy.offsets.npy");
  for (const std::string name : {"e.npy", "e.safetensors"}) {
    const auto path = folder.path() / name;
    const auto file = name == "e.npy" ? formats::make_npy_file(path, 3) : formats::make_safetensors_file(path, 3);
    file->add_id("one");
    file->append(kSecond);
    file->add_id("t\nw\ro");
    file->finish({});
    CHECK(read_file(formats::ids_path(path)) == "one\nt w o\n");
  }
}

TEST_CASE("offsets of an earlier file do not stay beside a new one", "[formats]") {
  test::TemporaryFolder folder;
  const auto path = folder.path() / "e.npy";
  formats::make_npy_file(path, 3)->finish(std::vector<std::int64_t>{0});
  CHECK(std::filesystem::exists(formats::offsets_path(path)));
  formats::make_npy_file(path, 3)->finish({});
  CHECK_FALSE(std::filesystem::exists(formats::offsets_path(path)));
}

TEST_CASE("all is flushed before the first file appears, and the rows appear last", "[formats]") {
  struct Recorder final : FileSystem {
    std::vector<std::string> calls;
    int sync(int descriptor) override {
      calls.emplace_back("sync");
      return FileSystem::sync(descriptor);
    }
    int rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
      calls.push_back(to.filename());
      return FileSystem::rename(from, to);
    }
  } disk;
  test::TemporaryFolder folder;
  {
    const ReplacedFileSystem replaced(disk);
    formats::make_npy_file(folder.path() / "e.npy", 3)->finish(std::vector<std::int64_t>{0});
  }
  // a rename is followed by a flush of the folder
  CHECK(disk.calls == std::vector<std::string>{"sync", "sync", "sync", "e.npy.ids.txt", "sync", "e.npy.offsets.npy",
                                               "sync", "e.npy", "sync"});
}

TEST_CASE("whatever call fails, the rows are the old file or the new one, whole", "[formats]") {
  const std::vector<std::int64_t> offsets{0, 1};
  for (const auto make : {&formats::make_npy_file, &formats::make_safetensors_file}) {
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "e";
    const auto write = [&](const std::vector<float>& values) {
      const auto file = make(path, 3);
      file->add_id("one");
      file->append(values);
      file->finish(offsets);
    };
    write({9, 9, 9});
    const auto old = read_file(path);
    write(kSecond);
    const auto whole = read_file(path);
    const auto faults = test::all_faults([&] { write(kSecond); });
    CHECK(std::any_of(faults.begin(), faults.end(), [](const auto& one) { return one.call == test::Call::write_at; }));
    for (const auto& fault : faults) {
      write({9, 9, 9});
      test::FaultyDisk disk(fault);
      {
        const ReplacedFileSystem replaced(disk);
        test::message_of<IoError>([&] { write(kSecond); });
      }
      INFO(static_cast<int>(fault.call) << " " << fault.k << " " << fault.error);
      const auto content = read_file(path);
      CHECK((content == old || content == whole));
      CHECK(leftovers_in(folder.path()).empty());
    }
  }
}

TEST_CASE("rows become a safetensors file, its numbers of 8 bytes aligned", "[formats]") {
  test::TemporaryFolder folder;
  const auto path = folder.path() / "e.safetensors";
  const auto file = formats::make_safetensors_file(path, 3);
  file->append(kFirst);
  file->append(kSecond);
  file->finish(std::vector<std::int64_t>{0, 2, 3});
  const formats::SafetensorsFile read(path);
  const auto* rows = read.find("embeddings");
  const auto* offsets = read.find("offsets");
  REQUIRE(rows != nullptr);
  REQUIRE(offsets != nullptr);
  CHECK(rows->shape == std::vector<std::int64_t>{3, 3});
  CHECK(offsets->shape == std::vector<std::int64_t>{3});
  CHECK(std::memcmp(rows->bytes.data(), kFirst.data(), 24) == 0);
  CHECK(std::memcmp(rows->bytes.data() + 24, kSecond.data(), 12) == 0);
  const std::vector<std::int64_t> expected{0, 2, 3};
  CHECK(std::memcmp(offsets->bytes.data(), expected.data(), 24) == 0);
  CHECK((offsets->bytes.data() - rows->bytes.data()) % 8 == 0);
  CHECK(read.find("padding") != nullptr);  // 9 numbers of 4 bytes

  formats::make_safetensors_file(folder.path() / "plain.safetensors", 3)->finish({});
  CHECK(formats::SafetensorsFile(folder.path() / "plain.safetensors").tensors().size() == 1);
}
