#include "cmgems/genome/regions.h"

#include "cmgems/base/error.h"
#include "cmgems/genome/reader.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::genome;
using test::message_of;
using test::TemporaryFolder;

namespace {

std::string text_of(const Genome& genome) {
  std::vector<std::uint8_t> codes(genome.size());
  genome.unpack(0, codes);
  std::string text;
  for (const auto& segment : genome.segments()) {
    if (!text.empty()) text += ' ';
    for (std::uint64_t i = segment.begin; i < segment.end(); ++i) text += kBaseLetters[codes[i]];
  }
  return text;
}

}  // namespace

TEST_CASE("include and exclude cut the genome into segments", "[genome]") {
  const TemporaryFolder folder;
  const auto fasta = folder.write("g.fa", ">a x\nAACCGGTTAC\nGNNTTT\n>b\nGATTACA\n");
  const auto include = folder.write("in.bed",
                                    "track name=\"x\"\nbrowser position a\n# comment\n\na\t8\t16\tname\t0\t+\n"
                                    "a\t0\t2\r\na\t1\t4\na\t6\t6\nb 1 3\n");
  const auto exclude = folder.write("out.bed", "a\t3\t9\nb\t0\t1\nb\t2\t7");
  CHECK(text_of(read_genome({fasta})) == "AACCGGTTACG TTT GATTACA");
  CHECK(text_of(read_genome({fasta}, {include, std::nullopt})) == "AACC ACG TTT AT");
  CHECK(text_of(read_genome({fasta}, {std::nullopt, exclude})) == "AAC CG TTT A");
  CHECK(text_of(read_genome({fasta}, {include, exclude})) == "AAC CG TTT A");
  const Genome genome = read_genome({fasta}, {include, std::nullopt});
  CHECK(genome.segments()[1].contig_position == 8);
  CHECK(genome.segments()[3].contig == 1);
  CHECK(genome.contigs()[0].length == 16);
  CHECK(genome.hash() == read_genome({folder.write("h.fa", ">x\nAACC\n>y\nACGNTTTNAT\n")}).hash());
}

TEST_CASE("regions over many packed words", "[genome]") {
  std::string bases;
  for (int i = 0; i < 500; ++i) bases += "ACGTTGCA"[i * i % 8];
  const TemporaryFolder folder;
  const auto fasta = folder.write("g.fa", ">a\n" + bases + "\n");
  for (const std::size_t begin : {0, 1, 31, 32, 33, 64, 100}) {
    for (const std::size_t length : {1, 30, 32, 33, 64, 65, 200}) {
      CAPTURE(begin, length);
      const auto bed = folder.write(
          "r.bed", "a\t" + std::to_string(begin) + "\t" + std::to_string(begin + length) + "\na\t400\t401\n");
      CHECK(text_of(read_genome({fasta}, {bed, std::nullopt})).size() == length + 2);
      const Genome inside = read_genome({fasta}, {bed, std::nullopt});
      CHECK(inside.hash() ==
            read_genome({folder.write("i.fa", ">i\n" + bases.substr(begin, length) + "N" + bases.substr(400, 1))})
                .hash());
      const Genome outside = read_genome({fasta}, {std::nullopt, bed});
      CHECK(outside.size() == 500 - length - 1);
    }
  }
}

TEST_CASE("BED files with problems", "[genome]") {
  const TemporaryFolder folder;
  const auto fasta = folder.write("g.fa", ">chr1\nAACCGGTTAC\n>chr2\nACGT\n");
  const auto refusal = [&](const std::string& bed) {
    const auto path = folder.write("r.bed", bed);
    const auto message = message_of<DataError>([&] { read_genome({fasta}, {std::nullopt, path}); });
    const auto at = message.find("r.bed: ");
    return at == std::string::npos ? message : message.substr(at);
  };
  CHECK(refusal("") == "r.bed: no interval in the file; expected BED: contig, start and end, separated by tabs");
  CHECK(refusal("# x\nchr1\t0\n") ==
        "r.bed: line 2: '' is no end; expected contig, start and end (0-based, whole numbers)");
  CHECK(refusal("chr1\tx\t5\n") ==
        "r.bed: line 1: 'x' is no start; expected contig, start and end (0-based, whole numbers)");
  CHECK(refusal("chr1\t-1\t5\n").find("'-1' is no start") != std::string::npos);
  CHECK(refusal("chr1\t5\t4\n") == "r.bed: line 1: the start 5 lies behind the end 4");
  CHECK(refusal("chr1\t0\t4\n\nchr\t0\t3\n") == "r.bed: line 3: the genome has no contig 'chr'; did you mean 'chr1'?");
  CHECK(refusal("chr1\t0\t4\nchr2\t1\t5\n") ==
        "r.bed: line 2: the end 5 lies beyond contig 'chr2' of 4 bases; the file belongs to another genome or version");
  CHECK(refusal("chr1\t0\t10\nchr2\t0\t4\n").find("no A, C, G or T is left") != std::string::npos);
  CHECK_THROWS_AS(BedFile(folder.path() / "none.bed"), InputNotFound);
}
