#include "cmgems/base/options.h"

#include "cmgems/base/log.h"
#include "support/catch.h"

using namespace cmgems;

TEST_CASE("nearest finds a misspelt word and leaves far ones alone", "[base]") {
  const std::vector<std::string_view> words{"learning_rate", "max_steps", "seed"};
  CHECK(nearest("learning_rte", words) == "learning_rate");
  CHECK(nearest("maxsteps", words) == "max_steps");
  CHECK(nearest("see", words) == "seed");
  CHECK(nearest("pooling", words).empty());
  CHECK(nearest("ed", words) == "seed");  // two letters more
  CHECK(nearest("d", words).empty());
}

TEST_CASE("numbers are written for people", "[base]") {
  CHECK(format_duration(184) == "3:04");
  CHECK(format_duration(93784) == "26:03:04");
  CHECK(format_count(999) == "999");
  CHECK(format_count(1234567) == "1,234,567");
  CHECK(format_rate(950) == "950");
  CHECK(format_rate(12345) == "12.3k");
  CHECK(format_rate(1234567) == "1.23M");
}
