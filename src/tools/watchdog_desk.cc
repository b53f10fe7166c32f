#include "tools/watchdog_desk.h"

#include "link/messages.h"
#include "link/signature.h"
#include "net/tls.h"

namespace haechi::tools {
namespace {

using Message = v1::HandOffMessage;

constexpr const char* kClosedAsEnded = "01";  // APCO 2.103

const Message::Alarm* alarm_of(const Message& message) {
  if (message.has_alarm_new()) return &message.alarm_new();
  if (message.has_alarm_update()) return &message.alarm_update();
  return nullptr;
}

}  // namespace

struct WatchdogDesk::Inner : std::enable_shared_from_this<WatchdogDesk::Inner> {
  Inner(const Clock& clock, const WatchdogSettings& settings, DeskEvents events)
      : clock(clock),
        settings(settings),
        events(std::move(events)),
        key{settings.name, settings.agency_secret},
        run(std::to_string(clock.now().us)) {}

  void handle(const net::Request& request, const net::Respond& respond) {
    if (request.method == "GET") return respond(events.pages(request.path));
    const Time now = clock.now();
    if (const Status valid = link::check_signature(key, request, now); !valid.ok())
      return respond(net::problem(401, "forbidden", valid.error().field, valid.error().reason));
    const auto messages = link::read_messages(request.body);
    if (!messages.ok() || messages->size() != 1)
      return respond(net::problem(400, "invalid", "body", "must be one hand-off message"));
    const Message& message = messages->front();
    Message ack = answer_to(message);
    ack.mutable_ack()->set_message_id(message.id());
    respond(link::signed_response(key, "[" + link::to_json(ack) + "]", now));
    take(message);
  }

  void take(const Message& message) {
    if (const Message::Alarm* alarm = alarm_of(message)) {
      if (alarm->wearer_id() != settings.wearer_id()) return refuse(message, alarm->wearer_id());
      events.on_alarm(*alarm);
      Message answer = answer_to(message);
      answer.mutable_accepted()->set_event_no(message.hand_off_id());
      answer.mutable_accepted()->set_code(alarm->code());
      return post(answer, events.on_confirmed);
    }
    if (message.has_alarm_clear()) {
      events.on_clear(message.alarm_clear().alert_id());
      Message answer = answer_to(message);
      answer.mutable_closed()->set_disposition(kClosedAsEnded);
      return post(answer, [] {});
    }
    if (!message.has_cancel_request()) return;
    Message answer = answer_to(message);
    answer.mutable_cancel_answer()->set_agreed(true);
    post(answer, [] {});
  }

  // Here nobody would come: the server falls back to people at once.
  void refuse(const Message& message, const std::string& wearer_id) {
    events.on_stray(wearer_id);
    Message answer = answer_to(message);
    answer.mutable_rejected()->set_reason(v1::REJECT_REASON_OUT_OF_JURISDICTION);
    answer.mutable_rejected()->set_text("a watchdog answers here, and nobody who could be sent");
    answer.mutable_rejected()->set_message_id(message.id());
    post(answer, [] {});
  }

  Message answer_to(const Message& message) {
    Message answer;
    answer.set_seq(++seq);
    answer.set_id(settings.name + '-' + run + '-' + std::to_string(seq));
    answer.set_hand_off_id(message.hand_off_id());
    answer.set_incident_id(message.incident_id());
    answer.set_from_agency_id(settings.name);
    answer.set_to_agency_id("monitoring");
    answer.set_sent_at_us(clock.now().us);
    return answer;
  }

  // Once: what is lost fails the round, and the next one begins anew.
  void post(const Message& answer, std::function<void()> taken) {
    std::string body = "[" + link::to_json(answer) + "]";
    net::Headers headers = link::signed_headers(key, body, clock.now());
    client->send("POST", settings.server + "/link/v1/answers", std::move(headers), std::move(body), true,
                 [taken = std::move(taken)](const Result<net::Response>& result) {
                   if (result.ok() && result->status / 100 == 2) taken();
                 });
  }

  const Clock& clock;
  const WatchdogSettings settings;
  const DeskEvents events;
  const link::Key key;
  const std::string run;  // part of every id: who starts again repeats none
  std::unique_ptr<net::HttpClient> client;
  std::unique_ptr<net::HttpServer> server;
  uint64_t seq = 0;
};

WatchdogDesk::WatchdogDesk(std::shared_ptr<Inner> inner) : inner_(std::move(inner)) {}
WatchdogDesk::~WatchdogDesk() = default;
uint16_t WatchdogDesk::port() const {
  return inner_->server->port();
}

Result<std::unique_ptr<WatchdogDesk>> WatchdogDesk::start(net::Loop& loop, const Clock& clock,
                                                          const WatchdogSettings& settings,
                                                          DeskEvents events) {
  const auto inner = std::make_shared<Inner>(clock, settings, std::move(events));
  net::ClientOptions answers;
  TRY(answers.tls, net::Tls::client({"", "", settings.ca}));
  inner->client = net::HttpClient::create(loop, std::move(answers));
  net::Door door;
  if (!settings.certificate.empty()) {
    TRY(door.tls,
        net::Tls::server({settings.certificate, settings.certificate_key, ""}, net::Tls::Peer::kAnonymous));
  }
  TRY(inner->server, net::HttpServer::listen(loop, settings.address, settings.port, {}, std::move(door)));
  inner->server->handle(
      [weak = std::weak_ptr<Inner>(inner)](const net::Request& request, const net::Respond& respond) {
        if (const auto self = weak.lock()) self->handle(request, respond);
      });
  return std::unique_ptr<WatchdogDesk>(new WatchdogDesk(inner));
}

}  // namespace haechi::tools
