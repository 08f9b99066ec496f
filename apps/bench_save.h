// cmgems bench save
#pragma once

#include "command.h"

namespace cmgems::apps {

void add_bench_save(CLI::App& bench, Session& session);

}  // namespace cmgems::apps
