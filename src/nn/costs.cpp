#include "cmgems/nn/costs.h"

#include <kineto/ActivityType.h>
#include <torch/csrc/autograd/profiler_kineto.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

namespace cmgems::nn {
namespace {

using torch::autograd::profiler::KinetoEvent;
using Events = std::vector<KinetoEvent>;

struct Totals {
  std::int64_t calls = 0, nanoseconds = 0;
};

std::vector<Cost> sorted(const std::map<std::string, Totals>& totals) {
  std::vector<Cost> costs;
  for (const auto& [name, total] : totals) {
    costs.push_back({name, total.calls, static_cast<double>(total.nanoseconds) * 1e-9});
  }
  std::stable_sort(costs.begin(), costs.end(), [](const Cost& a, const Cost& b) { return a.seconds > b.seconds; });
  return costs;
}

/// The engine records a node twice, as a task of its own and as the call within it; one name serves both. Ours are
/// "torch::autograd::CppNode<NAMESPACES::NAME>", for which it is "NAME backward".
std::string plain_name(std::string name) {
  constexpr std::string_view kTask = "autograd::engine::evaluate_function: ", kNode = "torch::autograd::CppNode<";
  if (name.starts_with(kTask)) name.erase(0, kTask.size());
  if (!name.starts_with(kNode) || !name.ends_with('>')) return name;
  const auto last = name.rfind("::");
  return name.substr(last + 2, name.size() - last - 3) + " backward";
}

bool is(const KinetoEvent& event, libkineto::ActivityType type) {
  return event.activityType() == static_cast<std::uint8_t>(type);
}

std::vector<Cost> host_costs(const Events& events) {
  const auto first = std::min_element(events.begin(), events.end(), [](const KinetoEvent& a, const KinetoEvent& b) {
    return a.startNs() < b.startNs();
  });
  std::vector<Span> spans;
  for (const auto& event : events) {
    if (event.deviceType() != c10::DeviceType::CPU || event.startThreadId() != first->startThreadId()) continue;
    spans.push_back({plain_name(event.name()), static_cast<std::int64_t>(event.startNs()),
                     static_cast<std::int64_t>(event.endNs())});
  }
  return own_costs(std::move(spans));
}

std::vector<Cost> device_costs(const Events& events) {
  std::unordered_map<std::uint64_t, std::string> operations;  // by the number that joins them to what they launched
  for (const auto& event : events) {
    if (is(event, libkineto::ActivityType::CPU_OP)) operations[event.correlationId()] = plain_name(event.name());
  }
  std::map<std::string, Totals> totals;
  for (const auto& event : events) {
    const bool on_device = is(event, libkineto::ActivityType::CONCURRENT_KERNEL) ||
                           is(event, libkineto::ActivityType::GPU_MEMCPY) ||
                           is(event, libkineto::ActivityType::GPU_MEMSET);
    if (!on_device) continue;
    const auto operation = operations.find(event.linkedCorrelationId());
    auto& total = totals[operation != operations.end() ? operation->second + ": " + event.name() : event.name()];
    ++total.calls;
    total.nanoseconds += static_cast<std::int64_t>(event.durationNs());
  }
  return sorted(totals);
}

}  // namespace

std::vector<Cost> own_costs(std::vector<Span> spans) {
  std::stable_sort(spans.begin(), spans.end(),
                   [](const Span& a, const Span& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
  std::map<std::string, Totals> totals;
  std::vector<const Span*> open;  // the innermost last
  for (const auto& span : spans) {
    while (!open.empty() && open.back()->end <= span.begin) open.pop_back();
    if (!open.empty()) totals[open.back()->name].nanoseconds -= span.end - span.begin;
    auto& own = totals[span.name];
    if (open.empty() || open.back()->name != span.name) ++own.calls;  // not for a call that holds one of its name
    own.nanoseconds += span.end - span.begin;
    open.push_back(&span);
  }
  return sorted(totals);
}

std::vector<Cost> costs_of(bool cuda, const std::function<void()>& work) {
  using torch::profiler::impl::ActivityType;
  ::setenv("KINETO_LOG_LEVEL", "5", /*overwrite=*/0);  // it logs an error where there is no GPU
  const torch::profiler::impl::ProfilerConfig config(torch::profiler::impl::ProfilerState::KINETO);
  std::set<ActivityType> activities{ActivityType::CPU};
  if (cuda) activities.insert(ActivityType::CUDA);
  torch::autograd::profiler::prepareProfiler(config, activities);
  torch::autograd::profiler::enableProfiler(config, activities);
  try {
    work();
  } catch (...) {
    torch::autograd::profiler::disableProfiler();
    throw;
  }
  const auto result = torch::autograd::profiler::disableProfiler();
  if (result->events().empty()) return {};
  return cuda ? device_costs(result->events()) : host_costs(result->events());
}

}  // namespace cmgems::nn
