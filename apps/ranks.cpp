#include "ranks.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "cmgems/base/log.h"
#include "cmgems/nn/device.h"
#include "cmgems/parallel/process_group.h"

namespace cmgems::apps {
namespace {

constexpr int kNotLeaving = -1;
std::atomic<int> g_leaving_with = kNotLeaving;  // the code of a rank that is done and waits for the others

extern "C" void end_now(int) { std::_Exit(g_leaving_with); }

/// The thread that trains may wait for the lost rank for ever: only the process can end.
[[noreturn]] void end_process(ExitCode code, const std::string& message) {
  std::cerr << "cmgems: " + message + "\n" << std::flush;
  std::_Exit(static_cast<int>(code));
}

int bound_processors(int all) {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : all;
}

/// Before anything loads CUDA: each rank then has one device, its first.
void choose_device(const parallel::Environment& environment) {
  if (environment.local_world == 1) return;
  const auto device = parallel::visible_device(parallel::process_variable("CUDA_VISIBLE_DEVICES"), environment);
  ::setenv("CUDA_VISIBLE_DEVICES", device.c_str(), 1);
}

std::string this_host() {
  char name[256] = "unknown";
  ::gethostname(name, sizeof name - 1);
  return name;
}

void introduce(const parallel::Environment& environment, bool cuda) {
  const auto* const devices = std::getenv("CUDA_VISIBLE_DEVICES");
  log_info("rank " + std::to_string(environment.rank) + " of " + std::to_string(environment.world) + " on " +
           this_host() + ", " + (cuda ? std::string("cuda ") + (devices != nullptr ? devices : "0") : "cpu") +
           " (started by " + environment.source +
           (environment.restart > 0 ? ", restart " + std::to_string(environment.restart) : "") + ")");
}

}  // namespace

parallel::Ranks& start_ranks(Session& session, config::ComputeOptions& compute, RankUse use) {
  const auto environment = parallel::environment_of();
  if (environment.alone()) {
    session.ranks = parallel::one_process();
    return *session.ranks;
  }
  bool cuda = false;
  if (compute.device != config::DeviceChoice::cpu) {
    choose_device(environment);
    cuda = nn::cuda_available();
  }
  parallel::GroupOptions options;
  options.interface = compute.interface;
  options.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(1000 * compute.rank_timeout));
  options.cuda = cuda && use == RankUse::training;
  options.on_lost = [](const parallel::Lost& lost) {
    if (g_leaving_with == static_cast<int>(lost.code)) std::_Exit(g_leaving_with);  // all had agreed to end like this
    end_process(lost.code, lost.message);
  };
  introduce(environment, cuda);
  session.ranks = parallel::join(environment, options);
  if (!session.ranks->first()) set_log_level(LogLevel::quiet);
  if (compute.threads == 0) compute.threads = threads_of_rank();
  return *session.ranks;
}

std::int64_t threads_of_rank() {
  const int processors = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return parallel::threads_of(processors, bound_processors(processors), parallel::environment_of());
}

bool several_ranks() { return !parallel::environment_of().alone(); }

void require_one_process() {
  const auto environment = parallel::environment_of();
  if (environment.alone()) return;
  throw UsageError(std::string("this command runs in one process, and ") + environment.source + " started " +
                   std::to_string(environment.world) + " of them: start it by itself");
}

int leave_ranks(Session& session, int code) {
  if (!session.ranks || session.ranks->alone()) return code;
  g_leaving_with = code;
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) {
    if (std::signal(signal, end_now) == SIG_IGN) std::signal(signal, SIG_IGN);
  }
  session.ranks.reset();
  return code;
}

int end_ranks(Session& session, ExitCode code, const std::string& message) {
  const bool several = session.ranks && !session.ranks->alone();
  const bool agreed = code == ExitCode::interrupted;
  if (several && !agreed) {
    session.ranks->fail(code, message);
    end_process(code, message);
  }
  if (!several || session.ranks->first()) std::cerr << "cmgems: " << message << "\n";
  return leave_ranks(session, static_cast<int>(code));
}

}  // namespace cmgems::apps
