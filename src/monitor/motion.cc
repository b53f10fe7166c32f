#include "monitor/motion.h"

#include <algorithm>
#include <cmath>

namespace haechi::monitor {
namespace {

// How long an error of a receiver lasts.
constexpr double kErrorS = 60;
// What of an error is new with every fix.
constexpr double kWhiteM = 1.5;
// Speeds per axis that are usual in a state, and for how long one lasts.
struct Habit {
  double speed_mps, lasts_s;
};
constexpr Habit kRests{0.25, 20}, kWalks{1.4, 30}, kDrives{15, 150};
// Of whom nothing is known.
constexpr double kUnknownMps = 2;
constexpr double kVehicleMps = 4.5;
constexpr Duration kVehicleFor = Duration::seconds(120);
// So many deviations off is no chance.
constexpr double kGate = 4;
// Two suspects agree when he can have gone from one to the other.
constexpr double kAgreeMps = 4;
// So many suspects in a row are no leaps, however little they agree.
constexpr uint32_t kDoubtedMax = 3;
// A stay: how long it takes to believe in one, how long its mean remembers, and what ends it.
constexpr double kStayMinS = 300, kStayMemoryS = 1'800;
constexpr double kLeftDeviations = 4.5, kLeavingDeviations = 2.2;
constexpr double kLeavingMps = 0.4;
// Fixes worse than this tell no rest: who walks for minutes does not leave their error.
constexpr double kStaySigmaM = 25;
// Of the steps from fix to fix: how much a new one counts, and what one of them may count at most, in
// variances of a fix.
constexpr double kScatterGain = 0.05, kBackMax = 16, kOnMax = 2;
// Nobody brakes, turns and speeds up harder than this on the way out and back.
constexpr int64_t kDetourMmps2 = 1'500;
constexpr Duration kGapMax = Duration::seconds(60);
// Beyond this from the origin the plane bends.
constexpr double kPlaneM = 20'000;
// So long it takes to know anyone: two lives of an error.
constexpr Duration kYoung = Duration::seconds(120);
// After so long a filter says nothing of what came between.
constexpr Duration kSilentMax = Duration::seconds(600);

double square(double value) {
  return value * value;
}

}  // namespace

Motion::Plane Motion::to_plane(geo::Place place) const {
  const geo::Offset offset = geo::offset_mm(origin_, place);
  return {static_cast<double>(offset.east_mm) / 1'000, static_cast<double>(offset.north_mm) / 1'000};
}

void Motion::begin(const KeptFix& fix, Plane velocity, double velocity_variance) {
  const double variance = square(fix.sigma_mm / 1'000.0);
  begun_ = true;
  count_ = 1;
  at_ = fix.at;
  origin_ = fix.place;
  place_ = error_ = {0, 0};
  velocity_ = velocity;
  speed_mps_ = std::hypot(velocity.east_m, velocity.north_m);
  pp_ = ee_ = variance;
  pe_ = -variance;  // place and error add up to what was read
  pv_ = ve_ = 0;
  vv_ = velocity_variance;
  stay_ = {0, 0};
  stay_from_ = fix.at;
  stay_s_ = 0;
  stay_sigma_m_ = fix.sigma_mm / 1'000.0;
  suspect_.reset();
  doubted_ = 0;
}

void Motion::predict(double dt_s, double sigma_m) {
  const Habit habit = state_ == MotionState::kVehicle   ? kDrives
                      : state_ == MotionState::kResting ? kRests
                                                        : kWalks;
  const double fade = std::exp(-dt_s / habit.lasts_s), gone = habit.lasts_s * (1 - fade);
  const double keep = std::exp(-dt_s / kErrorS), speed = square(habit.speed_mps);
  place_ = {place_.east_m + velocity_.east_m * gone, place_.north_m + velocity_.north_m * gone};
  velocity_ = {velocity_.east_m * fade, velocity_.north_m * fade};
  error_ = {error_.east_m * keep, error_.north_m * keep};
  const double pp = pp_ + 2 * gone * pv_ + gone * gone * vv_;
  const double pv = fade * (pv_ + gone * vv_);
  pp_ = pp + speed * square(habit.lasts_s) * (2 * dt_s / habit.lasts_s - 3 + 4 * fade - square(fade));
  pv_ = pv + speed * habit.lasts_s * square(1 - fade);
  pe_ = keep * (pe_ + gone * ve_);
  ve_ = fade * keep * ve_;
  vv_ = square(fade) * vv_ + speed * (1 - square(fade));
  ee_ = square(keep) * ee_ + square(sigma_m) * (1 - square(keep));
}

bool Motion::explained(Plane innovation, double sigma_m) const {
  const double spread = pp_ + 2 * pe_ + ee_ + square(kWhiteM) + 0.3 * square(sigma_m);
  return square(innovation.east_m) + square(innovation.north_m) <= square(kGate) * spread;
}

void Motion::correct(Plane innovation) {
  const double p = pp_ + pe_, v = pv_ + ve_, e = pe_ + ee_;
  const double spread = p + e + square(kWhiteM);
  const double to_place = p / spread, to_speed = v / spread, to_error = e / spread;
  place_ = {place_.east_m + to_place * innovation.east_m, place_.north_m + to_place * innovation.north_m};
  velocity_ = {velocity_.east_m + to_speed * innovation.east_m,
               velocity_.north_m + to_speed * innovation.north_m};
  speed_mps_ = std::hypot(velocity_.east_m, velocity_.north_m);
  error_ = {error_.east_m + to_error * innovation.east_m, error_.north_m + to_error * innovation.north_m};
  pp_ -= to_place * p;
  pv_ -= to_place * v;
  pe_ -= to_place * e;
  vv_ -= to_speed * v;
  ve_ -= to_speed * e;
  ee_ -= to_error * e;
}

void Motion::watch_rest(const KeptFix& fix, Plane place, double dt_s, double sigma_m) {
  const double off = std::hypot(place.east_m - stay_.east_m, place.north_m - stay_.north_m);
  // One error lasts a minute, so the mean of a stay gains one vote in two minutes.
  const double mean = square(stay_sigma_m_) * 2 * kErrorS / (stay_s_ + 2 * kErrorS);
  const double spread = std::sqrt(square(sigma_m) + mean);
  const double speed = speed_mps_;
  const bool leaving = off > kLeavingDeviations * spread && speed > kLeavingMps && speed > 2 * std::sqrt(vv_);
  if (off > kLeftDeviations * spread || leaving || sigma_m > kStaySigmaM) {
    stay_ = place;
    stay_from_ = fix.at;
    stay_s_ = 0;
    stay_sigma_m_ = sigma_m;
    return;
  }
  const double gain = dt_s / (stay_s_ + 2 * kErrorS + dt_s);
  stay_ = {stay_.east_m + gain * (place.east_m - stay_.east_m),
           stay_.north_m + gain * (place.north_m - stay_.north_m)};
  stay_sigma_m_ = std::sqrt(square(stay_sigma_m_) + gain * (square(sigma_m) - square(stay_sigma_m_)));
  stay_s_ = std::min(stay_s_ + dt_s, kStayMemoryS);
}

// Errors that last take no step back; of those that are new with every fix, half of each step is taken back
// by the next. What errors of a minute would take back is granted; of fixes a minute apart nothing can be
// told.
void Motion::watch_scatter(Plane step, double dt_s, double sigma_m) {
  if (dt_s < kErrorS) {
    const double granted = 2 * square(1 - std::exp(-dt_s / kErrorS));
    const double back =
        (step.east_m * step_east_m_ + step.north_m * step_north_m_) / square(sigma_m) + granted;
    scatter_ += static_cast<float>(kScatterGain * (std::clamp(back, -kBackMax, kOnMax) - scatter_));
  }
  step_east_m_ = static_cast<float>(step.east_m);
  step_north_m_ = static_cast<float>(step.north_m);
}

int64_t Motion::scatter_mm(int64_t sigma_mm) const {
  const double variance = -scatter_ / 2.0;
  if (variance < 0.25) return 0;
  return std::llround(std::sqrt(variance) * static_cast<double>(sigma_mm));
}

void Motion::classify() {
  const double speed = speed_mps_;
  if (speed > kVehicleMps && speed > 2 * std::sqrt(vv_)) vehicle_at_ = at_;
  if (vehicle_at_.known() && at_ - vehicle_at_ <= kVehicleFor)
    state_ = MotionState::kVehicle;
  else if (stay_s_ >= kStayMinS && speed < 2 * std::sqrt(vv_) + kLeavingMps)
    state_ = MotionState::kResting;
  else
    state_ = MotionState::kWalking;
}

Verdict Motion::observe(const KeptFix& fix) {
  if (!begun_ || fix.at - at_ > kSilentMax) {
    begin(fix, {0, 0}, square(kUnknownMps));
    state_ = MotionState::kUnknown;
    vehicle_at_ = Time{};
    if (!known_from_.known()) known_from_ = fix.at;
    return Verdict::kAccepted;
  }
  const double dt_s = static_cast<double>((fix.at - at_).us) / 1e6, sigma_m = fix.sigma_mm / 1'000.0;
  outvoted_ = false;
  const Motion before = *this;
  const Plane place = to_plane(fix.place);
  const Plane step{place.east_m - place_.east_m - error_.east_m,
                   place.north_m - place_.north_m - error_.north_m};
  predict(dt_s, sigma_m);
  at_ = fix.at;
  const Plane innovation{place.east_m - place_.east_m - error_.east_m,
                         place.north_m - place_.north_m - error_.north_m};
  if (explained(innovation, sigma_m)) {
    suspect_.reset();
    doubted_ = 0;
    correct(innovation);
    ++count_;
    watch_rest(fix, place, dt_s, sigma_m);
    watch_scatter(step, dt_s, sigma_m);
    classify();
    const bool near = std::abs(place.east_m) < kPlaneM / 2 && std::abs(place.north_m) < kPlaneM / 2;
    if (!near && std::hypot(place.east_m, place.north_m) > kPlaneM) {
      const Plane velocity = velocity_;
      begin(fix, velocity, vv_);
    }
    return Verdict::kAccepted;
  }
  *this = before;
  if (suspect_ && (agrees(fix, place, sigma_m) || doubted_ >= kDoubtedMax)) {
    const double apart_s = static_cast<double>((fix.at - suspect_->at).us) / 1e6;
    const Plane there = to_plane(suspect_->place);
    const Plane way{place.east_m - there.east_m, place.north_m - there.north_m};
    outvoted_ = count_ == 1;
    begin(fix, {way.east_m / apart_s, way.north_m / apart_s}, 1 + 0.4 * square(sigma_m / apart_s));
    count_ = 2;
    classify();
    return Verdict::kAgreed;
  }
  suspect_ = fix;
  ++doubted_;
  return Verdict::kSuspect;
}

// The second is where someone would be who stayed at the first, or who went on as he had come there.
bool Motion::agrees(const KeptFix& fix, Plane place, double sigma_m) const {
  const double apart_s = static_cast<double>((fix.at - suspect_->at).us) / 1e6;
  const double came_s = static_cast<double>((suspect_->at - at_).us) / 1e6;
  const Plane there = to_plane(suspect_->place);
  const Plane last{place_.east_m + error_.east_m, place_.north_m + error_.north_m};
  const double reach_m = 3 * std::hypot(sigma_m, suspect_->sigma_mm / 1'000.0) + kAgreeMps * apart_s;
  const double on = apart_s / came_s;
  const Plane next{there.east_m + on * (there.east_m - last.east_m),
                   there.north_m + on * (there.north_m - last.north_m)};
  return std::hypot(place.east_m - there.east_m, place.north_m - there.north_m) <= reach_m ||
         std::hypot(place.east_m - next.east_m, place.north_m - next.north_m) <= reach_m;
}

std::optional<KeptFix> Motion::take_suspect() {
  const std::optional<KeptFix> taken = suspect_;
  suspect_.reset();
  doubted_ = 0;
  return taken;
}

std::optional<Velocity> Motion::velocity() const {
  if (count_ < 2) return std::nullopt;
  return Velocity{static_cast<int32_t>(std::lround(velocity_.east_m * 1'000)),
                  static_cast<int32_t>(std::lround(velocity_.north_m * 1'000)),
                  static_cast<int32_t>(std::lround(std::sqrt(std::max(vv_, 0.0)) * 1'000))};
}

bool Motion::young() const {
  return at_ - known_from_ < kYoung;
}

int64_t Motion::speed_mmps() const {
  if (count_ < 2 || state_ == MotionState::kResting) return 0;
  return std::llround(speed_mps_ * 1'000);
}

std::optional<Stay> Motion::stay() const {
  if (state_ != MotionState::kResting) return std::nullopt;
  const geo::Offset offset{std::llround(stay_.east_m * 1'000), std::llround(stay_.north_m * 1'000)};
  const double sigma_m = stay_sigma_m_ * std::sqrt(2 * kErrorS / (stay_s_ + 2 * kErrorS));
  return Stay(origin_, offset, std::llround(sigma_m * 1'000), stay_from_);
}

bool detour_explained(const KeptFix* before, const KeptFix& fix, const KeptFix* after) {
  if (before == nullptr || after == nullptr) return true;
  const Duration span = std::max(fix.at - before->at, after->at - fix.at);
  // Whatever he did in a long gap, nobody saw.
  if (span > kGapMax) return true;
  const int64_t straight = geo::distance_mm(before->place, after->place);
  const int64_t over = geo::distance_mm(before->place, fix.place) + geo::distance_mm(fix.place, after->place);
  const int64_t allowed = kDetourMmps2 * (span.ms() / 100) * (span.ms() / 100) / 100;
  return over - straight <= allowed + 3 * (int64_t{before->sigma_mm} + fix.sigma_mm);
}

}  // namespace haechi::monitor
