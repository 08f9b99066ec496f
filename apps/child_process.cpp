#include "child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "cmgems/base/error.h"

namespace cmgems::apps {
namespace {

constexpr std::array kPassedOn{SIGTERM, SIGINT, SIGHUP, SIGUSR1};
constexpr int kNotStarted = 127;
constexpr std::array kOfRanks{"RANK", "WORLD_SIZE", "SLURM_PROCID"};

volatile std::sig_atomic_t g_child = 0, g_passed_on = 0;  // a handler has nothing else to read and write

extern "C" void pass_on(int signal) {
  if (g_child == 0 || g_passed_on != 0) return;
  g_passed_on = signal;
  ::kill(g_child, signal);
}

/// Handlers for as long as it lives; signals that are ignored stay so.
class PassOn {
 public:
  PassOn() {
    g_passed_on = 0;
    struct sigaction action {};
    action.sa_handler = pass_on;
    for (std::size_t i = 0; i < kPassedOn.size(); ++i) {
      ::sigaction(kPassedOn[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) ::sigaction(kPassedOn[i], &action, nullptr);
    }
  }
  ~PassOn() {
    g_child = 0;
    for (std::size_t i = 0; i < kPassedOn.size(); ++i) ::sigaction(kPassedOn[i], &before_[i], nullptr);
  }
  PassOn(const PassOn&) = delete;
  PassOn& operator=(const PassOn&) = delete;

 private:
  std::array<struct sigaction, kPassedOn.size()> before_;
};

/// In the new process. Its own group: the terminal's Ctrl-C reaches it through this process only, once.
[[noreturn]] void become(char* const* arguments, int output, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(kNotStarted);     // it died before it could be watched
  for (const char* name : kOfRanks) ::unsetenv(name);  // it is a process of its own, not one of this one's ranks
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::execv("/proc/self/exe", arguments);
  ::_exit(kNotStarted);
}

int wait_for_end(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw IoError(std::string("cannot wait for a process: ") + std::strerror(errno));
  }
  if (g_passed_on != 0 || WIFSIGNALED(status)) return static_cast<int>(ExitCode::interrupted);
  return WEXITSTATUS(status);
}

}  // namespace

int run_child(const std::vector<std::string>& arguments, const std::filesystem::path& output) {
  const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) throw IoError("cannot write " + output.string() + ": " + std::strerror(errno));
  std::vector<std::string> words{"cmgems"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  const PassOn handlers;
  const pid_t parent = ::getpid(), child = ::fork();
  if (child == 0) become(pointers.data(), file, parent);
  ::close(file);
  if (child < 0) throw IoError(std::string("cannot start a process: ") + std::strerror(errno));
  g_child = child;
  return wait_for_end(child);
}

}  // namespace cmgems::apps
