// The MEME motif format, https://meme-suite.org/doc/meme-format.html.
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <sstream>
#include <unordered_map>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/motifs/motif.h"

namespace cmgems::motifs {
namespace {

constexpr std::string_view kBackground = "Background letter frequencies";
constexpr std::string_view kMatrix = "letter-probability matrix:";
constexpr std::string_view kBases = "ATCG";                   // base codes
constexpr std::array<std::size_t, 4> kFileOrder{0, 2, 3, 1};  // codes of A, C, G, T, the order of columns in a file
constexpr double kSumTolerance = 0.01;                        // of probabilities that a file rounds
constexpr std::size_t kLongestMotif = 1000;

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream text(line);
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

class Reader {
 public:
  Reader(std::string name, const std::string& text) : name_(std::move(name)), text_(text) {}

  MotifFile read() {
    read_version();
    while (next()) {
      if (line_.starts_with("ALPHABET")) read_alphabet();
      if (line_.starts_with(kBackground)) read_background();
      if (line_.starts_with("MOTIF")) begin_motif();
      if (line_.starts_with(kMatrix)) read_matrix();
    }
    finish_motif();
    if (file_.motifs.empty()) fail("the file ends without a motif; expected 'MOTIF id name'");
    return std::move(file_);
  }

 private:
  bool next() {
    if (!std::getline(text_, line_)) return false;
    ++number_;
    if (line_.ends_with('\r')) line_.pop_back();
    return true;
  }

  void read_version() {
    std::vector<std::string> words;
    while (words.empty() && next()) words = words_of(line_);
    if (words.size() < 3 || words[0] != "MEME" || words[1] != "version") {
      fail("expected 'MEME version 4', the first line of a file in the MEME motif format");
    }
    if (number(words[2].substr(0, words[2].find('.')), "version") < 4) fail("expected MEME version 4 or later");
  }

  void read_alphabet() {
    const auto words = words_of(line_);
    const auto letters = words.size() >= 2 ? words.back() : std::string();
    if (words[0] == "ALPHABET=" && (letters == "ACGT" || letters == "ACGU")) return;
    fail("expected 'ALPHABET= ACGT' (or ACGU): only motifs of nucleotides can match k-mers");
  }

  /// Pairs of letter and frequency, on one line or several.
  void read_background() {
    BaseProbabilities found{};
    std::size_t letters = 0;
    while (letters < 4) {
      if (!next()) fail("the file ends here; expected the background frequencies of A, C, G and T");
      const auto words = words_of(line_);
      if (words.size() % 2 != 0 || words.empty()) fail("expected pairs of a letter and its frequency, 'A 0.25 C 0.25'");
      for (std::size_t i = 0; i < words.size(); i += 2, ++letters) {
        const char letter = words[i] == "U" ? 'T' : words[i][0];
        const auto code = kBases.find(letter);
        if (words[i].size() != 1 || code == std::string_view::npos) fail("'" + words[i] + "' is no base");
        found[code] = number(words[i + 1], "frequency");
      }
    }
    for (const double frequency : found) {
      if (!(frequency > 0)) fail("expected a background frequency above 0 for each of A, C, G and T");
    }
    file_.background = normalised(found);
  }

  void begin_motif() {
    finish_motif();
    const auto words = words_of(line_);
    if (words[0] != "MOTIF" || words.size() < 2) fail("expected 'MOTIF id name'");
    if (const auto [earlier, fresh] = line_of_.emplace(words[1], number_); !fresh) {
      fail("motif " + words[1] + " is already on line " + std::to_string(earlier->second));
    }
    motif_ = {};
    open_ = true;
    motif_.id = words[1];
    motif_.name = words.size() > 2 ? words[2] : "";
  }

  void read_matrix() {
    if (!open_ || !motif_.columns.empty()) fail("expected one matrix after each line 'MOTIF id name'");
    std::optional<std::size_t> width;
    std::string keys = line_.substr(kMatrix.size());
    for (auto at = keys.find('='); at != std::string::npos; at = keys.find('=', at)) keys.replace(at, 1, " ");
    const auto words = words_of(keys);
    for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
      if (words[i] == "alength" && number(words[i + 1], "alength") != 4) fail("expected alength= 4");
      if (words[i] == "nsites") motif_.sites = number(words[i + 1], "nsites");
      if (words[i] != "w") continue;
      const double stated = number(words[i + 1], "width");
      const bool possible = stated >= 1 && stated <= kLongestMotif && stated == std::floor(stated);
      if (!possible) fail("expected a width w= of 1 to 1000");
      width = static_cast<std::size_t>(stated);
    }
    read_rows(width);
  }

  /// `width` rows; without it, all up to the first empty line.
  void read_rows(std::optional<std::size_t> width) {
    while (!width || motif_.columns.size() < *width) {
      const bool more = next();
      const auto words = more ? words_of(line_) : std::vector<std::string>();
      if (words.empty() && !width && !motif_.columns.empty()) return;
      if (!more) fail("the file ends within the matrix of motif " + motif_.id);
      if (words.size() != 4) fail("expected a row of four probabilities, of A, C, G and T, in motif " + motif_.id);
      if (motif_.columns.size() == kLongestMotif) fail("motif " + motif_.id + " is longer than 1000 columns");
      BaseProbabilities column{};
      for (std::size_t i = 0; i < 4; ++i) column[kFileOrder[i]] = number(words[i], "probability");
      motif_.columns.push_back(normalised(column));
    }
  }

  void finish_motif() {
    if (!open_) return;
    if (motif_.columns.empty()) {
      fail("motif " + motif_.id + " has no 'letter-probability matrix:', the only kind of matrix that is read");
    }
    file_.motifs.push_back(std::move(motif_));
    open_ = false;
  }

  BaseProbabilities normalised(BaseProbabilities values) const {
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    if (!(std::abs(sum - 1) <= kSumTolerance)) fail("the probabilities sum to " + std::to_string(sum) + ", expected 1");
    for (double& value : values) value /= sum;
    return values;
  }

  /// A number that is not negative.
  double number(const std::string& word, const std::string& what) const {
    double value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    const bool whole = error == std::errc{} && end == word.data() + word.size();
    const bool valid = whole && value >= 0 && value < 1e15;
    if (!valid) {
      fail("'" + word.substr(0, 40) + "' is no valid " + what);
    }
    return value;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(name_ + ": line " + std::to_string(number_) + ": " + what);
  }

  std::string name_;
  std::istringstream text_;
  std::string line_;
  std::size_t number_ = 0;
  MotifFile file_;
  Motif motif_;
  bool open_ = false;  // motif_ has begun
  std::unordered_map<std::string, std::size_t> line_of_;
};

}  // namespace

MotifFile read_meme(const std::filesystem::path& path) { return Reader(path.string(), read_file(path)).read(); }

}  // namespace cmgems::motifs
