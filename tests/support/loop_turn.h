#pragma once

#include <functional>
#include <future>
#include <memory>

#include "rookery/net/loop.h"

namespace rookery::test {

/// Runs `work` in a turn of `loop`, which another thread runs, and returns when that turn has
/// ended.
inline void inTurnOf(net::Loop& loop, const std::function<void()>& work) {
  auto ended = std::make_shared<std::promise<void>>();
  loop.post([&loop, &work, ended] {
    work();
    // A turn looks into its inbox twice.
    loop.post([&loop, ended] { loop.post([ended] { ended->set_value(); }); });
  });
  ended->get_future().wait();
}

}  // namespace rookery::test
