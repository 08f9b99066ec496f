// The JSON configuration. What is taken must be what is written, and be taken again.
#include "cmgems/config/config.h"

#include "fuzz/target.h"

using namespace cmgems;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return test::answer([&] {
    config::Config config, again;
    config::apply_json(config, {reinterpret_cast<const char*>(data), size}, "input.json");
    test::answer([&] { config::validate(config); });
    const auto text = config::to_json(config);
    try {
      config::apply_json(again, text, "written.json");
    } catch (const Error& error) {
      throw InternalError(error.what());
    }
    if (config::to_json(again) != text) throw InternalError("a configuration is not what was written");
  });
}
