#include "document.h"

#include <cmath>

#include "cmgems/base/log.h"
#include "result_table.h"

namespace cmgems::apps::report {

Cell number_cell(double value, int digits) {
  if (!std::isfinite(value)) return {"–"};
  return {decimals(value, digits), value};
}

Cell count_cell(double value) {
  if (!std::isfinite(value) || value < 0) return {"–"};
  return {format_count(static_cast<unsigned long long>(std::llround(value))), value};
}

Cell share_cell(double value, int digits) {
  if (!std::isfinite(value)) return {"–"};
  return {percent(value, digits), value};
}

Figure figure(std::string title, std::string alternative, const std::function<std::string(double width)>& draw,
              std::string note) {
  return {std::move(title), std::move(alternative), draw(kWide), draw(kNarrow), std::move(note)};
}

}  // namespace cmgems::apps::report
