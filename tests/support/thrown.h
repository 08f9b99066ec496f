// The message of an exception, for tests of what users read; works with Catch2 v2 and v3 alike.
#pragma once

#include <string>

namespace cmgems::test {

/// What `action` throws as an `Exception`; empty when it throws nothing. Another type passes through and fails the
/// test.
template <class Exception, class Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const Exception& exception) {
    return exception.what();
  }
  return {};
}

}  // namespace cmgems::test
