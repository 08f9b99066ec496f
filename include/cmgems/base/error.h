// Errors that a user can do something about. Each type is one kind of event and carries the process exit code of
// that kind; a message is one sentence that says where (file, line), what was expected and what to do.
// Libraries throw and never exit; apps/ has the one place that catches.
#pragma once

#include <stdexcept>
#include <string>

namespace cmgems {

/// Exit codes of the program (sysexits.h), part of its interface: do not renumber.
enum class ExitCode : int {
  ok = 0,
  usage = 64,        // command line or configuration
  data = 65,         // an input exists but its content is wrong
  no_input = 66,     // an input was not found
  internal = 70,     // a bug in cmgems
  io = 74,           // reading or writing failed
  interrupted = 75,  // stopped by a signal, resumable
};

/// Base of all errors that cmgems throws on purpose.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

struct UsageError : Error {
  explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};
struct DataError : Error {
  explicit DataError(const std::string& message) : Error(ExitCode::data, message) {}
};
struct InputNotFound : Error {
  explicit InputNotFound(const std::string& message) : Error(ExitCode::no_input, message) {}
};
struct InternalError : Error {
  explicit InternalError(const std::string& message) : Error(ExitCode::internal, message) {}
};
struct IoError : Error {
  explicit IoError(const std::string& message) : Error(ExitCode::io, message) {}
};

}  // namespace cmgems
