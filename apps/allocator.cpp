// The program's allocator: jemalloc, told to keep what it has and to use huge pages. glibc gives large blocks back at
// every free, so the activations of each training step would be page-faulted anew; see docs/performance.md for figures.
extern "C" {
// NOLINTNEXTLINE(readability-identifier-naming): the name jemalloc looks for
const char* malloc_conf = "thp:always,metadata_thp:auto,dirty_decay_ms:-1,muzzy_decay_ms:-1";
}
