#include "tools/explain.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "base/ensure.h"
#include "law/shapes.h"

namespace haechi::tools {
namespace {

// As in the machine: a clock that runs further ahead than this is not believed.
constexpr Duration kClockAheadMax = Duration::seconds(5);

__attribute__((format(printf, 1, 2))) std::string line(const char* format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return std::string(text) + "\n";
}

double seconds(Duration span) {
  return static_cast<double>(span.us) / 1e6;
}

double metres(int64_t mm) {
  return static_cast<double>(mm) / 1'000;
}

}  // namespace

bool Explainer::step(const law::Entry& entry) {
  if (found()) return false;
  fold(entry);
  for (const auto& effect : engine_.step(entry)) {
    if (!effect->has_raise_alert() || effect->raise_alert().id() != alert_id_) continue;
    alert_ = effect->raise_alert();
    entry_no_ = entry.no;
    const std::string device = entry.fact.report_received().report().device_id();
    cause_ = entry.fact.has_clock_ticked()      ? "a clock tick: time alone decided it"
             : entry.fact.has_report_received() ? "a report of device " + device
                                                : "a change of the registers";
  }
  return !found();
}

void Explainer::fold(const law::Entry& entry) {
  const v1::Fact& fact = entry.fact;
  if (fact.has_person_registered()) persons_[fact.person_registered().id()] = fact.person_registered();
  if (fact.has_device_registered()) devices_[fact.device_registered().id()] = fact.device_registered();
  if (fact.has_zone_registered()) zones_[fact.zone_registered().id()] = fact.zone_registered();
  if (fact.has_order_registered())
    orders_[fact.order_registered().id()].push_back({entry.no, entry.stamped_at, fact.order_registered()});
  if (fact.has_report_received()) hear(entry);
}

bool Explainer::tells_position(const v1::Device& device) const {
  if (device.kind() == v1::DEVICE_KIND_HOME_BEACON || device.kind() == v1::DEVICE_KIND_VEHICLE) return false;
  const auto person = persons_.find(device.person_id());
  if (person == persons_.end()) return false;
  if (device.kind() == v1::DEVICE_KIND_ANKLE || person->second.role() == v1::ROLE_PROTECTED_PERSON)
    return true;
  return std::none_of(devices_.begin(), devices_.end(), [&](const auto& other) {
    return other.second.person_id() == device.person_id() && !other.second.retired() &&
           other.second.kind() == v1::DEVICE_KIND_ANKLE;
  });
}

void Explainer::hear(const law::Entry& entry) {
  const v1::ReportReceived& received = entry.fact.report_received();
  const v1::Fix& fix = received.report().fix();
  const auto device = devices_.find(received.report().device_id());
  if (device == devices_.end() || device->second.retired() || !tells_position(device->second)) return;
  if (!received.report().has_fix() || !fix.has_place() || fix.fixed_at_us() <= 0) return;
  Heard heard{entry.no, device->first, fix, Time{fix.fixed_at_us()}, entry.stamped_at};
  if (received.received_at_us() > 0) heard.received = Time{received.received_at_us()};
  if (heard.at > heard.received + kClockAheadMax) heard.at = heard.received;
  Carried& carried = carried_[device->second.person_id()];
  monitor::KeptFix kept;
  kept.at = heard.at;
  kept.place = law::place_of(fix.place());
  kept.sigma_mm = monitor::axis_sigma_mm(fix.accuracy_mm(), fix.source());
  kept.accuracy_mm = fix.accuracy_mm();
  kept.speed_known = fix.has_speed_mmps();
  kept.speed_mmps = fix.speed_mmps();
  if (carried.track.keep(kept)) carried.fixes.push_back(std::move(heard));
}

const Explainer::Carried* Explainer::carried(const std::string& person_id) const {
  const auto found = carried_.find(person_id);
  return found == carried_.end() ? nullptr : &found->second;
}

const Explainer::Registered* Explainer::order() const {
  const auto found = orders_.find(alert_->order_id());
  if (found == orders_.end()) return nullptr;
  for (const Registered& one : found->second)
    if (one.order.version() == alert_->order_version()) return &one;
  return nullptr;
}

std::optional<law::Condition> Explainer::condition() const {
  const Registered* registered = order();
  if (registered == nullptr) return std::nullopt;
  const Result<law::Order> checked = law::order_from(registered->order);
  if (!checked.ok()) return std::nullopt;
  for (const law::Condition& one : checked->conditions)
    if (one.id == alert_->condition_id()) return one;
  return std::nullopt;
}

std::optional<int64_t> Explainer::limit_mm(const law::Condition& condition) const {
  const auto* pair = std::get_if<law::KeepAway>(&condition.rule);
  const auto* exclusion = std::get_if<law::Exclusion>(&condition.rule);
  switch (alert_->kind()) {
    case v1::ALERT_KIND_KEEP_AWAY:
      return pair->ban_mm;
    case v1::ALERT_KIND_NEAR_MAP:
      return pair->map_mm;
    case v1::ALERT_KIND_NEAR_POLICE:
      return pair->police_mm;
    case v1::ALERT_KIND_NEAR_WARN:
      return pair->warn_mm;
    case v1::ALERT_KIND_EXCLUSION_BUFFER:
      return exclusion->buffer_mm;
    case v1::ALERT_KIND_EXCLUSION_POLICE:
      return exclusion->police_mm;
    case v1::ALERT_KIND_EXCLUSION:
    case v1::ALERT_KIND_INCLUSION:
    case v1::ALERT_KIND_CURFEW:
      return 0;
    default:
      return std::nullopt;
  }
}

void Explainer::add_pair_accounts(std::vector<Account>& out) const {
  const Carried* his = carried(alert_->wearer_id());
  const Carried* hers = carried(alert_->protected_id());
  if (his == nullptr || hers == nullptr) return;
  const Time at{alert_->happened_at_us()};
  if (const auto measure = monitor::pair_measure(his->track, hers->track, at))
    out.push_back({"both at that moment", *measure});
  for (const bool he_moved : {true, false}) {
    const monitor::Track& mover = (he_moved ? his : hers)->track;
    const monitor::KeptFix* from = mover.before(at);
    const monitor::KeptFix* to = mover.after(at);
    if (from == nullptr || to == nullptr) continue;
    if (const auto way = monitor::pair_way_measure(*from, *to, (he_moved ? hers : his)->track))
      out.push_back(
          {he_moved ? "nearest on his way between two fixes" : "nearest on her way between two fixes", *way});
  }
}

void Explainer::add_zone_accounts(const law::Condition& condition, std::vector<Account>& out) const {
  const Carried* his = carried(alert_->wearer_id());
  const auto zone = zones_.find(alert_->zone_id());
  if (his == nullptr || zone == zones_.end()) return;
  const Result<geo::Zone> shape = law::zone_from(zone->second.shape(), "shape");
  if (!shape.ok()) return;
  const Time at{alert_->happened_at_us()};
  const bool exclusion = std::holds_alternative<law::Exclusion>(condition.rule);
  // The fix of that very moment, or the last before it when the rule began to bind later.
  const monitor::KeptFix* fix = his->track.before(at + Duration{1});
  if (fix != nullptr) {
    monitor::Measure measure =
        exclusion ? monitor::exclusion_measure(*shape, *fix) : monitor::inclusion_measure(*shape, *fix);
    measure.at = at;
    out.push_back({"his fix", measure});
  }
  const monitor::KeptFix* from = his->track.before(at);
  const monitor::KeptFix* to = his->track.after(at);
  if (!exclusion || from == nullptr || to == nullptr) return;
  if (const auto way = monitor::exclusion_way_measure(*shape, *from, *to))
    out.push_back({"deepest on his way between two fixes", *way});
}

std::vector<Explainer::Account> Explainer::accounts(const law::Condition& condition) const {
  std::vector<Account> out;
  if (std::holds_alternative<law::KeepAway>(condition.rule))
    add_pair_accounts(out);
  else
    add_zone_accounts(condition, out);
  return out;
}

std::string Explainer::origin_text() const {
  const v1::Alert& alert = *alert_;
  std::string out = line("alert %s: %s, code %u", alert.id().c_str(),
                         v1::AlertKind_Name(alert.kind()).c_str(), alert.code());
  out += "  " + alert.sentence_en() + "\n  " + alert.sentence_ko() + "\n";
  out += line("raised     entry %llu, %s, by %s", static_cast<unsigned long long>(entry_no_),
              iso8601(Time{alert.opened_at_us()}).c_str(), cause_.c_str());
  out += line("happened   %s, %.3f s before that%s", iso8601(Time{alert.happened_at_us()}).c_str(),
              seconds(Time{alert.opened_at_us()} - Time{alert.happened_at_us()}),
              alert.late() ? "; learned late, after something newer" : "");
  return out;
}

std::string Explainer::order_text() const {
  const Registered* registered = order();
  if (registered == nullptr) return "order      none: this kind of alert does not come from a condition\n";
  const v1::Order& stated = registered->order;
  std::string out = line("order      %s version %u, entry %llu, %s; %s", stated.id().c_str(),
                         stated.version(), static_cast<unsigned long long>(registered->entry_no),
                         iso8601(registered->at).c_str(), stated.legal_basis().c_str());
  const std::string until = stated.ends_at_us() > 0 ? iso8601(Time{stated.ends_at_us()}) : "further notice";
  out += line("in force   from %s until %s", iso8601(Time{stated.starts_at_us()}).c_str(), until.c_str());
  const std::optional<law::Condition> bound = condition();
  if (!bound) return out;
  const std::optional<int64_t> limit = limit_mm(*bound);
  const std::string of =
      alert_->zone_id().empty() ? "person " + alert_->protected_id() : "zone " + alert_->zone_id();
  out += line("condition  %s: %s, limit %.3f m", bound->id.c_str(), of.c_str(), metres(limit.value_or(0)));
  return out;
}

std::string Explainer::fixes_text(const std::string& who, const std::string& person_id) const {
  const Carried* carried = person_id.empty() ? nullptr : this->carried(person_id);
  if (carried == nullptr) return {};
  const Time at{alert_->happened_at_us()};
  std::string out = who + " fixes around that moment (" + person_id + ")\n";
  std::vector<const Heard*> around;
  for (const Heard& one : carried->fixes) around.push_back(&one);
  std::stable_sort(around.begin(), around.end(),
                   [](const Heard* a, const Heard* b) { return a->at < b->at; });
  const auto next =
      std::find_if(around.begin(), around.end(), [&](const Heard* one) { return one->at > at; });
  const auto first = next - std::min<std::ptrdiff_t>(3, next - around.begin());
  const auto last = next + std::min<std::ptrdiff_t>(2, around.end() - next);
  for (auto one = first; one != last; ++one) {
    const v1::Fix& fix = (*one)->fix;
    out += line("  entry %-7llu %s  age %8.3f s  accuracy %7.1f m  sigma %7.3f m  %s  %.7f %.7f",
                static_cast<unsigned long long>((*one)->entry_no), iso8601((*one)->at).c_str(),
                seconds(at - (*one)->at), metres(fix.accuracy_mm()),
                metres(monitor::axis_sigma_mm(fix.accuracy_mm(), fix.source())),
                v1::FixSource_Name(fix.source()).c_str(), fix.place().lat_e7() / 1e7,
                fix.place().lng_e7() / 1e7);
  }
  return out;
}

std::string Explainer::arithmetic_text() const {
  const std::optional<law::Condition> bound = condition();
  const std::optional<int64_t> limit = bound ? limit_mm(*bound) : std::nullopt;
  if (!limit) return "arithmetic none: no margin belongs to this kind of alert\n";
  std::string out;
  bool agrees = false;
  for (const Account& account : accounts(*bound)) {
    const int64_t margin_mm = account.measure.distance_mm - *limit;
    const bool same = margin_mm == alert_->margin_mm() && account.measure.sigma_mm == alert_->sigma_mm() &&
                      account.measure.at.us == alert_->happened_at_us();
    out += line("arithmetic %s: distance %.3f m - limit %.3f m = margin %.3f m; sigma %.3f m; p = %.4f%s",
                account.how.c_str(), metres(account.measure.distance_mm), metres(*limit), metres(margin_mm),
                metres(account.measure.sigma_mm),
                monitor::probability_ppm(margin_mm, account.measure.sigma_mm) / 1e6,
                same ? "  <- the alert's numbers" : "");
    agrees = agrees || same;
  }
  out += line("the alert  margin %.3f m; sigma %.3f m; p = %.4f", metres(alert_->margin_mm()),
              metres(alert_->sigma_mm()), alert_->probability_ppm() / 1e6);
  out += agrees ? "agrees     to the millimetre\n"
                : "DIFFERS    no arithmetic on these fixes gives the alert's numbers\n";
  return out;
}

std::string Explainer::decision_text() const {
  if (alert_->sigma_mm() == 0 || !condition()) return {};
  const monitor::TrackerPolicy policy;
  const int64_t z = -alert_->margin_mm() * 1'000 / static_cast<int64_t>(alert_->sigma_mm());
  if (z >= policy.z_confirm)
    return line("decision   %.3f sigma inside; %.3f confirm at once", static_cast<double>(z) / 1e3,
                policy.z_confirm / 1e3);
  return line("decision   %.3f sigma inside, less than the %.3f that confirm at once; held inside for %.0f s",
              static_cast<double>(z) / 1e3, policy.z_confirm / 1e3, seconds(policy.dwell));
}

std::string Explainer::text() const {
  ENSURE(found(), alert_id_);
  return origin_text() + order_text() + fixes_text("his", alert_->wearer_id()) +
         (alert_->zone_id().empty() ? fixes_text("her", alert_->protected_id()) : std::string()) +
         arithmetic_text() + decision_text();
}

}  // namespace haechi::tools
