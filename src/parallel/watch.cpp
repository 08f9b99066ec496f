#include "watch.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <sstream>
#include <utility>

#include "address.h"

namespace cmgems::parallel {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLongestLine = 1 << 16;
constexpr auto kHeartbeat = 500ms;
constexpr auto kLastWords = 2s;  // that leaving may take

/// A line of the protocol holds no line ends of its own.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.substr(0, kLongestLine / 2);
}

std::string rest_of(std::istringstream& words) {
  std::string rest;
  std::getline(words >> std::ws, rest);
  return rest;
}

std::string seconds_text(std::chrono::milliseconds time) {
  std::ostringstream text;
  text << static_cast<double>(time.count()) / 1000;
  return text.str();
}

}  // namespace

Watch::Watch(Plan plan, int descriptor) : plan_(std::move(plan)) {
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (hub()) {
    listener_ = descriptor;
  } else {
    peers_[descriptor].rank = 0;
    send_to(descriptor, "hello " + plan_.token + " " + std::to_string(plan_.rank) + " " + one_line(host_name()));
  }
  // Signals are for the thread that trains.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { work(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Watch::~Watch() {
  leave();
  for (const auto& [descriptor, peer] : peers_) ::close(descriptor);
  if (listener_ >= 0) ::close(listener_);
  ::close(wake_);
}

void Watch::leave() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    leaving_ = true;
    unwinding_ = std::uncaught_exceptions() > 0;
  }
  wake();
  thread_.join();
}

void Watch::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);  // else it looks at the next heartbeat
}

void Watch::post(const std::string& line) {
  {
    const std::lock_guard lock(mutex_);
    posts_.push_back(line);
  }
  wake();
}

void Watch::ask_to_stop(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (!stop_reason_.empty()) return;
    stop_reason_ = reason;
  }
  post("stop " + one_line(reason));
}

std::string Watch::stop_reason() const {
  const std::lock_guard lock(mutex_);
  return stop_reason_;
}

void Watch::fail(ExitCode code, const std::string& message) {
  {
    const std::lock_guard lock(mutex_);
    lost_ = true;  // what follows is due to this rank, and what rank 0 says of it comes back here, too
  }
  const auto text = std::to_string(static_cast<int>(code)) + " " + one_line(message);
  post(hub() ? "lost 0 " + std::to_string(static_cast<int>(code)) + " rank 0 on " + host_name() +
                   " failed: " + one_line(message)
             : "fail " + text);
  std::unique_lock lock(mutex_);
  sent_.wait_for(lock, kLastWords, [this] { return posts_.empty(); });
}

bool Watch::wait_for_verdict(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return decided_.wait_for(lock, patience, [this] { return lost_; });
}

void Watch::work() {
  const auto pause = std::min<std::chrono::milliseconds>(kHeartbeat, plan_.timeout / 4);
  for (auto beat = Clock::now();;) {
    step(pause);
    if (Clock::now() >= beat && !said_goodbye_) {
      tell("alive");
      beat = Clock::now() + pause;
    }
    look_for_silence();
    std::vector<std::string> posts;
    {
      const std::lock_guard lock(mutex_);
      posts = posts_;
    }
    for (const auto& line : posts) tell(line);
    {
      const std::lock_guard lock(mutex_);
      posts_.erase(posts_.begin(), posts_.begin() + static_cast<std::ptrdiff_t>(posts.size()));
      sent_.notify_all();
    }
    if (take_leave()) return;
  }
}

/// Whether the thread can end. Rank 0 says goodbye when all others have, and they go when it did. So nobody closes a
/// connection with something unread in it, which would take from the other side what was sent before.
bool Watch::take_leave() {
  bool alone = false;
  {
    const std::lock_guard lock(mutex_);
    if (!leaving_) return false;
    if (unwinding_) return true;  // without a goodbye: the others are to miss this rank
    alone = lost_;
  }
  if (!alone && hub() && left_ < plan_.world - 1) return false;
  if (!std::exchange(said_goodbye_, true)) tell("bye");
  return alone || hub() || left_ > 0;
}

