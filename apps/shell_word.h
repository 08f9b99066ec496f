// Words for a shell.
#pragma once

#include <string>

namespace cmgems::apps {

/// A word as a shell takes it: in quotes where it needs them.
std::string shell_word(const std::string& word);

}  // namespace cmgems::apps
