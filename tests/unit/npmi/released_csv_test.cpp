// The reader of the csv that the authors of GeneMask published, on a made-up one of 3-mers.
#include <cmath>
#include <sstream>

#include "cmgems/base/error.h"
#include "cmgems/npmi/table.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::npmi;
using test::TemporaryFolder;

namespace {

/// All 64 3-mers in the order TTT .. AAA with PMI 2, seen 101 times each, so that the discount is a half; CGT 10201
/// times, so that it is log 101^2 / (3 log 101) = 2/3.
std::string csv() {
  std::string text = "ngram,naive.pmi,dp.true.pmi,norm_dp_true_pmi,ngram_size\n";
  const std::string letters = "TGCA";
  for (const char a : letters) {
    for (const char b : letters) {
      for (const char c : letters) {
        const std::string word{a, b, c};
        text += word + ",0.1,2.0," + (word == "CGT" ? "1.3333333333333333" : "1.0") + ",3\n";
      }
    }
  }
  return text;
}

std::string changed(const std::string& from, const std::string& to) {
  std::string text = csv();
  return text.replace(text.find(from), from.size(), to);
}

std::string refusal(const std::string& text) {
  const TemporaryFolder folder;
  const auto path = folder.write("t.csv", text);
  const auto message = test::message_of<DataError>([&] { read_table(path); });
  return message.empty() ? message : message.substr(message.find("t.csv"));
}

}  // namespace

TEST_CASE("the published csv is read as a table", "[npmi]") {
  const TemporaryFolder folder;
  const Table table = read_table(folder.write("t.csv", csv()));
  const auto cgt = static_cast<std::size_t>(kmer::Vocabulary(3).id("CGT") - kmer::kFirstKmer);
  CHECK(table.k == 3);
  CHECK(table.definition == Definition::genemask_release);
  CHECK(table.min_count == 101);
  CHECK(table.scored() == 64);
  CHECK(table.rank[cgt] == 0);
  CHECK(table.npmi[cgt] == Approx(4.0 / 3));
  CHECK(table.pmi[cgt] == 2);
  CHECK(table.counts[cgt] == 10201);
  CHECK(table.counts[0] == 101);
  CHECK(table.rank[0] == 1);
  CHECK(table.rank[63] == 63);
}

TEST_CASE("a bad csv is refused with file and line", "[npmi]") {
  CHECK(refusal(changed("norm_dp_true_pmi", "norm")) ==
        "t.csv: line 1: the published csv has a column norm_dp_true_pmi, this file none");
  CHECK(refusal(changed("TTT,0.1", "TT,0.1")) == "t.csv: line 2: 'TT' is no k-mer of 3 to 8 bases");
  CHECK(refusal(changed("TTG,0.1", "TTGA,0.1")) == "t.csv: line 3: 'TTGA' is no 3-mer of A, C, G, T");
  CHECK(refusal(changed("TTG,0.1", "TTT,0.1")) == "t.csv: line 3: k-mer TTT is already on line 2");
  CHECK(refusal(changed("TTG,0.1,", "TTG,")) == "t.csv: line 3: expected 5 columns");
  CHECK(refusal(changed("TTG,0.1,2.0,", "TTG,0.1,x,")) == "t.csv: line 3: 'x' is no valid dp.true.pmi");
  CHECK(refusal(changed("TTG,0.1,2.0,1.0", "TTG,0.1,2.0,1.1"))
            .starts_with("t.csv: line 3: norm_dp_true_pmi is not dp.true.pmi with the discount of a whole count"));
  CHECK(refusal(changed("AAA,0.1,2.0,1.0,3\n", "")).starts_with("t.csv: line 65: the file ends here"));
  CHECK(refusal(csv() + "AAA,0.1,2.0,1.0,3\n").starts_with("t.csv: line 66: more lines than k-mers"));
}

TEST_CASE("a table is scored anew from its own counts", "[npmi]") {
  const Table human = builtin_human_6mer();
  const Table release = rescored(human, Definition::genemask_release);
  CHECK(release.npmi == builtin_human_6mer(Definition::genemask_release).npmi);
  CHECK(release.definition == Definition::genemask_release);
  CHECK(release.genome_hash == human.genome_hash);
}
