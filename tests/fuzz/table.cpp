// Labelled TSV and CSV: strict, with bad rows skipped, and as sequences without labels.
#include "cmgems/tasks/labelled_table.h"
#include "cmgems/tasks/own_data.h"
#include "cmgems/tasks/sequence_file.h"
#include "fuzz/target.h"

using namespace cmgems;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return test::answer_file(data, size, "rows.tsv", [](const std::filesystem::path& path) {
    test::answer([&] { tasks::read_labelled_table(path).classes(); });
    test::answer([&] { tasks::read_own_data({path, {}, {}}, {.bad_rows = tasks::BadRows::skip}); });
    tasks::for_each_sequence(path, [](const tasks::SequenceRecord&) {});
  });
}
