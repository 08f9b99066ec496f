#include "cmgems/tasks/labelled_table.h"

#include "cmgems/base/error.h"
#include "support/catch.h"

using namespace cmgems;
using tasks::LabelledTable;
using tasks::read_labelled_table;

namespace {

LabelledTable read(const std::string& content, const std::string& name = "table.tsv") {
  const test::TemporaryFolder folder;
  return read_labelled_table(folder.write(name, content));
}

/// The message of the DataError behind the path; empty when the table reads.
std::string error_of(const std::string& content) {
  const test::TemporaryFolder folder;
  const auto path = folder.write("table.tsv", content);
  try {
    read_labelled_table(path);
  } catch (const DataError& error) {
    const std::string message = error.what();
    REQUIRE(message.find(path.string()) == 0);
    return message.substr(message.find_first_not_of(": ", path.string().size()));
  }
  return "";
}

bool begins(const std::string& text, const std::string& part) {
  INFO(text);
  return text.rfind(part, 0) == 0;
}

}  // namespace

TEST_CASE("plain, quoted, k-mer and CSV tables hold the same examples") {
  for (const auto& [name, content] : std::vector<std::pair<std::string, std::string>>{
           {"plain.tsv", "sequence\tlabel\nACGTACG\t0\nTTTGGGC\t2\n"},
           {"quoted.tsv", "\"sequence\"\t\"label\"\n\"ACGTACG\"\t\"0\"\n\"TTTGGGC\"\t\"2\"\n"},
           {"kmers.tsv", "sequence\tlabel\nACGTAC CGTACG\t0\nTTT TTG TGG GGG GGC\t2\n"},
           {"quoted_kmers.tsv", "\"sequence\"\t\"label\"\n\"ACGTAC CGTACG\"\t\"0\"\n\"TTTG TTGG TGGG GGGC\"\t\"2\"\n"},
           {"comma.csv", "sequence,label\nACGTACG,0\nTTTGGGC,2\n"},
           {"quoted.csv", "label,\"sequence\"\n0,\"ACGTACG\"\n\"2\",TTTGGGC"},
           {"other_order.csv", "id,Label,name,Sequence\na,0,\"x, \"\"y\"\"\",ACGTACG\nb,2,,TTTGGGC\n"},
           {"crlf.tsv", "sequence\tlabel\r\nACGTACG\t0\r\n\r\nTTTGGGC\t2\r\n"},
           {"mark.csv", "\xEF\xBB\xBFsequence,label\nacgtacg,0\nuuuGGGC, 2 \n"},
           {"no_extension", "sequence\tlabel\n ACGTACG \t0\nTT TT TG GG GG GC\t2\n"}}) {
    INFO(name);
    const auto table = read(content, name);
    REQUIRE(table.examples.size() == 2);
    CHECK(table.examples[0].sequence == "ACGTACG");
    CHECK(table.examples[0].label == 0);
    CHECK(table.examples[1].sequence == "TTTGGGC");
    CHECK(table.examples[1].label == 2);
    CHECK(table.classes() == 3);
    CHECK(table.path.filename() == name);
  }
}

TEST_CASE("IUPAC codes stay in the sequence") {
  CHECK(read("sequence,label\nACGTNnRYSWKMBDHV,1\n").examples[0].sequence == "ACGTNNRYSWKMBDHV");
}

TEST_CASE("a header that is missing or incomplete is named") {
  CHECK(begins(error_of(""), "the file is empty"));
  CHECK(begins(error_of("ACGT\t0\nACGT\t1\n"), "line 1: no column 'sequence'; the first line must be a header"));
  CHECK(begins(error_of("sequence\tclass\nACGT\t1\n"), "line 1: no column 'label'"));
  CHECK(begins(error_of("sequence\nACGT\n"), "line 1: no column 'label'"));
  CHECK(begins(error_of("sequence\tlabel\n"), "line 1: no rows after the header"));
}

TEST_CASE("labels must be whole numbers from 0") {
  CHECK(begins(error_of("sequence\tlabel\nACGT\t0\nACGT\tabc\n"), "line 3: label 'abc' is not a whole number from 0"));
  CHECK(begins(error_of("sequence\tlabel\nACGT\t-1\n"), "line 2: label '-1'"));
  CHECK(begins(error_of("sequence\tlabel\nACGT\t1.0\n"), "line 2: label '1.0'"));
  CHECK(begins(error_of("sequence\tlabel\nACGT\t\n"), "line 2: label ''"));
  CHECK(begins(error_of("sequence\tlabel\nACGT\t99999999999999\n"), "line 2: label '99999999999999'"));
}

TEST_CASE("rows must have the columns of the header") {
  CHECK(begins(error_of("sequence\tlabel\n\nACGT\n"), "line 3: expected 2 columns as in the header, found 1"));
  CHECK(begins(error_of("sequence\tlabel\nACGT\t0\t1\n"), "line 2: expected 2 columns as in the header, found 3"));
  CHECK(begins(error_of("sequence\tlabel\n\"ACGT\t0\n"), "line 2: a double quote is not closed"));
  CHECK(begins(error_of("sequence\tlabel\n\"ACGT\"T\t0\n"), "line 2: text follows a closing double quote"));
}

TEST_CASE("sequences must be bases or overlapping k-mers") {
  CHECK(begins(error_of("sequence\tlabel\n\t0\n"), "line 2: the sequence is empty"));
  CHECK(begins(error_of("sequence\tlabel\nACGE\t0\n"), "line 2: 'E' in the sequence is not a nucleotide code"));
  CHECK(begins(error_of("sequence\tlabel\nAC-GT\t0\n"), "line 2: '-' in the sequence"));
  CHECK(begins(error_of("sequence\tlabel\nACG CGT GTA\t0\nACG CGT TTA\t0\n"),
               "line 3: word 'TTA' does not overlap the k-mer before it, 'CGT', by 2 bases"));
  CHECK(begins(error_of("sequence\tlabel\nACG CGTA\t0\n"), "line 2: word 'CGTA' does not overlap"));
  CHECK(begins(error_of("sequence\tlabel\nA C G\t0\n"), "line 2: blanks in the sequence"));
}

TEST_CASE("a table that is not there is an input that was not found") {
  CHECK_THROWS_AS(read_labelled_table("/nonexistent/table.tsv"), InputNotFound);
}

TEST_CASE("rows of the test set that also occur in the pool are counted") {
  const tasks::LabelledTable pool{"p", {{"ACGT", 0}, {"ACGT", 1}, {"TTTT", 0}}};
  const tasks::LabelledTable test{"t", {{"ACGT", 0}, {"ACG", 0}, {"ACGT", 1}}};
  CHECK(tasks::shared_rows(pool, test) == 2);
}
