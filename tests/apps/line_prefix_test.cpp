#include "line_prefix.h"

#include <unistd.h>

#include <array>

#include "rank_processes.h"
#include "support/catch.h"

using namespace cmgems::apps;

namespace {

/// What came out of `write` into a pipe.
template <class Write>
std::string through(const std::string& prefix, const Write& write) {
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  LinePrefix lines(pipe[1], prefix);
  write(lines);
  ::close(pipe[1]);
  std::array<char, 1000> buffer{};
  const auto count = ::read(pipe[0], buffer.data(), buffer.size());
  ::close(pipe[0]);
  return {buffer.data(), static_cast<std::size_t>(count > 0 ? count : 0)};
}

}  // namespace

TEST_CASE("lines get their prefix when they are whole", "[launch]") {
  CHECK(through("[1] ", [](LinePrefix& lines) {
          lines.write("one\ntw");
          lines.write("o\rthree");
          lines.finish();
        }) == "[1] one\n[1] two\r[1] three\n");
  CHECK(through("", [](LinePrefix& lines) {
          lines.write("as it");
          lines.write(" is");
          lines.finish();
        }) == "as it is");
}

TEST_CASE("processors are dealt in equal runs", "[launch]") {
  const std::vector<int> usable{2, 3, 5, 7, 8};
  CHECK(processors_of(0, 2, usable) == std::vector<int>{2, 3});
  CHECK(processors_of(1, 2, usable) == std::vector<int>{5, 7, 8});
  CHECK(processors_of(6, 7, usable) == std::vector<int>{3});  // more ranks than processors
}
