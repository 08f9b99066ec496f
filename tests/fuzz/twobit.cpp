// UCSC .2bit: as a packed genome, and record by record.
#include "cmgems/genome/reader.h"
#include "fuzz/target.h"

using namespace cmgems;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return test::answer_file(data, size, "genome.2bit", [](const std::filesystem::path& path) {
    if (!genome::is_twobit(path)) return;
    test::answer([&] { genome::read_genome({path}).hash(); });
    genome::for_each_record(path, [](const genome::FastaRecord&) {});
  });
}
