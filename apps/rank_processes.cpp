#include "rank_processes.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <random>
#include <utility>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "line_prefix.h"

namespace cmgems::apps {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array kPassedOn{SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2};
constexpr int kNotStarted = 127, kBySignal = 128;
constexpr auto kLastOutput = std::chrono::seconds(1);

[[noreturn]] void fail(const std::string& what) { throw IoError("cannot " + what + ": " + std::strerror(errno)); }

int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) fail("open a socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  const bool found = ::bind(descriptor, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
                     ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  ::close(descriptor);
  if (!found) fail("find a free port");
  return ntohs(address.sin_port);
}

std::string random_name() {
  std::random_device source;
  return std::to_string(source()) + "-" + std::to_string(source());
}

std::vector<int> usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> list;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return list;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) list.push_back(i);
  }
  return list;
}

struct RankProcess {
  int rank = 0;
  pid_t pid = 0;
  bool running = false;
  std::array<int, 2> pipes{-1, -1};  // what it writes to stdout and stderr
  std::array<LinePrefix, 2> lines;
};

class RankProcesses {
 public:
  explicit RankProcesses(const RankPlan& plan) : plan_(plan), port_(plan.port) {
    if (port_ == 0) port_ = free_port();
    if (plan.hosts == 1) run_id_ = random_name();
    sigset_t caught;
    ::sigemptyset(&caught);
    ::sigaddset(&caught, SIGCHLD);
    for (const int signal : kPassedOn) {
      struct sigaction action {};
      ::sigaction(signal, nullptr, &action);
      if (action.sa_handler != SIG_IGN) ::sigaddset(&caught, signal);
    }
    ::sigprocmask(SIG_BLOCK, &caught, &before_);
    signals_ = ::signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK);
  }

  ~RankProcesses() {
    for (const auto& one : processes_) {
      if (!one.running) continue;
      ::kill(-one.pid, SIGKILL);
      ::waitpid(one.pid, nullptr, 0);
    }
    ::close(signals_);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  RankProcesses(const RankProcesses&) = delete;
  RankProcesses& operator=(const RankProcesses&) = delete;

  int run() {
    const auto usable = usable_processors();
    for (int local = 0; local < plan_.ranks; ++local) start(local, usable);
    while (running() > 0) wait_for_something();
    deadline_ = Clock::now() + kLastOutput;  // of what the ranks may have left behind
    while (open_pipes() > 0 && Clock::now() < *deadline_) wait_for_something();
    return code_.value_or(0);
  }

 private:
  void start(int local, const std::vector<int>& usable) {
    auto& one = processes_.emplace_back();
    one.rank = plan_.host * plan_.ranks + local;
    const std::string prefix = plan_.plain ? "" : "[" + std::to_string(one.rank) + "] ";
    const bool result = one.rank == 0;  // its standard output is that of the command
    std::array<std::array<int, 2>, 2> pipes{};
    for (std::size_t i = 0; i < 2; ++i) {
      if (::pipe2(pipes[i].data(), O_CLOEXEC) != 0) fail("make a pipe");
      one.pipes[i] = pipes[i][0];
      one.lines[i] = LinePrefix(i == 0 ? STDOUT_FILENO : STDERR_FILENO, i == 0 && result ? "" : prefix);
    }
    const pid_t parent = ::getpid();
    one.pid = ::fork();
    if (one.pid < 0) fail("start a process");
    if (one.pid == 0) become(local, one.rank, usable, {pipes[0][1], pipes[1][1]}, parent);
    ::setpgid(one.pid, one.pid);
    one.running = true;
    for (const auto& pipe : pipes) ::close(pipe[1]);
  }

  /// In the new process. Its own group: the terminal's Ctrl-C reaches it through this process only, once.
  [[noreturn]] void become(int local, int rank, const std::vector<int>& usable, std::array<int, 2> outputs,
                           pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(kNotStarted);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
    const auto set = [](const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); };
    set("RANK", std::to_string(rank));
    set("WORLD_SIZE", std::to_string(plan_.hosts * plan_.ranks));
    set("LOCAL_RANK", std::to_string(local));
    set("LOCAL_WORLD_SIZE", std::to_string(plan_.ranks));
    set("MASTER_ADDR", plan_.address);
    set("MASTER_PORT", std::to_string(port_));
    for (const char* name : {"TORCHELASTIC_USE_AGENT_STORE", "TORCHELASTIC_RESTART_COUNT", "TORCHELASTIC_RUN_ID"}) {
      ::unsetenv(name);
    }
    if (!run_id_.empty()) set("TORCHELASTIC_RUN_ID", run_id_);
    if (plan_.bind) bind_to(processors_of(local, plan_.ranks, usable));
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(outputs[0], STDOUT_FILENO);
    ::dup2(outputs[1], STDERR_FILENO);
    std::vector<char*> words;
    for (const auto& word : plan_.command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    if (plan_.command[0] == "cmgems") ::execv("/proc/self/exe", words.data());
    ::execvp(words[0], words.data());
    const std::string problem = "cmgems: cannot run " + plan_.command[0] + ": " + std::strerror(errno) + "\n";
    [[maybe_unused]] const auto told = ::write(STDERR_FILENO, problem.data(), problem.size());
    ::_exit(kNotStarted);
  }

  static void bind_to(const std::vector<int>& processors) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int processor : processors) CPU_SET(processor, &set);
    if (!processors.empty()) ::sched_setaffinity(0, sizeof set, &set);
  }

  void wait_for_something() {
    std::vector<pollfd> polled{{signals_, POLLIN, 0}};
    for (const auto& one : processes_) {
      for (const int pipe : one.pipes) {
        if (pipe >= 0) polled.push_back({pipe, POLLIN, 0});
      }
    }
    ::poll(polled.data(), polled.size(), milliseconds_left());
    for (auto& one : processes_) {
      for (std::size_t i = 0; i < 2; ++i) copy_output(one, i, polled);
    }
    read_signals();
    reap();
    if (deadline_ && Clock::now() >= *deadline_) end_all(SIGKILL);
  }

  int milliseconds_left() const {
    if (!deadline_) return -1;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*deadline_ - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left + 1, 1, 3'600'000));
  }

  static void copy_output(RankProcess& one, std::size_t i, const std::vector<pollfd>& polled) {
    const auto ready =
        std::find_if(polled.begin(), polled.end(), [&](const pollfd& p) { return p.fd == one.pipes[i]; });
    if (ready == polled.end() || ready->revents == 0) return;
    std::array<char, 65536> buffer{};
    const auto count = ::read(one.pipes[i], buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) return;
    if (count > 0) return one.lines[i].write({buffer.data(), static_cast<std::size_t>(count)});
    one.lines[i].finish();
    ::close(std::exchange(one.pipes[i], -1));
  }

  void read_signals() {
    signalfd_siginfo info{};
    while (::read(signals_, &info, sizeof info) == sizeof info) {
      const int signal = static_cast<int>(info.ssi_signo);
      if (signal != SIGCHLD) end_all(signal);
    }
  }

  void end_all(int signal) {
    for (const auto& one : processes_) {
      if (one.running) ::kill(signal == SIGKILL ? -one.pid : one.pid, signal);
    }
  }

  void reap() {
    int status = 0;
    for (pid_t pid = ::waitpid(-1, &status, WNOHANG); pid > 0; pid = ::waitpid(-1, &status, WNOHANG)) {
      const auto one = std::find_if(processes_.begin(), processes_.end(), [&](const auto& p) { return p.pid == pid; });
      if (one == processes_.end()) continue;
      one->running = false;
      ::kill(-pid, SIGKILL);  // what it left behind, which may hold its pipes
      note_end(*one, status);
    }
  }

  void note_end(const RankProcess& one, int status) {
    const int code = WIFSIGNALED(status) ? kBySignal + WTERMSIG(status) : WEXITSTATUS(status);
    if (code == 0 || code_) return;
    code_ = code;
    if (WIFSIGNALED(status)) {
      log_warning("rank " + std::to_string(one.rank) + " was ended by signal " + std::to_string(WTERMSIG(status)) +
                  " (" + ::strsignal(WTERMSIG(status)) + ")");
    } else if (code != static_cast<int>(ExitCode::interrupted)) {
      log_warning("rank " + std::to_string(one.rank) + " ended with code " + std::to_string(code));
    }
    if (code == static_cast<int>(ExitCode::interrupted)) return;  // all of them stop, and one may still be saving
    deadline_ = Clock::now() + std::chrono::seconds(plan_.grace);
    end_all(SIGTERM);
  }

  std::size_t running() const {
    return static_cast<std::size_t>(
        std::count_if(processes_.begin(), processes_.end(), [](const auto& one) { return one.running; }));
  }
  std::size_t open_pipes() const {
    std::size_t open = 0;
    for (const auto& one : processes_) open += (one.pipes[0] >= 0) + (one.pipes[1] >= 0);
    return open;
  }

  const RankPlan& plan_;
  int port_, signals_ = -1;
  // Of a single host: should another program take the port first, its ranks and these do not meet in one store.
  std::string run_id_;
  sigset_t before_{};
  std::vector<RankProcess> processes_;
  std::optional<int> code_;
  std::optional<Clock::time_point> deadline_;
};

}  // namespace

std::vector<int> processors_of(int local_rank, int ranks, const std::vector<int>& usable) {
  const auto size = usable.size(), count = static_cast<std::size_t>(ranks),
             index = static_cast<std::size_t>(local_rank);
  if (size == 0) return {};
  if (size < count) return {usable[index % size]};
  return {usable.begin() + static_cast<std::ptrdiff_t>(index * size / count),
          usable.begin() + static_cast<std::ptrdiff_t>((index + 1) * size / count)};
}

int run_ranks(const RankPlan& plan) {
  if (plan.hosts > 1 && plan.port == 0)
    throw UsageError("--hosts needs --port: the same on every host, for example 29500");
  if (plan.host < 0 || plan.host >= plan.hosts) {
    throw UsageError("--host " + std::to_string(plan.host) + " is not among " + std::to_string(plan.hosts) +
                     " hosts, which count from 0");
  }
  return RankProcesses(plan).run();
}

}  // namespace cmgems::apps
