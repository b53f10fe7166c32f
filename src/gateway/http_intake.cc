#include "gateway/http_intake.h"

#include <algorithm>
#include <atomic>
#include <optional>

#include "base/digest.h"
#include "gateway/http_intake_auth.h"
#include "gateway/native.h"
#include "gateway/osmand.h"
#include "gateway/owntracks.h"
#include "gateway/signed_reports.h"
#include "gateway/traccar.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::gateway {
namespace {

constexpr std::string_view kNative = "/ingest/v1/reports";
constexpr std::string_view kSigned = "/ingest/v1/signed-reports";
constexpr std::string_view kOsmand = "/ingest/osmand";
constexpr std::string_view kOwntracks = "/ingest/owntracks";
constexpr std::string_view kTraccarPositions = "/ingest/traccar/positions";
constexpr std::string_view kTraccarEvents = "/ingest/traccar/events";

Time steady() {
  auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return Time{std::chrono::duration_cast<std::chrono::microseconds>(since_boot).count()};
}

// The protocol as v1::ReportReceived names it.
std::string_view protocol_of(std::string_view path) {
  if (path == kNative) return "http";
  if (path == kSigned) return "http-signed";
  if (path == kOsmand) return "osmand";
  if (path == kOwntracks) return "owntracks";
  if (path == kTraccarPositions || path == kTraccarEvents) return "traccar";
  return {};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

// "Application/JSON; charset=utf-8" -> "application/json".
std::string media_type(const net::Request& request) {
  std::string type = lower(request.header("content-type"));
  type.resize(std::min(type.size(), type.find(';')));
  while (type.ends_with(' ')) type.pop_back();
  return type;
}

net::Response plain(std::string body, std::string type = "application/json") {
  net::Response response;
  response.content_type = std::move(type);
  response.body = std::move(body);
  return response;
}

net::Response busy(const Error& error) {
  bool full = error.code == Code::kExhausted;
  auto response = net::problem(503, full ? "busy" : "unavailable", "",
                               full ? "too much is waiting to be stored" : "the report could not be stored");
  response.headers.emplace_back("retry-after", full ? "1" : "5");
  return response;
}

constexpr size_t kDevicesMax = 200'000;

Throttle::Rate rate_of(const HttpIntakeOptions& options) {
  return {.per_minute = options.reports_per_s * 60, .burst = options.reports_per_s * 10};
}

// Of what a report was refused for.
int status_of(const std::string& code) {
  if (code == "unknown_device") return 404;
  if (code == "epoch_went_back") return 409;
  for (const char* forbidden : {"retired_device", "signed_only", "bad_mac", "unknown_generation",
                                "not_signing", "device_id_mismatch"})
    if (code == forbidden) return 403;
  return code == kNoKey ? 503 : 400;
}

Rejection as_rejection(const Error& error) {
  return {error.code == Code::kForbidden ? "encrypted" : "unreadable", error.field, error.reason};
}

}  // namespace

struct HttpIntake::Call {
  net::Request request;
  net::Respond respond;
  std::string protocol;
  Time received_at;
  std::string who;  // whose bytes these are: the address, once proven the device
};

// Counts the facts of one request home. Its callbacks run on threads of the spine and touch nothing of the
// intake.
struct HttpIntake::Delivery {
  std::shared_ptr<Ledger> ledger;
  net::Respond respond;
  std::string protocol;
  size_t without_fix = 0;
  std::atomic<size_t> waiting{0};
  std::atomic<uint64_t> durable{0};
  std::atomic<uint64_t> duplicate{0};
  std::mutex mutex;
  std::optional<Error> failure;

  void arrived(const Result<spine::Receipt>& receipt) {
    if (!receipt.ok()) {
      std::lock_guard lock(mutex);
      if (!failure) failure = receipt.error();
    } else if (receipt->duplicate) {
      ++duplicate;
    } else {
      ++durable;
    }
    if (--waiting == 0) finish();
  }

