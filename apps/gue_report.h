// The result of eval-gue for people and as JSON. Nothing in it depends on the clock.
#pragma once

#include <ostream>
#include <string>

#include "gue_result.h"

namespace cmgems::apps {

void print_gue_text(std::ostream& out, const GueResult& result);
std::string gue_json(const GueResult& result);

}  // namespace cmgems::apps
