// pytorch_model.bin: zip archive or older form, and the pickle in it.
#include "cmgems/formats/torch_file.h"

#include "fuzz/target.h"

using namespace cmgems;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return test::answer_file(data, size, "pytorch_model.bin", [](const std::filesystem::path& path) {
    const formats::TorchFile file(path);
    for (const auto& tensor : file.tensors()) test::touch(tensor.bytes);
  });
}
