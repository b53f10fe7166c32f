// Throttle: how often each of many keys (an account, an address) may do something. A bucket of tokens for
// each key, refilled steadily.
//
// Holds at most `keys_max` buckets: beyond them the one used longest ago is forgotten, and its key begins
// anew. A bucket that is full is as one that is not there, and goes. Time is an argument and never goes back.
// Not for several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace haechi {

class Throttle {
 public:
  struct Rate {
    uint32_t per_minute = 60;  // 1 or more
    uint32_t burst = 60;       // at once, after a while of doing nothing; 1 or more
  };

  Throttle(Rate rate, size_t keys_max);

  // Takes `count` tokens. Zero: go ahead. Else how long until as many are there; nothing was taken. A count
  // beyond the burst goes ahead when the bucket is full, and leaves it in debt.
  Duration take(std::string_view key, Time now, uint32_t count = 1);
  // How long take() would say to wait, without taking.
  Duration wait(std::string_view key, Time now, uint32_t count = 1) const;
  // The key begins anew: after a sign-in that succeeded.
  void forget(std::string_view key);

  size_t size() const { return buckets_.size(); }

 private:
  struct Bucket {
    std::string key;
    int64_t parts = 0;  // of tokens; below 0: in debt
    Time at;
  };
  using Order = std::list<Bucket>;  // used last, first

  int64_t full() const;
  void drop_full(Time now);
  int64_t parts_at(const Bucket& bucket, Time now) const;
  Duration wait_of(int64_t parts, uint32_t count) const;

  const Rate rate_;
  const size_t keys_max_;
  Order buckets_;
  std::unordered_map<std::string_view, Order::iterator> by_key_;  // views into the buckets
};

}  // namespace haechi
