#include "cmgems/tasks/own_data.h"

#include <algorithm>
#include <set>

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/gzip.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::tasks;

namespace {

using Names = std::vector<std::string>;

std::vector<int> labels_of(const LabelledTable& table) {
  std::vector<int> labels;
  for (const auto& example : table.examples) labels.push_back(example.label);
  return labels;
}

/// Reads `train` with itself as test file.
TaskData read(const std::string& train, BadRows bad_rows = BadRows::refuse, const std::string& name = "own.tsv") {
  const test::TemporaryFolder folder;
  const auto path = folder.write(name, train);
  return read_own_data({path, {}, path}, {bad_rows});
}

/// The message behind the path.
std::string error_of(const std::string& train, const std::string& name = "own.tsv") {
  const test::TemporaryFolder folder;
  const auto path = folder.write(name, train);
  const auto message = test::message_of<DataError>([&] { read_own_data({path, {}, path}); });
  INFO(message);
  REQUIRE(message.rfind(path.string(), 0) == 0);
  return message.substr(path.string().size());
}

}  // namespace

TEST_CASE("labels that number the classes are taken as they are, all others are names") {
  const auto numbers = read("sequence\tlabel\nACGT\t1\nAAAA\t0\nCCCC\t2\n");
  CHECK(numbers.labels.empty());
  CHECK(numbers.classes == 3);
  CHECK(labels_of(numbers.pool) == std::vector<int>{1, 0, 2});

  const auto words = read("sequence,label\nACGT,silencer\nAAAA,enhancer\nCCCC,silencer\n");
  CHECK(words.labels == Names{"enhancer", "silencer"});
  CHECK(labels_of(words.pool) == std::vector<int>{1, 0, 1});
  CHECK(words.name == "own.tsv");

  CHECK(read("sequence,label\nA,1\nC,2\nG,10\n").labels == Names{"1", "2", "10"});  // not from 0: by value
  CHECK(read("sequence,label\nA,-1\nC,1\n").labels == Names{"-1", "1"});
  CHECK(read("sequence,label\nA,0\nC,2\n").labels == Names{"0", "2"});
  CHECK(read("sequence,label\nA,00\nC,1\n").labels == Names{"00", "1"});
  CHECK(read("sequence,label\nA,b\nC,2\n").labels == Names{"2", "b"});
  CHECK(read("sequence,label\nA,\"two words\"\nC,Zelle \xC3\xA4\n").labels == Names{"Zelle \xC3\xA4", "two words"});
}

TEST_CASE("FASTA says the label behind the name or after the last bar") {
  const auto data = read(
      ">a label=on\nACGT\nAC\n>b|x|off\nTTTT\n>c|off some words label=on\nGGGG\n>d first | off then\nCCCC\n"
      ">e\tlabel=on\tmore\nACGA\n",
      BadRows::refuse, "own.fa");
  CHECK(data.labels == Names{"off", "on"});
  CHECK(labels_of(data.pool) == std::vector<int>{1, 0, 1, 0, 1});
  CHECK(data.pool.examples[0].sequence == "ACGTAC");
  CHECK(error_of(">a label=on\nACGT\n>b notlabel=off\nAC\n", "own.fa") ==
        " record 2 ('b'): no label; expected label=NAME behind the name, or the label after the last '|'; correct the "
        "row, or leave such rows out with --set finetune.bad_rows=skip");
  CHECK_THAT(error_of(">a label=on\n>b|off\nAC\n", "own.fa"),
             Catch::StartsWith(" record 1 ('a'): the sequence is empty"));
}

TEST_CASE("tables and FASTA are read compressed, too") {
  for (const std::string name : {"own.tsv.gz", "own.csv.gz"}) {
    const std::string delimiter = name == "own.csv.gz" ? "," : "\t";
    const auto data =
        read(test::gzipped("sequence" + delimiter + "label\nACGT" + delimiter + "on\nTTTT" + delimiter + "off\n"),
             BadRows::refuse, name);
    CHECK(data.labels == Names{"off", "on"});
    CHECK(data.pool.examples[0].sequence == "ACGT");
    CHECK(data.name == name);
  }
  CHECK(read(test::gzipped(">a|on\nACGT\n>b|off\nTTTT\n"), BadRows::refuse, "own.fa.gz").labels == Names{"off", "on"});
  CHECK_THAT(error_of(test::gzipped("sequence\nACGT\n"), "own.tsv.gz"),
             Catch::StartsWith(" line 1: no column 'label'"));
}

