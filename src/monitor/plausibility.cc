#include "monitor/plausibility.h"

#include <algorithm>
#include <optional>

#include "law/shapes.h"
#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

// SPEED. 100 m/s is faster than any train here; over more than ten minutes it may have been a flight, at 250
// m/s. 300 m are allowed on top, because towers of glass throw a receiver that far while it claims 10 m.
constexpr int64_t kGroundMmps = 100'000;
constexpr int64_t kFlightMmps = 300'000;
constexpr Duration kFlightMin = Duration::seconds(600);
constexpr int64_t kThrownMm = 300'000;
constexpr int32_t kGoodSigmaMm = 50'000;
constexpr uint8_t kLeapsMin = 3;

// FROZEN. The noise of a real receiver moves the seventh decimal (1 cm) with every fix; twenty alike are no
// chance. Only a receiver that takes itself to rest may hold its place, and many do, so: a device that says
// it moves may not repeat for ten minutes, one that says nothing of its speed not for three days (nobody
// keeps within a centimetre for longer, ill in bed or not), and one that says it rests may for ever.
constexpr uint32_t kSameMin = 20;
constexpr Duration kMovingSame = Duration::seconds(600);
constexpr Duration kUnsaidSame = Duration::seconds(72 * 3600);
constexpr uint32_t kRestMmpsMax = 300;

// NETWORK. Tables of access points hold some that have moved house: one contradiction proves nothing.
constexpr uint8_t kElsewhereMin = 2;

// RADIO. Nobody is heard by Bluetooth over more than this.
constexpr int64_t kHeardMmMax = 300'000;
constexpr Duration kSameMoment = Duration::seconds(60);

constexpr Duration kDoubtHold = Duration::seconds(600);
// Two contents under one number: whoever counts wrongly does so again and again, and rings once a day.
constexpr v1::Suspicion kTwoContents = v1::SUSPICION_UNSPECIFIED;
constexpr Duration kTwoContentsHold = Duration::seconds(24 * 3600);

}  // namespace

bool Plausibility::too_fast(const Point& from, const Point& to, int64_t claimed_mmps) {
  const Duration time = to.at - from.at;
  const int64_t limit = time > kFlightMin || claimed_mmps > kGroundMmps ? kFlightMmps : kGroundMmps;
  const int64_t allowed =
      bounded::product(time.ms(), limit) / 1'000 + kThrownMm + int64_t{3} * (from.sigma_mm + to.sigma_mm);
  // Nearly always the bound alone says no.
  return geo::distance_mm_max(from.place, to.place) > allowed &&
         geo::distance_mm(from.place, to.place) > allowed;
}

// Between fixes that both claim to be good. A place that cannot have been reached counts when a second fix
// confirms it, or when there are three in a row of which none fits the next.
bool Plausibility::jumps(const Claim& claim) {
  if (claim.fix.sigma_mm > kGoodSigmaMm) return false;
  const Point here{claim.fix.at, claim.fix.place, claim.fix.sigma_mm};
  const int64_t claimed = claim.fix.speed_known ? int64_t{claim.fix.speed_mmps} : 0;
  if (!good_.at.known()) {
    good_ = here;
    return false;
  }
  if (!too_fast(good_, here, claimed)) {
    // Back where it was: a second device under the same name goes to and fro like this.
    if (other_.at.known()) ++leaps_;
    if (!other_.at.known()) leaps_ = 0;
    good_ = here;
    other_ = {};
    if (leaps_ < kLeapsMin) return false;
    leaps_ = 0;
    return true;
  }
  const bool confirmed = other_.at.known() && !too_fast(other_, here, claimed);
  if (!confirmed) {
    other_ = here;
    return false;
  }
  good_ = here;
  other_ = {};
  leaps_ = 0;
  return true;
}

bool Plausibility::repeats(const Claim& claim) {
  const KeptFix& fix = claim.fix;
  const bool rests = fix.speed_known && fix.speed_mmps <= kRestMmpsMax;
  if (!claim.satellites || rests || !same_since_.known() || fix.place != same_) {
    same_ = fix.place;
    same_since_ = claim.satellites && !rests ? fix.at : Time{};
    same_count_ = 1;
    moving_count_ = fix.speed_known && !rests ? 1 : 0;
    moving_since_ = fix.at;
    return false;
  }
  ++same_count_;
  if (!fix.speed_known) moving_count_ = 0;
  if (fix.speed_known && moving_count_++ == 0) moving_since_ = fix.at;
  return (moving_count_ >= kSameMin && fix.at - moving_since_ >= kMovingSame) ||
         (same_count_ >= kSameMin && fix.at - same_since_ >= kUnsaidSame);
}

Signs Plausibility::observe(const Claim& claim) {
  Signs signs;
  signs.mocked = claim.mocked;
  if (newest_.known() && claim.fix.at <= newest_) return signs;
  newest_ = claim.fix.at;
  signs.speed = jumps(claim);
  signs.frozen = repeats(claim);
  if (claim.network_known) {
    const int64_t allowed = int64_t{3} * (claim.fix.sigma_mm + claim.network_sigma_mm) + kThrownMm;
    const bool apart = geo::distance_mm(claim.fix.place, claim.network) > allowed;
    elsewhere_ = apart ? static_cast<uint8_t>(std::min(elsewhere_ + 1, 255)) : uint8_t{0};
    signs.network = elsewhere_ >= kElsewhereMin;
  }
  return signs;
}

