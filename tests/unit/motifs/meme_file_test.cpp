#include "cmgems/base/error.h"
#include "cmgems/motifs/motif.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::motifs;
using test::TemporaryFolder;

namespace {

const std::string kFile =
    "MEME version 4\n"                                                 // 1
    "\n"                                                               // 2
    "ALPHABET= ACGT\n"                                                 // 3
    "strands: + -\n"                                                   // 4
    "Background letter frequencies (from somewhere):\n"                // 5
    "A 0.3 C 0.2\n"                                                    // 6
    "G 0.1 T 0.4\n"                                                    // 7
    "MOTIF M1 first\n"                                                 // 8
    "log-odds matrix: alength= 4 w= 2 E= 0\n"                          // 9
    "1 2 3 4\n"                                                        // 10
    "1 2 3 4\n"                                                        // 11
    "letter-probability matrix: alength= 4 w= 2 nsites= 50 E= 1e-5\n"  // 12
    "0.7 0.1 0.15 0.05\n"                                              // 13
    "0.0 0.0 1.0 0.0\n"                                                // 14
    "URL http://somewhere\n"                                           // 15
    "MOTIF M2\n"                                                       // 16
    "letter-probability matrix:\n"                                     // 17
    " 0.333333 0.333333 0.333333 0\n"                                  // 18
    "\n";                                                              // 19

MotifFile read(const std::string& text) {
  const TemporaryFolder folder;
  return read_meme(folder.write("m.meme", text));
}

std::string refusal(const std::string& from, const std::string& to) {
  std::string text = kFile;
  text.replace(text.find(from), from.size(), to);
  const auto message = test::message_of<DataError>([&] { read(text); });
  return message.empty() ? message : message.substr(message.find("m.meme"));
}

}  // namespace

TEST_CASE("a MEME file is read, columns by base code A T C G", "[motifs]") {
  const auto file = read(kFile);
  CHECK(file.background[0] == Approx(0.3));
  CHECK(file.background[1] == Approx(0.4));
  CHECK(file.background[2] == Approx(0.2));
  CHECK(file.background[3] == Approx(0.1));
  REQUIRE(file.motifs.size() == 2);
  const auto& first = file.motifs[0];
  CHECK(first.id == "M1");
  CHECK(first.name == "first");
  CHECK(first.sites == 50);
  REQUIRE(first.columns.size() == 2);
  CHECK(first.columns[0][0] == Approx(0.7));
  CHECK(first.columns[0][1] == Approx(0.05));
  CHECK(first.columns[0][2] == Approx(0.1));
  CHECK(first.columns[0][3] == Approx(0.15));
  CHECK(first.columns[1][3] == 1);
  // without keys: the matrix ends at an empty line, 20 sites
  const auto& second = file.motifs[1];
  CHECK(second.name.empty());
  CHECK(second.sites == 20);
  REQUIRE(second.columns.size() == 1);
  CHECK(second.columns[0][0] == Approx(1.0 / 3));
}

TEST_CASE("a MEME file may be of RNA, with CRLF, without a background", "[motifs]") {
  const auto file = read(
      "MEME version 5.5.0 (Release)\r\nALPHABET= ACGU\r\nMOTIF R\r\nletter-probability matrix: w= 1\r\n0 0 0 1\r\n");
  CHECK(file.background == BaseProbabilities{0.25, 0.25, 0.25, 0.25});
  CHECK(file.motifs.at(0).columns.at(0) == BaseProbabilities{0, 1, 0, 0});
}

