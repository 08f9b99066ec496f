// How a run becomes a page.
#pragma once

#include <filesystem>

namespace cmgems::apps {

/// The last line of a run's log: the command that makes a page of it.
void tell_report(const std::filesystem::path& run);

}  // namespace cmgems::apps
