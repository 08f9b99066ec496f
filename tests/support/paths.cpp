#include "support/paths.h"

// The only file that is compiled with the checkout's path: a compiler cache then serves every other test of any clone.
std::filesystem::path cmgems::test::source_folder() { return CMGEMS_SOURCE_DIR; }
