#include "cmgems/genome/line_reader.h"

#include <vector>

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/gzip.h"

using namespace cmgems;

namespace {

std::vector<std::string> lines_of(const std::string& content) {
  const test::TemporaryFolder folder;
  genome::LineReader reader(folder.write("t", content), "a table");
  std::vector<std::string> lines;
  for (std::string line; reader.next(line);) lines.push_back(line);
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("lines of plain and compressed files", "[genome]") {
  CHECK(lines_of("").empty());
  CHECK(lines_of("a") == Lines{"a"});
  CHECK(lines_of("a\r\n\nb\n") == Lines{"a", "", "b"});
  CHECK(lines_of(test::gzipped("a\r\n\nb\n")) == Lines{"a", "", "b"});
  const std::string longer(2'000'000, 'x');  // than what is read at once
  CHECK(lines_of(longer + "\ny") == Lines{longer, "y"});
}

TEST_CASE("a compressed file that is cut off is no shorter one", "[genome]") {
  const auto whole = test::gzipped("a\nb\n");
  CHECK_THROWS_AS(lines_of(whole.substr(0, whole.size() - 5)), DataError);
  CHECK_THROWS_AS(genome::LineReader("/no/such/file", "a table"), InputNotFound);
}
