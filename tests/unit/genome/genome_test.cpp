#include "cmgems/genome/builder.h"
#include "support/catch.h"

using namespace cmgems::genome;

namespace {

std::string text_of(const Genome& genome) {
  std::vector<std::uint8_t> codes(genome.size());
  genome.unpack(0, codes);
  std::string text;
  for (const auto code : codes) text += kBaseLetters[code];
  return text;
}

}  // namespace

TEST_CASE("bases have DNABERT's codes", "[genome]") {
  CHECK(int{base_code('A')} == 0);
  CHECK(int{base_code('t')} == 1);
  CHECK(int{base_code('U')} == 1);
  CHECK(int{base_code('C')} == 2);
  CHECK(int{base_code('g')} == 3);
  CHECK(base_code('N') == kNotABase);
  CHECK(base_code('\n') == kNotABase);
}

TEST_CASE("a genome is cut at every run of other letters", "[genome]") {
  GenomeBuilder builder;
  builder.begin_contig("one");
  builder.append("NNac");
  builder.append("gtRRYu");
  builder.begin_contig("two");
  builder.append("GG N");
  CHECK(builder.foreign_letters() == 0);
  const Genome genome = builder.finish();
  CHECK(text_of(genome) == "ACGTTGG");
  REQUIRE(genome.contigs().size() == 2);
  CHECK(genome.contigs()[0].name == "one");
  CHECK(genome.contigs()[0].length == 10);
  CHECK(genome.contigs()[1].length == 3);
  REQUIRE(genome.segments().size() == 3);
  const Segment& second = genome.segments()[1];
  CHECK(second.contig == 0);
  CHECK(second.contig_position == 9);
  CHECK(second.begin == 4);
  CHECK(second.length == 1);
  const Segment& third = genome.segments()[2];
  CHECK(third.contig == 1);
  CHECK(third.contig_position == 0);
  CHECK(third.begin == 5);
  CHECK(third.length == 2);
}

TEST_CASE("text in pieces, codes and whole text give the same genome", "[genome]") {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "ACGT";
  text[130] = 'N';
  GenomeBuilder whole, pieces, coded;
  whole.begin_contig("c");
  whole.append(text);
  pieces.begin_contig("c");
  for (std::size_t i = 0; i < text.size(); i += 7) pieces.append(std::string_view(text).substr(i, 7));
  std::vector<std::uint8_t> codes;
  for (const char letter : text) codes.push_back(letter == 'N' ? kNotABase : base_code(letter));
  coded.begin_contig("c");
  coded.append_codes(codes);
  const Genome genome = whole.finish();
  CHECK(genome.size() == 199);
  REQUIRE(genome.segments().size() == 2);
  CHECK(genome.segments()[1].contig_position == 131);
  CHECK(genome.hash() == pieces.finish().hash());
  CHECK(genome.hash() == coded.finish().hash());
  // 130 = 2 mod 4 is the G that became N: the text goes on with T.
  CHECK(text_of(genome).substr(126, 8) == "GTACTACG");
}

TEST_CASE("unpack starts anywhere", "[genome]") {
  GenomeBuilder builder;
  builder.begin_contig("c");
  builder.append("AATTCCGGAATTCCGGAATTCCGGAATTCCGGACGT");
  const Genome genome = builder.finish();
  std::vector<std::uint8_t> codes(9);
  genome.unpack(27, codes);
  CHECK(codes == std::vector<std::uint8_t>{1, 2, 2, 3, 3, 0, 2, 3, 1});
}

TEST_CASE("packed words and hash are as documented", "[genome]") {
  GenomeBuilder builder;
  builder.begin_contig("c");
  builder.append("ACGTNGG");
  const Genome genome = builder.finish();
  // Lowest bits first: A=0, C=2, G=3, T=1, G=3, G=3.
  REQUIRE(genome.packed().size() == 1);
  CHECK(genome.packed()[0] == 0xf78);
  // SHA-256 of the 64-bit numbers 4 and 2 and of the hexadecimal SHA-256 of 0xf78, computed with Python's hashlib.
  CHECK(genome.hash() == "880e937679e08fd0283533e9d0d8234cd35fdc60d346008bf5769a43200dc92e");
}

TEST_CASE("a word starts anywhere", "[genome]") {
  GenomeBuilder builder;
  builder.begin_contig("c");
  builder.append(std::string(30, 'A') + "TCGGA" + std::string(40, 'G'));
  const Genome genome = builder.finish();
  CHECK(genome.word_at(30, 4) == 0b11111001);  // T C G G, the first one lowest
  CHECK(genome.word_at(34, 1) == 0);
  CHECK(genome.word_at(35, 32) == ~std::uint64_t{0});
  CHECK(genome.word_at(43, 32) == ~std::uint64_t{0});
  CHECK(genome.word_at(0, 32) == std::uint64_t{0b1001} << 60);
}

TEST_CASE("blocks hold what the genome holds", "[genome]") {
  const std::string first(kBlockBases - 3, 'C'), second(10, 'G');
  GenomeBuilder whole;
  std::vector<PackedBlock> blocks;
  GenomeBuilder stream([&](PackedBlock block) { blocks.push_back(std::move(block)); });
  for (auto* builder : {&whole, &stream}) {
    builder->begin_contig("a");
    builder->append(first);
    builder->begin_contig("b");
    builder->append(second);
  }
  const Genome genome = whole.finish();
  const Outline outline = stream.finish_blocks();
  CHECK(outline.size == kBlockBases + 7);
  REQUIRE(outline.segments.size() == 2);
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0].bases == kBlockBases);
  CHECK_FALSE(blocks[0].last);
  CHECK(blocks[0].words[0] == 0);
  REQUIRE(blocks[0].segments.size() == 2);
  CHECK(blocks[0].segments[1].length == 3);  // as far as it is known
  CHECK(blocks[1].begin == kBlockBases);
  CHECK(blocks[1].bases == 7);
  CHECK(blocks[1].last);
  CHECK(blocks[1].words[0] == 0xFEAAAAAAAAAAAAAA);  // 29 C, 3 G
  REQUIRE(blocks[1].segments.size() == 2);
  CHECK(blocks[1].segments[1].length == 10);
  CHECK(hash_genome(outline.segments, {hash_block(blocks[0].content()), hash_block(blocks[1].content())}) ==
        genome.hash());
}

TEST_CASE("packed bases are added from any place", "[genome]") {
  GenomeBuilder from, builder;
  from.begin_contig("c");
  std::string text;
  for (int i = 0; i < 300; ++i) text += "ACGTTGCA"[i * i / 3 % 8];
  from.append(text);
  const Genome source = from.finish();
  builder.begin_contig("c");
  builder.append_packed(source.packed(), 5, 100);
  builder.skip(7);
  builder.append_packed(source.packed(), 31, 64);
  builder.append_packed(source.packed(), 0, 1);
  builder.append_packed(source.packed(), 299, 1);
  const Genome genome = builder.finish();
  CHECK(text_of(genome) == text.substr(5, 100) + text.substr(31, 64) + text[0] + text[299]);
  REQUIRE(genome.segments().size() == 2);
  CHECK(genome.segments()[1].contig_position == 107);
  CHECK(genome.contigs()[0].length == 173);
}

TEST_CASE("letters of a protein are counted", "[genome]") {
  GenomeBuilder builder;
  builder.begin_contig("p");
  builder.append("MELQA");
  CHECK(builder.foreign_letters() == 3);
}
