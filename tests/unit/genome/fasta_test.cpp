#include "cmgems/base/error.h"
#include "cmgems/genome/reader.h"
#include "support/catch.h"
#include "support/pipe.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::genome;
using test::message_of;
using test::TemporaryFolder;

namespace {

// ">a one\nACGT\n>b\nGG\n" as gzip, made with Python's zlib.
const std::string kGzip(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xb3\x4b\x54\xc8\xcf\x4b\xe5\x72\x74\x76\x0f\xe1\xb2\x4b\xe2\x72\x77\xe7"
    "\x02\x00\x1a\xbc\x17\x73\x12\x00\x00\x00",
    38);
// The same as one BGZF block (SAM specification, section 4.1), and the empty block that ends a BGZF file.
const std::string kBgzfBlock(
    "\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\x06\x00\x42\x43\x02\x00\x2d\x00\xb3\x4b\x54\xc8\xcf\x4b\xe5\x72\x74\x76"
    "\x0f\xe1\xb2\x4b\xe2\x72\x77\xe7\x02\x00\x1a\xbc\x17\x73\x12\x00\x00\x00",
    46);
const std::string kBgzfEnd(
    "\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\x06\x00\x42\x43\x02\x00\x1b\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00",
    28);

/// The message with which a file of this content is refused, without the folder.
std::string refusal(const std::string& content, int threads = 1) {
  const TemporaryFolder folder;
  const auto path = folder.write("x.fa", content);
  const std::string message = message_of<DataError>([&] { read_genome({path}, {}, threads); });
  const auto at = message.find("x.fa");
  return at == std::string::npos ? message : message.substr(at);
}

void check_small(const Genome& genome) {
  REQUIRE(genome.contigs().size() == 2);
  CHECK(genome.contigs()[0].name == "a");
  CHECK(genome.contigs()[1].name == "b");
  REQUIRE(genome.segments().size() == 2);
  CHECK(genome.segments()[0].length == 4);
  CHECK(genome.segments()[1].length == 2);
  CHECK(genome.packed()[0] == 0xf78);  // ACGTGG, first base lowest: 0 2 3 1 3 3
}

}  // namespace

TEST_CASE("FASTA is read plain, gzipped and as BGZF", "[genome]") {
  const TemporaryFolder folder;
  check_small(read_genome({folder.write("plain.fa", ">a one\nACGT\n>b\nGG\n")}));
  check_small(read_genome({folder.write("soft masked, no last line end.fa", ">a one\nacGT\n>b\ngg")}));
  check_small(read_genome({folder.write("lines.fa", "\n>a one\nA\nCG\n\nT\n>b\tx\nG\nG\n\n")}));
  check_small(read_genome({folder.write("dos.fa", ">a one\r\nAC\r\nGT\r\n>b\r\nGG\r\n")}));
  check_small(read_genome({folder.write("rna.fa", ">a one\nACGU\n>b\nGG\n")}));
  check_small(read_genome({folder.write("gzip.fa.gz", kGzip)}));
  check_small(read_genome({folder.write("bgzf.fa.gz", kBgzfBlock + kBgzfEnd)}));
  check_small(read_genome({folder.path() / "bgzf.fa.gz"}, {}, 3));
}

TEST_CASE("several files make one genome", "[genome]") {
  const TemporaryFolder folder;
  check_small(read_genome({folder.write("a.fa", ">a\nACGT"), folder.write("b.fa", ">b\nGG")}));
}

TEST_CASE("a compressed file that is cut off is refused wherever the cut is", "[genome]") {
  const std::string expected = "x.fa: the compressed file is cut off or damaged; copy or download it again";
  for (std::size_t bytes = 3; bytes < kGzip.size(); ++bytes) {
    CAPTURE(bytes);
    CHECK(refusal(kGzip.substr(0, bytes)) == expected);
  }
  const std::string bgzf = kBgzfBlock + kBgzfEnd;
  for (std::size_t bytes = 3; bytes < bgzf.size(); ++bytes) {
    CAPTURE(bytes);
    CHECK(refusal(bgzf.substr(0, bytes)) == expected);
    CHECK(refusal(bgzf.substr(0, bytes), 3) == expected);
  }
  CHECK(refusal(kBgzfBlock) == expected);
}

TEST_CASE("damaged gzip content is refused", "[genome]") {
  std::string damaged = kGzip;
  damaged[30] = 'x';  // within the checksum
  CHECK(refusal(damaged).find("cut off or damaged") != std::string::npos);
}

