// The figures that a pretraining logged.
#pragma once

#include "runs.h"

namespace cmgems::apps::report {

/// REQUIRES: `record` was read. Throws: DataError (a damaged line; a finished run whose log has no end), IoError.
Pretraining read_pretraining(Record record);

}  // namespace cmgems::apps::report
