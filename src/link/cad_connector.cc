#include "link/cad_connector.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <utility>

#include "base/canary.h"
#include "base/ensure.h"
#include "base/saved.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "link/cad_queue.h"
#include "link/messages.h"
#include "net/client.h"
#include "net/run_on.h"
#include "trust/audit.h"

namespace haechi::link {
namespace {

// Counters are written on several threads; no order between them is needed.
struct AtomicCounters {
  std::atomic<uint64_t> delivered{0}, failed_tries{0}, superseded{0}, dropped{0}, answers{0},
      answers_refused{0}, waiting{0};
};

std::unique_ptr<v1::Fact> answered(v1::HandOffMessage message) {
  auto fact = std::make_unique<v1::Fact>();
  *fact->mutable_hand_off_answered()->mutable_message() = std::move(message);
  return fact;
}

// The audit fact that says whose places the agency is told; null when the message holds none.
std::unique_ptr<v1::Fact> disclosure(const v1::HandOffMessage& message) {
  const auto& alarm = message.has_alarm_new() ? message.alarm_new() : message.alarm_update();
  std::vector<std::string> persons;
  for (const v1::Destination& to : alarm.destinations())
    if (to.has_place()) persons.push_back(to.person_id());
  if (persons.empty()) return nullptr;
  const trust::Viewer agency{.account = message.to_agency_id(),
                             .role = trust::Role::kConnector,
                             .agency_id = message.to_agency_id()};
  const trust::Subject subject{.kind = "hand_off", .id = message.hand_off_id()};
  const trust::Decision decision{true, trust::Precision::kFull, "hand-off to the agency", alarm.order_id()};
  return trust::access_decided(agency, trust::Action::kSeePosition, subject, trust::purpose_of(agency.role),
                               decision, persons);
}

template <typename Message>  // a request or a response
Status check_sender(const CadEndpoint& endpoint, const Message& message, Time now) {
  Status valid = check_signature(endpoint.key, message, now);
  if (valid.ok() || now >= endpoint.former_until) return valid;
  return check_signature(endpoint.former, message, now).ok() ? Status() : valid;
}

bool ended(const v1::HandOff& picture) {
  return picture.state() == v1::HAND_OFF_STATE_CLOSED || picture.state() == v1::HAND_OFF_STATE_CANCELLED ||
         picture.state() == v1::HAND_OFF_STATE_REJECTED;
}

// What each open hand-off was last sent: its alarm, and the newest update per alert. A start sends it again.
using Open = std::map<std::string, std::map<std::string, v1::HandOffMessage>>;

// Those for information are never ended by themselves: they go with their incident.
void fold(Open& open, const v1::Effect& effect) {
  if (effect.has_update_hand_off() && ended(effect.update_hand_off())) {
    open.erase(effect.update_hand_off().id());
  } else if (effect.has_close_incident()) {
    for (const std::string& id : effect.close_incident().hand_off_ids()) open.erase(id);
  } else if (effect.has_send_hand_off()) {
    const v1::HandOffMessage& message = effect.send_hand_off();
    const std::string key = message.has_alarm_new()      ? ""
                            : message.has_alarm_update() ? "alert " + message.alarm_update().alert_id()
                                                         : message.id();
    open[message.hand_off_id()][key] = message;
  }
}

void fold_batch(Open& open, const spine::Batch& batch) {
  for (const auto& entry : batch.entries)
    for (const auto& effect : entry.effects) fold(open, *effect);
}

}  // namespace

struct CadConnector::Inner : std::enable_shared_from_this<CadConnector::Inner> {
  struct Agency {
    explicit Agency(size_t waiting_max) : queue(waiting_max) {}
    CadEndpoint endpoint;  // without a url: nowhere to send
    CadQueue queue;
    std::unique_ptr<net::HttpClient> client;
    size_t in_flight = 0;
  };

  Inner(net::Loop& loop, spine::Submit& submit, const Clock& clock, CadDirectory directory,
        CadConnectorOptions options)
      : loop(loop), submit(submit), clock(clock), directory(std::move(directory)), options(options) {}

