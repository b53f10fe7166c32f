#include "link/cad_queue.h"

#include <algorithm>

#include "link/messages.h"

namespace haechi::link {
namespace {

const v1::HandOffMessage::Alarm* alarm_of(const v1::HandOffMessage& message) {
  if (message.has_alarm_new()) return &message.alarm_new();
  if (message.has_alarm_update()) return &message.alarm_update();
  return nullptr;
}

}  // namespace

CadQueue::Put CadQueue::put(const v1::HandOffMessage& message) {
  Lane& lane = lanes_[message.hand_off_id()];
  if (lane.order == 0) lane.order = ++next_order_;
  lane.ended = false;
  const auto* alarm = alarm_of(message);
  for (const Item& item : lane.items)
    if (item.message_id == message.id()) return Put::kKnown;
  Item item{message.id(),
            alarm ? alarm->alert_id() : "",
            message.seq(),
            message.has_alarm_new(),
            message.has_alarm_update(),
            ""};
  bool superseded = false;
  if (item.is_update) {
    const auto same = [&](const Item& other) { return other.is_update && other.alert_id == item.alert_id; };
    for (const Item& other : lane.items)
      if (same(other) && other.seq > item.seq) return Put::kSuperseded;
    // The first item of a busy lane may be on the wire: its bytes stay what they are.
    auto from = lane.items.begin() + (lane.busy && !lane.items.empty() ? 1 : 0);
    const auto old = std::remove_if(from, lane.items.end(), same);
    superseded = old != lane.items.end();
    waiting_ -= static_cast<size_t>(lane.items.end() - old);
    lane.items.erase(old, lane.items.end());
  }
  // One that replaced another takes its room, however many alarms have filled the queue beyond its bound.
  if (waiting_ >= waiting_max_ && !item.is_new && !superseded) return Put::kFull;
  if (alarm) {
    ready_.erase({lane.code, lane.order, message.hand_off_id()});
    lane.code = std::min(lane.code, alarm->code());
    lane.informative = alarm->informative();
  }
  item.body = to_json(message);
  lane.items.push_back(std::move(item));
  ++waiting_;
  offer(message.hand_off_id(), lane);
  return superseded ? Put::kSuperseded : Put::kQueued;
}

void CadQueue::offer(const std::string& hand_off_id, Lane& lane) {
  if (!lane.busy && !lane.items.empty()) ready_.insert({lane.code, lane.order, hand_off_id});
}

std::optional<std::string> CadQueue::take() {
  if (ready_.empty()) return std::nullopt;
  const std::string id = std::get<2>(*ready_.begin());
  ready_.erase(ready_.begin());
  lanes_.at(id).busy = true;
  return id;
}

const CadQueue::Item* CadQueue::head(const std::string& hand_off_id) const {
  const auto found = lanes_.find(hand_off_id);
  return found == lanes_.end() || found->second.items.empty() ? nullptr : &found->second.items.front();
}

// Frees the lane for its next message, or forgets it when there will be none.
void CadQueue::release(const std::string& hand_off_id) {
  Lane& lane = lanes_.at(hand_off_id);
  lane.busy = false;
  // A newer update that came while an older one was tried makes another try of the old one pointless.
  const auto newer = [&](const Item& item) {
    return item.is_update && item.alert_id == lane.items.front().alert_id;
  };
  if (lane.items.size() > 1 && lane.items.front().is_update &&
      std::any_of(lane.items.begin() + 1, lane.items.end(), newer)) {
    lane.items.pop_front();
    --waiting_;
  }
  if (lane.items.empty() && (lane.ended || lane.informative)) {
    lanes_.erase(hand_off_id);
  } else {
    offer(hand_off_id, lane);
  }
}

bool CadQueue::done(const std::string& hand_off_id, const std::string& message_id) {
  const auto found = lanes_.find(hand_off_id);
  if (found == lanes_.end()) return false;
  Lane& lane = found->second;
  bool first_alarm = false;
  lane.failures = 0;
  if (!lane.items.empty() && lane.items.front().message_id == message_id) {
    first_alarm = lane.items.front().is_new && !lane.new_delivered;
    lane.new_delivered |= lane.items.front().is_new;
    lane.items.pop_front();
    --waiting_;
  }
  release(hand_off_id);
  return first_alarm;
}

uint32_t CadQueue::failed(const std::string& hand_off_id) {
  const auto found = lanes_.find(hand_off_id);
  if (found == lanes_.end()) return 1;
  Lane& lane = found->second;
  ++lane.failures;
  return lane.failures;
}

void CadQueue::ready_again(const std::string& hand_off_id) {
  if (lanes_.contains(hand_off_id)) release(hand_off_id);
}

void CadQueue::end(const std::string& hand_off_id) {
  const auto found = lanes_.find(hand_off_id);
  if (found == lanes_.end()) return;
  Lane& lane = found->second;
  ready_.erase({lane.code, lane.order, hand_off_id});
  waiting_ -= lane.items.size();
  lane.items.clear();
  lane.ended = true;
  if (!lane.busy) lanes_.erase(found);
}

}  // namespace haechi::link
