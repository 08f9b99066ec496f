// Who is alive: every rank holds a connection to rank 0, on which a thread of its own says so. The kernel closes the
// connection of a process that dies, a stopped one falls silent, and one that fails says why; rank 0 tells the others.
// Collective operations alone would name a neighbour, or nobody before their timeout.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "cmgems/parallel/process_group.h"

namespace cmgems::parallel {

class Watch {
 public:
  using Clock = std::chrono::steady_clock;
  struct Plan {
    int rank = 0, world = 1;
    std::string token;  // of this group: others are not listened to
    std::chrono::milliseconds timeout{};
    std::function<void(const Lost&)> on_lost;
  };

  /// `descriptor`: rank 0's listening socket, or the connection to it; closed at the end.
  Watch(Plan plan, int descriptor);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void ask_to_stop(const std::string& reason);
  std::string stop_reason() const;
  void fail(ExitCode code, const std::string& message);
  /// Waits for the watch to find out whom a broken operation is due to; on_lost has been called when that returns true.
  bool wait_for_verdict(std::chrono::milliseconds patience);
  /// This rank is done, and its end no loss to the others. Waits until all others are done, too: until then they may
  /// need what this rank's end would close. Does not wait after a loss. While an exception unwinds the stack it goes at
  /// once, and is a loss to the others.
  void leave();

 private:
  struct Peer {
    int rank = -1;  // unknown before its hello
    std::string host, input;
    Clock::time_point heard = Clock::now();
    bool left = false;
  };

  void work();
  void step(std::chrono::milliseconds patience);
  void accept_peer();
  void read_from(int descriptor);
  void understand(Peer& peer, const std::string& line);
  void lose(int rank, ExitCode code, const std::string& message);
  void look_for_silence();
  void tell(const std::string& line);
  bool take_leave();
  void send_to(int descriptor, const std::string& line);
  void take_stop(const std::string& reason);
  std::string name_of(const Peer& peer) const;
  bool hub() const { return plan_.rank == 0; }
  void post(const std::string& line);
  void wake();

  const Plan plan_;
  int listener_ = -1, wake_ = -1;
  std::map<int, Peer> peers_;  // by descriptor; belongs to the thread
  int left_ = 0;               // peers that are done; belongs to the thread
  bool said_goodbye_ = false;  // belongs to the thread
  mutable std::mutex mutex_;   // of what follows
  std::condition_variable decided_, sent_;
  std::string stop_reason_;
  std::vector<std::string> posts_;  // lines to be sent by the thread
  bool lost_ = false, leaving_ = false, unwinding_ = false;
  std::thread thread_;
};

}  // namespace cmgems::parallel
