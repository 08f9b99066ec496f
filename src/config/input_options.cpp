#include "cmgems/config/input_options.h"

namespace cmgems::config {

void describe(OptionVisitor& visitor, InputOptions& options) {
  visitor.field("genome", options.genome);
  visitor.field("task", options.task);
  visitor.field("train", options.train_table);
  visitor.field("dev", options.dev_table);
  visitor.field("test", options.test_table);
  visitor.field("data", options.data);
  visitor.field("model", options.model);
}

}  // namespace cmgems::config
