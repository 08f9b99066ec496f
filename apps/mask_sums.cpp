#include "mask_sums.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace cmgems::apps {
namespace {

using corpus::MaskStatistics;
using nlohmann::ordered_json;

constexpr std::pair<const char*, std::uint64_t MaskStatistics::*> kCounts[] = {
    {"examples", &MaskStatistics::examples},
    {"tokens", &MaskStatistics::tokens},
    {"masked", &MaskStatistics::masked},
    {"spans", &MaskStatistics::spans},
    {"pmi_spans", &MaskStatistics::pmi_spans},
    {"covered_twice", &MaskStatistics::covered_twice},
    {"bases", &MaskStatistics::bases},
    {"hidden_bases", &MaskStatistics::hidden_bases},
    {"npmi_tokens", &MaskStatistics::npmi_tokens},
    {"all_npmi_tokens", &MaskStatistics::all_npmi_tokens}};
constexpr std::pair<const char*, double MaskStatistics::*> kSums[] = {{"npmi_sum", &MaskStatistics::npmi_sum},
                                                                      {"all_npmi_sum", &MaskStatistics::all_npmi_sum}};

}  // namespace

ordered_json mask_sums_json(const std::vector<train::MaskerReport>& masks) {
  ordered_json list = ordered_json::array();
  for (const auto& [masker, sums] : masks) {
    ordered_json one = {{"masker", masker}};
    for (const auto& [key, member] : kCounts) one[key] = sums.*member;
    for (const auto& [key, member] : kSums) one[key] = sums.*member;
    list.push_back(std::move(one));
  }
  return list;
}

std::vector<train::MaskerReport> mask_sums_from_json(const ordered_json& json) {
  std::vector<train::MaskerReport> masks;
  for (const auto& one : json) {
    train::MaskerReport report{one.at("masker").get<std::string>(), {}};
    for (const auto& [key, member] : kCounts) report.masks.*member = one.at(key).get<std::uint64_t>();
    for (const auto& [key, member] : kSums) report.masks.*member = one.at(key).get<double>();
    masks.push_back(std::move(report));
  }
  return masks;
}

}  // namespace cmgems::apps
