// results.json of finetune and eval-gue.
#pragma once

#include "runs.h"

namespace cmgems::apps::report {

/// REQUIRES: `record` was read. Throws: DataError (file and key), IoError; a finished run without the file too.
Evaluated read_evaluated(Record record);

}  // namespace cmgems::apps::report