  void on_loop(std::function<void(Inner&)> task) {
    loop.post([weak = weak_from_this(), task = std::move(task)] {
      if (const auto self = weak.lock()) task(*self);
    });
  }

  // An agency that left the directory keeps its queue but has nowhere to send it.
  void read_directory() {
    auto endpoints = directory();
    if (!endpoints.ok()) {
      loop.after(options.retry_max, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->read_directory();
        for (auto& [id, agency] : self->agencies) self->pump(agency);
      });
      return;
    }
    for (auto& [id, agency] : agencies) agency.endpoint = {};
    for (CadEndpoint& endpoint : *endpoints) {
      const auto [found, is_new] = agencies.try_emplace(endpoint.agency_id, options.waiting_max);
      Agency& agency = found->second;
      if (is_new) {
        net::ClientOptions client_options;
        client_options.timeout = options.timeout;
        client_options.connections_per_host_max = options.in_flight_max;
        client_options.tls = options.tls;
        client_options.outgoing = options.outgoing;
        agency.client = net::HttpClient::create(loop, client_options);
      }
      agency.endpoint = std::move(endpoint);
      if (is_new && live) send_open(agency.endpoint.agency_id);
    }
  }

  void start() {
    read_directory();
    begin();
    for (auto& [id, agency] : agencies) pump(agency);
    count_waiting();
  }

  void begin() {
    live = true;
    if (canary(Canary::kForgetHandOff)) open.clear();
    for (const auto& [id, agency] : agencies) send_open(id);
  }

  // To an agency that has no queue yet nothing could be put: it is given all that is open.
  void send_open(const std::string& agency_id) {
    for (const auto& [hand_off_id, messages] : open)
      for (const auto& [key, message] : messages)
        if (message.to_agency_id() == agency_id) put(message);
  }

  void apply(const spine::Batch& batch) {
    if (!batch.replayed && !live) {
      read_directory();
      begin();
    }
    for (const auto& entry : batch.entries) {
      if (!batch.replayed && entry.fact->has_agency_registered()) read_directory();
      for (const auto& effect : entry.effects) {
        fold(open, *effect);
        if (!batch.replayed) carry_out(*effect);
      }
    }
    for (auto& [id, agency] : agencies) pump(agency);
    count_waiting();
  }

  void carry_out(const v1::Effect& effect) {
    if (effect.has_send_hand_off()) {
      put(effect.send_hand_off());
    } else if (effect.has_update_hand_off() && ended(effect.update_hand_off())) {
      const auto found = agencies.find(effect.update_hand_off().agency_id());
      if (found != agencies.end()) found->second.queue.end(effect.update_hand_off().id());
    }
  }

  void put(const v1::HandOffMessage& message) {
    const auto found = agencies.find(message.to_agency_id());
    if (found == agencies.end()) return;
    const CadQueue::Put put = found->second.queue.put(message);
    if (put == CadQueue::Put::kSuperseded) ++counters.superseded;
    if (put == CadQueue::Put::kFull) ++counters.dropped;
    if (put == CadQueue::Put::kFull || put == CadQueue::Put::kKnown) return;
    if (auto record = disclosure(message)) keep_record(std::shared_ptr<const v1::Fact>(std::move(record)));
  }

  // The alarm does not wait for its record: the entry that caused it is durable, and alarms fail open.
  void keep_record(std::shared_ptr<const v1::Fact> record) {
    submit.submit(std::make_unique<v1::Fact>(*record),
                  [weak = weak_from_this(), record](Result<spine::Receipt> receipt) {
                    const auto self = weak.lock();
                    if (!self || receipt.ok() || receipt.error().code != Code::kExhausted) return;
                    self->loop.after(self->options.retry_first, [weak, record] {
                      if (const auto self = weak.lock()) self->keep_record(record);
                    });
                  });
  }

  void count_waiting() {
    uint64_t waiting = 0;
    for (const auto& [id, agency] : agencies) waiting += agency.queue.waiting();
    counters.waiting = waiting;
  }

