// The auditor's rules about what is true: distances, spans and silence, by its own arithmetic.
#include <algorithm>
#include <cmath>

#include "hunt/auditor.h"

namespace haechi::hunt {
namespace {

constexpr double kClearlyInM = 30;  // so far inside the border nothing excuses
constexpr double kNearM = 60;       // so far outside it an alert is still an honest error
constexpr int kFixesThatShow = 4;
constexpr uint32_t kLivesRemembered = 4;
constexpr uint64_t kContentsRemembered = 64;
constexpr Duration kFresh = Duration::seconds(8);
constexpr Duration kHerFixHolds = Duration::seconds(45);
// Twice the longest interval that a device is ever told, ten seconds, and some for the way.
constexpr int64_t kSilentAfterS = 2 * 60 + 10 + 25;

// Haversine on a sphere.
double metres_between(Degrees a, Degrees b) {
  const double to_radians = M_PI / 180e7;
  const double lat_a = a.lat_e7 * to_radians, lat_b = b.lat_e7 * to_radians;
  const double half_lat = std::sin((lat_b - lat_a) / 2);
  const double half_lng = std::sin((b.lng_e7 - a.lng_e7) * to_radians / 2);
  const double h = half_lat * half_lat + std::cos(lat_a) * std::cos(lat_b) * half_lng * half_lng;
  return 2 * 6'371'008.8 * std::asin(std::sqrt(h));
}

}  // namespace

Auditor::Matter* Auditor::matter_of(const v1::Alert& alert) {
  const auto found = pairings_.find(alert.wearer_id());
  if (found == pairings_.end()) return nullptr;
  if (alert.kind() == v1::ALERT_KIND_KEEP_AWAY) return &found->second.her;
  if (alert.kind() == v1::ALERT_KIND_EXCLUSION) return &found->second.zone;
  return nullptr;
}

bool Auditor::trusted(const v1::Alert& alert) const {
  return !distrusted_.contains(alert.wearer_id()) && !distrusted_.contains(alert.protected_id());
}

void Auditor::see_report(uint64_t no, const v1::ReportReceived& received, Time at, bool again) {
  const v1::Report& report = received.report();
  const ReportKey key = key_of(report);
  const auto [found, first] = logged_.try_emplace(key);
  Logged& logged = found->second;
  const bool known = !first;
  std::string bytes = report.SerializeAsString();
  if (const auto early = early_.extract(key); !early.empty()) {
    if (!replayed_) find("acknowledged", named(key) + " was acknowledged before it was in the log");
    if (early.mapped() != bytes) find("acknowledged", named(key) + " is not what was sent");
    logged.acknowledged = true;
  }
  logged.changed |= known && logged.acknowledged && logged.bytes != bytes;
  logged.bytes = std::move(bytes);
  logged.start = starts_;
  if (!again) logged.no = no;
  if (again) return;
  // The house remembers the counts of a device's last few lives only.
  uint32_t& newest = newest_epoch_[report.device_id()];
  newest = std::max(newest, report.epoch());
  // ... and of whoever does not count, its last few contents.
  const uint64_t turn = ++turns_[report.device_id()], since = turn - logged.turn;
  logged.turn = turn;
  const bool remembered =
      report.seq() > 0 ? report.epoch() + kLivesRemembered > newest : since < kContentsRemembered;
  if (known && remembered)
    find("logged once",
         "report " + std::to_string(report.seq()) + " of " + report.device_id() + " has a second entry");
  const std::string person = report.device_id().substr(2);  // "D-W-1"
  Heard& heard = heard_[person];
  heard = {.ever = true};
  const Time fixed{report.fix().fixed_at_us()};
  // Fresh or not is a question of the clock by which it was received; what looks old proves nothing by
  // itself.
  const Time received_at = received.received_at_us() > 0 ? Time{received.received_at_us()} : at;
  if (received_at - fixed > kFresh) return;
  for (const Pair& pair : town_.pairs) {
    Pairing& pairing = pairings_[pair.wearer_id];
    if (pair.protected_id == person) {
      pairing.protected_heard_at = schedule_.now();
      if (pairing.her.in_since.known() && fixed >= pairing.her.in_since) ++pairing.protected_fixes;
    }
    if (pair.wearer_id != person) continue;
    for (Matter* matter : {&pairing.her, &pairing.zone})
      if (matter->in_since.known() && fixed >= matter->in_since) ++matter->fixes;
  }
}

void Auditor::watch(Matter& matter, double metres, double radius) {
  const Time now = schedule_.now();
  if (metres <= radius + kNearM) {
    if (matter.near.empty() || now - matter.near.back().second > Duration::seconds(3))
      matter.near.emplace_back(now, now);
    matter.near.back().second = now;
  }
  if (metres > radius - kClearlyInM) {
    matter.in_since = Time{};
    matter.fixes = 0;
    matter.complained = false;
  } else if (!matter.in_since.known()) {
    matter.in_since = now;
    ++counts_.violations;
  }
}

void Auditor::check_matter(const Pair& pair, Pairing& pairing, Matter& matter, v1::AlertKind kind,
                           bool node_up) {
  if (!matter.in_since.known() || matter.complained || !node_up || matter.fixes < kFixesThatShow) return;
  if (distrusted_.contains(pair.wearer_id)) return;
  const bool of_her = kind == v1::ALERT_KIND_KEEP_AWAY;
  if (of_her && (distrusted_.contains(pair.protected_id) || pairing.protected_fixes < 2 ||
                 schedule_.now() - pairing.protected_heard_at > kHerFixHolds))
    return;
  if (open_alert(kind, pair.wearer_id, of_her ? pair.protected_id : "")) return;
  matter.complained = true;
  find("rings", pair.wearer_id + (of_her ? " is with " + pair.protected_id : " is in " + pair.zone_id) +
                    " for " + std::to_string((schedule_.now() - matter.in_since).s()) + " s, " +
                    std::to_string(matter.fixes) + " fixes have shown it, and no alert is open");
}

void Auditor::check_silence(const std::string& person_id, const Pair& pair, bool node_up) {
  Heard& heard = heard_[person_id];
  if (!heard.ever || !node_up || heard.complained) return;
  if (++heard.unheard_s <= kSilentAfterS) return;
  const bool hers = person_id == pair.protected_id;
  if (open_alert(hers ? v1::ALERT_KIND_PROTECTED_SILENCE : v1::ALERT_KIND_SILENCE, hers ? "" : person_id,
                 hers ? person_id : "") ||
      open_alert(v1::ALERT_KIND_AREA_OUTAGE, "", ""))
    return;
  heard.complained = true;
  find("silence",
       person_id + " was not heard for " + std::to_string(heard.unheard_s) + " s and no alert says so");
}

void Auditor::second(const Conditions& now) {
  for (Pair& pair : town_.pairs) {
    const Degrees him = degrees_of(pair.wearer->at(schedule_.now()));
    const Degrees her = degrees_of(pair.protected_person->at(schedule_.now()));
    Pairing& pairing = pairings_[pair.wearer_id];
    watch(pairing.her, metres_between(him, her), kRadiusM);
    if (!pairing.her.in_since.known()) pairing.protected_fixes = 0;
    watch(pairing.zone, metres_between(him, degrees_of(pair.zone)), kZoneRadiusM);
    check_matter(pair, pairing, pairing.her, v1::ALERT_KIND_KEEP_AWAY, now.node_up);
    check_matter(pair, pairing, pairing.zone, v1::ALERT_KIND_EXCLUSION, now.node_up);
    check_silence(pair.wearer_id, pair, now.node_up);
    check_silence(pair.protected_id, pair, now.node_up);
  }
  check_hand_overs(now);
  check_notices(now);
}

}  // namespace haechi::hunt
