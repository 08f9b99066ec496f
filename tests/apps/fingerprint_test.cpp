#include "../../apps/fingerprint.h"

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using apps::Accepted;
using apps::require_same;
using formats::Fingerprint;

TEST_CASE("a fingerprint has every setting by its path, and the versions", "[apps]") {
  const auto fingerprint = apps::fingerprint_of({}, {{"genome", "abc"}}, 2);
  CHECK(fingerprint.at("train.seed") == "42");
  CHECK(fingerprint.at("genome") == "abc");
  CHECK(fingerprint.at("world_size") == "2");
  CHECK(fingerprint.contains("cmgems"));
  CHECK(fingerprint.contains("libtorch"));
  CHECK_FALSE(fingerprint.contains("train.save_steps"));
  CHECK(fingerprint.size() > 50);
  for (const auto& [field, value] : fingerprint) {
    INFO(field);
    CHECK((field + value).find('\0') == std::string::npos);
    CHECK_FALSE(value.empty());
  }
}

TEST_CASE("an accepted difference is accepted again, and no other", "[apps]") {
  const Fingerprint first{{"a", "1"}, {"b", "1"}}, second{{"a", "2"}, {"b", "1"}}, third{{"a", "3"}, {"b", "1"}},
      other{{"a", "2"}, {"b", "2"}};
  Accepted accepted;
  CHECK_THAT(test::message_of<UsageError>([&] { require_same(first, second, {}, accepted); }),
             Catch::Contains("a was 1, is 2"));
  require_same(first, second, {"a"}, accepted);
  CHECK(accepted == Accepted{{"a", {"1", "2"}}});
  CHECK_NOTHROW(require_same(first, second, {}, accepted));
  CHECK_THROWS_AS(require_same(second, first, {}, accepted), UsageError);
  CHECK_THROWS_AS(require_same(first, third, {}, accepted), UsageError);
  CHECK_THAT(test::message_of<UsageError>([&] { require_same(first, other, {}, accepted); }),
             Catch::Contains("b was 1, is 2") && !Catch::Contains("a was"));
  require_same(second, third, {"a"}, accepted);
  CHECK_NOTHROW(require_same(first, third, {}, accepted));  // an older checkpoint
  CHECK_THROWS_AS(require_same(first, second, {}, accepted), UsageError);
}
