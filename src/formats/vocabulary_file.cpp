#include "vocabulary_file.h"

#include <sstream>
#include <string>
#include <vector>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/kmer/vocabulary.h"
#include "json_text.h"

namespace cmgems::formats {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& what) {
  throw DataError(path.string() + ": " + what + "; the file must hold DNABERT's vocabulary of one k");
}

std::vector<std::string> words_of_text(const fs::path& path) {
  std::istringstream text(read_file(path));
  std::vector<std::string> words;
  for (std::string line; std::getline(text, line);) {
    if (line.ends_with('\r')) line.pop_back();
    words.push_back(line);
  }
  return words;
}

/// {"model": {"vocab": {WORD: ID}}}
std::vector<std::string> words_of_tokenizer(const fs::path& path) {
  const auto document = parse_json_object(read_file(path), path, "tokenizer");
  const auto model = document.find("model");
  if (model == document.end() || !model->contains("vocab") || !(*model)["vocab"].is_object()) {
    fail(path, "no object model.vocab");
  }
  const auto& ids = (*model)["vocab"];
  std::vector<std::string> words(ids.size());
  for (const auto& [word, id] : ids.items()) {
    if (!id.is_number_unsigned() || id >= words.size()) fail(path, "the id " + id.dump() + " of '" + word + "'");
    words[id.get<std::size_t>()] = word;
  }
  return words;
}

/// Throws unless `words` are those of the vocabulary with their k.
int checked_k(const std::vector<std::string>& words, const fs::path& path) {
  if (words.size() <= kmer::kFirstKmer) fail(path, "only " + std::to_string(words.size()) + " words");
  const auto k = static_cast<int>(words[kmer::kFirstKmer].size());
  if (k < kmer::kMinK || k > kmer::kMaxK) {
    fail(path, "line 6: expected a k-mer of " + std::to_string(kmer::kMinK) + " to " + std::to_string(kmer::kMaxK) +
                   " bases");
  }
  const kmer::Vocabulary vocabulary(k);
  if (words.size() != static_cast<std::size_t>(vocabulary.size())) {
    fail(path, std::to_string(words.size()) + " words, expected " + std::to_string(vocabulary.size()));
  }
  for (kmer::TokenId id = 0; id < vocabulary.size(); ++id) {
    const auto& word = words[static_cast<std::size_t>(id)];
    if (word == vocabulary.word(id)) continue;
    fail(path, "line " + std::to_string(id + 1) + ": expected " + vocabulary.word(id) + ", found '" + word + "'");
  }
  return k;
}

}  // namespace

fs::path vocabulary_path(const fs::path& folder) {
  const fs::path text = folder / "vocab.txt", tokenizer = folder / "tokenizer.json";
  return !fs::exists(text) && fs::exists(tokenizer) ? tokenizer : text;
}

int read_vocabulary(const fs::path& path) {
  if (!fs::exists(path)) {
    throw InputNotFound("no " + path.string() + " (nor tokenizer.json); copy the vocabulary of the model there");
  }
  return checked_k(path.extension() == ".json" ? words_of_tokenizer(path) : words_of_text(path), path);
}

}  // namespace cmgems::formats
