#include "line_prefix.h"

#include <unistd.h>

#include <cerrno>

namespace cmgems::apps {

/// Who reads it may be gone; the ranks go on.
void LinePrefix::send(std::string_view text) const {
  while (!text.empty()) {
    const auto count = ::write(descriptor_, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void LinePrefix::write(std::string_view text) {
  if (prefix_.empty()) return send(text);
  std::string out;
  rest_ += text;
  std::size_t begin = 0;
  for (auto end = rest_.find_first_of("\r\n"); end != std::string::npos; end = rest_.find_first_of("\r\n", begin)) {
    out += prefix_ + rest_.substr(begin, end + 1 - begin);
    begin = end + 1;
  }
  rest_.erase(0, begin);
  send(out);
}

void LinePrefix::finish() {
  if (!rest_.empty()) send(prefix_ + rest_ + "\n");
  rest_.clear();
}

}  // namespace cmgems::apps
