#include "rank_orders.h"

#include <exception>

#include "cmgems/base/error.h"

namespace cmgems::apps {

RankOrders::~RankOrders() {
  if (told_ || std::uncaught_exceptions() > 0) return;
  try {
    ranks_.share_first("");
  } catch (const Error&) {  // they are gone
  }
}

void RankOrders::tell(const std::string& order) {
  told_ = true;
  ranks_.share_first(order);
}

std::string await_order(parallel::Ranks& ranks) { return ranks.share_first(""); }

}  // namespace cmgems::apps
