// scripts/setup --check: what is there but too old is missing as well.
#include "program.h"

using cmgems::test::Outcome;
using cmgems::test::Program;

namespace {

/// setup --check with this program in front of the real one.
Outcome check_with(const std::string& name, const std::string& version) {
  const Program program;
  program.write("bin/" + name, "#!/bin/sh\necho '" + version + "'\n");
  return program.shell("chmod +x bin/*; PATH=\"$PWD/bin:$PATH\" '" + cmgems::test::source_folder().string() +
                       "/scripts/setup' --check");
}

}  // namespace

TEST_CASE("setup --check asks for versions", "[cli]") {
  const auto old_cmake = check_with("cmake", "cmake version 3.18.4");
  CHECK(old_cmake.code == 1);
  CHECK_THAT(old_cmake.out, Catch::Contains("cmake") && Catch::Contains("(cmake>=3.25)"));
  const auto old_compiler = check_with("g++", "g++ (Debian 10.2.1-6) 10.2.1 20210110");
  CHECK(old_compiler.code == 1);
  CHECK_THAT(old_compiler.out, Catch::Contains("(g++>=12)"));
  CHECK_THAT(check_with("cmake", "cmake version 3.25.1").out, !Catch::Contains("cmake>="));
  CHECK_THAT(check_with("g++", "g++ (Debian 14.2.0-19) 14.2.0").out, !Catch::Contains("g++>="));
  CHECK_THAT(check_with("cmake", "cmake version 4.0.0").out, !Catch::Contains("cmake>="));
}
