// The one file that knows c10d. Its operations run on threads of their own and end by a timeout or an exception; who
// was lost, the watch says.
#include "cmgems/parallel/process_group.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Flags.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <utility>

#include "address.h"
#include "cmgems/nn/nccl.h"
#include "watch.h"

C10_DECLARE_int(caffe2_log_level);

namespace cmgems::parallel {
namespace {

using namespace std::chrono_literals;

constexpr auto kVerdict = 3s;  // the watch is to know by then who is lost
// A rank that lives and computes is waited for longer than a silent one: it may be writing to a slow disk.
constexpr int kPatience = 6;
constexpr auto kFirstPause = 5ms, kLongestPause = 200ms;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string random_token() {
  std::array<unsigned char, 12> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) < 0) return "none";
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) text += {kDigits[byte >> 4], kDigits[byte & 15]};
  return text;
}

class Work final : public Ranks::Pending {
 public:
  Work(Watch& watch, at::Tensor tensor, c10::intrusive_ptr<c10d::Work> work)
      : watch_(watch), tensor_(std::move(tensor)), work_(std::move(work)) {}
  void wait() override;

 private:
  Watch& watch_;
  at::Tensor tensor_;
  c10::intrusive_ptr<c10d::Work> work_;
};

/// A broken operation: the watch ends the process, naming the rank, as soon as it knows.
template <class Call>
auto guarded(Watch& watch, const Call& call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& error) {
    watch.wait_for_verdict(kVerdict);
    throw IoError("the ranks lost each other: " + first_line(error.what()));
  }
}

void Work::wait() {
  guarded(watch_, [&] { work_->wait(); });
}

class Group final : public Ranks {
 public:
  Group(const Environment& environment, c10::intrusive_ptr<c10d::Store> store, c10::intrusive_ptr<c10d::Backend> host,
        c10::intrusive_ptr<c10d::Backend> device, std::unique_ptr<Watch> watch)
      : Ranks(environment.rank, environment.world),
        store_(std::move(store)),
        watch_(std::move(watch)),
        host_(std::move(host)),
        device_(std::move(device)) {}

  ~Group() override { watch_->leave(); }

  std::unique_ptr<Pending> start_sum(const at::Tensor& tensor) override {
    return guarded(*watch_, [&] {
      std::vector<at::Tensor> list{tensor};
      return std::make_unique<Work>(*watch_, tensor, group_of(tensor).allreduce(list));
    });
  }

  void broadcast(const at::Tensor& tensor, int from) override {
    guarded(*watch_, [&] {
      std::vector<at::Tensor> list{tensor};
      c10d::BroadcastOptions options;
      options.rootRank = from;
      group_of(tensor).broadcast(list, options)->wait();
    });
  }

  at::Tensor gather(const at::Tensor& tensor) override {
    auto sizes = tensor.sizes().vec();
    sizes.insert(sizes.begin(), world());
    const auto all = at::empty(sizes, tensor.options());
    std::vector<std::vector<at::Tensor>> outputs{all.unbind(0)};
    std::vector<at::Tensor> inputs{tensor.contiguous()};
    guarded(*watch_, [&] { group_of(tensor).allgather(outputs, inputs)->wait(); });
    return all;
  }

  void sum(std::span<double> values) override {
    Ranks::sum(at::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, at::kDouble));
  }

  std::vector<std::string> gather(const std::string& text) override {
    const auto own = at::empty({1}, at::kLong).fill_(static_cast<std::int64_t>(text.size()));
    const auto lengths = gather(own);  // [world, 1]
    const auto* const length = lengths.const_data_ptr<std::int64_t>();
    const auto longest = *std::max_element(length, length + world());
    if (longest == 0) return std::vector<std::string>(static_cast<std::size_t>(world()));
    const auto padded = at::zeros({longest}, at::kByte);
    std::memcpy(padded.mutable_data_ptr(), text.data(), text.size());
    const auto all = gather(padded);  // [world, longest]
    std::vector<std::string> texts;
    for (int rank = 0; rank < world(); ++rank) {
      const auto* const bytes = static_cast<const char*>(all.const_data_ptr()) + rank * longest;
      texts.emplace_back(bytes, static_cast<std::size_t>(length[rank]));
    }
    return texts;
  }

  /// Counted in the store, whose requests are short however long the wait is. The first verdict written there is
  /// everybody's: a request to stop may come while some have seen that all are here and others have not.
  bool wait_for_all() override {
    const std::string count = "here/" + std::to_string(++waits_), verdict = count + "/verdict";
    return guarded(*watch_, [&] {
      std::chrono::milliseconds pause = kFirstPause;
      for (auto here = store_->add(count, 1);; here = store_->add(count, 0)) {
        const bool all = here >= world();
        if (all || !stop_reason().empty()) return agreed(verdict, all ? "all" : "stop") == "all";
        std::this_thread::sleep_for(pause);
        pause = std::min<std::chrono::milliseconds>(2 * pause, kLongestPause);
      }
    });
  }

  void ask_to_stop(const std::string& reason) override { watch_->ask_to_stop(reason); }
  std::string stop_reason() const override { return watch_->stop_reason(); }
  void fail(ExitCode code, const std::string& message) override { watch_->fail(code, message); }

 private:
  c10d::Backend& group_of(const at::Tensor& tensor) const { return tensor.is_cuda() ? *device_ : *host_; }

  std::string agreed(const std::string& key, const std::string& proposal) const {
    const std::vector<std::uint8_t> bytes(proposal.begin(), proposal.end());
    const auto kept = store_->compareSet(key, std::vector<std::uint8_t>(), bytes);
    return {kept.begin(), kept.end()};
  }

  c10::intrusive_ptr<c10d::Store> store_;
  std::unique_ptr<Watch> watch_;  // outlives the groups
  c10::intrusive_ptr<c10d::Backend> host_, device_;
  std::int64_t waits_ = 0;
};

