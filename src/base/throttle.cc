#include "base/throttle.h"

#include <algorithm>

#include "base/ensure.h"

namespace haechi {
namespace {

constexpr int64_t kToken = 60'000'000;  // a bucket gains `per_minute` of these parts each microsecond

}  // namespace

Throttle::Throttle(Rate rate, size_t keys_max) : rate_(rate), keys_max_(keys_max) {
  ENSURE(rate.per_minute > 0 && rate.burst > 0 && keys_max > 0, rate.per_minute, rate.burst, keys_max);
}

int64_t Throttle::full() const {
  return int64_t{rate_.burst} * kToken;
}

int64_t Throttle::parts_at(const Bucket& bucket, Time now) const {
  const int64_t missing = full() - bucket.parts;
  // A clock that is set back refills nothing, and takes nothing either.
  const int64_t us = std::max<int64_t>(0, (now - bucket.at).us);
  // Compared by division: a bucket may not have been asked about for years.
  return us >= missing / rate_.per_minute + 1 ? full() : bucket.parts + us * rate_.per_minute;
}

Duration Throttle::wait_of(int64_t parts, uint32_t count) const {
  const int64_t lacking = int64_t{std::min(count, rate_.burst)} * kToken - parts;
  return lacking <= 0 ? Duration{} : Duration{(lacking + rate_.per_minute - 1) / rate_.per_minute};
}

Duration Throttle::take(std::string_view key, Time now, uint32_t count) {
  const auto known = by_key_.find(key);
  if (known != by_key_.end()) {
    buckets_.splice(buckets_.begin(), buckets_, known->second);
  } else {
    drop_full(now);
    if (buckets_.size() >= keys_max_) forget(std::string(buckets_.back().key));
    buckets_.push_front({std::string(key), full(), now});
    by_key_.emplace(buckets_.front().key, buckets_.begin());
  }
  Bucket& bucket = buckets_.front();
  bucket.parts = parts_at(bucket, now);
  bucket.at = now;
  const Duration wait = wait_of(bucket.parts, count);
  if (wait.us == 0) bucket.parts -= int64_t{count} * kToken;
  return wait;
}

Duration Throttle::wait(std::string_view key, Time now, uint32_t count) const {
  const auto known = by_key_.find(key);
  return known == by_key_.end() ? Duration{} : wait_of(parts_at(*known->second, now), count);
}

// Of those used longest ago, two for each one that comes, so that no more remain than are in use.
void Throttle::drop_full(Time now) {
  for (int looked = 0; looked < 2 && !buckets_.empty(); ++looked) {
    if (parts_at(buckets_.back(), now) < full()) return;
    forget(std::string(buckets_.back().key));
  }
}

void Throttle::forget(std::string_view key) {
  const auto known = by_key_.find(key);
  if (known == by_key_.end()) return;
  const Order::iterator bucket = known->second;
  by_key_.erase(known);
  buckets_.erase(bucket);
}

}  // namespace haechi
