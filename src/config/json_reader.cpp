#include "json_reader.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "cmgems/base/error.h"

namespace cmgems::config {
namespace {

using nlohmann::json;

/// A value as it is shown in a message.
std::string shown(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

std::string number_text(double value) {
  return std::abs(value) < 1e15 && value == std::floor(value) ? std::to_string(static_cast<std::int64_t>(value))
                                                              : json(value).dump();
}

/// "a number", "a number of at least 0", "a number in 0..1".
std::string with_bounds(const std::string& kind, Bounds bounds) {
  const bool low = bounds.low > -1e300;
  const bool high = bounds.high < 1e300;
  if (low && high) return kind + " in " + number_text(bounds.low) + ".." + number_text(bounds.high);
  if (low) return kind + " of at least " + number_text(bounds.low);
  return high ? kind + " of at most " + number_text(bounds.high) : kind;
}

bool within(double value, Bounds bounds) { return value >= bounds.low && value <= bounds.high; }

/// 1e4 and 10000.0 are whole numbers too.
std::optional<std::int64_t> whole_number(const json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  const double number = value.get<double>();
  if (number != std::floor(number) || std::abs(number) > 9e15) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

class JsonReader final : public OptionVisitor {
 public:
  explicit JsonReader(const json& document) { frames_.push_back({&document, "", {}}); }

  void begin_group(std::string_view key) override {
    const json* value = take(key);
    if (value != nullptr && !value->is_object()) {
      mismatch(key, "an object", *value);
      value = nullptr;
    }
    frames_.push_back({value, path(key), {}});
  }

  void end_group() override {
    collect_unknown();
    frames_.pop_back();
  }

  void field(std::string_view key, bool& value) override {
    const json* given = take(key);
    if (given == nullptr) return;
    if (!given->is_boolean()) return mismatch(key, "true or false", *given);
    value = given->get<bool>();
  }

  void field(std::string_view key, std::int64_t& value, Bounds bounds) override { read_whole(key, value, bounds, ""); }
  void field(std::string_view key, double& value, Bounds bounds) override { read_number(key, value, bounds, ""); }

  void field(std::string_view key, std::string& value) override {
    const json* given = take(key);
    if (given == nullptr) return;
    if (!given->is_string()) return mismatch(key, "a string", *given);
    value = given->get<std::string>();
  }

  void field(std::string_view key, std::optional<std::int64_t>& value, Bounds bounds) override {
    if (read_null(key, value)) return;
    std::int64_t number = 0;
    if (read_whole(key, number, bounds, " or null")) value = number;
  }

  void field(std::string_view key, std::optional<double>& value, Bounds bounds) override {
    if (read_null(key, value)) return;
    double number = 0;
    if (read_number(key, number, bounds, " or null")) value = number;
  }

  void field(std::string_view key, std::optional<std::string>& value) override {
    if (read_null(key, value)) return;
    const json* given = take(key);
    if (given == nullptr) return;
    if (!given->is_string()) return mismatch(key, "a string or null", *given);
    value = given->get<std::string>();
  }

  void field(std::string_view key, std::vector<std::string>& value) override {
    const json* given = take(key);
    if (given == nullptr) return;
    std::vector<std::string> items;
    const json list = given->is_array() ? *given : given->is_null() ? json::array() : json::array({*given});
    for (const auto& item : list) {
      if (!item.is_string()) return mismatch(key, "a string, an array of strings or null", item);
      items.push_back(item.get<std::string>());
    }
    value = std::move(items);
  }

  void field(std::string_view key, std::vector<std::int64_t>& value, Bounds bounds) override {
    const json* given = take(key);
    if (given == nullptr) return;
    const std::string expected = with_bounds("one or more whole numbers", bounds);
    std::vector<std::int64_t> items;
    for (const auto& item : given->is_array() ? *given : json::array({*given})) {
      const auto number = whole_number(item);
      if (!number || !within(static_cast<double>(*number), bounds)) return mismatch(key, expected, item);
      items.push_back(*number);
    }
    if (items.empty()) return mismatch(key, expected, *given);
    value = std::move(items);
  }

  void word(std::string_view key, int& value, const Words& words) override {
    const json* given = take(key);
    if (given == nullptr) return;
    std::vector<std::string_view> known;
    std::string list;
    for (const auto& [name, number] : words) {
      if (given->is_string() && given->get_ref<const std::string&>() == name) {
        value = number;
        return;
      }
      known.push_back(name);
      list += (list.empty() ? "" : ", ") + std::string(name);
    }
    const auto near = given->is_string() ? nearest(given->get_ref<const std::string&>(), known) : std::string_view{};
    problems_.push_back(path(key) + ": expected one of " + list + ", found " + shown(*given) +
                        (near.empty() ? "" : "; did you mean " + std::string(near) + "?"));
  }

  /// Ends the document and names, for every unknown key, what it may have been meant to be.
  std::vector<std::string> finish() {
    collect_unknown();
    for (const auto& unknown : unknown_) problems_.push_back(describe_unknown(unknown));
    return std::move(problems_);
  }

 private:
  struct Frame {
    const json* object;  // nullptr when the document lacks it
    std::string path;
    std::vector<std::string> known;
  };
  struct Unknown {
    std::string group;
    std::string key;
    std::vector<std::string> known;
  };

  std::string path(std::string_view key) const {
    const auto& group = frames_.back().path;
    return group.empty() ? std::string(key) : group + "." + std::string(key);
  }

  /// The value of a key of the current group, nullptr when it is not given; registers the key as known.
  const json* take(std::string_view key) {
    Frame& frame = frames_.back();
    frame.known.emplace_back(key);
    paths_.push_back(path(key));
    if (frame.object == nullptr) return nullptr;
    const auto found = frame.object->find(std::string(key));
    return found == frame.object->end() ? nullptr : &*found;
  }

  void mismatch(std::string_view key, const std::string& expected, const json& found) {
    problems_.push_back(path(key) + ": expected " + expected + ", found " + shown(found));
  }

  bool read_whole(std::string_view key, std::int64_t& value, Bounds bounds, const std::string& suffix) {
    const json* given = take(key);
    if (given == nullptr) return false;
    const auto number = whole_number(*given);
    if (!number || !within(static_cast<double>(*number), bounds)) {
      mismatch(key, with_bounds("a whole number", bounds) + suffix, *given);
      return false;
    }
    value = *number;
    return true;
  }

  bool read_number(std::string_view key, double& value, Bounds bounds, const std::string& suffix) {
    const json* given = take(key);
    if (given == nullptr) return false;
    if (!given->is_number() || !within(given->get<double>(), bounds)) {
      mismatch(key, with_bounds("a number", bounds) + suffix, *given);
      return false;
    }
    value = given->get<double>();
    return true;
  }

  template <class Value>
  bool read_null(std::string_view key, std::optional<Value>& value) {
    const json* object = frames_.back().object;
    if (object == nullptr) return false;
    const auto found = object->find(std::string(key));
    if (found == object->end() || !found->is_null()) return false;
    take(key);
    value.reset();
    return true;
  }

  void collect_unknown() {
    const Frame& frame = frames_.back();
    if (frame.object == nullptr) return;
    for (const auto& item : frame.object->items()) {
      if (std::find(frame.known.begin(), frame.known.end(), item.key()) == frame.known.end()) {
        unknown_.push_back({frame.path, item.key(), frame.known});
      }
    }
  }

  std::string describe_unknown(const Unknown& unknown) const {
    const std::string prefix = unknown.group.empty() ? "" : unknown.group + ".";
    std::string text = "unknown key " + shown_key(prefix + unknown.key);
    const auto near = nearest(unknown.key, {unknown.known.begin(), unknown.known.end()});
    if (!near.empty()) return text + "; did you mean " + prefix + std::string(near) + "?";
    std::string elsewhere;
    for (const auto& known : paths_) {
      if (known == unknown.key || known.ends_with("." + unknown.key))
        elsewhere += (elsewhere.empty() ? "" : " or ") + known;
    }
    if (!elsewhere.empty()) return text + "; did you mean " + elsewhere + "?";
    std::string list;
    for (const auto& known : unknown.known) list += (list.empty() ? "" : ", ") + known;
    return text + "; known here: " + list;
  }

  static std::string shown_key(const std::string& key) { return key.size() <= 80 ? key : key.substr(0, 77) + "..."; }

  std::vector<Frame> frames_;
  std::vector<Unknown> unknown_;
  std::vector<std::string> paths_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> read_options(Config& config, std::string_view text) {
  const json document = json::parse(text);
  if (!document.is_object()) return {"expected an object { ... }, found " + shown(document)};
  if (const auto variant = document.find("variant"); variant != document.end()) {
    apply_variant(config, *variant == "release" ? Variant::release : Variant::paper);
  }
  JsonReader reader(document);
  describe(reader, config);
  return reader.finish();
}

void throw_if_any(const std::vector<std::string>& problems, const std::string& origin) {
  if (problems.empty()) return;
  if (problems.size() == 1) throw UsageError(origin + ": " + problems.front());
  std::string text = origin + ": " + std::to_string(problems.size()) + " problems";
  for (const auto& problem : problems) text += "\n  " + problem;
  throw UsageError(text);
}

}  // namespace cmgems::config
