// A table for people: columns aligned, the first one to the left, the others to the right.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace cmgems::apps {

class ResultTable {
 public:
  explicit ResultTable(std::vector<std::string> titles) : rows_{std::move(titles)} {}
  /// REQUIRES: as many cells as titles.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// 0.12345 -> "0.123" for 3 decimals; NaN -> "-".
std::string decimals(double value, int digits);
/// Three significant digits: 0.0020913 -> "0.00209", 3.3e-7 -> "3.3e-07"; NaN -> "-".
std::string significant(double value);
/// 0.1534 -> "15.3%".
std::string percent(double share, int digits = 1);

}  // namespace cmgems::apps
