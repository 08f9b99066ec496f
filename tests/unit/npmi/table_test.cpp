#include "cmgems/npmi/table.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <sstream>

#include "cmgems/base/error.h"
#include "cmgems/genome/builder.h"
#include "support/catch.h"
#include "support/small_table.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::npmi;
using test::TemporaryFolder;

namespace {

/// ATATA: ATA (index 4) twice, TAT (index 17) once.
Table small_table(std::int64_t min_count = 1) {
  genome::GenomeBuilder builder;
  builder.begin_contig("c");
  builder.append("ATATA");
  Table table = build_table(kmer::count_nmers(builder.finish(), 3, 1), Definition::paper, min_count);
  table.genome_hash = "0f";
  return table;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string small_text() {
  const TemporaryFolder folder;
  write_table(small_table(), folder.path() / "t.tsv");
  return content_of(folder.path() / "t.tsv");
}

/// The small table's text with its first `from` replaced.
std::string changed(const std::string& from, const std::string& to) {
  std::string text = small_text();
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// The message with which this text is refused, without the folder.
std::string refusal(const std::string& text) {
  const TemporaryFolder folder;
  const auto path = folder.write("t.tsv", text);
  const auto message = test::message_of<DataError>([&] { read_table(path); });
  const auto at = message.find("t.tsv");
  return at == std::string::npos ? message : message.substr(at);
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
    return std::isnan(x) ? std::isnan(y) : std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  });
}

}  // namespace

TEST_CASE("tables of long k-mers are written and read", "[npmi]") {
  genome::GenomeBuilder builder;
  builder.begin_contig("c");
  builder.append("ACGTTGCATCGATTACAGGATC");
  const Table table = build_table(kmer::count_nmers(builder.finish(), 9, 1), Definition::paper, 1);
  CHECK(table.k == 9);
  CHECK(table.scored() == 14);
  const cmgems::test::TemporaryFolder folder;
  write_table(table, folder.path() / "t.tsv");
  const Table read = read_table(folder.path() / "t.tsv");
  CHECK(read.counts == table.counts);
  CHECK(read.rank == table.rank);
}

TEST_CASE("ranks: best first, without a score last, ties by index", "[npmi]") {
  const Table table = small_table();
  CHECK(table.rank[4] == 0);   // log(20/9)
  CHECK(table.rank[17] == 1);  // log(5/3)
  CHECK(table.rank[0] == 2);
  CHECK(table.rank[3] == 5);
  CHECK(table.rank[5] == 6);
  CHECK(table.rank[16] == 17);
  CHECK(table.rank[18] == 18);
  CHECK(table.rank[63] == 63);
  CHECK(table.scored() == 2);
  CHECK(small_table(2).scored() == 1);
  CHECK(table.rank_of(5 + 17) == 1);
  CHECK(table.rank_of(kmer::kMask) == 64);
  CHECK(table.has_score(5 + 4));
  CHECK_FALSE(table.has_score(5 + 5));
  CHECK_FALSE(table.has_score(kmer::kCls));
}

