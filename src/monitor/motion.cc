#include "monitor/motion.h"

#include <algorithm>
#include <array>
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
// What a vehicle can have driven since the last fix, and what is too far for a reflected signal.
constexpr double kReflectedM = 300, kSpeedUpMps2 = 2.5, kFastestMps = 50;
constexpr Duration kDriveGapMax = Duration::seconds(120);
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

// Two fixes a microsecond apart can say anything; no more is told of it, so that sums of speeds keep their
// sign.
constexpr double kToldMpsMax = 100'000;

double square(double value) {
  return value * value;
}

double length(geo::NearPlane::Point way) {
  return std::sqrt(square(way.east_m) + square(way.north_m));
}

geo::NearPlane::Point operator+(geo::NearPlane::Point a, geo::NearPlane::Point b) {
  return {a.east_m + b.east_m, a.north_m + b.north_m};
}
geo::NearPlane::Point operator-(geo::NearPlane::Point a, geo::NearPlane::Point b) {
  return {a.east_m - b.east_m, a.north_m - b.north_m};
}
geo::NearPlane::Point operator*(double times, geo::NearPlane::Point a) {
  return {times * a.east_m, times * a.north_m};
}

int64_t rounded(double value) {
  return static_cast<int64_t>(value + (value < 0 ? -0.5 : 0.5));
}

