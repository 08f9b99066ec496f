// Output of several processes on one stream, whole lines with a prefix each.
#pragma once

#include <string>
#include <string_view>

namespace cmgems::apps {

class LinePrefix {
 public:
  LinePrefix() = default;
  /// An empty prefix copies as it comes.
  LinePrefix(int descriptor, std::string prefix) : descriptor_(descriptor), prefix_(std::move(prefix)) {}
  /// Whole lines go out at once; the rest waits. A redrawn line (\r) counts as one.
  void write(std::string_view text);
  /// What is left, as a line.
  void finish();

 private:
  void send(std::string_view text) const;
  int descriptor_ = -1;
  std::string prefix_, rest_;
};

}  // namespace cmgems::apps
