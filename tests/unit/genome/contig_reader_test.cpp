#include "cmgems/genome/contig_reader.h"

#include "cmgems/base/error.h"
#include "cmgems/genome/reader.h"
#include "support/catch.h"
#include "support/gzip.h"

using namespace cmgems;

TEST_CASE("stretches of contigs are text again, N where nothing is known", "[genome]") {
  test::TemporaryFolder folder;
  const auto genome = genome::read_genome({folder.write("g.fa", ">a x\nNNacgtNN\nGGrTU\n>none\nNNN\n>b\nCATG\n")});
  const genome::ContigReader reader(genome);
  REQUIRE(reader.find("a"));
  REQUIRE(reader.find("b"));
  CHECK_FALSE(reader.find("c"));
  CHECK(reader.bases(*reader.find("a"), 0, 13) == "NNACGTNNGGNTT");
  CHECK(reader.bases(*reader.find("a"), 3, 9) == "CGTNNG");
  CHECK(reader.bases(*reader.find("a"), 7, 8) == "N");
  CHECK(reader.bases(*reader.find("a"), 13, 13).empty());
  CHECK(reader.bases(*reader.find("none"), 0, 3) == "NNN");
  CHECK(reader.bases(*reader.find("b"), 1, 4) == "ATG");
}

TEST_CASE("records come one at a time, from text and from .2bit", "[genome]") {
  test::TemporaryFolder folder;
  std::vector<std::string> seen;
  const auto take = [&](const genome::FastaRecord& record) { seen.push_back(record.name + ":" + record.bases); };
  const auto fasta = folder.write("g.fa", ">a\nAC\nGu\n>b\n\n>c\nnnR\n");
  genome::for_each_record(fasta, take);
  CHECK(seen == std::vector<std::string>{"a:ACGT", "b:", "c:NNR"});
  CHECK(genome::holds_records(fasta));
  CHECK_FALSE(genome::holds_records(folder.write("t.tsv", "sequence\nACGT\n")));
  CHECK(genome::holds_records(folder.write("g.fa.gz", test::gzipped("\n>a\nAC\n"))));
  CHECK_FALSE(genome::holds_records(folder.write("t.tsv.gz", test::gzipped("sequence\nACGT\n"))));
  CHECK_THROWS_AS(genome::holds_records(folder.write("cut.gz", test::gzipped(">a\nAC\n").substr(0, 20))), DataError);
  CHECK(genome::holds_records("/dev/null"));  // what is no plain file is not looked into

  // Version 0, little-endian: one sequence "s" of 5 bases, the third unknown: T C N A G (T=0 C=1 A=2 G=3).
  const std::string twobit(
      "\x43\x27\x41\x1A\0\0\0\0\1\0\0\0\0\0\0\0"
      "\1s\x16\0\0\0"
      "\5\0\0\0\1\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0"
      "\x12\xC0",
      16 + 6 + 24 + 2);
  seen.clear();
  genome::for_each_record(folder.write("g.2bit", twobit), take);
  CHECK(seen == std::vector<std::string>{"s:TCNAG"});
  CHECK(genome::holds_records(folder.path() / "g.2bit"));
}
