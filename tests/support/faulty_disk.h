// A disk that fails at a chosen call, or from it on.
#pragma once

#include <cerrno>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "cmgems/base/file_system.h"

namespace cmgems::test {

enum class Call { open, write, write_at, reserve, truncate, sync, close, rename, exchange, make_folder, remove, any };
inline const std::vector<Call> kAllCalls{Call::open,     Call::write,       Call::write_at, Call::reserve,
                                         Call::truncate, Call::sync,        Call::close,    Call::rename,
                                         Call::exchange, Call::make_folder, Call::remove};

/// What a failing write takes before it fails.
enum class Part {
  none,
  half,       // of the bytes, as on a disk that becomes full: the next one fails
  half_only,  // and that is no failure: the rest is to be written by the next call
};

class FaultyDisk final : public FileSystem {
 public:
  /// How the k-th call of a kind fails (the first is 1; 0 = none does): with `error`, and, for a write, after it took
  /// a part of the bytes. `stays`: all later calls of the kind fail too.
  struct Fault {
    Call call = Call::open;
    int k = 0;
    int error = EIO;
    Part part = Part::none;
    bool stays = false;
    bool exchanges = true;  // false: an old kernel, which cannot
  };
  FaultyDisk() = default;
  explicit FaultyDisk(const Fault& fault) : fault_(fault) {}

  int count(Call call) const { return counts_.contains(call) ? counts_.at(call) : 0; }
  std::uint64_t free = std::numeric_limits<std::uint64_t>::max();

  int open(const std::filesystem::path& path, int flags) override {
    return fails(Call::open) ? -1 : FileSystem::open(path, flags);
  }
  std::int64_t write(int descriptor, const void* bytes, std::size_t count) override {
    const std::int64_t taken = taken_of(Call::write, count);
    return taken < 0 ? -1 : FileSystem::write(descriptor, bytes, static_cast<std::size_t>(taken));
  }
  std::int64_t write_at(int descriptor, const void* bytes, std::size_t count, std::uint64_t offset) override {
    const std::int64_t taken = taken_of(Call::write_at, count);
    return taken < 0 ? -1 : FileSystem::write_at(descriptor, bytes, static_cast<std::size_t>(taken), offset);
  }
  int reserve(int descriptor, std::uint64_t bytes) override {
    return fails(Call::reserve) ? -1 : FileSystem::reserve(descriptor, bytes);
  }
  int truncate(int descriptor, std::uint64_t bytes) override {
    return fails(Call::truncate) ? -1 : FileSystem::truncate(descriptor, bytes);
  }
  int sync(int) override { return fails(Call::sync) ? -1 : 0; }  // a test survives no power cut
  int close(int descriptor) override {
    const int result = FileSystem::close(descriptor);
    return fails(Call::close) ? -1 : result;
  }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return fails(Call::rename) ? -1 : FileSystem::rename(from, to);
  }
  int exchange(const std::filesystem::path& one, const std::filesystem::path& other) override {
    if (!fault_.exchanges) return errno = EINVAL, -1;
    return fails(Call::exchange) ? -1 : FileSystem::exchange(one, other);
  }
  int make_folder(const std::filesystem::path& path) override {
    return fails(Call::make_folder) ? -1 : FileSystem::make_folder(path);
  }
  int remove(const std::filesystem::path& path) override { return fails(Call::remove) ? -1 : FileSystem::remove(path); }
  std::uint64_t free_bytes(const std::filesystem::path&) override { return free; }

 private:
  /// How many of the bytes this write takes, -1: none, and it fails.
  std::int64_t taken_of(Call call, std::size_t count) {
    if (!fails(call)) return static_cast<std::int64_t>(count);
    if (fault_.part == Part::none || count < 2) return -1;
    fault_.k = fault_.part == Part::half ? counts_[call] + 1 : 0;
    fault_.part = Part::none;
    return static_cast<std::int64_t>(count / 2);
  }
  bool fails(Call call) {
    const int of_all = ++counts_[Call::any], of_kind = ++counts_[call];
    const int number = fault_.call == Call::any ? of_all : of_kind;
    const bool asked = fault_.k > 0 && (fault_.call == Call::any || call == fault_.call);
    const bool now = asked && (number == fault_.k || (fault_.stays && number > fault_.k));
    if (now) errno = fault_.error;
    return now;
  }
  Fault fault_;
  std::map<Call, int> counts_;
};

template <class Action>
FaultyDisk counted(Action&& action, bool exchanges = true) {
  FaultyDisk counting({Call::any, 0, 0, Part::none, false, exchanges});
  const ReplacedFileSystem replaced(counting);
  action();
  return counting;
}

/// Two faults of every call that `action` makes: EIO once, and a disk that is full from then on, in the middle of a
/// write.
template <class Action>
std::vector<FaultyDisk::Fault> all_faults(Action&& action, bool exchanges = true) {
  const FaultyDisk counting = counted(action, exchanges);
  std::vector<FaultyDisk::Fault> faults;
  for (const Call call : kAllCalls) {
    for (int k = 1; k <= counting.count(call); ++k) {
      faults.push_back({call, k, EIO, Part::none, false, exchanges});
      const bool writes = call == Call::write || call == Call::write_at;
      faults.push_back({call, k, ENOSPC, writes ? Part::half : Part::none, /*stays=*/true, exchanges});
    }
  }
  return faults;
}

/// These, on kernels old and new, and for every call the end of the process before it: nothing works from there on.
template <class Action>
std::vector<FaultyDisk::Fault> all_faults_and_deaths(Action&& action) {
  std::vector<FaultyDisk::Fault> faults;
  for (const bool exchanges : {true, false}) {
    const auto more = all_faults(action, exchanges);
    faults.insert(faults.end(), more.begin(), more.end());
    const int calls = counted(action, exchanges).count(Call::any);
    for (int k = 1; k <= calls; ++k) faults.push_back({Call::any, k, EIO, Part::none, true, exchanges});
  }
  return faults;
}

}  // namespace cmgems::test
