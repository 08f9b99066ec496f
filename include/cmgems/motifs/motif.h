// Known sequence motifs: probability matrices, read from files in the MEME motif format.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace cmgems::motifs {

/// Probability of each base, by base code (A, T, C, G as in the vocabulary).
using BaseProbabilities = std::array<double, 4>;

struct Motif {
  std::string id;                          // "MA0004.1"
  std::string name;                        // "Arnt"; empty when the file has none
  std::vector<BaseProbabilities> columns;  // [width], each sums to 1
  double sites = 20;                       // sequences that it was made from

  /// IUPAC letters after Cavener (1987), Nucleic Acids Research 15:1353: one base above a half and twice the second,
  /// else two bases above three quarters, else N.
  std::string consensus() const;
};

struct MotifFile {
  BaseProbabilities background{0.25, 0.25, 0.25, 0.25};  // uniform when the file states none
  std::vector<Motif> motifs;
};

/// A file in the minimal MEME motif format, version 4 or later, of DNA or RNA
/// (https://meme-suite.org/doc/meme-format.html). What is neither alphabet, background nor letter-probability matrix is
/// passed over. Throws: InputNotFound, DataError (file, line, what was expected).
MotifFile read_meme(const std::filesystem::path& path);

}  // namespace cmgems::motifs