  void pump(Agency& agency) {
    while (!agency.endpoint.url.empty() && agency.in_flight < options.in_flight_max) {
      const auto hand_off_id = agency.queue.take();
      if (!hand_off_id) return;
      const CadQueue::Item* item = agency.queue.head(*hand_off_id);
      ENSURE(item != nullptr, *hand_off_id);
      ++agency.in_flight;
      net::Headers headers = signed_headers(agency.endpoint.key, item->body, clock.now());
      headers.emplace_back("idempotency-key", item->message_id);
      agency.client->send(
          "POST", agency.endpoint.url + "/handoff", std::move(headers), item->body, true,
          [weak = weak_from_this(), &agency, hand_off_id = *hand_off_id, message_id = item->message_id,
           alert_id = item->alert_id](Result<net::Response> result) {
            if (const auto self = weak.lock())
              self->exchanged(agency, hand_off_id, message_id, alert_id, std::move(result));
          });
    }
  }

  void exchanged(Agency& agency, const std::string& hand_off_id, const std::string& message_id,
                 const std::string& alert_id, Result<net::Response> result) {
    --agency.in_flight;
    if (result.ok() && taken(agency, *result)) {
      ++counters.delivered;
      if (agency.queue.done(hand_off_id, message_id)) observe_hop(agency, alert_id);
    } else {
      ++counters.failed_tries;
      const uint32_t times = agency.queue.failed(hand_off_id);
      loop.after(retry_after(times), [weak = weak_from_this(), &agency, hand_off_id] {
        const auto self = weak.lock();
        if (!self) return;
        agency.queue.ready_again(hand_off_id);
        self->pump(agency);
        self->count_waiting();
      });
    }
    pump(agency);
    count_waiting();
  }

  Duration retry_after(uint32_t times) const {
    Duration delay = options.retry_first;
    for (uint32_t i = 1; i < times && delay < options.retry_max; ++i) delay = delay * 2;
    return std::min(delay, options.retry_max);
  }

  // A 2xx with a body that is no answer came from something else than the agency's CAD (a login page, a
  // proxy). Answers that nobody signed are not believed, and not asked for again: what came after them in
  // the hand-off would wait, while the engine sends what is not acknowledged again by itself.
  bool taken(const Agency& agency, const net::Response& response) {
    if (response.status < 200 || response.status > 299) return false;
    auto messages = read_messages(response.body);
    if (!messages.ok() || !check_answers(*messages, agency.endpoint.agency_id).ok()) {
      ++counters.answers_refused;
      return false;
    }
    if (!messages->empty() && !check_sender(agency.endpoint, response, clock.now()).ok()) {
      ++counters.answers_refused;
      return true;
    }
    for (v1::HandOffMessage& message : *messages)
      if (!message.has_heartbeat())
        submit_until_kept(std::make_shared<v1::HandOffMessage>(std::move(message)));
    return true;
  }

  void submit_until_kept(std::shared_ptr<const v1::HandOffMessage> message) {
    submit.submit(answered(*message), [weak = weak_from_this(), message](Result<spine::Receipt> receipt) {
      const auto self = weak.lock();
      if (!self) return;
      if (receipt.ok()) {
        ++self->counters.answers;
      } else if (receipt.error().code == Code::kExhausted) {
        self->loop.after(self->options.retry_first, [weak, message] {
          if (const auto self = weak.lock()) self->submit_until_kept(message);
        });
      }
    });
  }

  void observe_hop(const Agency& agency, const std::string& alert_id) {
    auto fact = std::make_unique<v1::Fact>();
    v1::HopObserved& hop = *fact->mutable_hop_observed();
    hop.set_alert_id(alert_id);
    hop.set_hop(v1::HOP_HANDED_OFF);
    hop.set_at_us(clock.now().us);
    hop.set_who(agency.endpoint.agency_id);
    submit.submit(std::move(fact), {});
  }

  net::Response refuse(int status, const Error& error) {
    ++counters.answers_refused;
    return net::problem(status, code_name(error.code), error.field, error.reason);
  }

