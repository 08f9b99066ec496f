#include "cmgems/formats/manifest.h"

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/random.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
namespace fs = std::filesystem;

namespace {

const formats::Fingerprint kFingerprint{{"libtorch", "2.11.0"}, {"train.seed", "42"}};

/// A folder like a checkpoint's: a binary file, a text and an empty file.
fs::path small_checkpoint(const fs::path& run, std::int64_t step) {
  const auto folder = formats::checkpoint_path(run, step);
  fs::create_directories(folder);
  std::string weights;
  RandomStream random(static_cast<std::uint64_t>(step), Purpose::synthetic);
  for (int i = 0; i < 3000; ++i) weights += static_cast<char>(random.below(256));
  write_file_atomic(folder / "model.safetensors", weights);
  write_file_atomic(folder / "state.json", "{\"step\": " + std::to_string(step) + "}\n");
  write_file_atomic(folder / "empty", "");
  formats::write_manifest(folder, step, kFingerprint);
  return folder;
}

void check_all(const fs::path& folder) {
  formats::check_files(folder, formats::read_manifest(folder), formats::Check::hashes);
}

}  // namespace

TEST_CASE("a manifest reads back", "[formats]") {
  const test::TemporaryFolder run;
  const auto folder = small_checkpoint(run.path(), 7);
  const auto manifest = formats::read_manifest(folder);
  CHECK(manifest.step == 7);
  CHECK(manifest.fingerprint == kFingerprint);
  REQUIRE(manifest.files.size() == 3);
  CHECK(manifest.files[0].name == "empty");
  // SHA-256 of nothing, FIPS 180-4
  CHECK(manifest.files[0].sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(manifest.files[1].bytes == 3000);
  CHECK(manifest.bytes() == 3000 + 12);
  CHECK_NOTHROW(check_all(folder));
}

TEST_CASE("300 changed bits and 64 truncations of every file are found, and the checkpoint before is used",
          "[formats]") {
  const test::TemporaryFolder run;
  small_checkpoint(run.path(), 5);
  const auto folder = small_checkpoint(run.path(), 9);
  RandomStream random(1, Purpose::synthetic);
  int missed = 0, wrong = 0, tried = 0;
  const auto damage = [&](const fs::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
    ++tried;
    const auto entries = formats::find_checkpoint(run.path());
    missed += entries.size() == 2 && !entries[0].whole() ? 0 : 1;
    wrong += entries.back().step == 5 && entries.back().whole() ? 0 : 1;
  };
  for (const auto& entry : std::vector<fs::directory_entry>{fs::directory_iterator(folder), {}}) {
    const auto whole = read_file(entry.path());
    if (whole.empty()) continue;
    const auto bytes = static_cast<std::uint32_t>(whole.size());
    for (int i = 0; i < 300; ++i) {
      auto changed = whole;
      const auto bit = random.below(8 * bytes);
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
      damage(entry.path(), changed);
    }
    for (int i = 0; i < 64; ++i) damage(entry.path(), whole.substr(0, random.below(bytes)));
    std::ofstream(entry.path(), std::ios::binary | std::ios::trunc) << whole;
  }
  CHECK(tried == 3 * (300 + 64));
  CHECK(missed == 0);
  CHECK(wrong == 0);
  CHECK(formats::find_checkpoint(run.path()).front().whole());  // restored
}

TEST_CASE("what is wrong is said with the file", "[formats]") {
  const test::TemporaryFolder run;
  const auto folder = small_checkpoint(run.path(), 7);
  const auto message = [&] { return test::message_of<DataError>([&] { check_all(folder); }); };
  write_file_atomic(folder / "state.json", "{\"step\": 8}\n");
  CHECK(message() == (folder / "state.json").string() + " is damaged: its SHA-256 is not that of what was written");
  write_file_atomic(folder / "state.json", "{}");
  CHECK(message() == (folder / "state.json").string() + " has 2 bytes, written were 12");
  fs::remove(folder / "state.json");
  CHECK(message() == (folder / "state.json").string() + " is missing");

  const auto text = read_file(folder / "MANIFEST.json");
  const auto with = [&](const std::string& from, const std::string& to) {
    auto changed = text;
    changed.replace(changed.find(from), from.size(), to);
    write_file_atomic(folder / "MANIFEST.json", changed);
    return test::message_of<DataError>([&] { formats::read_manifest(folder); });
  };
  CHECK_THAT(with("\"version\": 1", "\"version\": 2"), Catch::Contains("expected format cmgems-checkpoint, version 1"));
  CHECK_THAT(with("\"42\"", "\"43\""), Catch::Contains("its content is not what its last key, sha256, stands for"));
  CHECK_THAT(with("\"bytes\": 12", "\"bytes\": \"\""), Catch::Contains("lacks a key, or one has another type"));
  CHECK_THAT(with("state.json", "../../x.js"), Catch::Contains("a file name that is none"));
  CHECK_THAT(with("{", "["), Catch::Contains("is not valid JSON"));
}

TEST_CASE("checkpoints are listed newest first, and folders of other names are none", "[formats]") {
  const test::TemporaryFolder run;
  for (const std::int64_t step : {100, 20, 3}) small_checkpoint(run.path(), step);
  run.write("checkpoint-7/half", "");  // no manifest: a copy that was cut off
  for (const char* name : {"checkpoint-", "checkpoint-1x", "checkpoint-5.tmp-1", "checkpoint--1"}) {
    fs::create_directories(run.path() / name);
  }
  run.write("checkpoint-8", "a file");
  const auto entries = formats::list_checkpoints(run.path(), formats::Check::sizes);
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].step == 100);
  CHECK(entries[2].step == 7);
  CHECK_THAT(entries[2].problem, Catch::Contains("no such file"));
  fs::rename(run.path() / "checkpoint-3", run.path() / "checkpoint-4");
  CHECK_THAT(formats::list_checkpoints(run.path(), formats::Check::sizes)[3].problem,
             Catch::Contains("its manifest is that of another step"));
}

