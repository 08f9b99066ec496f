#include "../../apps/stop_rule.h"

#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "support/catch.h"

using namespace cmgems;
using namespace std::chrono_literals;
using apps::StopRule;

namespace {

/// -> how a process of its own ends that does this, as waitpid says it.
int status_of(const std::function<int()>& action) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(action());
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

bool ends_by(int status, int signal) { return WIFSIGNALED(status) && WTERMSIG(status) == signal; }
bool ends_with(int status, int code) { return WIFEXITED(status) && WEXITSTATUS(status) == code; }

void (*handler_of(int signal))(int) {
  struct sigaction now {};
  ::sigaction(signal, nullptr, &now);
  return now.sa_handler;
}

}  // namespace

TEST_CASE("each of the signals is noted, the first one counts", "[apps]") {
  const std::pair<int, std::string> signals[] = {
      {SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"}, {SIGUSR1, "SIGUSR1"}, {SIGHUP, "SIGHUP"}};
  for (const auto& [number, name] : signals) {
    INFO(name);
    auto* const before = std::signal(number, SIG_DFL);  // nohup starts programs that ignore SIGHUP
    {
      const StopRule rule(std::chrono::steady_clock::now(), {});
      CHECK(rule.reason().empty());
      ::raise(number);
      ::raise(SIGTERM);
      CHECK(rule.reason() == name);
    }
    std::signal(number, before);
  }
}

TEST_CASE("a second signal at once is the same request, a later one ends by its own action", "[apps]") {
  const auto twice = [](std::chrono::milliseconds between, int second) {
    return status_of([=] {
      const StopRule rule(std::chrono::steady_clock::now(), {});
      ::raise(SIGTERM);
      std::this_thread::sleep_for(between);
      ::raise(second);
      return 3;
    });
  };
  CHECK(ends_with(twice(0ms, SIGTERM), 3));
  CHECK(ends_with(twice(200ms, SIGINT), 3));
  CHECK(ends_by(twice(1100ms, SIGTERM), SIGTERM));
  CHECK(ends_by(twice(1100ms, SIGUSR1), SIGUSR1));
}

TEST_CASE("ignored signals stay ignored, and earlier actions come back", "[apps]") {
  const int status = status_of([] {
    std::signal(SIGHUP, SIG_IGN);
    std::signal(SIGUSR1, [](int) {});
    const auto usr1 = handler_of(SIGUSR1), term = handler_of(SIGTERM);
    {
      const StopRule rule(std::chrono::steady_clock::now(), {});
      if (handler_of(SIGHUP) != SIG_IGN || handler_of(SIGUSR1) == usr1 || handler_of(SIGTERM) == term) return 1;
      ::raise(SIGHUP);
      if (!rule.reason().empty()) return 2;
    }
    return handler_of(SIGHUP) == SIG_IGN && handler_of(SIGUSR1) == usr1 && handler_of(SIGTERM) == term ? 0 : 3;
  });
  CHECK(ends_with(status, 0));
}

TEST_CASE("a limit of time counts from the start that is given", "[apps]") {
  const StopRule rule(std::chrono::steady_clock::now() - 90s, 1.5);
  CHECK(rule.reason() == "--max-minutes 1.50");
  CHECK(StopRule(std::chrono::steady_clock::now(), 1.5).reason().empty());
}

TEST_CASE("a pipe without a reader ends nothing while that is asked for", "[apps]") {
  const auto write = [](bool ignore) {
    return status_of([=] {
      int ends[2];
      if (::pipe(ends) != 0) return 9;
      ::close(ends[0]);
      std::optional<apps::IgnoredPipe> ignored;
      if (ignore) ignored.emplace();
      if (::write(ends[1], "x", 1) != -1 || errno != EPIPE) return 1;
      ignored.reset();
      return handler_of(SIGPIPE) == SIG_DFL ? 0 : 2;
    });
  };
  CHECK(ends_with(write(true), 0));
  CHECK(ends_by(write(false), SIGPIPE));
}
