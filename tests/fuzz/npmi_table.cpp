// NPMI tables, ours and the published csv. What is taken must be what is written.
#include "cmgems/npmi/table.h"
#include "fuzz/target.h"

using namespace cmgems;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return test::answer_file(data, size, "table.tsv", [](const std::filesystem::path& path) {
    const auto table = npmi::read_table(path);
    const auto copy = path.parent_path() / "copy.tsv";
    npmi::write_table(table, copy);
    if (npmi::read_table(copy).rank != table.rank) throw InternalError("a table is not what was written");
    npmi::rescored(table, npmi::Definition::genemask_release);
  });
}
