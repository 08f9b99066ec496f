// A named pipe that somebody writes into, for inputs that can be read only once.
#pragma once

#include <sys/stat.h>

#include <csignal>
#include <thread>

#include "support/paths.h"

namespace cmgems::test {

/// Offers `content` once, in a thread; who opens the pipe a second time finds it empty.
class Pipe {
 public:
  Pipe(const TemporaryFolder& folder, const std::string& content) : path_(folder.path() / "pipe") {
    std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves early ends the writing, not the test
    if (::mkfifo(path_.c_str(), 0600) != 0) throw std::runtime_error("no pipe can be made at " + path_.string());
    writer_ = std::jthread([this, content] { std::ofstream(path_, std::ios::binary) << content; });
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::jthread writer_;
};

}  // namespace cmgems::test
