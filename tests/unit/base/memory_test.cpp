#include "cmgems/base/memory.h"

#include "support/catch.h"

using cmgems::available_memory;
using cmgems::test::TemporaryFolder;

TEST_CASE("available memory is the machine's, or what a control group leaves", "[base]") {
  const TemporaryFolder root;
  CHECK(available_memory(root.path()) == ~std::uint64_t{0});
  root.write("proc/meminfo", "MemTotal:       8000 kB\nMemFree:  1 kB\nMemAvailable:    5000 kB\nBuffers: 7 kB\n");
  CHECK(available_memory(root.path()) == 5000 * 1024);

  root.write("proc/self/cgroup", "0::/outer/inner\n");
  root.write("sys/fs/cgroup/outer/inner/memory.max", "max\n");
  root.write("sys/fs/cgroup/outer/inner/memory.current", "1000\n");
  CHECK(available_memory(root.path()) == 5000 * 1024);
  root.write("sys/fs/cgroup/outer/memory.max", "4000000\n");
  root.write("sys/fs/cgroup/outer/memory.current", "1500000\n");
  CHECK(available_memory(root.path()) == 2500000);
  root.write("sys/fs/cgroup/outer/memory.stat", "anon 900\nfile 200000\ninactive_file 100000\n");
  CHECK(available_memory(root.path()) == 2600000);
  root.write("sys/fs/cgroup/outer/memory.current", "4500000\n");  // over a limit that was lowered
  CHECK(available_memory(root.path()) == 0);
}

TEST_CASE("available memory under control groups of version 1", "[base]") {
  const TemporaryFolder root;
  root.write("proc/meminfo", "MemAvailable:    5000 kB\n");
  root.write("proc/self/cgroup", "5:memory:/job\n1:cpu,cpuacct:/\n");
  root.write("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "3000000\n");
  root.write("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "1000000\n");
  root.write("sys/fs/cgroup/memory/job/memory.stat", "total_inactive_file 500\n");
  CHECK(available_memory(root.path()) == 2000500);
}
