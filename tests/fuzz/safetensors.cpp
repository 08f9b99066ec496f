// safetensors: the header, and that every tensor lies within the file.
#include "cmgems/formats/safetensors.h"

#include "fuzz/target.h"

using namespace cmgems;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return test::answer_file(data, size, "model.safetensors", [](const std::filesystem::path& path) {
    const formats::SafetensorsFile file(path);
    for (const auto& tensor : file.tensors()) test::touch(tensor.bytes);
  });
}
