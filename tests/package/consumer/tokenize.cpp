#include <cmgems/kmer/vocabulary.h>

#include <iostream>

int main() {
  const cmgems::kmer::Vocabulary vocabulary(6);
  for (const auto token : tokenize(vocabulary, "ACGTACG")) std::cout << vocabulary.word(token) << ' ';
  std::cout << '\n';
}
