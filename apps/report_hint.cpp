#include "report_hint.h"

#include "cmgems/base/log.h"
#include "shell_word.h"

namespace cmgems::apps {

void tell_report(const std::filesystem::path& run) {
  log_info("for a page of this run: cmgems report " + shell_word(run.string()) + " --out " +
           shell_word((run / "report.html").string()));
}

}  // namespace cmgems::apps
