#include "hunt/cad.h"

#include <utility>

#include "hunt/node.h"
#include "hunt/town.h"
#include "link/messages.h"
#include "link/signature.h"

namespace haechi::hunt {
namespace {

const link::Key kKey{kOutside, Node::kSecret};
constexpr Duration kPatience = Duration::seconds(10);
constexpr Duration kPostAgain = Duration::seconds(3);

}  // namespace

const char* Cad::name(Mood mood) {
  switch (mood) {
    case Mood::kWorks:
      return "works";
    case Mood::kRefuses:
      return "refuses what it is told";
    case Mood::kDeaf:
      return "does not answer";
    case Mood::kFails:
      return "answers with errors";
    case Mood::kLies:
      return "answers nonsense";
  }
  return "";
}

Cad::Cad(Schedule& schedule, Wire& wire, uint64_t seed, std::function<void(const v1::HandOffMessage&)> told)
    : schedule_(schedule), wire_(wire), random_(seed), told_(std::move(told)) {
  wire.found(Node::kCadUrl,
             [this](const net::Request& request, const net::Respond& respond) { serve(request, respond); });
}

void Cad::serve(const net::Request& request, const net::Respond& respond) {
  if (mood == Mood::kDeaf) return;
  if (mood == Mood::kFails) return respond({500, "text/plain", "out of order", {}});
  if (mood == Mood::kLies && random_.chance(0.5))
    return respond({200, "text/html", "<html>please sign in</html>", {}});
  const auto messages = link::read_messages(request.body);
  if (!messages.ok()) return respond({400, "text/plain", "not readable", {}});
  for (const v1::HandOffMessage& message : *messages) {
    if (mood == Mood::kLies) {
      // Confirms somebody else's message, and accepts what nobody handed over.
      v1::HandOffMessage nonsense = answer("nobody's");
      nonsense.mutable_accepted()->set_event_no("E-0");
      post(nonsense);
      v1::HandOffMessage wrong = answer(message.hand_off_id());
      wrong.mutable_ack()->set_message_id("another message");
      return respond(link::signed_response(kKey, link::to_json(wrong), schedule_.now()));
    }
    take(message);
    v1::HandOffMessage ack = answer(message.hand_off_id());
    ack.mutable_ack()->set_message_id(message.id());
    return respond(link::signed_response(kKey, link::to_json(ack), schedule_.now()));
  }
}

v1::HandOffMessage Cad::answer(const std::string& hand_off_id) {
  Call& call = calls_[hand_off_id];
  v1::HandOffMessage message;
  message.set_hand_off_id(hand_off_id);
  message.set_seq(++call.answers);
  message.set_id(hand_off_id + "-cad-" + std::to_string(call.answers));
  message.set_incident_id(call.incident_id);
  message.set_sent_at_us(schedule_.now().us);
  message.set_from_agency_id(kOutside);
  message.set_to_agency_id("monitoring");
  return message;
}

void Cad::take(const v1::HandOffMessage& message) {
  Call& call = calls_[message.hand_off_id()];
  call.incident_id = message.incident_id();
  if (!call.heard.insert(message.id()).second) return;
  if (message.has_alarm_new() || message.has_alarm_update()) {
    take_alarm(message.hand_off_id(), message);
  } else if (message.has_cancel_request()) {
    v1::HandOffMessage agreed = answer(message.hand_off_id());
    agreed.mutable_cancel_answer()->set_agreed(true);
    post(agreed);
  }
}

void Cad::take_alarm(const std::string& hand_off_id, const v1::HandOffMessage& message) {
  Call& call = calls_[hand_off_id];
  call.informative =
      message.has_alarm_new() ? message.alarm_new().informative() : message.alarm_update().informative();
  if (mood == Mood::kRefuses && call.event_no.empty() && message.has_alarm_new()) {
    told_(message);
    v1::HandOffMessage no = answer(hand_off_id);
    no.mutable_rejected()->set_reason(v1::REJECT_REASON_OTHER);
    no.mutable_rejected()->set_retryable(random_.chance(0.5));
    no.mutable_rejected()->set_message_id(message.id());
    post(no);
    return;
  }
  told_(message);
  if (!call.event_no.empty()) return;
  call.event_no = "E-" + std::to_string(calls_.size());
  if (!call.informative) work_on(hand_off_id);
}

// Accepts, sends a car, and closes the call some minutes later.
void Cad::work_on(const std::string& hand_off_id) {
  const auto later = [&](Duration delay, std::function<void(v1::HandOffMessage&)> fill) {
    schedule_.at(schedule_.now() + delay, kWorld, [this, hand_off_id, fill = std::move(fill)] {
      if (calls_[hand_off_id].closed) return;
      v1::HandOffMessage message = answer(hand_off_id);
      fill(message);
      calls_[hand_off_id].closed |= message.has_closed();
      post(std::move(message));
    });
  };
  later(Duration{random_.between(300'000, 6'000'000)}, [this, hand_off_id](v1::HandOffMessage& message) {
    message.mutable_accepted()->set_event_no(calls_[hand_off_id].event_no);
  });
  Duration at = Duration::seconds(random_.between(7, 25));
  for (const v1::UnitStatus status :
       {v1::UNIT_STATUS_ASSIGNED, v1::UNIT_STATUS_EN_ROUTE, v1::UNIT_STATUS_ON_SCENE}) {
    later(at, [status](v1::HandOffMessage& message) {
      message.mutable_unit_progress()->set_unit_id("car 7");
      message.mutable_unit_progress()->set_status(status);
      message.mutable_unit_progress()->set_target(v1::TARGET_WEARER);
      message.mutable_unit_progress()->set_eta_s(120);
    });
    at = at + Duration::seconds(random_.between(2, 60));
  }
  later(at + Duration::seconds(random_.between(60, 400)),
        [](v1::HandOffMessage& message) { message.mutable_closed()->set_disposition("01"); });
}

void Cad::post(v1::HandOffMessage message) {
  outbox_.push_back(std::move(message));
  if (!std::exchange(posting_, true)) post_first();
}

// One after another, each until the node says that it is kept.
void Cad::post_first() {
  if (outbox_.empty()) {
    posting_ = false;
    return;
  }
  net::Request request;
  request.method = "POST";
  request.path = "/link/v1/answers";
  request.body = link::to_json(outbox_.front());
  request.headers = link::signed_headers(kKey, request.body, schedule_.now());
  wire_.send_to_node(kOutside, std::move(request), kPatience, [this](const net::Response* response) {
    // What the node says can never be right is not sent again.
    const bool over = response != nullptr && (response->status == 200 || response->status == 400);
    if (over) outbox_.pop_front();
    schedule_.at(schedule_.now() + (over ? Duration{} : kPostAgain), kWorld, [this] { post_first(); });
  });
}

}  // namespace haechi::hunt
