// One description per options struct, used three ways: strict reading from JSON, writing the complete document, and
// finding the nearest known key of a misspelt one. A layer describes its struct with `describe(visitor, options)`;
// the layer `config` has the visitors that read and write JSON.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cmgems {

/// Inclusive bounds of a number; a value outside is a configuration error that prints them.
struct Bounds {
  double low;
  double high;
};
inline constexpr Bounds kAnyNumber{-1.7e308, 1.7e308};
inline constexpr Bounds kNotNegative{0, 1.7e308};
inline constexpr Bounds kProbability{0, 1};

/// The words of an enum with their values, e.g. {{"random", 0}, {"genemask", 1}}.
using Words = std::vector<std::pair<std::string_view, int>>;

/// Visits every field of an options struct under its JSON key.
class OptionVisitor {
 public:
  virtual ~OptionVisitor() = default;
  virtual void begin_group(std::string_view key) = 0;
  virtual void end_group() = 0;
  virtual void field(std::string_view key, bool& value) = 0;
  virtual void field(std::string_view key, std::int64_t& value, Bounds bounds) = 0;
  virtual void field(std::string_view key, double& value, Bounds bounds) = 0;
  virtual void field(std::string_view key, std::string& value) = 0;
  /// null in JSON is an empty optional.
  virtual void field(std::string_view key, std::optional<std::int64_t>& value, Bounds bounds) = 0;
  virtual void field(std::string_view key, std::optional<double>& value, Bounds bounds) = 0;
  virtual void field(std::string_view key, std::optional<std::string>& value) = 0;
  /// A string, an array of strings, or null (empty). Used for inputs.genome.
  virtual void field(std::string_view key, std::vector<std::string>& value) = 0;
  /// A number, or an array of at least one.
  virtual void field(std::string_view key, std::vector<std::int64_t>& value, Bounds bounds) = 0;
  /// One of `words`; `value` is the enum's underlying value.
  virtual void word(std::string_view key, int& value, const Words& words) = 0;

  template <class Enum>
  void choice(std::string_view key, Enum& value, const Words& words) {
    int number = static_cast<int>(value);
    word(key, number, words);
    value = static_cast<Enum>(number);
  }

  /// One of `known`, kept by its name: for lists that grow without an enum.
  void name(std::string_view key, std::string& value, const std::vector<std::string_view>& known);
};

/// The word of an enum value; REQUIRES: it is among `words`.
std::string_view word_of(int value, const Words& words);

/// The candidate with the smallest edit distance to `word`, or an empty view when none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace cmgems
