#include "shell_word.h"

namespace cmgems::apps {

std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$`*?[](){}<>|&;#~!") == std::string::npos;
  if (plain) return word;
  std::string quoted = word;
  for (auto at = quoted.find('\''); at != std::string::npos; at = quoted.find('\'', at + 4)) {
    quoted.replace(at, 1, "'\\''");
  }
  return "'" + quoted + "'";
}

}  // namespace cmgems::apps
