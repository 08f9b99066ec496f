// Reading what runs wrote: every surprise is a DataError with the file, the line where there are lines, and the key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace cmgems::apps::report {

using Json = nlohmann::ordered_json;

/// An object and the place it was read from, for messages.
class Object {
 public:
  /// `place`: the file, with the line if it has lines. Throws: DataError when `json` is no object.
  Object(const Json& json, std::string place);

  bool has(const std::string& key) const { return json_.contains(key) && !json_.at(key).is_null(); }
  const Json& json() const { return json_; }
  const std::string& place() const { return place_; }

  /// Throws, as all below: DataError when the key is not there or holds something else.
  std::string text(const std::string& key) const;
  std::int64_t integer(const std::string& key) const;
  /// null is NaN.
  double number(const std::string& key) const;
  bool truth(const std::string& key) const;
  const Json& list(const std::string& key) const;
  Object object(const std::string& key) const;

  std::string text_or(const std::string& key, const std::string& otherwise) const;
  double number_or(const std::string& key, double otherwise) const;
  /// For each object of a list, which may be missing.
  void each(const std::string& key, const std::function<void(const Object&)>& take) const;
  /// The texts of a list, which may be missing.
  std::vector<std::string> texts(const std::string& key) const;

 private:
  const Json& at(const std::string& key, bool (*is)(const Json&), const char* expected) const;
  Json json_;
  std::string place_;
};

/// A file that holds one object. Throws: InputNotFound, IoError, DataError.
Object read_object(const std::filesystem::path& file);

/// Whether the last line was whole.
enum class Ending { whole, cut };

/// Calls `take` for each line, an object each, and goes on behind a line that is none or that `take` finds fault with
/// (DataError). -> how many those were. Throws: InputNotFound, IoError.
std::size_t read_sound_lines(const std::filesystem::path& file, const std::function<void(const Object&)>& take);

/// Calls `take` for each line, an object each. `may_be_cut`: the writer may have died within the last line, which is
/// then left out. Throws: InputNotFound, IoError, DataError.
Ending read_lines(const std::filesystem::path& file, bool may_be_cut, const std::function<void(const Object&)>& take);

}  // namespace cmgems::apps::report