TEST_CASE("rows that cannot be used are listed, the first five of them") {
  CHECK(error_of("sequence\tlabel\nACGT\ta\nAC-GT\tb\nTT\tb\n") ==
        " line 3: '-' in the sequence is not a nucleotide code (ACGTUN or IUPAC); correct the row, or leave such rows "
        "out with --set finetune.bad_rows=skip");
  const std::string many = "sequence\tlabel\nACGT\ta\n\tb\nTT\tb\nTT\nT?\ta\nTT\t\n\"TT\tb\nT\tb\tc\nACGE\ta\n";
  CHECK(error_of(many) ==
        ": 7 of 9 rows cannot be used:\n"
        "  line 3: the sequence is empty\n"
        "  line 5: expected 2 columns as in the header, found 1\n"
        "  line 6: '?' in the sequence is not a nucleotide code (ACGTUN or IUPAC)\n"
        "  line 7: the label is empty\n"
        "  line 8: a double quote is not closed on its line\n"
        "  and 2 more\n"
        "correct them, or leave such rows out with --set finetune.bad_rows=skip");
  const auto left = read(many, BadRows::skip);
  CHECK(left.pool.examples.size() == 2);
  CHECK_THAT(left.notes.at(0), Catch::StartsWith("7 of 9 rows of ") &&
                                   Catch::EndsWith("were left out, the first: line 3: the sequence is empty"));
}

TEST_CASE("a sequence must hold a k-mer") {
  const test::TemporaryFolder folder;
  const auto path = folder.write("own.tsv", "sequence\tlabel\nACGTAC\ta\nACGTA\tb\nAACCGG\tb\n");
  OwnDataOptions options;
  options.min_bases = 6;
  CHECK_THAT(test::message_of<DataError>([&] { read_own_data({path, {}, path}, options); }),
             Catch::StartsWith(path.string() + " line 3: 5 bases, fewer than one k-mer of 6; correct the row"));
}

TEST_CASE("labels that are no classes are refused") {
  CHECK_THAT(error_of("sequence\tlabel\nACGT\ta\nTT\ta\n"),
             Catch::StartsWith(": a single label, 'a'; two or more classes"));
  std::string measured = "sequence\tlabel\n";
  for (int i = 0; i < 30; ++i) measured += "ACGT\t0." + std::to_string(100 + i) + "\n";
  CHECK_THAT(error_of(measured), Catch::StartsWith(": 30 different labels in 30 rows; expected classes"));
  CHECK_THAT(error_of("sequence\tlabel\n"), Catch::StartsWith(": no rows"));
  CHECK_THAT(error_of("sequence\tclass\nA\tb\n"), Catch::StartsWith(" line 1: no column 'label'"));
}

TEST_CASE("a label that no training row has is named with its line") {
  const test::TemporaryFolder folder;
  const auto train = folder.write("train.tsv", "sequence\tlabel\nACGT\ton\nTTTT\toff\n");
  const auto test = folder.write("test.tsv", "sequence\tlabel\nACGT\toff\nGGGG\tboth\n");
  CHECK(test::message_of<DataError>([&] { read_own_data({train, {}, test}); }) ==
        test.string() + " line 3: label 'both' does not occur in the training rows " + train.string() +
            ", which have off, on");
  CHECK_THROWS_AS(read_own_data({train, test, train}), DataError);
  CHECK_THROWS_AS(read_own_data({train, {}, folder.path() / "none.tsv"}), InputNotFound);
  const auto data = read_own_data({train, train, train});
  CHECK(data.dev->examples.size() == 2);
  CHECK_THAT(data.notes.at(0), Catch::StartsWith("2 of 2 test sequences also occur in the training rows"));
  CHECK_THAT(data.notes.at(1), Catch::StartsWith("2 of 2 dev sequences also occur"));
}

TEST_CASE("without a test file a share of each class is drawn by seed") {
  const test::TemporaryFolder folder;
  std::string rows = "sequence\tlabel\n";
  for (int i = 0; i < 25; ++i) rows += std::string(static_cast<std::size_t>(i) + 1, 'A') + (i < 20 ? "\ta\n" : "\tb\n");
  const auto train = folder.write("train.tsv", rows);
  const auto data = read_own_data({train, {}, {}}, {BadRows::refuse, 1, 0.2, 7});
  const auto test = labels_of(data.test);
  CHECK(std::count(test.begin(), test.end(), 0) == 4);
  CHECK(std::count(test.begin(), test.end(), 1) == 1);
  CHECK(data.pool.examples.size() == 20);
  std::set<std::string> sequences;
  for (const auto* table : {&data.pool, &data.test}) {
    for (const auto& example : table->examples) sequences.insert(example.sequence);
  }
  CHECK(sequences.size() == 25);
  CHECK_THAT(data.notes.at(0), Catch::Contains("5 of 25 rows, the same share of each class, were drawn by seed 7"));
  const auto sequences_of = [&](std::uint64_t seed) {
    std::string text;
    for (const auto& example : read_own_data({train, {}, {}}, {BadRows::refuse, 1, 0.2, seed}).test.examples) {
      text += example.sequence + " ";
    }
    return text;
  };
  CHECK(sequences_of(7) == sequences_of(7));
  CHECK(sequences_of(7) != sequences_of(8));
}
