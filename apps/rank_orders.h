// What the first of several ranks decides, the others get told.
#pragma once

#include <string>

#include "cmgems/parallel/ranks.h"

namespace cmgems::apps {

/// One order of the first rank: what to do, or, when that rank is done without having given one, that there is nothing.
class RankOrders {
 public:
  explicit RankOrders(parallel::Ranks& ranks) : ranks_(ranks) {}
  /// Tells the others that there is nothing to do, unless it fails: they learn of that in another way.
  ~RankOrders();
  RankOrders(const RankOrders&) = delete;
  RankOrders& operator=(const RankOrders&) = delete;
  void tell(const std::string& order);

 private:
  parallel::Ranks& ranks_;
  bool told_ = false;
};

/// On the other ranks: the order, empty for none.
std::string await_order(parallel::Ranks& ranks);

}  // namespace cmgems::apps
