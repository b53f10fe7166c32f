#include "sim/live_watch.h"

#include "sim/api_client.h"

namespace haechi::sim {
namespace {

bool places_wearer(const v1::Call& call) {
  for (const v1::Destination& destination : call.destinations())
    if (destination.target() == v1::TARGET_WEARER && destination.has_place()) return true;
  return false;
}

bool both_assigned(const v1::Call& call) {
  bool wearer = false, protected_person = false;
  for (const v1::Assignment& assignment : call.assignments()) {
    if (assignment.status() >= v1::UNIT_STATUS_CLEARED) continue;
    wearer |= assignment.target() == v1::TARGET_WEARER;
    protected_person |= assignment.target() == v1::TARGET_PROTECTED_PERSON;
  }
  return wearer && protected_person;
}

Instant& first_of(Instant& first, Instant now) {
  if (first == Instant()) first = now;
  return first;
}

}  // namespace

Result<v1::LiveMessage> read_live_message(const std::string& text) {
  v1::LiveMessage message;
  TRY_STATUS(from_json(text, message));
  return message;
}

LiveWatch::LiveWatch(net::Loop& loop, Board& board, std::string url, std::string key)
    : loop_(loop), board_(board), url_(std::move(url)), key_(std::move(key)) {}

std::shared_ptr<LiveWatch> LiveWatch::open(net::Loop& loop, Board& board, const std::string& url,
                                           const std::string& key, const std::string& topics) {
  const std::shared_ptr<LiveWatch> watch(new LiveWatch(loop, board, url + "/live?topics=" + topics, key));
  loop.post([watch] { watch->connect(); });
  return watch;
}

void LiveWatch::connect() {
  if (!wanted_) return;
  const std::weak_ptr<LiveWatch> weak = weak_from_this();
  net::ClientSocketEvents events;
  events.on_open = [weak](std::shared_ptr<net::ClientSocket> socket) {
    if (const auto self = weak.lock()) self->socket_ = std::move(socket);
  };
  events.on_message = [weak](const std::string& text) {
    if (const auto self = weak.lock()) self->receive(text);
  };
  events.on_close = [weak](const std::string&) {
    const auto self = weak.lock();
    if (!self) return;
    self->socket_.reset();
    {
      const std::lock_guard lock(self->board_.mutex);
      self->seen.open = false;
    }
    self->board_.changed();
    self->loop_.after(Duration::millis(500), [weak] {
      if (const auto again = weak.lock()) again->connect();
    });
  };
  net::open_client_socket(loop_, url_, {{"authorization", "Bearer " + key_}}, std::move(events));
}

void LiveWatch::close() {
  loop_.post([self = shared_from_this()] {
    self->wanted_ = false;
    if (self->socket_) self->socket_->close();
  });
}

void LiveWatch::receive(const std::string& text) {
  const Instant now = std::chrono::steady_clock::now();
  const Result<v1::LiveMessage> message = read_live_message(text);
  {
    const std::lock_guard lock(board_.mutex);
    ++seen.messages;
    if (message.ok()) {
      fold(*message, now);
    } else {
      ++seen.unreadable;
    }
  }
  board_.changed();
  for (const std::string& alert_id : std::exchange(to_show_, {}))
    if (socket_) socket_->send_text("{\"shown\":{\"alert_id\":\"" + alert_id + "\"}}");
  if (message.ok() && on_message) on_message(*message);
}

void LiveWatch::show(const std::string& alert_id) {
  if (shown_.emplace(alert_id, true).second) to_show_.push_back(alert_id);
}

void LiveWatch::fold(const v1::LiveMessage& message, Instant now) {
  for (const v1::LivePosition& each : message.positions()) {
    SeenPosition& position = seen.positions[each.has_person_id() ? each.person_id() : each.unit_id()];
    first_of(position.first, now);
    position.latest = now;
    ++position.count;
    position.fixed_at = Time{each.fix().fixed_at_us()};
  }
  switch (message.body_case()) {
    case v1::LiveMessage::kSnapshot:
      seen.open = true;
      for (const v1::AlertRecord& record : message.snapshot().alerts()) fold_alert(record.alert(), now);
      for (const v1::Call& call : message.snapshot().calls()) fold_call(call, now);
      for (const v1::View& view : message.snapshot().views()) fold_view(view, now);
      for (const v1::Incident& incident : message.snapshot().incidents())
        seen.incidents[incident.id()] = incident;
      for (const v1::HandOff& hand_off : message.snapshot().hand_offs())
        seen.hand_offs[hand_off.id()] = hand_off;
      return;
    case v1::LiveMessage::kAlert:
      return fold_alert(message.alert(), now);
    case v1::LiveMessage::kCall:
      return fold_call(message.call(), now);
    case v1::LiveMessage::kView:
      return fold_view(message.view(), now);
    case v1::LiveMessage::kViewClosed: {
      SeenView& view = seen.views[message.view_closed().view_id()];
      view.closed = true;
      view.close_reason = message.view_closed().reason();
      return;
    }
    case v1::LiveMessage::kIncident:
      seen.incidents[message.incident().id()] = message.incident();
      return;
    case v1::LiveMessage::kHandOff:
      seen.hand_offs[message.hand_off().id()] = message.hand_off();
      return;
    case v1::LiveMessage::kNotice:
      first_of(seen.named_alerts[message.notice().alert_id()], now);
      return;
    case v1::LiveMessage::kRevoked:
      seen.revoked.emplace_back(now, message.revoked());
      return;
    default:
      return;
  }
}

void LiveWatch::fold_alert(const v1::Alert& alert, Instant now) {
  SeenAlert& held = seen.alerts[alert.id()];
  first_of(held.first, now);
  first_of(seen.named_alerts[alert.id()], now);
  held.latest = alert;
  show(alert.id());
}

void LiveWatch::fold_call(const v1::Call& call, Instant now) {
  SeenCall& held = seen.calls[call.id()];
  first_of(held.first, now);
  held.latest = call;
  if (both_assigned(call)) first_of(held.both_assigned, now);
  if (places_wearer(call)) first_of(held.first_placed, now);
  for (const std::string& alert_id : call.alert_ids()) show(alert_id);
}

void LiveWatch::fold_view(const v1::View& view, Instant now) {
  SeenView& held = seen.views[view.id()];
  first_of(held.first, now);
  first_of(seen.named_alerts[view.alert_id()], now);
  held.latest = view;
  held.distance_shown |= view.mode() == v1::VIEW_MODE_DISTANCE && !view.has_place();
  held.place_shown |= view.mode() == v1::VIEW_MODE_MAP && view.has_place();
}

}  // namespace haechi::sim
