#include "cmgems/kmer/vocabulary.h"

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems::kmer;

TEST_CASE("sizes and words of the vocabulary", "[kmer]") {
  CHECK(Vocabulary(3).size() == 69);
  CHECK(Vocabulary(4).size() == 261);
  CHECK(Vocabulary(5).size() == 1029);
  CHECK(Vocabulary(6).size() == 4101);
  const Vocabulary vocabulary(3);
  CHECK(vocabulary.text().starts_with("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nAAA\nAAT\nAAC\nAAG\nATA\nATT\n"));
  CHECK(vocabulary.text().ends_with("GGC\nGGG\n"));
  CHECK(vocabulary.text().size() == 4 * 6 + 7 + 64 * 4);  // [PAD] to [SEP], [MASK], 64 k-mers; a line end each
  CHECK(vocabulary.id("[MASK]") == kMask);
  CHECK(vocabulary.id("AAG") == 8);
  CHECK(vocabulary.id("gcu") == 5 + 3 * 16 + 2 * 4 + 1);
  CHECK(vocabulary.id("AANA") == kUnk);
  CHECK(vocabulary.id("ANA") == kUnk);
  CHECK(vocabulary.id("") == kUnk);
  CHECK(vocabulary.word(68) == "GGG");
  CHECK(vocabulary.word(3) == "[SEP]");
}

TEST_CASE("k outside 3..8 is refused", "[kmer]") {
  const auto message = cmgems::test::message_of<cmgems::UsageError>([] { Vocabulary{9}; });
  CHECK(message == "k is 9; expected a k-mer length from 3 to 8");
  CHECK_THROWS_AS(Vocabulary(2), cmgems::UsageError);
}

TEST_CASE("tokens of DNABERT's vocabulary", "[kmer]") {
  // As the Hugging Face tokenizer of DNABERT-6 gives them.
  CHECK(tokenize(Vocabulary(6), "ATCGATA") == std::vector<TokenId>{438, 1737});
}

TEST_CASE("tokens of a sequence by hand", "[kmer]") {
  const Vocabulary three(3);
  // ATC 0*16+1*4+2, TCG 1*16+2*4+3, CGA 2*16+3*4+0, each plus 5
  CHECK(tokenize(three, "ATCGA") == std::vector<TokenId>{11, 32, 49});
  CHECK(tokenize(three, "aucga") == std::vector<TokenId>{11, 32, 49});
  CHECK(tokenize(three, "ATC") == std::vector<TokenId>{11});
  CHECK(tokenize(three, "AT").empty());
  CHECK(tokenize(three, "").empty());
}

TEST_CASE("k-mers with another letter are unknown", "[kmer]") {
  const Vocabulary three(3);
  CHECK(tokenize(three, "AANAAA") == std::vector<TokenId>{kUnk, kUnk, kUnk, 5});
  CHECK(tokenize(three, "NNN") == std::vector<TokenId>{kUnk});
  CHECK(tokenize(three, "GGGN") == std::vector<TokenId>{68, kUnk});
}

TEST_CASE("codes and text give the same tokens", "[kmer]") {
  const Vocabulary three(3);
  const std::vector<std::uint8_t> codes{0, 1, 2, 3, 0};  // ATCGA
  std::vector<TokenId> tokens(3);
  tokenize_codes(three, codes, tokens);
  CHECK(tokens == std::vector<TokenId>{11, 32, 49});
  std::vector<TokenId> none;
  tokenize_codes(three, std::vector<std::uint8_t>{1, 2}, none);
  CHECK(none.empty());
}

TEST_CASE("k-mers and their numbers, longer than tokens too", "[kmer]") {
  CHECK(kmer_text(0, 12) == "AAAAAAAAAAAA");
  CHECK(kmer_text(27, 3) == "TCG");  // 1 * 16 + 2 * 4 + 3
  CHECK(kmer_text((1U << 24) - 1, 12) == "GGGGGGGGGGGG");
  CHECK(kmer_index("tcg") == 27U);
  CHECK(kmer_index("GGGGGGGGGGGG") == (1U << 24) - 1);
  CHECK_FALSE(kmer_index("TCN").has_value());
  CHECK_FALSE(kmer_index("").has_value());
  CHECK_FALSE(kmer_index("AAAAAAAAAAAAAAAA").has_value());
}
