// MANIFEST.json of a checkpoint, and the files that it names.
#include "cmgems/formats/manifest.h"

#include "fuzz/target.h"

using namespace cmgems;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return test::answer_file(data, size, "MANIFEST.json", [](const std::filesystem::path& path) {
    const auto manifest = formats::read_manifest(path.parent_path());
    formats::check_files(path.parent_path(), manifest, formats::Check::hashes);
  });
}
