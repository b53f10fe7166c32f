#include "hunt/town.h"

#include <algorithm>
#include <cmath>

namespace haechi::hunt {
namespace {

constexpr double kMetresPerDegree = 111'194.93;
constexpr double kMiddleLat = 37.6360, kMiddleLng = 127.2165;
constexpr double kPairsApartM = 6'000;
constexpr double kWalking = 1.4, kDriving = 12;

double metres(Spot a, Spot b) {
  return std::hypot(a.east - b.east, a.north - b.north);
}
Spot beside(Spot middle, double away, double angle) {
  return {middle.east + away * std::cos(angle), middle.north + away * std::sin(angle)};
}

}  // namespace

Degrees degrees_of(Spot spot) {
  const double lat = kMiddleLat + spot.north / kMetresPerDegree;
  const double lng = kMiddleLng + spot.east / (kMetresPerDegree * std::cos(lat * M_PI / 180));
  return {static_cast<int32_t>(std::lround(lat * 1e7)), static_cast<int32_t>(std::lround(lng * 1e7))};
}

Spot Walker::at(Time now) {
  while (now >= stays_until_) {
    const Time from = stays_until_.known() ? stays_until_ : now;
    from_ = to_;
    const Plan plan = next(from_, from);
    to_ = plan.to;
    speed_ = plan.speed_mps;
    leaves_ = from;
    arrives_ = from + Duration{std::llround(metres(from_, to_) / speed_ * 1e6)};
    stays_until_ = arrives_ + plan.stay;
  }
  if (now >= arrives_) return to_;
  const double part = static_cast<double>((now - leaves_).us) / static_cast<double>((arrives_ - leaves_).us);
  return {from_.east + part * (to_.east - from_.east), from_.north + part * (to_.north - from_.north)};
}

void Walker::stop(Time now) {
  to_ = at(now);
  arrives_ = stays_until_ = now;
}

Walker::Plan Homebody::next(Spot, Time) {
  return {beside(home_, 15 * random_.unit(), 2 * M_PI * random_.unit()), 0.7,
          Duration::seconds(random_.between(120, 900))};
}

Offender::Offender(Spot her_home, Spot zone, uint64_t seed)
    : Walker(beside(her_home, 1'500, 4), seed), her_home_(her_home), zone_(zone) {}

void Offender::reform(Time now) {
  reformed_ = true;
  stop(now);
}

Walker::Plan Offender::next(Spot, Time) {
  const double angle = 2 * M_PI * random_.unit();
  const double speed = random_.chance(0.6) ? kWalking : kDriving;
  const double choice = random_.unit();
  if (reformed_)
    return {beside(her_home_, 1'500 + 500 * random_.unit(), 4), kDriving, Duration::seconds(600)};
  if (choice < 0.35)
    return {beside(her_home_, 5 + 30 * random_.unit(), angle), speed,
            Duration::seconds(random_.between(120, 480))};
  if (choice < 0.5)
    return {beside(zone_, 80 * random_.unit(), angle), speed, Duration::seconds(random_.between(120, 480))};
  Spot away;
  do {
    away = beside(her_home_, 700 + 1'300 * random_.unit(), 2 * M_PI * random_.unit());
  } while (metres(away, zone_) < 700);
  return {away, speed, Duration::seconds(random_.between(30, 360))};
}

Town::Town(size_t count, uint64_t seed) {
  Random random(seed);
  for (size_t i = 0; i < count; ++i) {
    Pair pair;
    const std::string n = std::to_string(i + 1);
    pair.wearer_id = "W-" + n;
    pair.protected_id = "P-" + n;
    pair.zone_id = "Z-" + n;
    const double side = i % 2 == 0 ? -1 : 1;
    pair.agency_id = side < 0 ? kBuiltIn : kOutside;
    pair.her_home = {side * (kPairsApartM / 2 + kPairsApartM * static_cast<double>(i / 2)), 0};
    pair.zone = {pair.her_home.east + 900, 900};
    pair.wearer = std::make_unique<Offender>(pair.her_home, pair.zone, random.next());
    pair.protected_person = std::make_unique<Homebody>(pair.her_home, random.next());
    pairs.push_back(std::move(pair));
  }
}

}  // namespace haechi::hunt