int32_t told_mmps(double mps) {
  return static_cast<int32_t>(rounded(std::clamp(mps, -kToldMpsMax, kToldMpsMax) * 1'000));
}

// exp(-t / lasts_s). Nearly all devices report in whole seconds, and soon: those are worked out once.
class Fading {
 public:
  explicit Fading(double lasts_s) : lasts_s_(lasts_s) {
    for (size_t s = 0; s < by_second_.size(); ++s)
      by_second_[s] = std::exp(-static_cast<double>(s) / lasts_s);
  }
  double operator()(Duration after) const {
    const auto s = static_cast<size_t>(after.us / 1'000'000);
    if (after.us % 1'000'000 == 0 && s < by_second_.size()) return by_second_[s];
    return std::exp(-static_cast<double>(after.us) / 1e6 / lasts_s_);
  }

 private:
  double lasts_s_;
  std::array<double, 128> by_second_{};
};
const Fading kErrorFades(kErrorS), kRestFades(kRests.lasts_s), kWalkFades(kWalks.lasts_s),
    kDriveFades(kDrives.lasts_s);

// Where fixes are a minute apart, whoever waits for a second one hears of a pass when it is over.
bool can_have_driven(double way_m, Duration gap, double sigma_m) {
  const double gap_s = static_cast<double>(gap.us) / 1e6;
  return gap <= kDriveGapMax && sigma_m <= kStaySigmaM && way_m > kReflectedM &&
         way_m <= std::min(0.5 * kSpeedUpMps2 * square(gap_s), kFastestMps * gap_s);
}

}  // namespace

void Motion::begin(const KeptFix& fix, Plane velocity, double velocity_variance) {
  const double variance = square(fix.sigma_mm / 1'000.0);
  begun_ = true;
  count_ = 1;
  at_ = fix.at;
  plane_ = geo::NearPlane(fix.place);
  filter_ = {};
  filter_.velocity = velocity;
  filter_.pp = filter_.ee = variance;
  filter_.pe = -variance;  // place and error add up to what was read
  filter_.vv = velocity_variance;
  stay_ = {0, 0};
  stay_from_ = fix.at;
  stay_s_ = 0;
  stay_sigma_m_ = fix.sigma_mm / 1'000.0;
  suspect_.reset();
  doubted_ = 0;
}

double Motion::speed_mps() const {
  return length(filter_.velocity);
}

Motion::Filter Motion::predicted(Duration after, double sigma_m) const {
  const bool drives = state_ == MotionState::kVehicle, rests = state_ == MotionState::kResting;
  const Habit habit = drives ? kDrives : rests ? kRests : kWalks;
  const double dt_s = static_cast<double>(after.us) / 1e6;
  const double fade = (drives ? kDriveFades : rests ? kRestFades : kWalkFades)(after);
  const double gone = habit.lasts_s * (1 - fade);
  const double keep = kErrorFades(after), speed = square(habit.speed_mps);
  Filter made;
  made.place = filter_.place + gone * filter_.velocity;
  made.velocity = fade * filter_.velocity;
  made.error = keep * filter_.error;
  const double pp = filter_.pp + 2 * gone * filter_.pv + gone * gone * filter_.vv;
  const double pv = fade * (filter_.pv + gone * filter_.vv);
  made.pp = pp + speed * square(habit.lasts_s) * (2 * dt_s / habit.lasts_s - 3 + 4 * fade - square(fade));
  made.pv = pv + speed * habit.lasts_s * square(1 - fade);
  made.pe = keep * (filter_.pe + gone * filter_.ve);
  made.ve = fade * keep * filter_.ve;
  made.vv = square(fade) * filter_.vv + speed * (1 - square(fade));
  made.ee = square(keep) * filter_.ee + square(sigma_m) * (1 - square(keep));
  return made;
}

void Motion::correct(Plane innovation) {
  Filter& f = filter_;
  const double p = f.pp + f.pe, v = f.pv + f.ve, e = f.pe + f.ee;
  const double spread = p + e + square(kWhiteM);
  const double to_place = p / spread, to_speed = v / spread, to_error = e / spread;
  f.place = f.place + to_place * innovation;
  f.velocity = f.velocity + to_speed * innovation;
  f.error = f.error + to_error * innovation;
  f.pp -= to_place * p;
  f.pv -= to_place * v;
  f.pe -= to_place * e;
  f.vv -= to_speed * v;
  f.ve -= to_speed * e;
  f.ee -= to_error * e;
}

void Motion::watch_rest(const KeptFix& fix, Plane place, double dt_s, double sigma_m) {
  const double off = length(place - stay_);
  // One error lasts a minute, so the mean of a stay gains one vote in two minutes.
  const double mean = square(stay_sigma_m_) * 2 * kErrorS / (stay_s_ + 2 * kErrorS);
  const double spread = std::sqrt(square(sigma_m) + mean);
  const double speed = speed_mps();
  const bool leaving =
      off > kLeavingDeviations * spread && speed > kLeavingMps && speed > 2 * std::sqrt(filter_.vv);
  if (off > kLeftDeviations * spread || leaving || sigma_m > kStaySigmaM) {
    stay_ = place;
    stay_from_ = fix.at;
    stay_s_ = 0;
    stay_sigma_m_ = sigma_m;
    return;
  }
  const double gain = dt_s / (stay_s_ + 2 * kErrorS + dt_s);
  stay_ = stay_ + gain * (place - stay_);
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
  const double speed = speed_mps();
  if (speed > kVehicleMps && speed > 2 * std::sqrt(filter_.vv)) vehicle_at_ = at_;
  if (vehicle_at_.known() && at_ - vehicle_at_ <= kVehicleFor)
    state_ = MotionState::kVehicle;
  else if (stay_s_ >= kStayMinS && speed < 2 * std::sqrt(filter_.vv) + kLeavingMps)
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
  const double sigma_m = fix.sigma_mm / 1'000.0;
  outvoted_ = false;
  const Plane place = plane_.at(fix.place);
  const Plane step = place - filter_.place - filter_.error;
  const Filter next = predicted(fix.at - at_, sigma_m);
  const Plane innovation = place - next.place - next.error;
  const double spread = next.pp + 2 * next.pe + next.ee + square(kWhiteM) + 0.3 * square(sigma_m);
  if (square(innovation.east_m) + square(innovation.north_m) <= square(kGate) * spread) {
    const double dt_s = static_cast<double>((fix.at - at_).us) / 1e6;
    filter_ = next;
    at_ = fix.at;
    suspect_.reset();
    doubted_ = 0;
    correct(innovation);
    ++count_;
    watch_rest(fix, place, dt_s, sigma_m);
    watch_scatter(step, dt_s, sigma_m);
    classify();
    if (length(place) > kPlaneM) begin(fix, filter_.velocity, filter_.vv);
    return Verdict::kAccepted;
  }
  if (suspect_ && (agrees(fix, place, sigma_m) || doubted_ >= kDoubtedMax)) {
    const double apart_s = static_cast<double>((fix.at - suspect_->at).us) / 1e6;
    const Plane way = place - plane_.at(suspect_->place);
    outvoted_ = count_ == 1;
    begin(fix, (1 / apart_s) * way, 1 + 0.4 * square(sigma_m / apart_s));
    count_ = 2;
    classify();
    return Verdict::kAgreed;
  }
  if (!suspect_ && can_have_driven(length(step), fix.at - at_, sigma_m)) {
    const Plane velocity = (1e6 / static_cast<double>((fix.at - at_).us)) * step;
    begin(fix, velocity, 1 + square(length(velocity) / 3));
    count_ = 2;
    vehicle_at_ = at_;
    classify();
    return Verdict::kAccepted;
  }
  suspect_ = fix;
  ++doubted_;
  return Verdict::kSuspect;
}

// The second is where someone would be who stayed at the first, or who went on as he had come there.
bool Motion::agrees(const KeptFix& fix, Plane place, double sigma_m) const {
  const double apart_s = static_cast<double>((fix.at - suspect_->at).us) / 1e6;
  const double came_s = static_cast<double>((suspect_->at - at_).us) / 1e6;
  const Plane there = plane_.at(suspect_->place);
  const Plane last = filter_.place + filter_.error;
  const double reach_m =
      3 * std::sqrt(square(sigma_m) + square(suspect_->sigma_mm / 1'000.0)) + kAgreeMps * apart_s;
  const Plane next = there + (apart_s / came_s) * (there - last);
  return length(place - there) <= reach_m || length(place - next) <= reach_m;
}

std::optional<KeptFix> Motion::take_suspect() {
  std::optional<KeptFix> taken = suspect();
  suspect_.reset();
  doubted_ = 0;
  return taken;
}

std::optional<Velocity> Motion::velocity() const {
  if (count_ < 2) return std::nullopt;
  return Velocity{told_mmps(filter_.velocity.east_m), told_mmps(filter_.velocity.north_m),
                  told_mmps(std::sqrt(std::max(filter_.vv, 0.0)))};
}

bool Motion::young() const {
  return at_ - known_from_ < kYoung;
}

int64_t Motion::speed_mmps() const {
  if (count_ < 2 || state_ == MotionState::kResting) return 0;
  return told_mmps(speed_mps());
}

std::optional<Stay> Motion::stay() const {
  if (state_ != MotionState::kResting) return std::nullopt;
  const geo::Offset offset{rounded(stay_.east_m * 1'000), rounded(stay_.north_m * 1'000)};
  const double sigma_m = stay_sigma_m_ * std::sqrt(2 * kErrorS / (stay_s_ + 2 * kErrorS));
  return Stay(plane_.origin(), offset, rounded(sigma_m * 1'000), stay_from_);
}

bool detour_explained(const std::optional<KeptFix>& before, const KeptFix& fix,
                      const std::optional<KeptFix>& after) {
  if (!before || !after) return true;
  const Duration span = std::max(fix.at - before->at, after->at - fix.at);
  // Whatever he did in a long gap, nobody saw.
  if (span > kGapMax) return true;
  const int64_t straight = geo::distance_mm(before->place, after->place);
  const int64_t over = geo::distance_mm(before->place, fix.place) + geo::distance_mm(fix.place, after->place);
  const int64_t allowed = kDetourMmps2 * (span.ms() / 100) * (span.ms() / 100) / 100;
  return over - straight <= allowed + 3 * (int64_t{before->sigma_mm} + fix.sigma_mm);
}

}  // namespace haechi::monitor
