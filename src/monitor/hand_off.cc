#include "monitor/hand_off.h"

#include <map>
#include <set>
#include <utility>

#include "base/archive.h"
#include "haechi/v1/dispatch.pb.h"
#include "haechi/v1/effect.pb.h"
#include "monitor/hand_off_record.h"

namespace haechi::monitor {

struct HandOffs::Inner : HandOffRecords {
  template <typename Act>
  void for_incident(const std::string& incident_id, Act act) {
    const auto found = by_incident.find(incident_id);
    if (found == by_incident.end()) return;
    for (const std::string& id : found->second) act(records.at(id));
  }

  // Publishes the picture if it changed and files the record under its next deadline.
  void settle(HandOffRecord& record, const HandOffTurn& turn) {
    if (record.changed) *turn.effects.add().mutable_update_hand_off() = record.picture;
    record.changed = false;
    const Time due = next_deadline(record);
    if (due == record.next_due) return;
    if (record.next_due.known()) deadlines.erase({record.next_due, record.picture.id()});
    if (due.known()) deadlines.insert({due, record.picture.id()});
    record.next_due = due;
  }

  // Whose hand-off the agency already has: one with responsibility serves a recipient for information too.
  HandOffRecord* find_open(const std::string& incident_id, const Recipient& recipient) {
    HandOffRecord* open = nullptr;
    for_incident(incident_id, [&](HandOffRecord& record) {
      if (record.ended() || record.picture.agency_id() != recipient.agency_id) return;
      if (record.picture.informative() && !recipient.informative) return;
      if (!open || !record.picture.informative()) open = &record;
    });
    return open;
  }

  bool told_before(const std::string& incident_id, const Recipient& recipient,
                   const v1::HandOffMessage::Alarm& alarm) {
    bool told = false;
    for_incident(incident_id, [&](HandOffRecord& record) {
      if (record.picture.agency_id() != recipient.agency_id || !record.ended()) return;
      if (record.picture.informative() && !recipient.informative) return;
      told |= record.told.contains(alarm.alert_id()) && record.latest.code() <= alarm.code();
    });
    return told;
  }

  void open(const std::string& incident_id, const Recipient& recipient,
            const v1::HandOffMessage::Alarm& alarm, const HandOffTurn& turn) {
    const std::string id = turn.effects.new_id("H", incident_id + '|' + recipient.agency_id);
    HandOffRecord& record = records[id];
    by_incident[incident_id].push_back(id);
    record.picture.set_id(id);
    record.picture.set_incident_id(incident_id);
    record.picture.set_agency_id(recipient.agency_id);
    record.picture.set_informative(recipient.informative);
    record.picture.set_state(v1::HAND_OFF_STATE_SENT);
    record.picture.set_sent_at_us(turn.now.us);
    record.jurisdiction_id = recipient.jurisdiction_id;
    begin(record, alarm, turn);
    settle(record, turn);
  }
};

HandOffs::HandOffs() : inner_(std::make_unique<Inner>()) {}
HandOffs::~HandOffs() = default;
HandOffs::HandOffs(HandOffs&&) noexcept = default;
HandOffs& HandOffs::operator=(HandOffs&&) noexcept = default;

void HandOffs::raise(const std::string& incident_id, const std::vector<Recipient>& recipients,
                     const v1::HandOffMessage_Alarm& alarm, const law::Entry& entry,
                     law::EffectSink& effects) {
  const HandOffTurn turn{entry.stamped_at, effects};
  // Responsible agencies first, so that an agency named twice has the hand-off that matters.
  for (const bool informative : {false, true}) {
    for (const Recipient& recipient : recipients) {
      if (recipient.informative != informative) continue;
      if (HandOffRecord* record = inner_->find_open(incident_id, recipient)) {
        tell(*record, alarm, turn);
        inner_->settle(*record, turn);
      } else if (!inner_->told_before(incident_id, recipient, alarm)) {
        inner_->open(incident_id, recipient, alarm, turn);
      }
    }
  }
}

void HandOffs::update(const std::string& incident_id, const v1::HandOffMessage_Alarm& alarm,
                      const law::Entry& entry, law::EffectSink& effects) {
  const HandOffTurn turn{entry.stamped_at, effects};
  inner_->for_incident(incident_id, [&](HandOffRecord& record) {
    positions_changed(record, alarm, turn);
    inner_->settle(record, turn);
  });
}

void HandOffs::clear(const std::string& incident_id, const std::string& alert_id, const law::Entry& entry,
                     law::EffectSink& effects) {
  const HandOffTurn turn{entry.stamped_at, effects};
  inner_->for_incident(incident_id, [&](HandOffRecord& record) {
    condition_cleared(record, alert_id, turn);
    inner_->settle(record, turn);
  });
}

void HandOffs::cancel(const std::string& incident_id, const std::string& reason,
                      const std::string& authoriser, const law::Entry& entry, law::EffectSink& effects) {
  const HandOffTurn turn{entry.stamped_at, effects};
  inner_->for_incident(incident_id, [&](HandOffRecord& record) {
    ask_to_cancel(record, reason, authoriser, turn);
    inner_->settle(record, turn);
  });
}

std::vector<std::string> HandOffs::answer(const v1::HandOffMessage& message, bool by_human,
                                          const law::Entry& entry, law::EffectSink& effects) {
  const auto found = inner_->records.find(message.hand_off_id());
  if (found == inner_->records.end()) return {};
  HandOffRecord& record = found->second;
  const HandOffTurn turn{entry.stamped_at, effects};
  std::vector<std::string> unheard = apply_answer(record, message, by_human, turn);
  inner_->settle(record, turn);
  return unheard;
}

void HandOffs::tick(const law::Entry& entry, law::EffectSink& effects) {
  const HandOffTurn turn{entry.stamped_at, effects};
  // Collected first: after a standstill a record may be due again at once, which is for the next tick.
  std::vector<std::string> due;
  for (const auto& [at, id] : inner_->deadlines) {
    if (at > turn.now) break;
    due.push_back(id);
  }
  for (const std::string& id : due) {
    HandOffRecord& record = inner_->records.at(id);
    apply_deadlines(record, turn);
    inner_->settle(record, turn);
  }
}

std::vector<std::string> HandOffs::ids(const std::string& incident_id) const {
  const auto found = inner_->by_incident.find(incident_id);
  return found == inner_->by_incident.end() ? std::vector<std::string>{} : found->second;
}

bool HandOffs::all_ended(const std::string& incident_id) const {
  bool ended = true;
  inner_->for_incident(incident_id, [&](const HandOffRecord& record) { ended &= record.settled(); });
  return ended;
}

void HandOffs::forget(const std::string& incident_id) {
  const auto found = inner_->by_incident.find(incident_id);
  if (found == inner_->by_incident.end()) return;
  for (const std::string& id : found->second) {
    const HandOffRecord& record = inner_->records.at(id);
    if (record.next_due.known()) inner_->deadlines.erase({record.next_due, id});
    inner_->records.erase(id);
  }
  inner_->by_incident.erase(found);
}

void HandOffs::save(Writer& out) const {
  write(out, static_cast<const HandOffRecords&>(*inner_));
}

void HandOffs::load(Reader& in) {
  read(in, static_cast<HandOffRecords&>(*inner_));
}

}  // namespace haechi::monitor
