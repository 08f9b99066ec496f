// Tables 2 and 6 of the CM-GEMS paper: Matthews correlation x 100 on the GUE sets, as printed.
#pragma once

#include <array>
#include <string_view>

#include "cmgems/tasks/published.h"

namespace cmgems::tasks {

inline constexpr std::size_t kGueColumns = 18;
extern const std::array<PublishedModel, kGueColumns> kGueModels;

struct GueRow {
  std::string_view set;
  std::array<double, kGueColumns> scores;  // by model
};
extern const std::array<GueRow, 27> kGue;

}  // namespace cmgems::tasks