  void finish() {
    {
      std::lock_guard lock(ledger->mutex);
      ledger->counters.durable[protocol] += durable;
      ledger->counters.duplicate[protocol] += duplicate;
      if (failure) ++ledger->counters.refused[{protocol, "not_stored"}];
    }
    std::lock_guard lock(mutex);
    if (failure) return respond(busy(*failure));
    if (protocol == "owntracks") return respond(plain("[]"));
    if (protocol == "osmand") return respond(plain("", "text/plain"));
    respond(plain("{\"durable\":" + std::to_string(durable) + ",\"duplicates\":" + std::to_string(duplicate) +
                  ",\"without_fix\":" + std::to_string(without_fix) + "}"));
  }
};

HttpIntake::HttpIntake(net::Loop& loop, const Clock& clock, spine::Submit& submit, const Devices& devices,
                       Rejections& rejections, HttpIntakeOptions options)
    : loop_(loop),
      clock_(clock),
      submit_(submit),
      devices_(devices),
      rejections_(rejections),
      options_(std::move(options)),
      reports_(rate_of(options_), kDevicesMax),
      alarms_(rate_of(options_), kDevicesMax) {}

bool HttpIntake::serves(std::string_view path) {
  return !protocol_of(path).empty();
}

HttpIntakeCounters HttpIntake::counters() const {
  std::lock_guard lock(ledger_->mutex);
  return ledger_->counters;
}

void HttpIntake::handle(net::Request request, net::Respond respond) {
  auto call = std::make_shared<Call>();
  call->protocol = protocol_of(request.path);
  call->received_at = clock_.now();
  call->request = std::move(request);
  call->respond = std::move(respond);
  if (loop_.is_current()) return run(call);
  loop_.post([this, call] { run(call); });
}

void HttpIntake::run(const std::shared_ptr<Call>& shared) {
  Call& call = *shared;
  const std::string& path = call.request.path;
  if (call.protocol.empty())
    return call.respond(net::problem(404, "not_found", "", "nothing is taken in here"));
  bool may_get = path == kOsmand;
  if (call.request.method != "POST" && !(may_get && call.request.method == "GET")) {
    auto response = net::problem(405, "bad_method", "", may_get ? "use GET or POST" : "use POST");
    response.headers.emplace_back("allow", may_get ? "GET, POST" : "POST");
    return call.respond(std::move(response));
  }
  call.who = Suspects::name_of_address(call.request.peer);
  const Suspects::Reading reading(call.who);
  if (shuns(call, call.who)) return;
  if (path == kNative) return run_native(call);
  if (path == kSigned) return run_signed(call);
  if (path == kOsmand) return run_osmand(call);
  if (path == kOwntracks) return run_owntracks(call);
  if (!authenticate_forwarder(call)) return;
  if (media_type(call.request) != "application/json") {
    return refuse(call, 415, "", {"media_type", "content-type", "must be application/json"});
  }
  if (path == kTraccarPositions) return run_traccar_position(call);
  run_traccar_event(call);
}

void HttpIntake::note(const Call& call, std::string_view device_id, const Rejection& rejection) {
  bool registered = devices_.find(device_id) != nullptr;
  rejections_.note(registered ? device_id : std::string_view(), call.protocol, rejection, steady());
  std::lock_guard lock(ledger_->mutex);
  ++ledger_->counters.refused[{call.protocol, rejection.code}];
}

void HttpIntake::refuse(Call& call, int status, std::string_view device_id, const Rejection& rejection) {
  note(call, device_id, rejection);
  answer_refused(call, status, rejection);
}

void HttpIntake::answer_refused(Call& call, int status, const Rejection& rejection) {
  auto response = net::problem(status, rejection.code, rejection.field, rejection.reason);
  if (status == 401) response.headers.emplace_back("www-authenticate", "Basic realm=\"haechi\"");
  call.respond(std::move(response));
}

bool HttpIntake::authenticate(Call& call, std::string_view claimed_id, std::string& device_id) {
  auto credentials = read_credentials(call.request.header("authorization"));
  if (credentials.empty() && !claimed_id.empty()) {
    if (std::string key = call.request.parameter("key"); !key.empty()) {
      credentials.push_back({std::string(claimed_id), std::move(key)});
    }
  }
  if (credentials.empty()) {
    refuse(call, 401, "", {"no_credential", "authorization", "the device's id and secret are needed"});
    return false;
  }
  const Devices::Known* known = nullptr;
  for (const Credential& credential : credentials) {
    if (devices_.credential_ok(credential.id, credential.secret, call.received_at)) {
      device_id = credential.id;
      if (!options_.certificates || call.request.certificate == device_id) return !shuns(call, device_id);
      refuse(call, 403, device_id, {"foreign_certificate", "", "the certificate is not that of the device"});
      return false;
    }
    if (known == nullptr) known = devices_.find(credential.id);
  }
  // A stranger learns the same about a device in use, a retired one and one that never was.
  const Rejection told{"bad_credential", "authorization", "no device in use has this id and secret"};
  if (known == nullptr) {
    note(call, "", {"unknown_device", "device_id", "no device of this id is registered"});
  } else if (known->retired) {
    note(call, known->id, {"retired_device", "device_id", "this device has been retired"});
  } else {
    note(call, known->id, told);
  }
  answer_refused(call, 401, told);
  return false;
}

bool HttpIntake::forwards(Call& call, const std::string& device_id) {
  const Devices::Known* known = call.protocol == "traccar" ? devices_.find(device_id) : nullptr;
  if (known == nullptr || !known->has_credential()) return true;
  refuse(call, 403, device_id,
         {"foreign_device", "device.uniqueId", "this device has a secret of its own and reports for itself"});
  return false;
}

bool HttpIntake::shuns(Call& call, const std::string& who) {
  if (suspects_ == nullptr || !suspects_->shuns(who, call.received_at)) return false;
  refuse(call, 503, who, {"shunned", "", Suspects::kWhy});
  return true;
}

bool HttpIntake::authenticate_forwarder(Call& call) {
  auto token = read_bearer(call.request.header("authorization"));
  const Digest digest = sha256(token.value_or(""));
  const auto is = [&](std::string expected) {
    const bool usable = expected.size() == 32;
    if (!usable) expected.assign(32, '\0');
    return equal_secret(view(digest), expected) && usable && token;
  };
  const bool now = is(options_.forwarder_token_sha256), before = is(options_.former_forwarder_token_sha256);
  if (now || (before && options_.former_forwarder_good && options_.former_forwarder_good())) return true;
  refuse(call, 401, "", {"bad_credential", "authorization", "the forwarder's token is needed"});
  return false;
}

void HttpIntake::run_native(Call& call) {
  std::string device_id;
  if (!authenticate(call, "", device_id)) return;
  const Suspects::Reading reading(device_id);
  std::string type = media_type(call.request);
  Result<std::vector<v1::Report>> reports = invalid("", "");
  if (type == "application/json") {
    reports = read_native_json(call.request.body);
  } else if (type == "application/x-protobuf" || type == "application/protobuf") {
    std::string whole = lower(call.request.header("content-type"));
    reports =
        read_native_protobuf(call.request.body, whole.find("type=report", type.size()) != std::string::npos);
  } else {
    return refuse(call, 415, device_id,
                  {"media_type", "content-type", "must be application/json or application/x-protobuf"});
  }
  if (!reports.ok()) return refuse(call, 400, device_id, as_rejection(reports.error()));
  bool indexed = reports->size() > 1 || call.request.body.find("\"reports\"") != std::string::npos;
  for (size_t i = 0; i < reports->size(); ++i) {
    v1::Report& report = (*reports)[i];
    if (report.device_id().empty()) report.set_device_id(device_id);
    if (report.device_id() == device_id) continue;
    std::string field = indexed ? "reports[" + std::to_string(i) + "].device_id" : "device_id";
    return refuse(call, 403, device_id, {"foreign_device", field, "a device reports for itself only"});
  }
  take(call, *std::move(reports), indexed);
}

void HttpIntake::run_signed(Call& call) {
  std::string device_id;
  if (!authenticate(call, "", device_id)) return;
  const Suspects::Reading reading(device_id);
  const std::string type = media_type(call.request);
  Result<v1::SignedReport> from = invalid("", "");
  if (type == "application/json") {
    from = read_signed_json(call.request.body);
  } else if (type == "application/x-protobuf" || type == "application/protobuf") {
    from = read_signed_protobuf(call.request.body);
  } else {
    return refuse(call, 415, device_id,
                  {"media_type", "content-type", "must be application/json or application/x-protobuf"});
  }
  if (!from.ok()) return refuse(call, 400, device_id, as_rejection(from.error()));
  std::vector<v1::Report> reports(1);
  if (const auto bad = open_signed(*from, device_id, call.received_at, devices_, reports.front()))
    return refuse(call, status_of(bad->code), device_id, *bad);
  take(call, std::move(reports), false);
}

void HttpIntake::run_osmand(Call& call) {
  std::string type = media_type(call.request);
  bool has_body = !call.request.body.empty();
  if (!call.request.query.empty() && !options_.osmand_addresses)
    return refuse(call, 403, "",
                  {"in_address", "query", "places and secrets do not stand in addresses here"});
  bool is_json = has_body && type == "application/json";
  if (has_body && !is_json && !type.empty() && type != "application/x-www-form-urlencoded") {
    return refuse(call, 415, "", {"media_type", "content-type", "must be a form or application/json"});
  }
  Result<std::vector<v1::Report>> reports = invalid("", "");
  if (is_json) {
    reports = read_osmand_json(call.request.body);
  } else {
    if (has_body) {
      if (!call.request.query.empty()) call.request.query += '&';
      call.request.query += call.request.body;
    }
    auto report = read_osmand_form(net::decode_form(call.request.query), call.received_at);
    if (report.ok()) {
      reports = std::vector<v1::Report>{*std::move(report)};
    } else {
      reports = report.error();
    }
  }
  if (!reports.ok()) return refuse(call, 400, "", as_rejection(reports.error()));
  std::string device_id;
  const std::string& claimed_id = reports->front().device_id();
  if (!authenticate(call, claimed_id, device_id)) return;
  if (claimed_id != device_id) {
    return refuse(call, 403, device_id, {"foreign_device", "id", "a device reports for itself only"});
  }
  take(call, *std::move(reports), reports->size() > 1);
}

void HttpIntake::run_owntracks(Call& call) {
  std::string device_id;
  if (!authenticate(call, "", device_id)) return;
  const Suspects::Reading reading(device_id);
  std::string type = media_type(call.request);
  if (!type.empty() && type != "application/json") {
    return refuse(call, 415, device_id, {"media_type", "content-type", "must be application/json"});
  }
  auto reports = read_owntracks(call.request.body, device_id);
  if (!reports.ok()) {
    int status = reports.error().code == Code::kForbidden ? 422 : 400;
    return refuse(call, status, device_id, as_rejection(reports.error()));
  }
  if (reports->empty()) return call.respond(plain("[]"));
  take(call, *std::move(reports), false);
}

void HttpIntake::run_traccar_position(Call& call) {
  auto report = read_traccar_position(call.request.body);
  if (!report.ok()) return refuse(call, 400, "", as_rejection(report.error()));
  std::vector<v1::Report> reports;
  reports.push_back(*std::move(report));
  take(call, std::move(reports), false);
}

void HttpIntake::run_traccar_event(Call& call) {
  auto event = read_traccar_event(call.request.body);
  if (!event.ok()) return refuse(call, 400, "", as_rejection(event.error()));
  if (event->report) {
    std::vector<v1::Report> reports;
    reports.push_back(*std::move(event->report));
    return take(call, std::move(reports), false);
  }
  if (!event->connected) return call.respond(plain("{}"));
  const Devices::Known* known = devices_.find(event->device_id);
  if (known == nullptr || known->retired) {
    return refuse(call, 404, "", {"unknown_device", "device.uniqueId", "no device of this id is in use"});
  }
  if (!forwards(call, event->device_id)) return;
  auto fact = std::make_unique<v1::Fact>();
  fact->mutable_device_connection_changed()->set_device_id(event->device_id);
  fact->mutable_device_connection_changed()->set_connected(*event->connected);
  submit_.submit_from_device(std::move(fact), [respond = call.respond](Result<spine::Receipt> receipt) {
    respond(receipt.ok() ? plain("{}") : busy(receipt.error()));
  });
}

void HttpIntake::take(Call& call, std::vector<v1::Report> reports, bool indexed) {
  size_t without_fix = 0;
  for (size_t i = 0; i < reports.size(); ++i) {
    const Suspects::Reading reading(reports[i].device_id());
    if (shuns(call, reports[i].device_id()) || !forwards(call, reports[i].device_id())) return;
    Admission admission = admit(reports[i], call.received_at, devices_, call.protocol);
    if (admission.rejection && indexed) {
      std::string& field = admission.rejection->field;
      field = "reports[" + std::to_string(i) + ']' + (field.empty() ? "" : "." + field);
    }
    if (!admission.admitted) {
      return refuse(call, status_of(admission.rejection->code), reports[i].device_id(), *admission.rejection);
    }
    if (!admission.rejection) continue;
    note(call, reports[i].device_id(), *admission.rejection);
    without_fix += !reports[i].has_fix();
  }
  if (!within_rate(call, reports)) return;
  auto delivery = std::make_shared<Delivery>();
  delivery->ledger = ledger_;
  delivery->respond = not_before(steady() + options_.answer_after, call.respond);
  delivery->protocol = call.protocol;
  delivery->without_fix = without_fix;
  delivery->waiting = reports.size();
  for (v1::Report& report : reports) {
    auto fact = make_report_received(std::move(report), call.received_at, call.protocol);
    submit_.submit_from_device(std::move(fact),
                               [delivery](Result<spine::Receipt> receipt) { delivery->arrived(receipt); });
  }
}

// The loop outlives whoever answers on it.
net::Respond HttpIntake::not_before(Time due, net::Respond respond) const {
  if (options_.answer_after.us == 0) return respond;
  return [&loop = loop_, due, respond = std::move(respond)](net::Response response) {
    const auto answer = [respond, response = std::move(response)] { respond(response); };
    const Duration left = due - steady();
    left.us > 0 ? loop.after(left, answer) : answer();
  };
}

// False: it has been answered instead. All reports of a request are of one device.
bool HttpIntake::within_rate(Call& call, const std::vector<v1::Report>& reports) {
  const bool alarm = std::any_of(reports.begin(), reports.end(),
                                 [](const v1::Report& report) { return report.events_size() > 0; });
  const std::string& device_id = reports.front().device_id();
  const Duration wait =
      (alarm ? alarms_ : reports_).take(device_id, steady(), static_cast<uint32_t>(reports.size()));
  if (wait.us == 0) return true;
  note(call, device_id, {"too_many", "", "more reports than a device can have"});
  auto response = net::problem(429, "too_many", "", "more reports than a device can have; send them later");
  response.headers.emplace_back("retry-after", std::to_string(wait.s() + 1));
  call.respond(std::move(response));
  return false;
}

}  // namespace haechi::gateway
