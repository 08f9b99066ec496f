#include "cmgems/masking/registry.h"

#include "cmgems/base/error.h"

// The one visible list: word, function that makes it (defined in maskers/), whether it needs an NPMI table, summary.
// clang-format off
#define CMGEMS_MASKERS(MASKER) \
  MASKER("random", make_random, false, "the k tokens that show a base, at random places (DNABERT)") \
  MASKER("genemask", make_genemask, true, "the same, but a whole neighbourhood around the best half (GeneMask)") \
  MASKER("global", make_global, true, "the neighbourhoods of the best k-mers of the whole window (CM-GEMS)") \
  MASKER("pmi-voc", make_pmi_voc, true, "units of a vocabulary of the best k-mers, drawn uniformly (reconstruction)")
// clang-format on

namespace cmgems::masking {

#define CMGEMS_DECLARE(name, make, needs_table, summary) std::unique_ptr<Masker> make(const MaskerInputs& inputs);
CMGEMS_MASKERS(CMGEMS_DECLARE)

std::span<const MaskerEntry> maskers() {
#define CMGEMS_ENTRY(name, make, needs_table, summary) {name, needs_table, summary, make},
  static constexpr MaskerEntry kList[] = {CMGEMS_MASKERS(CMGEMS_ENTRY)};
  return kList;
}

const std::vector<std::string_view>& masker_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> list;
    for (const auto& entry : maskers()) list.push_back(entry.name);
    return list;
  }();
  return names;
}

const MaskerEntry& find_masker(std::string_view name) {
  std::string known;
  for (const auto& entry : maskers()) {
    if (entry.name == name) return entry;
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  const auto near = nearest(name, masker_names());
  throw UsageError("no masker '" + std::string(name) + "': expected one of " + known +
                   (near.empty() ? "" : "; did you mean " + std::string(near) + "?"));
}

std::unique_ptr<Masker> make_masker(std::string_view name, const MaskerInputs& inputs) {
  const MaskerEntry& entry = find_masker(name);
  if (entry.needs_table && inputs.table == nullptr) throw InternalError("a masker by NPMI needs a table");
  return entry.make(inputs);
}

}  // namespace cmgems::masking