TEST_CASE("bad MEME files are refused with file and line", "[motifs]") {
  CHECK(refusal("MEME version 4", ">a FASTA").starts_with("m.meme: line 1: expected 'MEME version 4'"));
  CHECK(refusal("version 4", "version 3") == "m.meme: line 1: expected MEME version 4 or later");
  CHECK(refusal("ACGT", "ACDEFGHIKLMNPQRSTVWY").starts_with("m.meme: line 3: expected 'ALPHABET= ACGT'"));
  CHECK(
      refusal("ALPHABET= ACGT", "ALPHABET \"DNA\" DNA-LIKE").starts_with("m.meme: line 3: expected 'ALPHABET= ACGT'"));
  CHECK(refusal("A 0.3 C 0.2", "A 0.3 C").starts_with("m.meme: line 6: expected pairs of a letter"));
  CHECK(refusal("A 0.3", "N 0.3") == "m.meme: line 6: 'N' is no base");
  CHECK(refusal("T 0.4", "T 0.2").starts_with("m.meme: line 7: the probabilities sum to 0.8"));
  CHECK(refusal("A 0.3 C 0.2", "A 0.5 C 0").starts_with("m.meme: line 7: expected a background frequency above 0"));
  CHECK(refusal("MOTIF M1 first", "MOTIF") == "m.meme: line 8: expected 'MOTIF id name'");
  CHECK(refusal("MOTIF M1 first\n", "").starts_with("m.meme: line 11: expected one matrix after each line 'MOTIF"));
  CHECK(refusal("alength= 4 w= 2 nsites", "alength= 20 w= 2 nsites") == "m.meme: line 12: expected alength= 4");
  CHECK(refusal("w= 2 nsites", "w= 1.5 nsites") == "m.meme: line 12: expected a width w= of 1 to 1000");
  CHECK(refusal("w= 2 nsites", "w= 3 nsites").starts_with("m.meme: line 15: expected a row of four probabilities"));
  CHECK(refusal("0.7 0.1", "0.7 0,1") == "m.meme: line 13: '0,1' is no valid probability");
  CHECK(refusal("0.7 0.1", "0.7 -0.1") == "m.meme: line 13: '-0.1' is no valid probability");
  CHECK(refusal("0.7 0.1", "0.7 nan") == "m.meme: line 13: 'nan' is no valid probability");
  CHECK(refusal("0.7 0.1", "0.7 0.2").starts_with("m.meme: line 13: the probabilities sum to 1.1"));
  CHECK(refusal("MOTIF M2", "MOTIF M1") == "m.meme: line 16: motif M1 is already on line 8");
  CHECK(refusal("letter-probability matrix: alength", "other matrix: alength")
            .starts_with("m.meme: line 16: motif M1 has no 'letter-probability matrix:'"));
  CHECK(refusal(" 0.333333 0.333333 0.333333 0\n\n", "") ==
        "m.meme: line 17: the file ends within the matrix of motif M2");
  CHECK(test::message_of<DataError>([] { read("MEME version 4\n"); }).find("line 1: the file ends without a motif") !=
        std::string::npos);
  CHECK_THROWS_AS(read_meme("/no/such/file.meme"), InputNotFound);
}

TEST_CASE("the vertebrate motifs of JASPAR", "[motifs]") {
  if (test::real_data().empty()) CMGEMS_SKIP("no real data: set CMGEMS_TEST_DATA");
  const auto file = read_meme(test::real_data() / "motifs" / "JASPAR2024_CORE_vertebrates_nr.meme");
  REQUIRE(file.motifs.size() == 879);
  CHECK(file.motifs[0].id == "MA0004.1");
  CHECK(file.motifs[0].name == "Arnt");
  CHECK(file.motifs[0].consensus() == "CACGTG");
}

TEST_CASE("consensus letters", "[motifs]") {
  Motif motif;
  motif.columns = {{0.6, 0.1, 0.2, 0.1},      // A: above a half and twice the second
                   {0.45, 0.45, 0.05, 0.05},  // W
                   {0.55, 0.05, 0.35, 0.05},  // not twice the second: M
                   {0.1, 0.5, 0.4, 0},        // Y
                   {0.4, 0, 0.1, 0.5},        // R
                   {0, 0, 0.5, 0.5},          // S
                   {0, 0.5, 0, 0.5},          // K
                   {0.25, 0.25, 0.25, 0.25}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
  CHECK(motif.consensus() == "AWMYRSKNTCG");
}
