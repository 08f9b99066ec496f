#include <nlohmann/json.hpp>

#include "cmgems/config/config.h"

namespace cmgems::config {
namespace {

using nlohmann::ordered_json;

class JsonWriter final : public OptionVisitor {
 public:
  void begin_group(std::string_view key) override {
    ordered_json& group = put(key);
    group = ordered_json::object();
    groups_.push_back(&group);
  }
  void end_group() override { groups_.pop_back(); }
  void field(std::string_view key, bool& value) override { put(key) = value; }
  void field(std::string_view key, std::int64_t& value, Bounds) override { put(key) = value; }
  void field(std::string_view key, double& value, Bounds) override { put(key) = value; }
  void field(std::string_view key, std::string& value) override { put(key) = value; }
  void field(std::string_view key, std::optional<std::int64_t>& value, Bounds) override { put_optional(key, value); }
  void field(std::string_view key, std::optional<double>& value, Bounds) override { put_optional(key, value); }
  void field(std::string_view key, std::optional<std::string>& value) override { put_optional(key, value); }
  void field(std::string_view key, std::vector<std::string>& value) override {
    if (!value.empty())
      put(key) = value;
    else
      put(key) = nullptr;
  }
  void field(std::string_view key, std::vector<std::int64_t>& value, Bounds) override { put(key) = value; }
  void word(std::string_view key, int& value, const Words& words) override {
    put(key) = std::string(word_of(value, words));
  }

  std::string text() const { return document_.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n"; }

 private:
  ordered_json& put(std::string_view key) { return (*groups_.back())[std::string(key)]; }
  template <class Value>
  void put_optional(std::string_view key, const std::optional<Value>& value) {
    if (value)
      put(key) = *value;
    else
      put(key) = nullptr;
  }

  ordered_json document_ = ordered_json::object();
  std::vector<ordered_json*> groups_{&document_};
};

}  // namespace

std::string to_json(const Config& config) {
  Config copy = config;
  JsonWriter writer;
  describe(writer, copy);
  return writer.text();
}

}  // namespace cmgems::config
