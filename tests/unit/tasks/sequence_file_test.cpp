#include "cmgems/tasks/sequence_file.h"

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/gzip.h"
#include "support/pipe.h"
#include "support/thrown.h"

using namespace cmgems;

namespace {

/// id:sequence:label of every record.
std::vector<std::string> read(const std::string& name, const std::string& content) {
  const test::TemporaryFolder folder;
  std::vector<std::string> seen;
  tasks::for_each_sequence(folder.write(name, content), [&](const tasks::SequenceRecord& record) {
    seen.push_back(record.id + ":" + record.sequence + ":" + record.label.value_or("-"));
  });
  return seen;
}

std::string error_of(const std::string& content) {
  return test::message_of<DataError>([&] { read("t.tsv", content); });
}

using Seen = std::vector<std::string>;

}  // namespace

TEST_CASE("sequences of every kind of file, with the ids that there are", "[tasks]") {
  CHECK(read("a.fa", ">x one\nacGu\nNN\n>\nTTT\n") == Seen{"x:ACGTNN:-", "2:TTT:-"});
  CHECK(read("a.tsv", "sequence\nACGT\n\nGGG\n") == Seen{"1:ACGT:-", "2:GGG:-"});
  CHECK(read("a.tsv.gz", test::gzipped("sequence\tlabel\nACGT\t1\n")) == Seen{"1:ACGT:1"});
  CHECK(read("a.csv", "label,ID,sequence\n3,q,ACG CGT\n") == Seen{"q:ACGT:3"});
}

TEST_CASE("labels are told as they are written, blank ones not at all", "[tasks]") {
  CHECK(read("a.tsv", "sequence\tlabel\nACGT\tpromoter\nGGG\t \nTTT\t-1\n") ==
        Seen{"1:ACGT:promoter", "2:GGG:-", "3:TTT:-1"});
}

TEST_CASE("a place names file, number and id", "[tasks]") {
  const test::TemporaryFolder folder;
  const auto path = folder.write("a.fa", ">x\nA\n>y\nC\n");
  Seen places;
  tasks::for_each_sequence(path, [&](const tasks::SequenceRecord& record) { places.push_back(record.place); });
  CHECK(places == Seen{path.string() + ": sequence 1 ('x')", path.string() + ": sequence 2 ('y')"});
  const auto table = folder.write("a.tsv", "id\tsequence\nx\tA\n\ny\tC\n");
  places.clear();
  tasks::for_each_sequence(table, [&](const tasks::SequenceRecord& record) { places.push_back(record.place); });
  CHECK(places == Seen{table.string() + ": line 2 ('x')", table.string() + ": line 4 ('y')"});
}

TEST_CASE("a pipe of FASTA loses no record", "[tasks]") {
  const test::TemporaryFolder folder;
  std::string content;
  for (int i = 0; i < 3000; ++i) content += ">s" + std::to_string(i) + "\nACGTACGTACGTACGTACGTACGTACGT\n";
  const test::Pipe pipe(folder, content);
  std::size_t records = 0;
  tasks::for_each_sequence(pipe.path(), [&](const tasks::SequenceRecord&) { ++records; });
  CHECK(records == 3000);
}

TEST_CASE("tables without sequences say what is missing", "[tasks]") {
  CHECK_THAT(error_of("id\tlabel\na\t0\n"),
             Catch::Contains("line 1: no column 'sequence'; the first line must be a header with the column sequence"));
  CHECK_THAT(error_of("sequence\n"), Catch::Contains("line 1: no rows after the header"));
  CHECK_THAT(error_of(""), Catch::Contains("the file is empty"));
  CHECK_THROWS_AS(tasks::for_each_sequence("/nonexistent", [](const auto&) {}), InputNotFound);
}
