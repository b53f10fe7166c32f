#include "notify/wake_ups.h"

#include <set>
#include <string_view>

#include "base/canary.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "spine/submit.h"

namespace haechi::notify {
namespace {

// As neutral as the ids of the legal machine's, and none of them.
constexpr std::string_view kPrefix = "note.";
constexpr int kPushLooks = 10, kTextLooks = 20, kCallLooks = 60;
constexpr int kQuietLooks = 600, kAgainLooks = 60;

v1::NotificationChannel after(v1::NotificationChannel channel) {
  return channel == v1::NOTIFICATION_CHANNEL_PUSH  ? v1::NOTIFICATION_CHANNEL_SMS
         : channel == v1::NOTIFICATION_CHANNEL_SMS ? v1::NOTIFICATION_CHANNEL_VOICE
                                                   : v1::NOTIFICATION_CHANNEL_UNSPECIFIED;
}

int looks_of(v1::NotificationChannel channel) {
  return channel == v1::NOTIFICATION_CHANNEL_PUSH  ? kPushLooks
         : channel == v1::NOTIFICATION_CHANNEL_SMS ? kTextLooks
                                                   : kCallLooks;
}

// The entry that says whom an alert concerns tells the alert as well.
std::string incident_of(const spine::PublishedEntry& entry, const std::string& alert_id) {
  std::string incident;
  for (const auto& effect : entry.effects)
    for (const v1::Alert* alert : {&effect->raise_alert(), &effect->update_alert()})
      if (!alert_id.empty() && alert->id() == alert_id) incident = alert->incident_id();
  return incident;
}

// Whoever is shown one alert has the app open, and sees the others.
std::set<std::string> persons_of(const Unshown& unshown, const std::string& alert_id) {
  std::set<std::string> out;
  for (const auto& [id, notice] : unshown.notices)
    if (!alert_id.empty() && notice.alert_id == alert_id) out.insert(notice.person_id);
  return out;
}

const v1::Alert& alert_of(const v1::Effect& effect) {
  return effect.has_raise_alert() ? effect.raise_alert() : effect.update_alert();
}

// Who has called silently: from then on her phone must not ring or light up. Empty: nobody.
std::string silent_caller(const v1::Effect& effect) {
  const v1::Alert& alert = alert_of(effect);
  return alert.silent() ? alert.protected_id() : std::string();
}

std::string wake_up_of(const v1::Effect& effect) {
  return std::string(kPrefix) + effect.id();
}

Unshown::Notice notice_of(const spine::PublishedEntry& entry, const v1::ProtectedNotice& notice) {
  // An outage is many persons' alert: that one was shown it says nothing of another.
  const bool hers = notice.reason() == v1::ProtectedNotice::REASON_UNSPECIFIED;
  const std::string alert_id = hers ? notice.alert_id() : std::string();
  // That she is covered again is no reason to look for her.
  const bool pages = notice.reason() != v1::ProtectedNotice::COVER_BACK;
  return {notice.protected_id(), alert_id, pages ? notice.alert_id() : std::string(),
          incident_of(entry, alert_id), entry.stamped_at.us};
}

}  // namespace

void Unshown::fold(const spine::Batch& batch) {
  for (const auto& entry : batch.entries) {
    const v1::Fact& fact = *entry.fact;
    std::set<std::string> done;
    if (fact.hop_observed().hop() == v1::HOP_SHOWN_PROTECTED)
      done = persons_of(*this, fact.hop_observed().alert_id());
    if (!fact.contact_logged().unreached_alert_id().empty()) done.insert(fact.contact_logged().person_id());
    for (const auto& effect : entry.effects) {
      const std::string caller = silent_caller(*effect);
      if (caller.empty()) continue;
      done.insert(caller);
      // One that is over is told again when somebody closes it.
      if (alert_of(*effect).state() != v1::ALERT_STATE_CLEARED) silent_calls[alert_of(*effect).id()] = caller;
    }
    std::erase_if(notices, [&](const auto& one) { return done.contains(one.second.person_id); });
    for (const auto& effect : entry.effects) {
      if (effect->has_clear_alert()) {
        const std::string& over = effect->clear_alert().id();
        std::erase_if(notices, [&](const auto& one) { return one.second.alert_id == over; });
        silent_calls.erase(over);
      }
      if (!effect->has_notify_protected() || effect->notify_protected().quiet()) continue;
      Notice notice = notice_of(entry, effect->notify_protected());
      if (!notice.alert_id.empty()) notices[wake_up_of(*effect)] = std::move(notice);
    }
  }
}

bool Unshown::calls_silently(const std::string& person_id) const {
  return std::any_of(silent_calls.begin(), silent_calls.end(),
                     [&](const auto& call) { return call.second == person_id; });
}

bool WakeUps::is_of_wake_up(std::string_view id) {
  return id.starts_with(kPrefix);
}

std::vector<v1::Notification> WakeUps::fold(const spine::Batch& batch) {
  std::vector<v1::Notification> out;
  unshown_.fold(batch);
  if (batch.replayed) return out;
  for (const auto& entry : batch.entries) {
    const v1::HopObserved& hop = entry.fact->hop_observed();
    if (hop.hop() == v1::HOP_SHOWN_PROTECTED) shown(hop.alert_id());
    for (const auto& effect : entry.effects) {
      if (effect->has_clear_alert()) over(effect->clear_alert().id());
      if (const std::string caller = silent_caller(*effect); !caller.empty())
        std::erase_if(waiting_, [&](const auto& one) { return one.second.about.person_id() == caller; });
      if (!effect->has_notify_protected() || effect->notify_protected().quiet()) continue;
      out.push_back(begin(wake_up_of(*effect), notice_of(entry, effect->notify_protected())));
    }
  }
  return out;
}

std::vector<v1::Notification> WakeUps::resume() {
  std::vector<v1::Notification> out;
  if (canary(Canary::kForgetWakeUp)) return out;
  for (const auto& [id, notice] : unshown_.notices) out.push_back(begin(id, notice));
  return out;
}

v1::Notification WakeUps::begin(const std::string& id, const Unshown::Notice& notice) {
  Wake made;
  made.alert_id = notice.alert_id;
  made.paged_alert_id = notice.paged_alert_id;
  made.incident_id = notice.incident_id;
  made.looks_left = kPushLooks;
  made.about.set_queued_at_us(notice.queued_at_us);
  made.about.set_id(id);
  made.about.set_party(v1::CASE_PARTY_PROTECTED_PERSON);
  made.about.set_person_id(notice.person_id);
  made.about.set_channel(v1::NOTIFICATION_CHANNEL_PUSH);
  made.about.set_state(v1::NOTIFICATION_STATE_QUEUED);
  return (waiting_[id] = std::move(made)).about;
}

std::vector<v1::Notification> WakeUps::look() {
  std::vector<v1::Notification> out;
  for (auto one = quiet_.begin(); one != quiet_.end();)
    one = --one->second <= 0 ? quiet_.erase(one) : std::next(one);
  for (auto wake = waiting_.begin(); wake != waiting_.end();) {
    const auto here = wake++;
    if (--here->second.looks_left > 0) continue;
    if (auto about = next(here)) out.push_back(std::move(*about));
  }
  return out;
}

std::optional<v1::Notification> WakeUps::failed(const std::string& id) {
  const auto found = waiting_.find(id);
  return found == waiting_.end() ? std::nullopt : next(found);
}

std::optional<v1::Notification> WakeUps::next(Waiting::iterator wake) {
  v1::Notification& about = wake->second.about;
  if (about.channel() == v1::NOTIFICATION_CHANNEL_UNSPECIFIED) {
    about.set_channel(v1::NOTIFICATION_CHANNEL_PUSH);
    wake->second.looks_left = kPushLooks;
    return about;
  }
  v1::NotificationChannel channel = after(about.channel());
  while (channel != v1::NOTIFICATION_CHANNEL_UNSPECIFIED) {
    if (quiet_.try_emplace({about.person_id(), channel}, kQuietLooks).second) {
      about.set_channel(channel);
      about.set_fallback(true);
      wake->second.looks_left = looks_of(channel);
      return about;
    }
    channel = after(channel);
  }
  if (!std::exchange(wake->second.unseen, true)) ++unseen_;
  const std::string& paged = wake->second.paged_alert_id;
  if (!paged.empty() &&
      !quiet_.try_emplace({about.person_id(), v1::NOTIFICATION_CHANNEL_UNSPECIFIED}, kQuietLooks).second) {
    // An officer has been told of her a while ago, and this may be worse: push until she may be told
    // otherwise.
    about.set_channel(v1::NOTIFICATION_CHANNEL_UNSPECIFIED);
    wake->second.looks_left = kAgainLooks;
    return std::nullopt;
  }
  if (!paged.empty()) {
    v1::ContactLogged& tried = noted_.emplace_back();
    tried.set_id("K-" + about.id());
    tried.set_incident_id(wake->second.incident_id);
    tried.set_person_id(about.person_id());
    tried.set_unreached_alert_id(paged);
    tried.set_with(v1::ContactLogged::PROTECTED_PERSON);
    tried.set_channel(v1::ContactLogged::MESSAGE);
    tried.set_outcome(v1::ContactLogged::NO_ANSWER);
    tried.set_by("notify");
  }
  waiting_.erase(wake);
  return std::nullopt;
}

void WakeUps::over(const std::string& alert_id) {
  std::erase_if(waiting_, [&](const auto& one) { return one.second.alert_id == alert_id; });
}

// Whoever is shown one alert has the app open, and sees the others.
void WakeUps::shown(const std::string& alert_id) {
  std::set<std::string> persons;
  for (const auto& [id, one] : waiting_)
    if (!alert_id.empty() && one.alert_id == alert_id) persons.insert(one.about.person_id());
  std::erase_if(waiting_, [&](const auto& one) { return persons.contains(one.second.about.person_id()); });
}

}  // namespace haechi::notify
