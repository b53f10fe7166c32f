#include "api/api.h"

#include <set>

#include "api/accounts.h"
#include "api/acts.h"
#include "api/administering.h"
#include "api/asked.h"
#include "api/errors.h"
#include "api/idempotency.h"
#include "api/look_watch.h"
#include "api/openapi.h"
#include "api/pin.h"
#include "api/routes.h"
#include "api/session.h"
#include "api/slow_work.h"
#include "api/virus_scanner.h"
#include "base/canary.h"
#include "base/digest.h"
#include "base/saved.h"
#include "haechi/v1/api.pb.h"
#include "net/run_on.h"
#include "trust/audit.h"

namespace haechi::api {
namespace {

constexpr Duration kFoldPoll = Duration::millis(1);
constexpr int kRecordsMax = 5;  // audit records for one answer

net::Response secured(net::Response response) {
  response.headers.emplace_back("cache-control", "no-store");
  return response;
}

net::Response not_allowed(const std::vector<std::string>& allow) {
  net::Response response = net::problem(405, "method_not_allowed", "", "this path does not take this method");
  std::string methods;
  for (const std::string& method : allow) methods += (methods.empty() ? "" : ", ") + method;
  response.headers.emplace_back("allow", methods);
  return response;
}

net::Response unauthorized(const Error& why) {
  net::Response response = net::problem(401, "unauthorized", why.field, why.reason);
  response.headers.emplace_back("www-authenticate", "Bearer");
  return response;
}

Error nothing_logged(const Error& why) {
  return Error{why.code, "", "nothing of it was logged; send it again"};
}

}  // namespace

// One request on its way, alive until it is answered.
struct Job {
  Job(World& world, net::Request taken, net::Respond respond_to)
      : request(std::move(taken)), respond(std::move(respond_to)), exchange(world, request) {}
  const net::Request request;
  net::Respond respond;
  const Route* route = nullptr;
  Exchange exchange;
  Plan plan;
  size_t kept_from = 0;         // persons, when the plan was made
  Resume resume;                // stands for the route's handler once it is set
  std::string idempotency_key;  // empty: none
  bool writes = false;          // it only shows as long as it does not
  // While facts are awaited:
  uint64_t last_entry_no = 0;
  Time fold_until;
  int records = 0;  // audit records written for it
};
using JobPtr = std::shared_ptr<Job>;

struct Api::Inner : std::enable_shared_from_this<Api::Inner> {
  Inner(ApiOptions given, net::Loop& loop, spine::Submit& to, const picture::Picture& picture,
        store::Records& records, const trust::Keys& known_keys, const Clock& the_clock)
      : options(std::move(given)),
        front(loop),
        submit(to),
        keys(known_keys),
        clock(the_clock),
        pace(options.rates),
        history(options.log.read ? std::make_unique<History>(options.log) : nullptr),
        world{picture,
              records,
              trail,
              look_ups,
              versions,
              options.time_zones,
              options.letters,
              history.get(),
              options.bundles,
              options.accounts,
              options.account_life,
              options.key_sessions,
              &options.breached,
              &options.words,
              &slow,
              options.agencies,
              options.signing_keys,
              &scanner,
              options.act_term,
              options.look_limits,
              trust::CoarsePlaces(options.coarse_secret),
              &pin_guesses,
              options.endings,
              options.duty_hours,
              options.secret_ages,
              &known_keys,
              options.post_letter} {}

  void take(net::Request request, net::Respond respond);
  bool admit(const JobPtr& job);
  bool identify(const JobPtr& job);
  bool decide_again(const JobPtr& job);
  std::optional<trust::Viewer> viewer_of(const std::string& key, const Job& job);
  std::string session_of(const std::string& key, Time now) const;
  void answer_anyone(const JobPtr& job);
  bool begin_idempotent(const JobPtr& job);
  std::unique_ptr<v1::Fact> access_of(const Job& job, const trust::Decision& decision) const;
  void deny(const JobPtr& job);
  void prepare(const JobPtr& job);
  Result<Plan> run(const JobPtr& job);
  bool looks_too_much(Job& job);
  void refuse(const JobPtr& job, const Refusal& refused);
  void await_later(const JobPtr& job);
  void resume(const JobPtr& job, Resume resume);
  void record(const JobPtr& job);
  void recorded(const JobPtr& job, const Result<spine::Receipt>& receipt);
  void show(const JobPtr& job, trust::Precision recorded_precision);
  void write(const JobPtr& job);
  void logged(const JobPtr& job, const Result<spine::Receipt>& receipt);
  void await_fold(const JobPtr& job);
  void finish(const JobPtr& job, net::Response response);
  void fail(const JobPtr& job, const Error& error) { finish(job, problem_of(error)); }

