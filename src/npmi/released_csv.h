// The table that the authors of GeneMask published: comma-separated, one row a k-mer, named columns.
#pragma once

#include <string_view>

#include "cmgems/npmi/table.h"
#include "lines.h"

namespace cmgems::npmi {

/// Known by its first column's name.
bool is_released_csv(std::string_view text);

/// PMI is `dp.true.pmi`, the score `norm_dp_true_pmi`; counts are recovered from their quotient, the discount.
/// Throws: DataError (file, line, what was expected).
Table read_released_csv(Lines& lines);

}  // namespace cmgems::npmi
