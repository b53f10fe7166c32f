#include "tools/cad.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <vector>

#include <boost/json.hpp>

#include "base/signals.h"
#include "link/messages.h"
#include "link/signature.h"
#include "net/client.h"
#include "net/server.h"
#include "net/tls.h"

namespace haechi::tools {
namespace {

using Message = v1::HandOffMessage;

constexpr uint32_t kEtaS = 120;
constexpr Duration kRetryFirst = Duration::millis(200);
constexpr Duration kRetryMax = Duration::seconds(2);

struct Call {
  std::string event_no;
  std::string hand_off_id;
  std::string incident_id;
  uint32_t code = 0;
  uint32_t alarms = 0;
  std::map<std::string, v1::Target> units;
  bool closed = false;
};

// Answers of one hand-off, sent in order.
struct Outbox {
  std::deque<Message> messages;
  bool busy = false;
  uint32_t failures = 0;
};

const Message::Alarm* alarm_of(const Message& message) {
  if (message.has_alarm_new()) return &message.alarm_new();
  if (message.has_alarm_update()) return &message.alarm_update();
  return nullptr;
}

net::Response json_response(const boost::json::value& value) {
  return {200, "application/json", boost::json::serialize(value), {}};
}

}  // namespace

Result<CadBehaviour> read_cad_behaviour(const std::string& name) {
  static const std::map<std::string, CadBehaviour> kNames = {{"normal", CadBehaviour::kNormal},
                                                             {"slow", CadBehaviour::kSlow},
                                                             {"reject", CadBehaviour::kReject},
                                                             {"lie", CadBehaviour::kLie},
                                                             {"die", CadBehaviour::kDie}};
  const auto found = kNames.find(name);
  if (found == kNames.end()) return invalid("behaviour", "is none of normal, slow, reject, lie, die");
  return found->second;
}

struct OutsideCad::Inner : std::enable_shared_from_this<OutsideCad::Inner> {
  Inner(net::Loop& loop, const Clock& clock, CadOptions given)
      : loop(loop), clock(clock), options(std::move(given)) {
    key = {options.key_id.empty() ? options.agency : options.key_id, options.secret};
    run = std::to_string(clock.now().us);
  }

  void handle(net::Request request, net::Respond respond) {
    if (request.method == "GET" && request.path == "/calls") return respond(calls_response());
    if (request.method == "GET" && request.path == "/stats") return respond(stats_response());
    if (request.method != "POST" || request.path != "/handoff")
      return respond(net::problem(404, "not_found", "path", "there is no such resource"));
    const Time now = clock.now();
    if (const Status valid = link::check_signature(key, request, now); !valid.ok()) {
      ++bad_signatures;
      return respond(net::problem(401, "forbidden", valid.error().field, valid.error().reason));
    }
    auto messages = link::read_messages(request.body);
    if (!messages.ok() || messages->size() != 1)
      return respond(net::problem(400, "invalid", "body", "must be one hand-off message"));
    const Message& message = messages->front();
    if (options.print) {
      std::printf("%lld %s %s\n", static_cast<long long>(now.us), message.id().c_str(),
                  name_of(message).c_str());
      std::fflush(stdout);
    }
    if (options.behaviour == CadBehaviour::kDie && alarm_of(message)) return die();
    const std::string& answers = response_to(message, now);
    if (options.behaviour != CadBehaviour::kSlow) return respond(link::signed_response(key, answers, now));
    loop.after(Duration::millis(options.delay_ms), [respond, answers, key = key, &clock = clock] {
      respond(link::signed_response(key, answers, clock.now()));
    });
  }

  static std::string name_of(const Message& message) {
    const auto* field = Message::descriptor()->FindFieldByNumber(message.body_case());
    return field ? field->name() : "nothing";
  }

  void die() {
    if (!options.die) std::_Exit(1);
    options.die();
  }

  // The same message gets the same response and has no second effect.
  const std::string& response_to(const Message& message, Time now) {
    const auto [it, first] = responses.try_emplace(message.id());
    ++received;
    if (const auto* alarm = alarm_of(message)) arrived.try_emplace(alarm->alert_id(), now.us);
    if (!first) {
      ++duplicates;
      return it->second;
    }
    Message ack = answer_to(message.hand_off_id(), message.incident_id());
    ack.mutable_ack()->set_message_id(message.id());
    if (options.behaviour == CadBehaviour::kLie) {
      ack.mutable_ack()->set_message_id(message.id() + "0");
    } else {
      take(message);
    }
    it->second = "[" + link::to_json(ack) + "]";
    return it->second;
  }