TEST_CASE("what is no FASTA is refused with file and line", "[genome]") {
  CHECK(refusal("") == "x.fa: the file is empty; expected FASTA");
  CHECK(refusal("\nACGT\n>a\nACGT\n") == "x.fa: line 2: expected a FASTA header that starts with '>', found 'ACGT'");
  CHECK(refusal(">a\n\n>b\n \n") == "x.fa: line 1: no record of the file has a sequence after its header");
  CHECK(
      refusal(">a\nACGT\nMEEPQSDPSV\n") ==
      "x.fa: line 3: letter 'E' is no nucleotide code: this looks like a protein; expected DNA or RNA (N for unknown)");
  CHECK(refusal(">a\nAC7T\n") ==
        "x.fa: line 2: unexpected character '7' in a sequence; expected nucleotides (A C G T U, N for unknown)");
  CHECK(refusal(">a\nNNNN\n") == "x.fa: the sequences hold no A, C, G or T; expected DNA or RNA");
}

TEST_CASE("the line of a foreign letter is right within long sequences", "[genome]") {
  std::string text = ">a\n";
  for (int i = 0; i < 5000; ++i) text += "ACGTACGTACGTACGTACGTACGTACGT\r\n";
  CHECK(refusal(text + "ACGE\n>b\nA\n").starts_with("x.fa: line 5002: letter 'E'"));
  text.replace(3 + 30 * 3456 + 20, 1, "Q");
  CHECK(refusal(text).starts_with("x.fa: line 3458: letter 'Q'"));
}

TEST_CASE("a missing genome is another error than a bad one", "[genome]") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(read_genome({folder.path() / "none.fa"}), InputNotFound);
  CHECK_THROWS_AS(read_genome({folder.path()}), InputNotFound);
  CHECK_THROWS_AS(read_genome({}), UsageError);
  CHECK_THROWS_AS(read_fasta_records(folder.path() / "none.fa"), InputNotFound);
}

TEST_CASE("records keep their letters, upper-cased, U as T", "[genome]") {
  const TemporaryFolder folder;
  const auto records = read_fasta_records(folder.write("r.fa", ">x y\nacgN\nuR\n>z\n\n>w\nTT\r\n"));
  REQUIRE(records.size() == 3);
  CHECK(records[0].name == "x");
  CHECK(records[0].bases == "ACGNTR");
  CHECK(records[1].bases.empty());
  CHECK(records[2].bases == "TT");
  const auto protein = folder.write("p.fa", ">p\nMKLV\n");
  CHECK(message_of<DataError>([&] { read_fasta_records(protein); }).find("line 2: letter 'L'") != std::string::npos);
}

TEST_CASE("awkward real genomes", "[genome]") {
  if (test::real_data().empty()) CMGEMS_SKIP("no real data: set CMGEMS_TEST_DATA");
  const auto robust = test::real_data() / "robust";
  // Published lengths: phage lambda NC_001416 48,502; E. coli K-12 MG1655 U00096 4,639,675; hg19 chr20 63,025,520.
  CHECK(read_genome({robust / "phage_lambda.fa"}).size() == 48502);
  CHECK(read_genome({robust / "ecoli_K12_MG1655.fa.gz"}).size() == 4639675);
  const Genome mostly_unknown = read_genome({robust / "hg19_chr20_mostlyN.fasta.gz"});
  CHECK(mostly_unknown.contigs()[0].length == 63025520);
  CHECK(mostly_unknown.segments().size() == 2);
  CHECK(read_genome({robust / "mouse_5x1Mb_singleline_softmasked.fa.gz"}).contigs().size() == 5);
  CHECK(read_genome({robust / "yeast_chrV_7strains.fa.gz"}).contigs().size() == 7);
}

TEST_CASE("FASTA is read from a pipe, which opens only once", "[genome]") {
  const std::string text = ">a\nACGTNNGGca\n>bc\nTTTTT\n";
  const TemporaryFolder folder;
  const auto whole = read_genome({folder.write("x.fa", text)});
  const test::Pipe pipe(folder, text);
  CHECK(read_genome({pipe.path()}).hash() == whole.hash());
}

TEST_CASE("a gzip pipe and a plain file make one genome", "[genome]") {
  const TemporaryFolder folder;
  const auto plain = folder.write("x.fa", ">a\nACGTACGT\n");
  REQUIRE(std::system(("gzip -k '" + plain.string() + "'").c_str()) == 0);
  std::ifstream file(plain.string() + ".gz", std::ios::binary);
  const test::Pipe pipe(folder, {std::istreambuf_iterator<char>(file), {}});
  CHECK(read_genome({plain, pipe.path()}).size() == 16);
}

TEST_CASE("an empty pipe is an empty file, and records come from pipes too", "[genome]") {
  const TemporaryFolder first, second;
  const test::Pipe empty(first, ""), full(second, ">a\nAC\nGT\n");
  CHECK(message_of<DataError>([&] { read_genome({empty.path()}); }).ends_with("the file is empty; expected FASTA"));
  CHECK(read_fasta_records(full.path()).at(0).bases == "ACGT");
}