  HistoryIndex& index() { return history ? history->index() : no_history; }

  // Runs `then` on the front loop when what was submitted is durable or refused.
  template <typename Then>
  spine::Done on_front(Then then) {
    return [weak = weak_from_this(), then](Result<spine::Receipt> receipt) {
      const std::shared_ptr<Inner> self = weak.lock();
      if (!self) return;
      self->front.post([self, then, receipt = std::move(receipt)] { then(receipt); });
    };
  }
  template <typename Then>
  void submit_fact(std::unique_ptr<v1::Fact> fact, Then then) {
    submit.submit(std::move(fact), on_front(then));
  }

  const ApiOptions options;
  net::Loop& front;
  spine::Submit& submit;
  const trust::Keys& keys;
  const Clock& clock;
  Pace pace;
  AccessTrail trail;
  LookUps look_ups;
  OrderVersions versions;
  Idempotency idempotency;
  const std::unique_ptr<History> history;
  HistoryIndex no_history;  // in its place
  SlowWork slow{"passwords"};
  const VirusScanner scanner{options.clamd_socket};
  PinGuesses pin_guesses;
  World world;
  LookWatch look_watch{options.look_limits, look_ups, world.picture.case_book()};
};

void Api::Inner::take(net::Request request, net::Respond respond) {
  const auto job = std::make_shared<Job>(world, std::move(request), std::move(respond));
  if (!admit(job)) return;
  Exchange& exchange = job->exchange;
  exchange.decision = api::decide(exchange, *job->route);
  if (!exchange.decision.allowed) return deny(job);
  if (job->route->asks_factor && is_stale(exchange))
    return finish(job, net::problem(403, "factor_needed", "factor", factor_needed().reason));
  if (!takes(*job->route, job->request)) {
    return finish(job, net::problem(415, "unsupported_media_type", "content-type", "send application/json"));
  }
  if (!begin_idempotent(job)) return;
  prepare(job);
}

// Route and who asks: false when the request was answered.
bool Api::Inner::admit(const JobPtr& job) {
  Match found = match(job->request.method, job->request.path);
  if (found.allow.empty()) {
    finish(job, net::problem(404, "not_found", "", "there is no such path"));
    return false;
  }
  if (found.route == nullptr) {
    finish(job, not_allowed(found.allow));
    return false;
  }
  job->route = found.route;
  Exchange& exchange = job->exchange;
  exchange.now = clock.now();
  exchange.ids = std::move(found.ids);
  if (const Status query = check_query(*found.route, job->request); !query.ok()) {
    fail(job, query.error());
    return false;
  }
  if (found.route->access == Access::kKey) return identify(job);
  answer_anyone(job);
  return false;
}

void Api::Inner::answer_anyone(const JobPtr& job) {
  // What is mounted elsewhere and still arrives here was not mounted.
  if (job->route->access == Access::kElsewhere)
    return finish(job, net::problem(404, "not_found", "", "not served here"));
  if (job->route->run == nullptr)
    return finish(job, net::Response{200, "application/json", openapi_json(), {}});
  Result<Plan> plan = run(job);
  if (!plan.ok()) return fail(job, plan.error());
  job->plan = std::move(plan.value());
  if (job->plan.later) return await_later(job);
  write(job);
}

// Standing keys count in the header alone: no cookie holds one.
std::optional<trust::Viewer> Api::Inner::viewer_of(const std::string& key, const Job& job) {
  const Time now = job.exchange.now;
  const bool in_header = !job.request.header("authorization").empty();
  if (options.accounts)
    if (auto viewer = options.accounts->use(key, now)) return viewer;
  if (!in_header) return options.key_sessions ? options.key_sessions->viewer_of(key, now) : std::nullopt;
  if (auto viewer = keys.viewer_of_key(key, now)) return viewer;
  return options.accounts ? options.accounts->api_keys().viewer_of(key, now) : std::nullopt;
}

std::string Api::Inner::session_of(const std::string& key, Time now) const {
  const std::string id = options.accounts ? options.accounts->session_id(key, now) : std::string();
  return id.empty() ? trust::name_of_key(key) : id;
}

// Key and purpose: false when the request was answered.
bool Api::Inner::identify(const JobPtr& job) {
  Exchange& exchange = job->exchange;
  const Result<std::string> key = session::presented_key(job->request);
  const auto viewer = key.ok() ? viewer_of(*key, *job) : std::nullopt;
  if (!viewer) {
    const bool guessed = key.ok() && !key->empty();
    const Duration wait =
        guessed ? pace.wait_after_wrong_key(job->request.peer, *key, exchange.now) : Duration{};
    if (wait.us > 0) {
      finish(job, too_many(wait));
      return false;
    }
    finish(job, unauthorized(key.ok() ? invalid("authorization", "a valid key is needed") : key.error()));
    return false;
  }
  exchange.viewer = *viewer;
  exchange.session = session_of(*key, exchange.now);
  if (const auto refused = administering::refusal(exchange, *job->route, *key, options)) {
    if (refused->ends_session) (void)options.accounts->end_token(*key).ok();
    auto fact = trust::account_event(*viewer, "administer", viewer->account, false, refused->reason);
    trust::say_from_where(*fact, {job->request.peer, exchange.session});
    submit.submit(std::move(fact), {});
    finish(job, net::problem(refused->status, refused->code.c_str(), "", refused->reason));
    return false;
  }
  exchange.of_system =
      options.accounts != nullptr && options.accounts->api_keys().viewer_of(*key, exchange.now).has_value();
  if (const Duration wait = pace.wait(*viewer, job->route->path, exchange.now); wait.us > 0) {
    finish(job, too_many(wait));
    return false;
  }
  const std::string_view purpose = job->request.header("haechi-purpose");
  const auto named = trust::parse_purpose(purpose);
  if (!purpose.empty() && !named) {
    finish(job, problem_of(invalid("haechi-purpose", "is not a purpose")));
    return false;
  }
  exchange.purpose = purpose.empty() ? trust::purpose_of(viewer->role) : *named;
  return true;
}

size_t persons_kept_from(const Exchange& exchange) {
  const auto& recusals = exchange.world.picture.case_book().recusals();
  const auto found = recusals.find(exchange.viewer.account);
  if (found == recusals.end()) return 0;
  return static_cast<size_t>(std::count_if(found->second.begin(), found->second.end(),
                                           [](const auto& one) { return !one.second.ended(); }));
}

// Time has passed since it was decided: the key or session may have ended, whoever asked may have become
// somebody else, and the ties may have changed. False when the request was answered.
bool Api::Inner::decide_again(const JobPtr& job) {
  Exchange& exchange = job->exchange;
  exchange.now = clock.now();
  const Result<std::string> key = session::presented_key(job->request);
  const auto viewer = key.ok() ? viewer_of(*key, *job) : std::nullopt;
  if (!viewer || viewer->account != exchange.viewer.account) {
    const std::string why = "the key or session ended while it was asked";
    exchange.decision = {false, trust::Precision::kNone, why};
    submit_fact(access_of(*job, exchange.decision),
                [self = shared_from_this(), job, why](const Result<spine::Receipt>&) {
                  self->finish(job, unauthorized(invalid("authorization", why)));
                });
    return false;
  }
  // What is to be done was made out for whoever he was.
  const bool changed = *viewer != exchange.viewer || persons_kept_from(exchange) != job->kept_from;
  const bool moved = changed && job->request.method != "GET";
  exchange.viewer = *viewer;
  exchange.decision = api::decide(exchange, *job->route);
  if (exchange.decision.allowed && moved)
    exchange.decision = {false, trust::Precision::kNone, "the account was changed while it was asked"};
  if (exchange.decision.allowed) return true;
  deny(job);
  return false;
}

std::unique_ptr<v1::Fact> Api::Inner::access_of(const Job& job, const trust::Decision& decision) const {
  const Exchange& e = job.exchange;
  auto fact = trust::access_decided(e.viewer, job.route->action, e.subject, e.purpose, decision,
                                    decision.allowed ? job.plan.shown_ids : std::vector<std::string>());
  trust::say_from_where(*fact, {job.request.peer, e.session});
  if (!decision.allowed) return fact;
  v1::AccessDecided& access = *fact->mutable_access_decided();
  access.set_why(job.plan.why);
  access.set_request_id(job.plan.act_id);
  if (job.plan.asks_second) access.set_reason("asked for, and not done before a second person approves it");
  return fact;
}

void Api::Inner::deny(const JobPtr& job) {
  const Exchange& e = job->exchange;
  submit_fact(access_of(*job, e.decision), [self = shared_from_this(), job](const Result<spine::Receipt>&) {
    // Recorded or not, the answer is no.
    self->fail(job, Error{Code::kForbidden, "", std::string(job->exchange.decision.reason)});
  });
}

// False when the request was answered from memory, or refused.
bool Api::Inner::begin_idempotent(const JobPtr& job) {
  const std::string key(job->request.header("idempotency-key"));
  if (key.empty() || job->request.method != "POST") return true;
  if (key.size() > kIdempotencyKeyMax) {
    fail(job, invalid("idempotency-key", "must be at most 128 characters"));
    return false;
  }
  const std::string mine = job->exchange.viewer.account + "\n" + key;
  const std::string same = job->request.path + "\n" + hex(view(sha256(job->request.body)));
  const Idempotency::Found found = idempotency.begin(mine, same);
  switch (found.state) {
    case Idempotency::State::kNew:
      job->idempotency_key = mine;
      return true;
    case Idempotency::State::kRunning:
      fail(job,
           Error{Code::kConflict, "idempotency-key", "the first request of this key is not answered yet"});
      return false;
    case Idempotency::State::kDifferent:
      finish(job, net::problem(422, "invalid", "idempotency-key", "this key was used for another request"));
      return false;
    case Idempotency::State::kAnswered:
      job->respond(*found.answer);
      return false;
  }
  return false;
}

Result<Plan> Api::Inner::run(const JobPtr& job) {
  Result<Plan> plan = job->resume ? job->resume(job->exchange) : job->route->run(job->exchange);
  if (!plan.ok() || job->route->second == nullptr) return plan;
  return acts::by_two(job->exchange, *job->route, std::move(plan.value()));
}

void Api::Inner::prepare(const JobPtr& job) {
  job->kept_from = persons_kept_from(job->exchange);
  Result<Plan> plan = run(job);
  if (!plan.ok()) return fail(job, plan.error());
  job->plan = std::move(plan.value());
  if (job->plan.refused) return refuse(job, *job->plan.refused);
  if (job->plan.later) return await_later(job);
  if (looks_too_much(*job)) return deny(job);
  record(job);
}

// Tells of it as well. The answer is recorded as any other no.
bool Api::Inner::looks_too_much(Job& job) {
  Exchange& e = job.exchange;
  const std::vector<std::string> persons =
      looked_at(trust::action_name(job.route->action), e.subject.kind, e.subject.id, job.plan.shown_ids);
  if (persons.empty() || persons.size() > kPersonsNamedMax || e.subject.relations.glass) return false;
  for (const v1::LooksExceeded& exceeded : look_watch.tell(e.viewer.account, persons, e.now)) {
    auto fact = std::make_unique<v1::Fact>();
    fact->mutable_case_fact()->set_by("haechi");
    *fact->mutable_case_fact()->mutable_looks_exceeded() = exceeded;
    submit.submit(std::move(fact), {});
  }
  // Who loads whole registers reads them back; of that is told as well.
  const bool loads = trust::decide_collection(e.viewer, trust::Action::kRegister, e.purpose).allowed;
  if (loads || !look_watch.holds(e.viewer.account, persons, e.now)) return false;
  e.decision = {false, trust::Precision::kNone, "too many persons within an hour; an auditor lifts that"};
  return true;
}

void Api::Inner::refuse(const JobPtr& job, const Refusal& refused) {
  job->exchange.subject = refused.subject;
  job->exchange.decision = refused.decision;
  deny(job);
}

void Api::Inner::await_later(const JobPtr& job) {
  const Status begun = job->plan.later([weak = weak_from_this(), job](Resume resume) {
    const std::shared_ptr<Inner> self = weak.lock();
    if (!self) return;
    self->front.post([self, job, resume = std::move(resume)] { self->resume(job, resume); });
  });
  if (!begun.ok()) fail(job, begun.error());
}

// The right may have ended while it was waited.
void Api::Inner::resume(const JobPtr& job, Resume resume) {
  job->resume = std::move(resume);
  job->exchange.now = clock.now();
  if (job->route->access == Access::kPublic) return answer_anyone(job);
  job->kept_from = persons_kept_from(job->exchange);
  if (decide_again(job)) prepare(job);
}

void Api::Inner::record(const JobPtr& job) {
  const Exchange& e = job->exchange;
  const auto done = [self = shared_from_this(), job](const Result<spine::Receipt>& receipt) {
    if (!canary(Canary::kAnswerBeforeRow)) self->recorded(job, receipt);
  };
  if (canary(Canary::kAnswerBeforeRow)) recorded(job, spine::Receipt{});
  // Looking at oneself is nobody else's business and shows nothing, nor does measuring between places that
  // the asker names; a report of one's own phone is in the log itself, and a record of each would drown those
  // of who was shown whom.
  const trust::Action action = job->route->action;
  if (action == trust::Action::kSeeSelf || action == trust::Action::kReportOwn ||
      action == trust::Action::kMeasure)
    return recorded(job, spine::Receipt{});
  // A call for help waits for no record: whatever keeps that from the log, the call is tried.
  if (action == trust::Action::kRaiseSos) {
    submit.submit(access_of(*job, e.decision), {});
    return recorded(job, spine::Receipt{});
  }
  submit_fact(access_of(*job, e.decision), done);
}

// Some questions are too long for an address.
bool only_shows(const Plan& plan) {
  return plan.facts.empty() && !plan.keep && !plan.shown_ids.empty();
}

void Api::Inner::recorded(const JobPtr& job, const Result<spine::Receipt>& receipt) {
  if (!receipt.ok())
    return fail(job, Error{Code::kUnavailable, "", "the access could not be recorded, so it is refused"});
  const trust::Precision recorded_precision = job->exchange.decision.precision;
  if (!decide_again(job)) return;
  if (job->request.method == "GET" || only_shows(job->plan)) return show(job, recorded_precision);
  write(job);
}

// All of it or nothing: the log has room for the facts before anything is written elsewhere, and takes them
// in one commit. What a crash parts is a record of a request that was never answered, and that no fact names.
void Api::Inner::write(const JobPtr& job) {
  job->writes = true;
  for (const auto& fact : job->plan.facts)
    if (fact->has_access_decided()) trust::say_from_where(*fact, {job->request.peer, job->exchange.session});
  spine::Room room;
  if (!job->plan.facts.empty()) {
    Result<spine::Room> kept_free = submit.room(job->plan.facts);
    if (!kept_free.ok()) return fail(job, nothing_logged(kept_free.error()));
    room = *std::move(kept_free);
  }
  if (job->plan.keep) {
    if (const Status kept = job->plan.keep(); !kept.ok()) return fail(job, kept.error());
  }
  if (job->plan.facts.empty()) return finish(job, job->plan.answer(0));
  submit.submit_together(std::move(room), std::move(job->plan.facts),
                         on_front([self = shared_from_this(), job](const Result<spine::Receipt>& receipt) {
                           self->logged(job, receipt);
                         }));
}

// What is shown is read again, so that a right to one of many that ended or shrank meanwhile shows nothing
// more. What the record does not name is recorded before it is shown.
void Api::Inner::show(const JobPtr& job, trust::Precision recorded_precision) {
  Result<Plan> now = run(job);
  if (!now.ok()) return fail(job, now.error());
  if (now->refused) return refuse(job, *now->refused);
  const std::set<std::string> recorded(job->plan.shown_ids.begin(), job->plan.shown_ids.end());
  bool more = job->exchange.decision.precision > recorded_precision;
  for (const std::string& id : now->shown_ids) more |= !recorded.contains(id);
  job->plan = std::move(now.value());
  if (!more) return finish(job, job->plan.answer(0));
  if (++job->records >= kRecordsMax)
    return fail(job, Error{Code::kUnavailable, "", "what may be seen changes too fast to be recorded"});
  record(job);
}

void Api::Inner::logged(const JobPtr& job, const Result<spine::Receipt>& receipt) {
  if (!receipt.ok()) return fail(job, nothing_logged(receipt.error()));
  job->last_entry_no = receipt->entry_no;
  job->fold_until = clock.now() + options.fold_ms_max;
  await_fold(job);
}

void Api::Inner::await_fold(const JobPtr& job) {
  if (world.picture.entry_no() >= job->last_entry_no)
    return finish(job, job->plan.answer(job->last_entry_no));
  if (clock.now() >= job->fold_until) {
    return fail(job, Error{Code::kUnknownOutcome, "", "it is logged, but not shown yet"});
  }
  front.after(kFoldPoll, [self = shared_from_this(), job] { self->await_fold(job); });
}

void Api::Inner::finish(const JobPtr& job, net::Response response) {
  response = secured(std::move(response));
  if (!job->idempotency_key.empty()) {
    // What waits for a second person is sent again, and is another answer then. What was only shown is
    // decided and recorded each time.
    if (!job->writes || response.status >= 500 || response.status == 202) {
      idempotency.abandon(job->idempotency_key);
    } else {
      idempotency.finish(job->idempotency_key, response);
    }
  }
  job->respond(std::move(response));
}

Api::Api(ApiOptions options, net::Loop& front, spine::Submit& submit, const picture::Picture& picture,
         store::Records& records, const trust::Keys& keys, const Clock& clock)
    : inner_(std::make_shared<Inner>(std::move(options), front, submit, picture, records, keys, clock)) {}

// Their threads hand over to us, so they end first.
Api::~Api() {
  inner_->slow.stop();
  inner_->scanner.stop();
  if (inner_->history) inner_->history->stop();
}

net::Handler Api::handler() {
  return [weak = std::weak_ptr<Inner>(inner_), &front = inner_->front](net::Request request,
                                                                       net::Respond respond) {
    auto run = [weak, request = std::move(request), respond = std::move(respond)]() mutable {
      if (const std::shared_ptr<Inner> self = weak.lock()) self->take(std::move(request), std::move(respond));
    };
    if (front.is_current()) return run();
    front.post(std::move(run));
  };
}

uint64_t Api::refused_by_pace() const {
  return inner_->pace.refused();
}

namespace {

void fold_kept(AccessTrail& trail, LookUps& look_ups, HistoryIndex& index, const spine::Batch& batch) {
  trail.fold(batch);
  look_ups.fold(batch);
  index.fold(batch);
}

}  // namespace

spine::SnapshotPart Api::part() {
  return {"api",
          [weak = std::weak_ptr<Inner>(inner_)](spine::SaveDone done) {
            const std::shared_ptr<Inner> self = weak.lock();
            if (!self) return;
            self->front.post(
                [self, done = std::move(done)] { done(saved(self->trail, self->look_ups, self->index())); });
          },
          [this](Reader& in) {
            Status status;
            net::run_on(inner_->front,
                        [&] { status = take_saved(in, inner_->trail, inner_->look_ups, inner_->index()); });
            return status;
          },
          spine::copies_of<fold_kept, AccessTrail, LookUps, HistoryIndex>()};
}

void Api::fold(const spine::Batch& batch) {
  inner_->trail.fold(batch);
  inner_->look_ups.fold(batch);
  if (inner_->history) inner_->history->fold(batch);
}

}  // namespace haechi::api