  Message answer_to(const std::string& hand_off_id, const std::string& incident_id) {
    Message answer;
    // The start of this run is part of the id: a CAD that lost its memory must not reuse one.
    answer.set_seq(++answer_seq);
    answer.set_id(options.agency + '-' + run + '-' + std::to_string(answer_seq));
    answer.set_hand_off_id(hand_off_id);
    answer.set_incident_id(incident_id);
    answer.set_from_agency_id(options.agency);
    answer.set_to_agency_id("monitoring");
    answer.set_sent_at_us(clock.now().us);
    return answer;
  }
  Message answer_to(const Call& call) { return answer_to(call.hand_off_id, call.incident_id); }

  void take(const Message& message) {
    if (const auto* alarm = alarm_of(message)) return take_alarm(message, *alarm);
    if (!message.has_cancel_request()) return;
    Message answer = answer_to(message.hand_off_id(), message.incident_id());
    answer.mutable_cancel_answer()->set_agreed(!calls.contains(message.hand_off_id()));
    post(std::move(answer));
  }

  void take_alarm(const Message& message, const Message::Alarm& alarm) {
    if (options.behaviour == CadBehaviour::kReject) {
      if (!message.has_alarm_new()) return;
      Message refusal = answer_to(message.hand_off_id(), message.incident_id());
      refusal.mutable_rejected()->set_reason(options.reject_reason);
      refusal.mutable_rejected()->set_text("refused by configuration");
      refusal.mutable_rejected()->set_message_id(message.id());
      return post(std::move(refusal));
    }
    if (alarm.informative()) {
      Message answer = answer_to(message.hand_off_id(), message.incident_id());
      answer.mutable_accepted()->set_event_no("info-" + message.hand_off_id());
      return post(std::move(answer));
    }
    const auto [it, opened] = calls.try_emplace(message.hand_off_id());
    Call& call = it->second;
    ++call.alarms;
    call.code = opened ? alarm.code() : std::min(call.code, alarm.code());
    if (!opened) return;
    call.hand_off_id = message.hand_off_id();
    call.incident_id = message.incident_id();
    call.event_no = options.agency + "-" + std::to_string(calls.size());
    for (const auto& to : alarm.destinations())
      call.units[options.agency + "-car-" + std::to_string(++cars)] = to.target();
    Message answer = answer_to(call);
    answer.mutable_accepted()->set_event_no(call.event_no);
    answer.mutable_accepted()->set_code(call.code);
    post(std::move(answer));
    run_call(call.hand_off_id, 1);
  }

  // Assigned, on the way, there, and perhaps closed: one step after the other.
  void run_call(const std::string& hand_off_id, int step) {
    static constexpr v1::UnitStatus kSteps[] = {v1::UNIT_STATUS_ASSIGNED, v1::UNIT_STATUS_EN_ROUTE,
                                                v1::UNIT_STATUS_ON_SCENE};
    const bool last = step > 3;
    if (last && options.close_after_ms == 0) return;
    const int wait_ms = last ? options.close_after_ms : options.step_ms;
    loop.after(Duration::millis(wait_ms), [weak = weak_from_this(), hand_off_id, step, last] {
      const auto self = weak.lock();
      if (!self) return;
      Call& call = self->calls.at(hand_off_id);
      if (last) {
        call.closed = true;
        Message answer = self->answer_to(call);
        answer.mutable_closed()->set_note("closed by the demonstration CAD");
        return self->post(std::move(answer));
      }
      for (const auto& [unit, target] : call.units) {
        Message answer = self->answer_to(call);
        auto& progress = *answer.mutable_unit_progress();
        progress.set_unit_id(unit);
        progress.set_target(target);
        progress.set_status(kSteps[step - 1]);
        progress.set_eta_s(kSteps[step - 1] == v1::UNIT_STATUS_ON_SCENE ? 0 : kEtaS);
        self->post(std::move(answer));
      }
      self->run_call(hand_off_id, step + 1);
    });
  }

  void post(Message message) {
    const std::string hand_off_id = message.hand_off_id();
    outboxes[hand_off_id].messages.push_back(std::move(message));
    send_next(hand_off_id);
  }

  void send_next(const std::string& hand_off_id) {
    Outbox& outbox = outboxes[hand_off_id];
    if (outbox.busy || outbox.messages.empty()) return;
    outbox.busy = true;
    std::string body = "[" + link::to_json(outbox.messages.front()) + "]";
    net::Headers headers = link::signed_headers(key, body, clock.now());
    client->send("POST", options.haechi + "/link/v1/answers", std::move(headers), std::move(body), true,
                 [weak = weak_from_this(), hand_off_id](Result<net::Response> result) {
                   if (const auto self = weak.lock()) self->sent(hand_off_id, result);
                 });
  }