TEST_CASE("pruning keeps the newest whole ones", "[formats]") {
  using formats::Check;
  const test::TemporaryFolder run;
  for (const std::int64_t step : {1, 2, 3, 4, 5}) small_checkpoint(run.path(), step);
  fs::remove(run.path() / "checkpoint-5" / "state.json");
  auto weights = read_file(run.path() / "checkpoint-4" / "model.safetensors");
  weights[1000] = static_cast<char>(weights[1000] ^ 4);
  write_file_atomic(run.path() / "checkpoint-4" / "model.safetensors", weights);
  CHECK(formats::prune_checkpoints(run.path(), 2, Check::hashes) ==
        std::vector<fs::path>{run.path() / "checkpoint-1"});  // 2 and 3 are whole
  CHECK(formats::prune_checkpoints(run.path(), 2, Check::hashes).empty());
  CHECK(formats::list_checkpoints(run.path(), Check::sizes).size() == 4);
}

TEST_CASE("damaged checkpoints do not count after a run went on from the one before", "[formats]") {
  using formats::Check;
  const test::TemporaryFolder run;
  for (const std::int64_t step : {1, 2, 3}) small_checkpoint(run.path(), step);
  for (const char* name : {"checkpoint-3", "checkpoint-2"}) {
    auto weights = read_file(run.path() / name / "model.safetensors");
    weights[0] = static_cast<char>(weights[0] ^ 1);
    write_file_atomic(run.path() / name / "model.safetensors", weights);
  }
  const auto from = formats::find_checkpoint(run.path()).back();
  REQUIRE(from.step == 1);
  CHECK(formats::clear_newer_checkpoints(run.path(), from.step).removed.size() == 2);
  small_checkpoint(run.path(), 2);
  CHECK(formats::prune_checkpoints(run.path(), 2, Check::sizes).empty());
  CHECK(formats::list_checkpoints(run.path(), Check::hashes).size() == 2);
}

TEST_CASE("a checkpoint that cannot be looked at is passed over with the reason", "[formats]") {
  const test::TemporaryFolder run;
  small_checkpoint(run.path(), 1);
  fs::create_symlink("checkpoint-2", run.path() / "checkpoint-2");
  fs::create_directory(run.path() / "checkpoint-3");
  fs::create_symlink("MANIFEST.json", run.path() / "checkpoint-3" / "MANIFEST.json");
  const auto entries = formats::find_checkpoint(run.path());
  REQUIRE(entries.size() == 3);
  CHECK_THAT(entries[0].problem, Catch::Contains("Too many levels of symbolic links"));
  CHECK_THAT(entries[1].problem, Catch::Contains("Too many levels of symbolic links"));
  CHECK(entries[2].whole());
}

TEST_CASE("a newer checkpoint that only could not be read is kept under another name", "[formats]") {
  const test::TemporaryFolder run;
  for (const std::int64_t step : {1, 2}) small_checkpoint(run.path(), step);
  for (const char* aside : {"skipped-checkpoint-2", "skipped-2-checkpoint-2"}) {
    // Of two links, each the other's target, none can be read: as a disk that fails for a while.
    fs::rename(run.path() / "checkpoint-2" / "state.json", run.path() / "state.json");
    fs::create_symlink("state.json", run.path() / "checkpoint-2" / "state.json");
    CHECK(formats::find_checkpoint(run.path()).front().unreadable);
    const auto cleared = formats::clear_newer_checkpoints(run.path(), 1);
    CHECK(cleared.removed.empty());
    CHECK(cleared.set_aside == std::vector<fs::path>{run.path() / aside});
    fs::rename(run.path() / "state.json", run.path() / aside / "state.json");  // the disk is well again
    CHECK(formats::list_checkpoints(run.path(), formats::Check::hashes).size() == 1);
    small_checkpoint(run.path(), 2);
  }
  fs::remove_all(run.path() / "checkpoint-2");
  fs::rename(run.path() / "skipped-checkpoint-2", run.path() / "checkpoint-2");
  CHECK(formats::find_checkpoint(run.path()).front().whole());
}

TEST_CASE("what killed processes left is removed, and nothing of others", "[formats]") {
  const test::TemporaryFolder run;
  const std::string_view names[] = {"run.json"};
  small_checkpoint(run.path(), 1);
  run.write("checkpoint-2.tmp-123/model.safetensors", "half");
  run.write("run.json.tmp-77", "{");
  run.write("checkpoint-0.old-9/state.json", "");
  run.write("notes.old-20240101", "mine");
  run.write("e.npy.tmp-12", "somebody's");
  run.write("checkpoint-best.old-3", "mine");
  CHECK(formats::remove_leftovers(run.path(), names).size() == 3);
  CHECK(std::distance(fs::directory_iterator(run.path()), {}) == 4);
}

TEST_CASE("a whole checkpoint that was put aside comes back", "[formats]") {
  const test::TemporaryFolder run;
  for (const std::int64_t step : {1, 2, 3}) {
    small_checkpoint(run.path(), step);
    fs::rename(formats::checkpoint_path(run.path(), step),
               formats::checkpoint_path(run.path(), step).string() + ".old-12");
  }
  small_checkpoint(run.path(), 3);  // has come
  fs::remove(run.path() / "checkpoint-2.old-12" / "empty");
  CHECK(formats::remove_leftovers(run.path(), {}).size() == 2);
  const auto entries = formats::list_checkpoints(run.path(), formats::Check::hashes);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].step == 3);
  CHECK(entries[1].step == 1);
  CHECK(entries[1].whole());
}
