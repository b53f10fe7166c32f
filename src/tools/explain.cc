#include "tools/explain.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "base/ensure.h"

namespace haechi::tools {
namespace {

constexpr size_t kToldMax = 24;
constexpr size_t kHeardMax = 64;

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

template <typename T>
void push_bounded(std::deque<T>& list, T one, size_t max) {
  list.push_back(std::move(one));
  if (list.size() > max) list.pop_front();
}

const char* evidence_name(const monitor::Observed& observed) {
  if (observed.passed) return "time passed";
  switch (observed.evidence) {
    case monitor::Evidence::kLive:
      return "live";
    case monitor::Evidence::kLate:
      return "late";
    case monitor::Evidence::kSegment:
      return "between fixes";
    case monitor::Evidence::kStale:
      return "one side old";
    default:
      return "doubtful";
  }
}

const char* state_name(monitor::TrackerState state) {
  switch (state) {
    case monitor::TrackerState::kClear:
      return "CLEAR";
    case monitor::TrackerState::kPossible:
      return "POSSIBLE";
    case monitor::TrackerState::kViolating:
      return "VIOLATING";
    default:
      return "UNKNOWN";
  }
}

}  // namespace

Explainer::Explainer(std::string alert_id, std::set<uint64_t> passed_over) : alert_id_(std::move(alert_id)) {
  engine_.leave_out(std::move(passed_over));
  engine_.set_witness(this);
}

bool Explainer::step(const law::Entry& entry) {
  if (found()) return false;
  now_no_ = entry.no;
  fold(entry);
  for (const auto& effect : engine_.step(entry)) {
    if (effect->case_effect().has_activate_order()) {
      const v1::Order& order = effect->case_effect().activate_order().order();
      orders_[order.id()].push_back({entry.no, entry.stamped_at, order});
    }
    if (!effect->has_raise_alert() || effect->raise_alert().id() != alert_id_) continue;
    alert_ = effect->raise_alert();
    entry_no_ = entry.no;
    const std::string device = entry.fact.report_received().report().device_id();
    cause_ = entry.fact.has_clock_ticked()      ? "a clock tick: time alone decided it"
             : entry.fact.has_report_received() ? "a report of device " + device
             : entry.fact.has_case_fact()       ? "a step of a case"
                                                : "a change of the registers";
  }
  return !found();
}

// Once the alert is there, what the same entry still does is none of its causes.
void Explainer::observed(const monitor::Observed& observed) {
  const Key key(observed.kind, observed.order_id, observed.condition_id);
  std::deque<Told>& told = told_[key];
  const bool quiet =
      observed.before == monitor::TrackerState::kClear && observed.after == monitor::TrackerState::kClear;
  if (quiet) told.clear();
  Told one{now_no_, observed};
  one.observed.order_id = one.observed.condition_id = one.observed.wearer_id = one.observed.about_id =
      one.observed.zone_id = {};
  push_bounded(told, std::move(one), kToldMax);
}

void Explainer::noted(v1::AlertKind kind, std::string_view wearer_id, const std::string& text) {
  push_bounded(noted_[{kind, std::string(wearer_id)}], Noted{now_no_, text}, kToldMax);
}

void Explainer::fold(const law::Entry& entry) {
  const v1::Fact& fact = entry.fact;
  if (fact.has_device_registered())
    holders_[fact.device_registered().id()] = fact.device_registered().person_id();
  if (fact.has_order_registered())
    orders_[fact.order_registered().id()].push_back({entry.no, entry.stamped_at, fact.order_registered()});
  if (!fact.has_report_received() || !fact.report_received().report().has_fix()) return;
  const v1::Report& report = fact.report_received().report();
  const auto holder = holders_.find(report.device_id());
  if (holder == holders_.end()) return;
  Heard heard{entry.no, report.device_id(), report.fix(), Time{report.fix().fixed_at_us()}};
  push_bounded(heard_[holder->second], std::move(heard), kHeardMax);
}

const Explainer::Registered* Explainer::order() const {
  const auto found = orders_.find(alert_->order_id());
  if (found == orders_.end()) return nullptr;
  for (const Registered& one : found->second)
    if (one.order.version() == alert_->order_version()) return &one;
  return nullptr;
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
  if (alert_->condition_id().empty()) return out;
  const std::string of =
      alert_->zone_id().empty() ? "person " + alert_->protected_id() : "zone " + alert_->zone_id();
  out += line("condition  %s: %s", alert_->condition_id().c_str(), of.c_str());
  return out;
}

std::string Explainer::fixes_text(const std::string& who, const std::string& person_id) const {
  const auto found = heard_.find(person_id);
  if (person_id.empty() || found == heard_.end()) return {};
  const Time at{alert_->happened_at_us()};
  std::string out = who + " fixes around that moment (" + person_id + ")\n";
  std::vector<const Heard*> around;
  for (const Heard& one : found->second) around.push_back(&one);
  std::stable_sort(around.begin(), around.end(),
                   [](const Heard* a, const Heard* b) { return a->at < b->at; });
  const auto next =
      std::find_if(around.begin(), around.end(), [&](const Heard* one) { return one->at > at; });
  const auto first = next - std::min<std::ptrdiff_t>(3, next - around.begin());
  const auto last = next + std::min<std::ptrdiff_t>(2, around.end() - next);
  for (auto one = first; one != last; ++one) {
    const v1::Fix& fix = (*one)->fix;
    out += line("  entry %-7llu %s  age %8.3f s  accuracy %7.1f m  sigma %7.3f m  %s%s  %.7f %.7f  %s",
                static_cast<unsigned long long>((*one)->entry_no), iso8601((*one)->at).c_str(),
                seconds(at - (*one)->at), metres(fix.accuracy_mm()),
                metres(monitor::axis_sigma_mm(fix.accuracy_mm(), fix.source())),
                v1::FixSource_Name(fix.source()).c_str(), fix.mocked() ? " mocked" : "",
                fix.place().lat_e7() / 1e7, fix.place().lng_e7() / 1e7, (*one)->device_id.c_str());
  }
  return out;
}

std::string Explainer::arithmetic_text() const {
  const auto found = told_.find(Key(alert_->kind(), alert_->order_id(), alert_->condition_id()));
  if (found == told_.end() || found->second.empty()) return {};
  std::string out = "arithmetic distance - limit = margin; p of violation; state of the condition\n";
  bool agrees = false;
  for (const Told& told : found->second) {
    const monitor::Observed& one = told.observed;
    const int64_t margin_mm = one.measure.distance_mm - one.limit_mm;
    const bool same = margin_mm == alert_->margin_mm() && one.measure.sigma_mm == alert_->sigma_mm() &&
                      one.measure.at.us == alert_->happened_at_us();
    agrees = agrees || same;
    out += line("  entry %-7llu %s  %-13s %.3f m - limit %.3f m = %.3f m; sigma %.3f m; p = %.4f; %s -> %s%s",
                static_cast<unsigned long long>(told.entry_no), iso8601(one.measure.at).c_str(),
                evidence_name(one), metres(one.measure.distance_mm), metres(one.limit_mm), metres(margin_mm),
                metres(one.measure.sigma_mm), monitor::probability_ppm(margin_mm, one.measure.sigma_mm) / 1e6,
                state_name(one.before), state_name(one.after), same ? "  <- the alert" : "");
  }
  out += line("the alert  margin %.3f m; sigma %.3f m; p = %.4f", metres(alert_->margin_mm()),
              metres(alert_->sigma_mm()), alert_->probability_ppm() / 1e6);
  out += agrees ? "agrees     to the millimetre\n" : "DIFFERS    no step above has the alert's numbers\n";
  const monitor::TrackerPolicy& policy = found->second.back().observed.policy;
  out += line("policy     one fix is enough at %.3f sigma; more likely than not for %.0f s is enough as well",
              policy.z_confirm / 1e3, seconds(policy.dwell));
  return out;
}

std::string Explainer::notes_text() const {
  const auto found = noted_.find({alert_->kind(), alert_->wearer_id()});
  if (found == noted_.end()) return {};
  std::string out;
  for (const Noted& one : found->second)
    out += line("noted      entry %llu: %s", static_cast<unsigned long long>(one.entry_no), one.line.c_str());
  return out;
}

std::string Explainer::text() const {
  ENSURE(found(), alert_id_);
  std::string why = arithmetic_text() + notes_text();
  if (why.empty()) why = "arithmetic none: the device said it, or said nothing\n";
  return origin_text() + order_text() + fixes_text("his", alert_->wearer_id()) +
         (alert_->zone_id().empty() ? fixes_text("her", alert_->protected_id()) : std::string()) + why;
}

}  // namespace haechi::tools