  void sent(const std::string& hand_off_id, const Result<net::Response>& result) {
    Outbox& outbox = outboxes[hand_off_id];
    if (result.ok() && result->status >= 200 && result->status < 300) {
      ++answers;
      outbox.messages.pop_front();
      outbox.busy = false;
      outbox.failures = 0;
      return send_next(hand_off_id);
    }
    const Duration delay = std::min(kRetryFirst * (1 << std::min(outbox.failures++, 8u)), kRetryMax);
    loop.after(delay, [weak = weak_from_this(), hand_off_id] {
      const auto self = weak.lock();
      if (!self) return;
      self->outboxes[hand_off_id].busy = false;
      self->send_next(hand_off_id);
    });
  }

  net::Response calls_response() const {
    boost::json::array list;
    boost::json::object by_incident;
    for (const auto& [id, call] : calls) {
      list.push_back({{"eventNo", call.event_no},
                      {"handOffId", call.hand_off_id},
                      {"incidentId", call.incident_id},
                      {"code", call.code},
                      {"alarms", call.alarms},
                      {"units", call.units.size()},
                      {"closed", call.closed}});
      auto& count = by_incident[call.incident_id];
      count = count.is_null() ? 1 : count.as_int64() + 1;
    }
    return json_response({{"count", calls.size()}, {"byIncident", by_incident}, {"calls", list}});
  }

  net::Response stats_response() const {
    boost::json::object first_arrival_us;
    for (const auto& [alert_id, at_us] : arrived) first_arrival_us[alert_id] = at_us;
    return json_response({{"received", received},
                          {"duplicates", duplicates},
                          {"badSignatures", bad_signatures},
                          {"answersTaken", answers},
                          {"firstArrivalUs", first_arrival_us}});
  }

  net::Loop& loop;
  const Clock& clock;
  const CadOptions options;
  link::Key key;
  std::string run;
  std::unique_ptr<net::HttpClient> client;
  std::unique_ptr<net::HttpServer> server;
  std::map<std::string, Call> calls;             // by hand-off
  std::map<std::string, std::string> responses;  // by message
  std::map<std::string, int64_t> arrived;        // by alert
  std::map<std::string, Outbox> outboxes;        // by hand-off
  uint64_t answer_seq = 0, cars = 0, received = 0, duplicates = 0, bad_signatures = 0, answers = 0;
};

OutsideCad::OutsideCad(std::shared_ptr<Inner> inner) : inner_(std::move(inner)) {}
OutsideCad::~OutsideCad() = default;
uint16_t OutsideCad::port() const {
  return inner_->server->port();
}

Result<std::unique_ptr<OutsideCad>> OutsideCad::start(net::Loop& loop, const Clock& clock,
                                                      CadOptions options) {
  const auto inner = std::make_shared<Inner>(loop, clock, std::move(options));
  const CadOptions& given = inner->options;
  net::ClientOptions calls;
  if (given.haechi.starts_with("https://")) {
    TRY(calls.tls, net::Tls::client({"", "", given.ca}));
  }
  inner->client = net::HttpClient::create(loop, std::move(calls));
  net::Door door;
  if (!given.certificate.empty()) {
    TRY(door.tls, net::Tls::server({given.certificate, given.key, ""}, net::Tls::Peer::kAnonymous));
  }
  TRY(inner->server, net::HttpServer::listen(loop, "127.0.0.1", given.port, {}, std::move(door)));
  inner->server->handle([weak = std::weak_ptr<Inner>(inner)](net::Request request, net::Respond respond) {
    if (const auto self = weak.lock()) self->handle(std::move(request), std::move(respond));
  });
  return std::unique_ptr<OutsideCad>(new OutsideCad(inner));
}

int run_cad(const CadOptions& options) {
  const sigset_t ends = block_signals({SIGINT, SIGTERM});
  const SystemClock clock;
  net::Loop loop("cad");
  auto cad = OutsideCad::start(loop, clock, options);
  if (!cad.ok()) {
    std::fprintf(stderr, "cad: %s\n", cad.error().text().c_str());
    return 1;
  }
  std::printf("cad %s listens on 127.0.0.1:%u\n", options.agency.c_str(),
              static_cast<unsigned>((*cad)->port()));
  std::fflush(stdout);
  loop.start();
  int signal = 0;
  sigwait(&ends, &signal);
  loop.stop();
  return 0;
}

}  // namespace haechi::tools