// Whether a device that was heard beside it is elsewhere: a beacon that stands in a zone, or a person who is
// placed.
bool Machine::heard_elsewhere(uint32_t index, const v1::Report& report, const KeptFix& fix,
                              Step& step) const {
  const uint32_t holder = devices_[index].person;
  for (const v1::Contact& one : report.contacts()) {
    const auto found = device_ids_.find(one.device_id());
    if (!found || *found >= devices_.size() || *found == index || devices_[*found].retired) continue;
    const Device& other = devices_[*found];
    if (other.zone != kNone && zones_[other.zone].zone) {
      const int64_t away = zones_[other.zone].zone->signed_distance_mm(fix.place);
      if (away > kHeardMmMax + int64_t{3} * fix.sigma_mm) return true;
    }
    if (other.person == kNone || other.person == holder || !tells_position(other)) continue;
    const Person& person = persons_[other.person];
    if (!is_fresh(person, step.now)) continue;
    const std::optional<Estimate> there = person.track.position_at(fix.at);
    if (!there || there->age > kSameMoment) continue;
    const int64_t allowed = kHeardMmMax + 3 * (fix.sigma_mm + there->sigma_mm);
    if (geo::distance_mm(there->place, fix.place) > allowed) return true;
  }
  return false;
}

void Machine::weigh_plausibility(uint32_t index, const v1::Report& report, Step& step) {
  if (!report.has_fix() || report.stored()) return;
  Device& device = devices_[index];
  if (device.person == kNone || !tells_position(device) || !is_watched(persons_[device.person])) return;
  const v1::Fix& fix = report.fix();
  Claim claim;
  claim.fix.at = std::min(Time{fix.fixed_at_us()}, step.received);
  claim.fix.place = law::place_of(fix.place());
  if (fix.fixed_at_us() <= 0 || !fix.has_place() || !geo::in_range(claim.fix.place)) return;
  claim.fix.sigma_mm = axis_sigma_mm(fix.accuracy_mm(), fix.source());
  claim.fix.speed_known = fix.has_speed_mmps();
  claim.fix.speed_mmps = fix.speed_mmps();
  claim.satellites = fix.source() == v1::FIX_SOURCE_GNSS;
  claim.mocked = fix.mocked();
  if (report.network_fix().has_place()) {
    claim.network = law::place_of(report.network_fix().place());
    claim.network_known = geo::in_range(claim.network);
  }
  if (claim.network_known)
    claim.network_sigma_mm = axis_sigma_mm(report.network_fix().accuracy_mm(),
                                           report.network_fix().source() == v1::FIX_SOURCE_UNSPECIFIED
                                               ? v1::FIX_SOURCE_CELL
                                               : report.network_fix().source());
  const Signs signs = device.plausibility.observe(claim);
  const bool elsewhere = report.contacts_size() > 0 && heard_elsewhere(index, report, claim.fix, step);
  const bool odd = signs.speed || signs.frozen || signs.mocked || signs.network || elsewhere;
  if (!odd && device.doubts.empty()) return;
  const std::pair<v1::Suspicion, bool> seen[] = {{v1::SUSPICION_SPEED, signs.speed},
                                                 {v1::SUSPICION_FROZEN, signs.frozen},
                                                 {v1::SUSPICION_MOCKED, signs.mocked},
                                                 {v1::SUSPICION_NETWORK, signs.network},
                                                 {v1::SUSPICION_RADIO, elsewhere}};
  for (const auto& [suspicion, sign] : seen) {
    const auto open = devices_[index].doubts.find(suspicion);
    if (open == devices_[index].doubts.end()) {
      if (sign) doubt(index, suspicion, claim.fix.at, step);
    } else if (sign) {
      open->second.seen_at = step.now;
    } else if (step.now - open->second.seen_at >= kDoubtHold) {
      // It has spoken for long enough without the sign; silence would prove nothing.
      clear_alert(open->second.alert, "plausible", step);
      devices_[index].doubts.erase(suspicion);
    }
  }
}

// Somebody else speaks under its name, or it was changed, or it counts wrongly. Whatever it tells is judged
// all the same.
void Machine::weigh_number(uint32_t index, bool conflicting, Time at, Step& step) {
  Device& device = devices_[index];
  const auto open = device.doubts.find(kTwoContents);
  if (open != device.doubts.end()) {
    if (conflicting) {
      open->second.seen_at = step.now;
    } else if (step.now - open->second.seen_at >= kTwoContentsHold) {
      clear_alert(open->second.alert, "plausible", step);
      device.doubts.erase(kTwoContents);
    }
  } else if (conflicting && is_watched(persons_[device.person])) {
    doubt(index, kTwoContents, at, step);
  }
}

void Machine::doubt(uint32_t index, v1::Suspicion suspicion, Time at, Step& step) {
  HeldAlert made = start_device_alert(index, v1::ALERT_KIND_IMPLAUSIBLE, at, false, step);
  made.alert.set_suspicion(suspicion);
  const uint64_t number = open_alert(std::move(made), step);
  devices_[index].doubts[suspicion] = {number, step.now};
}

void Machine::drop_doubts(uint32_t index, const std::string& reason, Step& step) {
  const FewByKey<v1::Suspicion, Doubt> doubts = std::move(devices_[index].doubts);
  devices_[index].doubts.clear();
  for (const auto& [suspicion, open] : doubts) clear_alert(open.alert, reason, step);
}

}  // namespace haechi::monitor
