#include "openmp.h"

#include <unistd.h>

#include <cstdlib>

namespace cmgems::apps {

void settle_openmp(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
  ::setenv("GOMP_SPINCOUNT", "2000", 1);
  ::execv("/proc/self/exe", argv);  // comes back only when it fails; the default is slower on a busy machine, not wrong
}

}  // namespace cmgems::apps
