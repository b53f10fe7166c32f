#include "node/evidence_room.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <future>

#include "haechi/v1/fact.pb.h"
#include "net/run_on.h"
#include "trust/audit.h"
#include "trust/decide.h"

namespace haechi::node {
namespace {

constexpr Duration kSignEvery = Duration::seconds(2);
constexpr Duration kWitnessEvery = Duration::seconds(20);
constexpr uint64_t kScrubAtOnce = 2'000;  // records of each kSignEvery
constexpr Duration kLastPushMax = Duration::seconds(3);
constexpr std::string_view kPrefix = "/evidence/v1/";

net::Response response_of(const std::string& path, const Result<std::string>& file) {
  const net::Headers fresh = {{"cache-control", "no-store"}};
  if (file.ok() && path.starts_with("tile/")) return {200, "application/octet-stream", *file, fresh};
  if (file.ok()) return {200, "text/plain; charset=utf-8", *file, fresh};
  const bool missing = file.error().code == Code::kNotFound;
  return net::problem(missing ? 404 : 503, code_name(file.error().code), file.error().field,
                      file.error().reason);
}

}  // namespace

EvidenceRoom::EvidenceRoom(const Config& config, LogKeyPlaces keys, std::unique_ptr<log::Reader> log_reader,
                           std::string log_id, spine::Submit& submit, IdentifyRequest identify,
                           const Clock& clock, net::ClientOptions line)
    : config_(config),
      keys_(std::move(keys)),
      reader_(std::move(log_reader)),
      log_id_(std::move(log_id)),
      submit_(submit),
      identify_(std::move(identify)),
      clock_(clock),
      line_(std::move(line)) {
  for (const std::string& url : config_.mirrors) {
    fed_.push_back(std::make_unique<FedMirror>());
    fed_.back()->url = url + "/records";
  }
}

Status EvidenceRoom::start(std::function<void(const Error& what)> harmed) {
  harmed_ = std::move(harmed);
  scrub_.emplace(*reader_);
  for (const std::string& line : config_.witnesses) {
    const size_t space = line.find(' ');
    TRY(const evidence::VerifierKey key, evidence::VerifierKey::read(line.substr(0, space)));
    asked_.push_back({key, line.substr(space + 1) + "/add-checkpoint", 0});
  }
  std::vector<evidence::VerifierKey> logs;
  for (const std::string& line : config_.witness_logs) {
    TRY(const evidence::VerifierKey key, evidence::VerifierKey::read(line));
    logs.push_back(key);
  }
  if (!logs.empty()) {
    TRY(witness_, evidence::Witness::open(config_.data + "/witness", config_.witness_name, logs));
  }
  logs.clear();
  for (const std::string& line : config_.mirror_logs) {
    TRY(const evidence::VerifierKey key, evidence::VerifierKey::read(line));
    logs.push_back(key);
  }
  if (!logs.empty()) {
    TRY(mirror_, evidence::Mirror::open(config_.data + "/mirror", logs));
    kept_ = mirror_->records();
  }
  client_ = net::HttpClient::create(loop_, line_);
  loop_.start();
  loop_.post([this] {
    open();
    loop_.every(kSignEvery, [this] { scrub(); });
  });
  return {};
}

void EvidenceRoom::open() {
  const std::string directory = config_.data + "/evidence";
  auto opened = evidence::Notary::open({directory, keys_.key, keys_.next}, *reader_, log_id_);
  if (!opened.ok()) {
    tell(opened.error());
    unsigned_ = opened.error().code == Code::kUnavailable;
    if (unsigned_) loop_.after(kSignEvery, [this] { open(); });
    return;
  }
  notary_ = std::move(*opened);
  round();
  ask_witnesses();
  loop_.every(kSignEvery, [this] { round(); });
  loop_.every(kWitnessEvery, [this] { ask_witnesses(); });
}

void EvidenceRoom::stop() {
  if (!loop_.is_running()) return;
  const auto fed = std::make_shared<std::promise<void>>();
  loop_.post([this, fed] {
    all_fed_ = [fed] { fed->set_value(); };
    if (notary_) {
      round();
      if (const Status closed = notary_->close(); !closed.ok()) tell(closed.error());
    }
    settle();
  });
  // So that a mirror has all of a log that was closed; one that is away does not hold it up.
  fed->get_future().wait_for(std::chrono::microseconds(kLastPushMax.us));
  net::run_on(loop_, [this] { client_.reset(); });
  loop_.stop();
}

void EvidenceRoom::settle() {
  const auto in_flight = [](const auto& mirror) { return mirror->in_flight; };
  if (!all_fed_ || std::any_of(fed_.begin(), fed_.end(), in_flight)) return;
  std::exchange(all_fed_, nullptr)();
}

void EvidenceRoom::round() {
  const Status signed_now = notary_->round();
  unsigned_ = !signed_now.ok();
  if (!signed_now.ok()) return tell(signed_now.error());
  signed_ = notary_->newest().checkpoint.size;
  for (const auto& mirror : fed_) feed(*mirror);
}

// A start reads what came after its snapshot; the rest decays unseen unless somebody reads it.
void EvidenceRoom::scrub() {
  if (!scrub_) return;
  const Status read = scrub_->step(kScrubAtOnce);
  if (read.ok() || read.error().code != Code::kCorrupt) return;
  scrub_.reset();
  harmed_(read.error());
}

void EvidenceRoom::tell(const Error& trouble) {
  broken_ = broken_ || trouble.code == Code::kCorrupt;
  if (trouble.text() == told_) return;
  told_ = trouble.text();
  spdlog::critical("evidence: {}", told_);
}

void EvidenceRoom::ask_witnesses() {
  const evidence::SignedCheckpoint newest = notary_->newest();
  if (newest.checkpoint.size == 0 || !client_) return;
  for (AskedWitness& witness : asked_) ask(witness, newest, true);
}

// `again`: a witness that knows another size than we thought says which, and is asked once more.
void EvidenceRoom::ask(AskedWitness& witness, const evidence::SignedCheckpoint& offered, bool again) {
  const Result<std::string> request = notary_->request_to_witness(offered, witness.known_size);
  if (!request.ok()) return tell(request.error());
  client_->send("POST", witness.url, {{"content-type", "text/plain"}}, *request, true,
                [this, &witness, offered, again](const Result<net::Response>& response) {
                  if (!response.ok()) return tell(response.error());
                  heard(witness, offered, again, *response);
                });
}

void EvidenceRoom::heard(AskedWitness& witness, const evidence::SignedCheckpoint& offered, bool again,
                         const net::Response& response) {
  if (response.status == 409 && again) {
    const std::string& size = response.body;
    std::from_chars(size.data(), size.data() + size.size(), witness.known_size);
    return ask(witness, offered, false);
  }
  if (response.status == 200) {
    const Status taken = notary_->take_cosignature(offered, witness.key, response.body);
    if (!taken.ok()) return tell(taken.error());
    witness.known_size = cosigned_ = offered.checkpoint.size;
    return;
  }
  // 409 once more, or 422: the witness has seen another history of this log.
  const bool forked = response.status == 409 || response.status == 422;
  tell({forked ? Code::kCorrupt : Code::kUnavailable, "witness",
        witness.key.name() + " refuses the checkpoint with status " + std::to_string(response.status)});
}

void EvidenceRoom::feed(FedMirror& mirror) {
  if (mirror.in_flight || !client_ || signed_ == mirror.known_size) return;
  Result<evidence::Notary::MirrorRequest> next = notary_->request_to_mirror(mirror.known_size);
  if (!next.ok()) return tell(next.error());
  mirror.in_flight = true;
  client_->send("POST", mirror.url, {{"content-type", "application/octet-stream"}}, std::move(next->push),
                true, [this, &mirror, size = next->size](const Result<net::Response>& response) {
                  mirror.in_flight = false;
                  if (response.ok()) heard(mirror, size, *response);
                  if (!response.ok()) tell(response.error());
                  settle();
                });
}

// A mirror that has another number of records than we thought says how many, and is given what follows those.
void EvidenceRoom::heard(FedMirror& mirror, uint64_t size_then, const net::Response& response) {
  const uint64_t before = mirror.known_size;
  if (response.status == 200) mirror.known_size = size_then;
  if (response.status == 409) {
    uint64_t size = before;
    std::from_chars(response.body.data(), response.body.data() + response.body.size(), size);
    mirror.known_size = size;
  }
  if (mirror.known_size != before) return feed(mirror);
  const bool forked = response.status == 422;
  tell({forked ? Code::kCorrupt : Code::kUnavailable, "mirror",
        mirror.url + " refuses the records with status " + std::to_string(response.status)});
}

void EvidenceRoom::answer(const net::Request& request, const net::Respond& respond) {
  const auto viewer = identify_(request);
  if (!viewer) return respond(net::problem(401, "unauthorized", "authorization", "a valid key is needed"));
  if (request.method != "GET") return respond(net::problem(405, "method_not_allowed", "", "only GET"));
  const std::string path = request.path.substr(kPrefix.size());
  const trust::Subject subject{.kind = "evidence", .id = path};
  const trust::Purpose purpose = trust::purpose_of(viewer->role);
  const trust::Decision decision =
      trust::decide(*viewer, trust::Action::kSeeAudit, subject, purpose, clock_.now());
  auto fact = trust::access_decided(*viewer, trust::Action::kSeeAudit, subject, purpose, decision);
  trust::say_from_where(*fact, {request.peer});
  submit_.submit(std::move(fact), [this, path, decision, respond](const Result<spine::Receipt>& recorded) {
    if (!decision.allowed) return respond(net::problem(403, "forbidden", "", std::string(decision.reason)));
    if (!recorded.ok())
      return respond(net::problem(503, "unavailable", "", "the access could not be recorded"));
    loop_.post([this, path, respond] {
      respond(response_of(
          path, notary_ ? notary_->file(path) : Error{Code::kUnavailable, "", "nothing can be proven now"}));
    });
  });
}

void EvidenceRoom::add_checkpoint(net::Request request, net::Respond respond) {
  loop_.post([this, request = std::move(request), respond = std::move(respond)] {
    if (!witness_) return respond(net::problem(404, "not_found", "", "this node is no witness"));
    if (request.method != "POST") return respond(net::problem(405, "method_not_allowed", "", "only POST"));
    evidence::WitnessAnswer answer = witness_->add_checkpoint(request.body, clock_.now());
    respond({answer.status, std::move(answer.content_type), std::move(answer.body), {}});
  });
}

void EvidenceRoom::take_records(net::Request request, net::Respond respond) {
  loop_.post([this, request = std::move(request), respond = std::move(respond)] {
    if (!mirror_) return respond(net::problem(404, "not_found", "", "this node is no mirror"));
    if (request.method != "POST") return respond(net::problem(405, "method_not_allowed", "", "only POST"));
    evidence::WitnessAnswer answer = mirror_->take(request.body);
    kept_ = mirror_->records();
    respond({answer.status, std::move(answer.content_type), std::move(answer.body), {}});
  });
}

void EvidenceRoom::give_back(net::Request request, net::Respond respond) {
  loop_.post([this, request = std::move(request), respond = std::move(respond)] {
    if (!mirror_) return respond(net::problem(404, "not_found", "", "this node is no mirror"));
    if (request.method != "POST") return respond(net::problem(405, "method_not_allowed", "", "only POST"));
    evidence::WitnessAnswer answer = mirror_->give_back(request.body, clock_.now());
    respond({answer.status, std::move(answer.content_type), std::move(answer.body), {}});
  });
}

void EvidenceRoom::count(Metrics& metrics) const {
  metrics.add({"haechi_evidence_signed_entries", "Entries of the newest checkpoint.", {}, false, [this] {
                 return static_cast<double>(signed_);
               }});
  metrics.add({"haechi_evidence_cosigned_entries",
               "Entries that a witness has cosigned, in this run.",
               {},
               false,
               [this] { return static_cast<double>(cosigned_); }});
  for (const auto& mirror : fed_)
    metrics.add({"haechi_evidence_mirrored_entries",
                 "Entries that lie on a mirror.",
                 {{"mirror", mirror->url}},
                 false,
                 [&mirror = *mirror] { return static_cast<double>(mirror.known_size); }});
  metrics.add({"haechi_mirror_entries", "Entries of other logs that lie here.", {}, false, [this] {
                 return static_cast<double>(kept_);
               }});
  metrics.add({"haechi_evidence_unsigned",
               "1: what the log has got since its newest checkpoint could not be signed yet.",
               {},
               false,
               [this] { return unsigned_ ? 1.0 : 0.0; }});
  metrics.add({"haechi_evidence_broken",
               "1: the log is not the one that was signed or witnessed; somebody must look.",
               {},
               false,
               [this] { return broken_ ? 1.0 : 0.0; }});
}

}  // namespace haechi::node