TEST_CASE("the file format", "[npmi]") {
  const std::string text = small_text();
  CHECK(
      text.starts_with("#cmgems-npmi 1\n#k 3\n#definition paper\n#min_count 1\n#both_strands false\n#genome 0f\n"
                       "kmer\tcount\tpmi\tnpmi\trank\nAAA\t0\tnan\tnan\t2\n"));
  CHECK(text.find("\nATA\t2\t0.79850769621777") != std::string::npos);
  CHECK(text.ends_with("\nGGG\t0\tnan\tnan\t63\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 7 + 64);
}

TEST_CASE("a table survives writing and reading bit for bit", "[npmi]") {
  const TemporaryFolder folder;
  Table table = builtin_human_6mer();
  table.both_strands = true;
  const auto path = folder.path() / "t.tsv";
  write_table(table, path);
  const Table read = read_table(path);
  CHECK(read.k == 6);
  CHECK(read.definition == Definition::paper);
  CHECK(read.min_count == 101);
  CHECK(read.both_strands);
  CHECK(read.genome_hash == "builtin:human-6mer");
  CHECK(read.counts == table.counts);
  CHECK(read.rank == table.rank);
  CHECK(same_bits(read.pmi, table.pmi));
  CHECK(same_bits(read.npmi, table.npmi));
}

TEST_CASE("rows may come in any order and with CRLF", "[npmi]") {
  std::string text = small_text();
  const std::string last = "GGG\t0\tnan\tnan\t63\n";
  text.erase(text.size() - last.size());
  text.insert(text.find("AAA\t"), last);
  std::string dos;
  for (const char c : text) dos += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const TemporaryFolder folder;
  CHECK(read_table(folder.write("t.tsv", dos)).rank == small_table().rank);
}

TEST_CASE("bad tables are refused with file and line", "[npmi]") {
  CHECK(refusal("") == "t.tsv: line 1: the file ends here; expected '#cmgems-npmi 1'");
  CHECK(refusal("kmer\tcount\n").starts_with("t.tsv: line 1: expected '#cmgems-npmi 1'"));
  CHECK(refusal(changed("#k 3", "#k 13")) == "t.tsv: line 2: '13' is no valid k-mer length (3 to 12)");
  CHECK(refusal(changed("#k 3", "#p 3")) == "t.tsv: line 2: expected '#k ...'");
  CHECK(refusal(changed("paper", "pape")) ==
        "t.tsv: line 3: 'pape' is no definition; expected paper or genemask-release");
  CHECK(refusal(changed("false", "no")).starts_with("t.tsv: line 5: expected '#both_strands true'"));
  CHECK(refusal(changed("AAA\t0\t", "AAA\t-1\t")) == "t.tsv: line 8: '-1' is no valid count");
  CHECK(refusal(changed("AAA\t0\tnan", "AAA\t0\t1.5x")) == "t.tsv: line 8: '1.5x' is no valid PMI");
  CHECK(refusal(changed("AAA\t0\tnan\tnan", "AAA\t0\tnan\tinf")) == "t.tsv: line 8: 'inf' is no valid NPMI");
  CHECK(refusal(changed("AAA\t0\tnan", "AAA\t0\t1.5")) == "t.tsv: line 8: only one of pmi and npmi is nan");
  CHECK(refusal(changed("AAA\t0\tnan\tnan\t2", "AAA\t0\tnan\tnan\t64")) == "t.tsv: line 8: '64' is no valid rank");
  CHECK(refusal(changed("AAA\t0\tnan\tnan\t2", "AAA\t0\tnan\tnan")) ==
        "t.tsv: line 8: expected 5 columns with tabs between them");
  CHECK(refusal(changed("AAA\t", "AANA\t")) == "t.tsv: line 8: 'AANA' is no 3-mer of A, C, G, T");
  CHECK(refusal(changed("AAA\t", "[CLS]\t")) == "t.tsv: line 8: '[CLS]' is no 3-mer of A, C, G, T");
  CHECK(refusal(changed("AAT\t", "AAA\t")) == "t.tsv: line 9: k-mer AAA is already on line 8");
  CHECK(refusal(changed("GGG\t0\tnan\tnan\t63\n", "")) ==
        "t.tsv: line 71: the file ends here; expected one line for each of the 64 k-mers");
  CHECK(refusal(small_text() + "\n") == "t.tsv: line 72: more lines than k-mers; expected the end of the file");
  CHECK(refusal(small_text().substr(0, 900)).find("the file is cut off") != std::string::npos);
  CHECK(refusal(changed("AAA\t0\tnan\tnan\t2", "AAA\t0\tnan\tnan\t3"))
            .starts_with("t.tsv: line 8: rank 3 does not follow from the npmi column, which gives 2"));
  CHECK_THROWS_AS(read_table("/no/such/table.tsv"), InputNotFound);
}

TEST_CASE("a score is a finite number or nan", "[npmi]") {
  for (const std::string score : {"inf", "-inf", "NaN", "-nan", "INF", "infinity", "1e999", "-1e999"}) {
    CAPTURE(score);
    CHECK(refusal(changed("AAA\t0\tnan\tnan", "AAA\t0\t" + score + "\t1")) ==
          "t.tsv: line 8: '" + score + "' is no valid PMI");
    CHECK(refusal(changed("AAA\t0\tnan\tnan", "AAA\t0\t1\t" + score)) ==
          "t.tsv: line 8: '" + score + "' is no valid NPMI");
  }
}

TEST_CASE("k-mers whose pieces the k-mer counts do not show get no score", "[npmi]") {
  // ATA and ATG only: no k-mer begins with T or G, so that as prefixes TA, TG and G were never seen.
  Table table = test::ordered_table(3);
  table.min_count = 1;
  std::fill(table.counts.begin(), table.counts.end(), 0);
  table.counts[4] = 3;  // ATA = AT + A
  table.counts[7] = 5;  // ATG = AT + G or A + TG or A + T + G
  for (const auto definition : {Definition::paper, Definition::genemask_release}) {
    const Table again = rescored(table, definition);
    CHECK(again.scored() == 1);
    CHECK(std::isfinite(again.pmi[4]));
    CHECK(std::isnan(again.npmi[7]));
    const TemporaryFolder folder;
    write_table(again, folder.path() / "t.tsv");
    CHECK(read_table(folder.path() / "t.tsv").rank == again.rank);
  }
}

TEST_CASE("counts that no genome has are refused", "[npmi]") {
  const std::string most = "9223372036854775808";  // 2^63
  std::string text = changed("AAA\t0\t", "AAA\t" + most + "\t");
  CHECK(refusal(text) == "t.tsv: line 8: the counts up to here add up to more than any genome has");
  const std::string half = "2305843009213693952";  // 2^61, twice 2^62
  text = changed("AAA\t0\t", "AAA\t" + half + "\t");
  text.replace(text.find("AAT\t0"), 5, "AAT\t" + half);
  CHECK(refusal(text).starts_with("t.tsv: line 9: the counts up to here"));
}

TEST_CASE("a header that announces more than the file holds is refused before anything is made for it", "[npmi]") {
  CHECK(refusal(changed("#k 3", "#k 12")) ==
        "t.tsv: line 7: the file is too short for the 16777216 k-mers of '#k 12': it is cut off or damaged; copy or "
        "build it again");
  CHECK(refusal(changed("#genome 0f", "#genome " + std::string(101, 'f'))) ==
        "t.tsv: line 6: the genome's name has 101 characters; expected at most 100, as in a SHA-256 or "
        "builtin:human-6mer");
}

TEST_CASE("the built-in table", "[npmi]") {
  const Table table = builtin_human_6mer();
  CHECK(table.k == 6);
  CHECK(table.scored() == 4096);
  CHECK(table.genome_hash == "builtin:human-6mer");
  // Known of these counts under the paper's definition: 3808 k-mers have a negative PMI.
  CHECK(std::count_if(table.pmi.begin(), table.pmi.end(), [](double pmi) { return pmi < 0; }) == 3808);
}
