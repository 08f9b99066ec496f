#include "cmgems/genome/pack.h"

#include <string>

#include "cmgems/base/random.h"
#include "cmgems/genome/builder.h"
#include "support/catch.h"

using namespace cmgems;
using namespace cmgems::genome;

TEST_CASE("letters are packed with the first one lowest", "[genome]") {
  std::uint64_t word = 0;
  CHECK(pack_letters("ACGTNGG", word) == false);
  REQUIRE(pack_letters("ACGTGG", word));
  CHECK(word == 0xf78);  // 0 2 3 1 3 3
  REQUIRE(pack_letters("acguGg", word));
  CHECK(word == 0xf78);
  REQUIRE(pack_letters("TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT", word));
  CHECK(word == 0x5555555555555555);
  REQUIRE(pack_letters("GAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAC", word));
  CHECK(word == 0x8000000000000003);
}

TEST_CASE("every byte at every place is a base or not, as letter by letter", "[genome]") {
  for (std::size_t at = 0; at < 32; ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text(32, 'G');
      text[at] = static_cast<char>(byte);
      std::uint64_t fast = 0, plain = 0;
      const bool valid = pack_letters_plain(text, plain);
      CAPTURE(at, byte);
      REQUIRE(pack_letters(text, fast) == valid);
      if (valid) REQUIRE(fast == plain);
    }
  }
}

TEST_CASE("random text with Ns, lower case and line ends, from every offset", "[genome]") {
  RandomStream random(1, Purpose::synthetic);
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    const std::uint32_t draw = random.below(200);
    text += draw < 2 ? 'N' : draw == 2 ? '\n' : "ACGTUacgtu"[random.below(10)];
  }
  for (std::size_t offset = 0; offset < 70; ++offset) {
    GenomeBuilder pieces, letters;
    pieces.begin_contig("c");
    letters.begin_contig("c");
    pieces.append(std::string_view(text).substr(0, offset));
    pieces.append(std::string_view(text).substr(offset));
    for (const char letter : text) {
      std::uint64_t word = 0;
      const std::uint8_t code = pack_letters_plain({&letter, 1}, word) ? static_cast<std::uint8_t>(word) : kNotABase;
      if (letter != '\n') letters.append_codes({&code, 1});
    }
    const Genome genome = pieces.finish(), expected = letters.finish();
    CAPTURE(offset);
    REQUIRE(genome.hash() == expected.hash());
    REQUIRE(genome.segments().size() == expected.segments().size());
    REQUIRE(genome.contigs()[0].length == expected.contigs()[0].length);
  }
}