  void receive(const net::Request& request, net::Respond respond) {
    const auto found = agencies.find(std::string(request.header("x-haechi-key-id")));
    if (found == agencies.end() || found->second.endpoint.key.secret.empty())
      return respond(refuse(401, {Code::kForbidden, "x-haechi-key-id", "the key is not known here"}));
    const CadEndpoint& endpoint = found->second.endpoint;
    if (options.certificates && request.certificate != endpoint.agency_id)
      return respond(refuse(403, {Code::kForbidden, "", "the certificate is not that of the agency"}));
    if (const Status valid = check_sender(endpoint, request, clock.now()); !valid.ok())
      return respond(refuse(401, valid.error()));
    auto messages = read_messages(request.body);
    if (!messages.ok()) return respond(refuse(400, messages.error()));
    if (const Status allowed = check_answers(*messages, endpoint.agency_id); !allowed.ok())
      return respond(refuse(allowed.error().code == Code::kForbidden ? 403 : 400, allowed.error()));
    std::erase_if(*messages, [](const auto& message) { return message.has_heartbeat(); });
    submit_all(std::move(*messages), std::move(respond));
  }

  // Answers the CAD when the last message is durable; if one is not, the CAD sends all again, which is
  // harmless.
  void submit_all(std::vector<v1::HandOffMessage> messages, net::Respond respond) {
    struct Round {
      std::mutex lock;
      size_t left = 0;
      bool failed = false;
      net::Respond respond;
    };
    if (messages.empty()) return respond({200, "application/json", "{}", {}});
    const auto round = std::make_shared<Round>();
    round->left = messages.size();
    round->respond = std::move(respond);
    for (v1::HandOffMessage& message : messages) {
      submit.submit(answered(std::move(message)), [self = shared_from_this(),
                                                   round](Result<spine::Receipt> receipt) {
        if (receipt.ok()) ++self->counters.answers;
        bool failed = false;
        {
          const std::lock_guard guard(round->lock);
          round->failed |= !receipt.ok();
          if (--round->left > 0) return;
          failed = round->failed;
        }
        if (failed)
          return round->respond(net::problem(503, "unavailable", "", "not everything was kept: send again"));
        round->respond({200, "application/json", "{}", {}});
      });
    }
  }

  net::Loop& loop;
  spine::Submit& submit;
  const Clock& clock;
  const CadDirectory directory;
  const CadConnectorOptions options;
  std::map<std::string, Agency> agencies;  // never erased: exchanges on the wire refer to them
  Open open;
  bool live = false;
  AtomicCounters counters;
};

CadConnector::CadConnector(net::Loop& loop, spine::Submit& submit, const Clock& clock, CadDirectory directory,
                           CadConnectorOptions options)
    : inner_(std::make_shared<Inner>(loop, submit, clock, std::move(directory), options)) {}

CadConnector::~CadConnector() = default;

// Most batches concern nobody outside.
void CadConnector::on_batch(std::shared_ptr<const spine::Batch> batch) {
  bool relevant = false;
  for (const auto& entry : batch->entries) {
    relevant |= entry.fact->has_agency_registered();
    for (const auto& effect : entry.effects)
      relevant |=
          effect->has_send_hand_off() || effect->has_update_hand_off() || effect->has_close_incident();
  }
  if (relevant) inner_->on_loop([batch = std::move(batch)](Inner& inner) { inner.apply(*batch); });
}

spine::SnapshotPart CadConnector::part() {
  return {"link",
          [inner = inner_](spine::SaveDone done) {
            inner->on_loop([done = std::move(done)](Inner& inner) { done(saved(inner.open)); });
          },
          [inner = inner_](Reader& in) {
            Status status;
            net::run_on(inner->loop, [&] { status = take_saved(in, inner->open); });
            return status;
          },
          spine::copies_of<fold_batch, Open>()};
}

void CadConnector::start() {
  inner_->on_loop([](Inner& inner) { inner.start(); });
}

void CadConnector::receive_answers(net::Request request, net::Respond respond) {
  inner_->on_loop([request = std::move(request), respond = std::move(respond)](Inner& inner) {
    inner.receive(request, respond);
  });
}

CadCounters CadConnector::counters() const {
  const AtomicCounters& now = inner_->counters;
  return {now.delivered, now.failed_tries,    now.superseded, now.dropped,
          now.answers,   now.answers_refused, now.waiting};
}

}  // namespace haechi::link
