#include "bench/judge/device.h"

#include <algorithm>

namespace haechi::judge {
namespace {

constexpr double kOutlierM = 200, kOutlierClaimM = 10;
constexpr double kOutlierShare = 0.01, kLostShare = 0.02, kLateShare = 0.05, kTwiceShare = 0.01;
constexpr int64_t kDeliveryS = 1, kLateS = 60;
constexpr double kClaimPerSigma = 1.515;  // a 68 % radius, of the deviation of one axis

}  // namespace

Device::Device(const World& world, const Cell& cell, bool hers)
    : world_(world),
      sigma_m_(cell.sigma_m),
      spared_(cell.spared),
      hers_(hers),
      seed_(world.seed ^ (hers ? 0x5EEDBEEFu : 0xC0FFEEu)),
      interval_s_(cell.interval_s),
      last_s_(world.begins_s) {
  Random random(seed_);
  next_s_ = world.begins_s + static_cast<int64_t>(random.unit() * static_cast<double>(cell.interval_s));
  const double keep = std::exp(-1 / kDriftS), fresh = std::sqrt(1 - keep * keep);
  Metres now{random.normal(), random.normal()};
  drift_.reserve(static_cast<size_t>(world.ends_s - world.begins_s));
  for (int64_t s = world.begins_s; s < world.ends_s; ++s) {
    drift_.push_back(now);
    now = {keep * now.east + fresh * random.normal(), keep * now.north + fresh * random.normal()};
  }
}

void Device::tick(int64_t s, std::vector<Delivery>& out) {
  if (s != next_s_) return;
  next_s_ += interval_s_;
  last_s_ = s;
  Random random = Random(seed_ + static_cast<uint64_t>(s)).fork(7);
  Delivery made;
  made.order = random.next();
  made.hers = hers_;
  made.seq = ++seq_;
  made.fixed_s = s;
  const Point truly = (hers_ ? world_.hers : world_.his).at(static_cast<double>(s));
  const Metres drift = drift_[static_cast<size_t>(s - world_.begins_s)];
  made.place = moved(truly, {drift.east * sigma_m_, drift.north * sigma_m_});
  made.accuracy_m = sigma_m_ * kClaimPerSigma;
  made.at_s = s + kDeliveryS;
  unflawed_.push_back(made);
  if (spared_) return out.push_back(made);
  const double angle = random.unit() * 6.283185307179586;
  if (random.chance(kOutlierShare)) {
    made.place = moved(made.place, {kOutlierM * std::cos(angle), kOutlierM * std::sin(angle)});
    made.accuracy_m = kOutlierClaimM;
  }
  const bool lost = random.chance(kLostShare), late = random.chance(kLateShare);
  const bool twice = random.chance(kTwiceShare);
  if (lost) return;
  made.stored = late;
  made.at_s += late ? kLateS : 0;
  out.push_back(made);
  if (!twice) return;
  made.at_s += random.between(0, 4);
  made.order = random.next();
  out.push_back(made);
}

void Device::report_every(int64_t interval_s, int64_t now_s) {
  interval_s_ = interval_s;
  next_s_ = std::max(now_s + 1, std::min(next_s_, last_s_ + interval_s));
}

}  // namespace haechi::judge
