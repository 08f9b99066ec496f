#include "json_file.h"

#include <cmath>
#include <sstream>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"

namespace cmgems::apps::report {
namespace {

bool is_text(const Json& json) { return json.is_string(); }
bool is_integer(const Json& json) { return json.is_number_integer(); }
bool is_number(const Json& json) { return json.is_number() || json.is_null(); }
bool is_truth(const Json& json) { return json.is_boolean(); }
bool is_list(const Json& json) { return json.is_array(); }
bool is_object(const Json& json) { return json.is_object(); }

}  // namespace

Object::Object(const Json& json, std::string place) : json_(json), place_(std::move(place)) {
  if (!json_.is_object()) throw DataError(place_ + ": expected an object ({...})");
}

const Json& Object::at(const std::string& key, bool (*is)(const Json&), const char* expected) const {
  const auto found = json_.find(key);
  if (found == json_.end()) throw DataError(place_ + ": the key \"" + key + "\" is missing");
  if (!is(*found)) throw DataError(place_ + ": expected " + expected + " as \"" + key + "\"");
  return *found;
}

std::string Object::text(const std::string& key) const { return at(key, is_text, "a text").get<std::string>(); }

std::int64_t Object::integer(const std::string& key) const {
  return at(key, is_integer, "a whole number").get<std::int64_t>();
}

double Object::number(const std::string& key) const {
  const auto& value = at(key, is_number, "a number or null");
  return value.is_null() ? std::nan("") : value.get<double>();
}

bool Object::truth(const std::string& key) const { return at(key, is_truth, "true or false").get<bool>(); }
const Json& Object::list(const std::string& key) const { return at(key, is_list, "a list"); }
Object Object::object(const std::string& key) const { return {at(key, is_object, "an object"), place_ + ", " + key}; }

std::string Object::text_or(const std::string& key, const std::string& otherwise) const {
  return has(key) ? text(key) : otherwise;
}

double Object::number_or(const std::string& key, double otherwise) const { return has(key) ? number(key) : otherwise; }

void Object::each(const std::string& key, const std::function<void(const Object&)>& take) const {
  if (!has(key)) return;
  std::size_t number = 0;
  for (const auto& one : list(key)) take({one, place_ + ", " + key + " " + std::to_string(++number)});
}

std::vector<std::string> Object::texts(const std::string& key) const {
  std::vector<std::string> result;
  if (!has(key)) return result;
  for (const auto& one : list(key)) {
    if (!one.is_string()) throw DataError(place_ + ": expected a list of texts as \"" + key + "\"");
    result.push_back(one.get<std::string>());
  }
  return result;
}

Object read_object(const std::filesystem::path& file) {
  const auto json = Json::parse(read_file(file), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) throw DataError(file.string() + " is not JSON: it was damaged or cut off");
  return {json, file.string()};
}

std::size_t read_sound_lines(const std::filesystem::path& file, const std::function<void(const Object&)>& take) {
  std::istringstream text(read_file(file));
  std::size_t number = 0, damaged = 0;
  for (std::string line; std::getline(text, line);) {
    const std::string place = file.string() + " line " + std::to_string(++number);
    try {
      take({Json::parse(line, nullptr, /*allow_exceptions=*/false), place});
    } catch (const DataError&) {
      ++damaged;
    }
  }
  return damaged;
}

Ending read_lines(const std::filesystem::path& file, bool may_be_cut, const std::function<void(const Object&)>& take) {
  const std::string text = read_file(file);
  std::size_t begin = 0;
  for (std::size_t number = 1; begin < text.size(); ++number) {
    const auto end = text.find('\n', begin);
    const bool whole = end != std::string::npos;
    const auto json = Json::parse(text.substr(begin, whole ? end - begin : end), nullptr, /*allow_exceptions=*/false);
    if (!whole && may_be_cut) return Ending::cut;
    const std::string place = file.string() + " line " + std::to_string(number);
    if (json.is_discarded()) {
      throw DataError(place + " is not JSON: the file was " + (whole ? "damaged" : "cut off") + "; restore it" +
                      ", or delete it to make a report without its figures");
    }
    take({json, place});
    if (!whole) break;
    begin = end + 1;
  }
  return Ending::whole;
}

}  // namespace cmgems::apps::report
