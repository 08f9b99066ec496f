// What the sanitizers are told by every program of a CMGEMS_SANITIZE build, however it is started. The names are
// theirs. NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)
extern "C" {

/// htslib's BGZF reader thread leaks 32 bytes for each file inside libhts itself, which we cannot change.
const char* __lsan_default_suppressions() { return "leak:libhts"; }

/// No table of used suppressions on standard error, which tests of the program read.
const char* __lsan_default_options() { return "print_suppressions=0"; }

const char* __ubsan_default_options() { return "print_stacktrace=1"; }
}
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
