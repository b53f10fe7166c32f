// Notifications: who is told, over which channels, and how far that got. Never a name or a place in them.
#include <algorithm>

#include "cases/convert.h"
#include "cases/machine.h"

namespace haechi::cases {
namespace {

// So long a channel has to deliver before the next one is tried: our choice.
constexpr Duration kDeliverWithin = Duration::seconds(600);
// A delivered one may still be opened; then it is forgotten.
constexpr Duration kForgetAfter = Duration::seconds(7 * 86'400);
constexpr size_t kReasonMax = 64;
// The account under whose name the address of whoever watches over privacy is kept.
constexpr const char* kPrivacyOfficer = "privacy-officer";

std::vector<v1::NotificationChannel> channels_of(const Recipient& to) {
  if (to.urgent)
    return {v1::NOTIFICATION_CHANNEL_PUSH, v1::NOTIFICATION_CHANNEL_SMS, v1::NOTIFICATION_CHANNEL_VOICE};
  switch (to.party) {
    case law::Party::kProtectedPerson:
    case law::Party::kHousehold:
      return {v1::NOTIFICATION_CHANNEL_PUSH, v1::NOTIFICATION_CHANNEL_SMS, v1::NOTIFICATION_CHANNEL_VOICE};
    case law::Party::kWearer:
      return {v1::NOTIFICATION_CHANNEL_SMS, v1::NOTIFICATION_CHANNEL_VOICE};
    case law::Party::kProtectionOfficer:
      return {v1::NOTIFICATION_CHANNEL_SCREEN, v1::NOTIFICATION_CHANNEL_PUSH, v1::NOTIFICATION_CHANNEL_SMS};
    case law::Party::kProbation:  // an officer has a browser of his own; the duty of an office is nobody's
                                  // browser
      if (!to.account.empty())
        return {v1::NOTIFICATION_CHANNEL_SCREEN, v1::NOTIFICATION_CHANNEL_PUSH, v1::NOTIFICATION_CHANNEL_SMS,
                v1::NOTIFICATION_CHANNEL_EMAIL};
      [[fallthrough]];
    default:
      // Text message and e-mail are what EM Decree 23-14(2) names.
      return {v1::NOTIFICATION_CHANNEL_SCREEN, v1::NOTIFICATION_CHANNEL_SMS, v1::NOTIFICATION_CHANNEL_EMAIL};
  }
}

// Nobody tells when an e-mail arrives: that a mail server took it is as much as can be known.
bool arrived(const v1::Notification& one) {
  return one.state() >= v1::NOTIFICATION_STATE_DELIVERED ||
         (one.state() == v1::NOTIFICATION_STATE_SENT && one.channel() == v1::NOTIFICATION_CHANNEL_EMAIL);
}

bool is_tried_on(const v1::Notification& one, v1::NotificationChannel channel) {
  return std::find(one.channels().begin(), one.channels().end(), channel) != one.channels().end();
}

}  // namespace

Recipient Machine::recipient(law::Party party, const std::string& case_id, const std::string& wearer_id,
                             const std::string& protected_id, const std::string& petition_id) const {
  Recipient made;
  made.party = party;
  const auto owner = cases_.find(case_id);
  const auto wearer = wearers_.find(wearer_of(wearer_id));
  switch (party) {
    case law::Party::kPolice:
      if (owner != cases_.end()) made.agency_id = owner->second.agency_id();
      break;
    case law::Party::kProtectionOfficer:
      if (owner != cases_.end()) made.account = owner->second.protection_officer();
      break;
    case law::Party::kProbation:
      if (wearer) {
        made.account = wearer->officer;
        made.agency_id = wearer->agency_id;
      }
      break;
    case law::Party::kMonitoringCentre:
      if (wearer) made.agency_id = wearer->agency_id;
      break;
    case law::Party::kCourt:
      if (const auto found = petitions_.find(petition_id); found != petitions_.end())
        made.agency_id = found->second.court_id();
      break;
    case law::Party::kProtectedPerson:
    case law::Party::kHousehold:
      made.person_id = protected_id;
      break;
    case law::Party::kWearer:
      made.person_id = wearer_id;
      break;
    case law::Party::kPrivacyOfficer:
      made.account = kPrivacyOfficer;
      break;
    default:
      break;
  }
  return made;
}

void Machine::notify(v1::Notification about, const Recipient& to, Turn& turn) {
  const bool person = to.party == law::Party::kProtectedPerson || to.party == law::Party::kHousehold;
  if (person && to.person_id.empty()) return;  // it protects nobody in particular
  about.set_id(turn.out.new_id("note", about.duty_id()));
  about.set_party(to_wire<v1::CaseParty>(to.party));
  about.set_person_id(to.person_id);
  about.set_account(to.account);
  about.set_agency_id(to.agency_id);
  for (const v1::NotificationChannel channel : channels_of(to)) about.add_channels(channel);
  about.set_channel(about.channels(0));
  about.set_state(v1::NOTIFICATION_STATE_QUEUED);
  about.set_queued_at_us(turn.now.us);
  about.set_changed_at_us(turn.now.us);
  wake(turn.now + kDeliverWithin, Wake::Kind::kNotification, about.id());
  *turn.out.add().mutable_queue_notification() = about;
  const std::string id = about.id();
  notifications_.emplace(id, std::move(about));
}

// The next channel, or the end of the way.
void Machine::next_channel(v1::Notification& one, Turn& turn) {
  const auto& all = one.channels();
  const auto now = std::find(all.begin(), all.end(), one.channel());
  one.set_changed_at_us(turn.now.us);
  if (now != all.end() && now + 1 != all.end()) {
    one.set_channel(static_cast<v1::NotificationChannel>(*(now + 1)));
    one.set_state(v1::NOTIFICATION_STATE_QUEUED);
    one.set_fallback(true);
    wake(turn.now + kDeliverWithin, Wake::Kind::kNotification, one.id());
    *turn.out.add().mutable_update_notification() = one;
    return;
  }
  one.set_state(v1::NOTIFICATION_STATE_FAILED);
  *turn.out.add().mutable_update_notification() = one;
  const v1::Notification failed = one;
  notifications_.erase(failed.id());
  if (failed.party() != v1::CASE_PARTY_PROTECTED_PERSON) return;
  v1::Notification about;
  about.set_kind(v1::NOTIFICATION_KIND_UNREACHABLE);
  about.set_case_id(failed.case_id());
  about.set_measure_id(failed.measure_id());
  about.set_duty_id(failed.duty_id());
  about.set_petition_id(failed.petition_id());
  for (const law::Party party : {law::Party::kProtectionOfficer, law::Party::kPolice})
    notify(about, recipient(party, failed.case_id(), {}, {}, {}), turn);
}

// Her officer in each case that is open; the police where none is named. The control room has its alarm.
void Machine::tell_unreached(const std::string& protected_id, Time now, Out& out) {
  Turn turn{now, out, now, "engine"};
  std::set<std::pair<std::string, std::string>> told;
  for (const auto& [id, one] : cases_) {
    const auto& hers = one.protected_ids();
    if (one.closed_at_us() != 0 || std::find(hers.begin(), hers.end(), protected_id) == hers.end()) continue;
    Recipient to = recipient(law::Party::kProtectionOfficer, id, {}, {}, {});
    if (to.account.empty()) to = recipient(law::Party::kPolice, id, {}, {}, {});
    if (!told.insert({to.account, to.agency_id}).second) continue;
    to.urgent = true;
    v1::Notification about;
    about.set_kind(v1::NOTIFICATION_KIND_UNREACHABLE);
    about.set_case_id(id);
    notify(about, to, turn);
  }
}

void Machine::look_at_notification(const std::string& id, Turn& turn) {
  const auto found = notifications_.find(id);
  if (found == notifications_.end()) return;
  v1::Notification& one = found->second;
  const Time changed{one.changed_at_us()};
  if (arrived(one)) {
    if (turn.now >= changed + kForgetAfter) notifications_.erase(found);
    return;
  }
  // Counts from when this channel was begun; a look set for an earlier one changes nothing.
  if (turn.now < changed + kDeliverWithin) return;
  one.set_reason("time_ran_out");
  next_channel(one, turn);
}

Status Machine::report_notification(const v1::NotificationReported& reported, Turn& turn) {
  const auto found = notifications_.find(reported.notification_id());
  if (found == notifications_.end())
    return Error{Code::kNotFound, "notification_id", "is not the id of a notification under way"};
  v1::Notification& one = found->second;
  const v1::NotificationState state = reported.state();
  if (state < v1::NOTIFICATION_STATE_SENT || state > v1::NOTIFICATION_STATE_FAILED)
    return invalid("state", "must be sent, delivered, opened or failed");
  if (state == v1::NOTIFICATION_STATE_FAILED) {
    if (one.state() >= v1::NOTIFICATION_STATE_DELIVERED || reported.channel() != one.channel())
      return Error{Code::kConflict, "state", "is of a channel that is not tried any more"};
    one.set_reason(reported.reason().substr(0, kReasonMax));
    next_channel(one, turn);
    return {};
  }
  if (state <= one.state()) return Error{Code::kConflict, "state", "never goes back"};
  if (state == v1::NOTIFICATION_STATE_SENT && reported.channel() != one.channel())
    return Error{Code::kConflict, "channel", "is not tried any more"};
  // It may arrive on a channel that was given up meanwhile: she has it all the same.
  if (state == v1::NOTIFICATION_STATE_DELIVERED && is_tried_on(one, reported.channel()))
    one.set_channel(reported.channel());
  one.set_state(state);
  if (arrived(one) && state != v1::NOTIFICATION_STATE_OPENED) {
    one.set_changed_at_us(turn.now.us);
    wake(turn.now + kForgetAfter, Wake::Kind::kNotification, one.id());
  }
  *turn.out.add().mutable_update_notification() = one;
  if (state == v1::NOTIFICATION_STATE_OPENED) notifications_.erase(found);
  return {};
}

}  // namespace haechi::cases