/// Waits for something to read, and reads it.
void Watch::step(std::chrono::milliseconds patience) {
  std::vector<pollfd> polled{{wake_, POLLIN, 0}};
  if (listener_ >= 0) polled.push_back({listener_, POLLIN, 0});
  for (const auto& [descriptor, peer] : peers_) polled.push_back({descriptor, POLLIN, 0});
  if (::poll(polled.data(), polled.size(), static_cast<int>(patience.count())) <= 0) return;
  for (const auto& one : polled) {
    if (one.revents == 0) continue;
    if (one.fd == wake_) {
      std::uint64_t count = 0;
      [[maybe_unused]] const auto got = ::read(wake_, &count, sizeof count);
    } else if (one.fd == listener_) {
      accept_peer();
    } else {
      read_from(one.fd);
    }
  }
}

void Watch::accept_peer() {
  const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor >= 0) peers_[descriptor] = {};
}

void Watch::read_from(int descriptor) {
  auto& peer = peers_[descriptor];
  std::array<char, 4096> buffer{};
  const auto count = ::recv(descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count > 0) {
    peer.heard = Clock::now();
    peer.input.append(buffer.data(), static_cast<std::size_t>(count));
    for (auto end = peer.input.find('\n'); end != std::string::npos; end = peer.input.find('\n')) {
      const auto line = peer.input.substr(0, end);
      peer.input.erase(0, end + 1);
      understand(peer, line);
    }
  }
  const bool stranger = peer.rank < 0 && (count <= 0 || peer.left);
  if (count > 0 && !stranger && peer.input.size() < kLongestLine) return;
  if (peer.rank >= 0 && !peer.left) {
    lose(peer.rank, ExitCode::io,
         name_of(peer) + " ended without a word: its own last lines, or its host's log, say why");
  }
  peers_.erase(descriptor);
  ::close(descriptor);
}

void Watch::understand(Peer& peer, const std::string& line) {
  std::istringstream words(line);
  std::string kind, token;
  words >> kind;
  if (peer.rank < 0) {
    const bool known = kind == "hello" && words >> token >> peer.rank && token == plan_.token && peer.rank > 0;
    if (!known) peer.rank = -1;
    peer.left = !known;
    peer.host = rest_of(words);
    return;
  }
  if (kind == "bye" && !std::exchange(peer.left, true)) ++left_;
  if (kind == "stop") take_stop(rest_of(words));
  int rank = peer.rank, code = 0;
  if (kind == "fail" && words >> code) {
    lose(rank, static_cast<ExitCode>(code), name_of(peer) + " failed: " + rest_of(words));
  }
  if (kind == "lost" && words >> rank >> code) {
    lose(rank, static_cast<ExitCode>(code), rest_of(words));
  }
}

void Watch::take_stop(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (!stop_reason_.empty()) return;
    stop_reason_ = reason;
  }
  if (hub()) tell("stop " + reason);
}

/// The first loss is the one that counts: others follow from it.
void Watch::lose(int rank, ExitCode code, const std::string& message) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(lost_, true)) return;
  }
  if (hub()) {
    tell("lost " + std::to_string(rank) + " " + std::to_string(static_cast<int>(code)) + " " + one_line(message));
  }
  plan_.on_lost({rank, code, message});
  decided_.notify_all();
}

void Watch::look_for_silence() {
  for (auto& [descriptor, peer] : peers_) {
    if (peer.rank < 0 || peer.left || Clock::now() - peer.heard < plan_.timeout) continue;
    return lose(peer.rank, ExitCode::io,
                name_of(peer) + " has been silent for " + seconds_text(plan_.timeout) +
                    " s: it was stopped, or its host or network hangs");
  }
}

void Watch::tell(const std::string& line) {
  for (const auto& [descriptor, peer] : peers_) {
    if (peer.rank >= 0) send_to(descriptor, line);  // also to one that is done, and waits for the others
  }
}

/// A full buffer is that of a peer that does not read: it will be found silent.
void Watch::send_to(int descriptor, const std::string& line) {
  const auto text = line + "\n";
  [[maybe_unused]] const auto sent = ::send(descriptor, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

std::string Watch::name_of(const Peer& peer) const {
  return "rank " + std::to_string(peer.rank) + (peer.host.empty() ? "" : " on " + peer.host);
}

}  // namespace cmgems::parallel
