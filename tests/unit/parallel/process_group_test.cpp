#include "support/catch_torch.h"
// catch_torch.h comes first
#include <ATen/ops/full.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "cmgems/parallel/process_group.h"
#include "support/free_port.h"

using namespace cmgems;
using namespace cmgems::parallel;
using cmgems::test::free_port;

namespace {

Environment rank_of(int rank, int world, int port) {
  Environment environment;
  environment.rank = environment.local_rank = rank;
  environment.world = environment.local_world = world;
  environment.port = port;
  environment.source = "torchrun";
  return environment;
}

/// `work` on ranks over real sockets, each with the sentence of the rank that it lost.
template <class Work>
std::vector<std::string> over_sockets(int world, std::chrono::milliseconds timeout, const Work& work) {
  const int port = free_port();
  std::vector<std::string> lost(static_cast<std::size_t>(world));
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int rank = 0; rank < world; ++rank) {
    threads.emplace_back([&, rank] {
      GroupOptions options;
      options.timeout = timeout;
      options.on_lost = [&, rank](const Lost& loss) {
        const std::lock_guard lock(mutex);
        lost[static_cast<std::size_t>(rank)] = loss.message;
      };
      try {
        work(*join(rank_of(rank, world, port), options));
      } catch (const IoError& error) {
        const std::lock_guard lock(mutex);
        auto& told = lost[static_cast<std::size_t>(rank)];
        if (told.empty()) told = error.what();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return lost;
}

}  // namespace

TEST_CASE("ranks over Gloo add, gather and agree", "[parallel]") {
  std::atomic<int> right = 0;
  const auto lost = over_sockets(3, std::chrono::seconds(20), [&](Ranks& ranks) {
    const auto tensor = at::full({5}, ranks.rank() + 1.0);
    ranks.sum(tensor);
    right += tensor[4].item<double>() == 6;
    std::vector<double> values{1, static_cast<double>(ranks.rank())};
    ranks.sum(values);
    right += values == std::vector<double>{3, 3};
    right += ranks.gather(std::string(static_cast<std::size_t>(ranks.rank()), 'x')) ==
             std::vector<std::string>{"", "x", "xx"};
    right += ranks.share_first("from " + std::to_string(ranks.rank())) == "from 0";
    const auto all = ranks.gather(at::full({2}, static_cast<double>(ranks.rank())));
    right += all.size(0) == 3 && all[2][1].item<double>() == 2;
    const auto value = at::full({1}, static_cast<double>(ranks.rank()));
    ranks.broadcast(value, 1);
    right += value[0].item<double>() == 1;
    ranks.wait_for_all();
  });
  CHECK(right == 18);
  CHECK(lost == std::vector<std::string>(3));
}

TEST_CASE("a request to stop reaches all ranks", "[parallel]") {
  std::atomic<int> told = 0;
  over_sockets(3, std::chrono::seconds(20), [&](Ranks& ranks) {
    if (ranks.rank() == 2) ranks.ask_to_stop("SIGTERM");
    for (int i = 0; i < 1000 && ranks.stop_reason().empty(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    told += ranks.stop_reason() == "SIGTERM";
    ranks.wait_for_all();
  });
  CHECK(told == 3);
}

TEST_CASE("all ranks learn the same when a request to stop meets the last one's arrival", "[parallel]") {
  std::atomic<int> went_on = 0, rounds = 0;
  over_sockets(3, std::chrono::seconds(20), [&](Ranks& ranks) {
    if (ranks.rank() == 1) ranks.ask_to_stop("SIGTERM");
    std::vector<double> all{ranks.wait_for_all() ? 1.0 : 0.0};
    ranks.sum(all);
    went_on += static_cast<int>(all[0]);
    ++rounds;
  });
  CHECK(rounds == 3);
  CHECK(went_on % 9 == 0);  // three ranks saw none or three go on
}

TEST_CASE("a rank that is done stays until all are", "[parallel]") {
  const int port = free_port();
  std::atomic<bool> busy = true;
  std::atomic<int> early = 0;
  const auto stay = [&](int rank) {
    GroupOptions options;
    options.timeout = std::chrono::seconds(20);
    auto ranks = join(rank_of(rank, 3, port), options);
    if (rank == 2) {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      busy = false;
    }
    ranks.reset();
    early += busy;
  };
  std::vector<std::thread> threads;
  for (int rank = 0; rank < 3; ++rank) threads.emplace_back(stay, rank);
  for (auto& thread : threads) thread.join();
  CHECK(early == 0);
}

TEST_CASE("ranks that end at the same time lose nobody", "[parallel]") {
  for (int i = 0; i < 20; ++i) {
    const auto lost = over_sockets(3, std::chrono::seconds(20), [](Ranks& ranks) { ranks.sum(at::full({5}, 1.0)); });
    REQUIRE(lost == std::vector<std::string>(3));
  }
}

TEST_CASE("a rank that fails is named to all others", "[parallel]") {
  const auto lost = over_sockets(3, std::chrono::seconds(20), [](Ranks& ranks) {
    if (ranks.rank() == 1) {
      ranks.fail(ExitCode::data, "the table is empty");
      return;
    }
    ranks.sum(at::full({5}, 1.0));
  });
  CHECK(lost[1].empty());
  CHECK_THAT(lost[0], Catch::Contains("rank 1 on ") && Catch::Contains(" failed: the table is empty"));
  CHECK(lost[2] == lost[0]);
}

TEST_CASE("a rank that an exception takes away is missed by all others", "[parallel]") {
  const auto lost = over_sockets(3, std::chrono::seconds(20), [](Ranks& ranks) {
    if (ranks.rank() == 1) throw IoError("its cable was cut");
    ranks.sum(at::full({5}, 1.0));
  });
  CHECK(lost[1] == "its cable was cut");
  CHECK_THAT(lost[0], Catch::Contains("rank 1 on ") && Catch::Contains(" ended without a word"));
  CHECK(lost[2] == lost[0]);
}

TEST_CASE("a rank that does not come is waited for so long", "[parallel]") {
  GroupOptions options;
  options.timeout = std::chrono::seconds(1);
  CHECK_THROWS_AS(join(rank_of(1, 2, free_port()), options), IoError);
}

TEST_CASE("an interface that is not there is named with those that are", "[parallel]") {
  GroupOptions options;
  options.interface = "none0";
  try {
    join(rank_of(0, 2, free_port()), options);
    FAIL("joined");
  } catch (const UsageError& error) {
    CHECK_THAT(error.what(), Catch::Contains("none0") && Catch::Contains("there are ") && Catch::Contains("lo"));
  }
}
