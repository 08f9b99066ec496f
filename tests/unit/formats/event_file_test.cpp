#include "cmgems/formats/event_file.h"

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/faulty_disk.h"

using namespace cmgems;

namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

}  // namespace

TEST_CASE("CRC-32C of RFC 3720, B.4", "[formats]") {
  CHECK(formats::crc32c(std::string(32, '\0')) == 0x8A9136AA);
  CHECK(formats::crc32c(std::string(32, '\xFF')) == 0x62A8AB43);
  CHECK(formats::crc32c("123456789") == 0xE3069283);  // the usual check value
}

TEST_CASE("records of an event file, byte by byte", "[formats]") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "events";
  formats::EventFile file(path, 1.0);
  const auto head = read_file(path);
  // wall_time 1.0, step 0, file_version
  const std::string first = bytes({0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0x10, 0x00, 0x1A, 0x0D}) + "brain.Event:2";
  REQUIRE(head.size() == 8 + 4 + first.size() + 4);
  CHECK(head.substr(0, 8) == bytes({26, 0, 0, 0, 0, 0, 0, 0}));
  CHECK(head.substr(12, first.size()) == first);

  file.scalar("a", 0.5, 300, 2.0);
  const auto scalar = read_file(path).substr(head.size());
  // wall_time 2.0, step 300 = 0xAC 0x02, summary { value { tag "a", simple_value 0.5 } }
  CHECK(scalar.substr(12, scalar.size() - 16) ==
        bytes({0x09, 0,    0,    0,    0,    0,    0,   0,    0x40, 0x10, 0xAC, 0x02,
               0x2A, 0x0A, 0x0A, 0x08, 0x0A, 0x01, 'a', 0x15, 0,    0,    0,    0x3F}));

  file.restart(300, 2.0);
  const auto restart = read_file(path).substr(head.size() + scalar.size());
  CHECK(restart.substr(12, restart.size() - 16) ==
        bytes({0x09, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x10, 0xAD, 0x02, 0x3A, 0x02, 0x08, 0x01}));
}

TEST_CASE("records that could not be written follow, whole and in order", "[formats]") {
  const test::TemporaryFolder folder;
  const auto write = [&](const char* name, bool full) {
    formats::EventFile file(folder.path() / name, 1.0);
    {
      test::FaultyDisk disk({test::Call::write, full ? 1 : 0, ENOSPC, test::Part::half, true});
      const ReplacedFileSystem replaced(disk);
      if (full) CHECK_THROWS_AS(file.scalar("a", 0.5, 300, 2.0), IoError);
      if (!full) file.scalar("a", 0.5, 300, 2.0);
    }
    file.scalar("b", 1.5, 301, 3.0);
    return read_file(folder.path() / name);
  };
  CHECK(write("full", true) == write("free", false));
}