c10::intrusive_ptr<c10d::Store> open_store(const Environment& environment, std::chrono::milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(environment.port);
  options.isServer = environment.rank == 0 && !environment.agent_store;
  options.waitWorkers = false;
  options.timeout = timeout;
  if (options.isServer) {  // its own choice would be every address of this host
    int port = environment.port;
    options.masterListenFd = listen_at(own_address("", environment.address), port);
  }
  auto store = c10::make_intrusive<c10d::TCPStore>(environment.address, options);
  return c10::make_intrusive<c10d::PrefixStore>("cmgems/" + environment.job + "/" + std::to_string(environment.restart),
                                                std::move(store));
}

c10::intrusive_ptr<c10d::Backend> open_gloo(const Environment& environment,
                                            const c10::intrusive_ptr<c10d::Store>& store, const std::string& address,
                                            std::chrono::milliseconds timeout) {
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(address));
  return c10::make_intrusive<c10d::ProcessGroupGloo>(c10::make_intrusive<c10d::PrefixStore>("gloo", store),
                                                     environment.rank, environment.world, std::move(options));
}

/// Rank 0 says in the store where it listens.
std::unique_ptr<Watch> open_watch(const Environment& environment, const GroupOptions& options, c10d::Store& store,
                                  const std::string& address) {
  Watch::Plan plan{environment.rank, environment.world, {}, options.timeout, options.on_lost};
  if (environment.rank == 0) {
    int port = 0;
    const int listener = listen_at(address, port);
    plan.token = random_token();
    const auto text = plan.token + " " + std::to_string(port) + " " + address;
    store.set("watch", std::vector<std::uint8_t>(text.begin(), text.end()));
    return std::make_unique<Watch>(std::move(plan), listener);
  }
  const auto bytes = store.get("watch");
  std::istringstream words(std::string(bytes.begin(), bytes.end()));
  int port = 0;
  std::string hub;
  words >> plan.token >> port >> hub;
  return std::make_unique<Watch>(std::move(plan), connect_to(hub, port));
}

/// c10d writes stack traces to stderr of what it also throws. And it records each operation of all groups in one map,
/// which it changes without its lock: groups on threads of one process crashed in it, or ran in circles. Both can be
/// had back by c10d's own variables.
void quieten_c10d() {
  constexpr int kFatalOnly = 3;
  if (!process_variable("TORCH_CPP_LOG_LEVEL")) FLAGS_caffe2_log_level = kFatalOnly;
  // By each process once, before its first group: c10d reads it then.
  [[maybe_unused]] static const bool recorder_off =
      !process_variable("TORCH_NCCL_TRACE_BUFFER_SIZE") && ::setenv("TORCH_FR_BUFFER_SIZE", "0", /*overwrite=*/0) == 0;
}

std::string where(const Environment& environment) {
  return environment.address + ", port " + std::to_string(environment.port);
}

}  // namespace

std::unique_ptr<Ranks> join(const Environment& environment, const GroupOptions& options) {
  if (environment.alone() && !options.even_alone) return one_process();
  quieten_c10d();
  try {
    const auto address = own_address(options.interface, environment.address);
    const auto store = open_store(environment, options.timeout);
    auto watch = open_watch(environment, options, *store, address);
    auto host = open_gloo(environment, store, address, kPatience * options.timeout);
    c10::intrusive_ptr<c10d::Backend> device;
    if (options.cuda) {
      device = nn::make_nccl(c10::make_intrusive<c10d::PrefixStore>("nccl", store), environment.rank, environment.world,
                             kPatience * options.timeout);
    }
    auto group = std::make_unique<Group>(environment, store, std::move(host), std::move(device), std::move(watch));
    group->wait_for_all();
    return group;
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw IoError("rank " + std::to_string(environment.rank) + " of " + std::to_string(environment.world) +
                  " did not find the others at " + where(environment) + ": " + first_line(error.what()));
  }
}

}  // namespace cmgems::parallel
