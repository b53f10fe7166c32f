#include "notify/sender.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "base/saved.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "link/signature.h"
#include "net/run_on.h"
#include "notify/sms.h"
#include "notify/wake_ups.h"

namespace haechi::notify {
namespace {

using Channel = v1::NotificationChannel;

constexpr const char* kAccount = "notify";  // that says what became of it
constexpr size_t kChannels = 4;
constexpr int kNotFound = 404, kGone = 410;  // a push service's words for a subscription that has ended

// Everything but the screen of an agency, which shows what waits by itself.
std::optional<size_t> index_of(Channel channel) {
  switch (channel) {
    case v1::NOTIFICATION_CHANNEL_PUSH:
      return 0;
    case v1::NOTIFICATION_CHANNEL_SMS:
      return 1;
    case v1::NOTIFICATION_CHANNEL_EMAIL:
      return 2;
    case v1::NOTIFICATION_CHANNEL_VOICE:
      return 3;
    default:
      return std::nullopt;
  }
}

// Read on other threads; no order between them is needed.
struct AtomicCounters {
  std::atomic<uint64_t> sent{0}, failed{0}, failed_tries{0}, unknown{0}, waiting{0};
  ChannelCounters now() const { return {sent, failed, failed_tries, unknown, waiting}; }
};

const v1::Notification* notification_of(const v1::Effect& effect) {
  if (!effect.has_case_effect()) return nullptr;
  const v1::CaseEffect& one = effect.case_effect();
  if (one.has_queue_notification()) return &one.queue_notification();
  if (one.has_update_notification()) return &one.update_notification();
  return nullptr;
}

// Queued on a channel of ours.
bool is_due(const v1::Notification& about) {
  return about.state() == v1::NOTIFICATION_STATE_QUEUED && index_of(about.channel());
}

// What is still to be sent, in the order in which it was queued.
using Waiting = std::vector<v1::Notification>;

void fold(Waiting& waiting, Unshown& unshown, const spine::Batch& batch) {
  unshown.fold(batch);
  for (const auto& entry : batch.entries) {
    for (const auto& effect : entry.effects) {
      const v1::Notification* about = notification_of(*effect);
      if (about == nullptr) continue;
      const auto found = std::find_if(waiting.begin(), waiting.end(),
                                      [&](const v1::Notification& one) { return one.id() == about->id(); });
      const bool due = is_due(*about);
      if (found != waiting.end()) {
        if (due && found->channel() == about->channel()) continue;
        waiting.erase(found);
      }
      if (due) waiting.push_back(*about);
    }
  }
}

bool concerns_us(const v1::Effect& effect) {
  return notification_of(effect) != nullptr || effect.has_notify_protected() || effect.has_clear_alert() ||
         effect.raise_alert().silent() || effect.update_alert().silent();
}

using Reported = std::shared_ptr<const v1::NotificationReported>;

std::unique_ptr<v1::Fact> fact_of(const v1::NotificationReported& reported) {
  auto fact = std::make_unique<v1::Fact>();
  fact->mutable_case_fact()->set_by(kAccount);
  *fact->mutable_case_fact()->mutable_notification_reported() = reported;
  return fact;
}

}  // namespace

struct Sender::Inner : std::enable_shared_from_this<Sender::Inner> {
  // One notification on the channel that is tried now. What is known of an earlier one has another number.
  struct Job {
    v1::Notification about;
    uint64_t number = 0;
    uint32_t tries = 0;
    bool wakes = false;
  };
  struct Lane {
    // Ids and numbers of jobs; they may be gone meanwhile.
    std::deque<std::pair<std::string, uint64_t>> ready;
    std::deque<std::pair<std::string, uint64_t>> hushed;  // until their person's silent call is over
    size_t in_flight = 0;
    AtomicCounters counters;
  };

  Inner(net::Loop& loop, spine::Submit& submit, Letters& letters, const Clock& clock,
        std::unique_ptr<Carrier> carrier, SenderOptions options)
      : loop(loop),
        submit(submit),
        letters(letters),
        clock(clock),
        options(std::move(options)),
        carrier(std::move(carrier)) {}

  void on_loop(std::function<void(Inner&)> task) {
    loop.post([weak = weak_from_this(), task = std::move(task)] {
      if (const auto self = weak.lock()) task(*self);
    });
  }

  void apply(const spine::Batch& batch) {
    for (const auto& entry : batch.entries)
      for (const auto& effect : entry.effects)
        if (const v1::Notification* about = notification_of(*effect)) note(*about);
    if (options.wakes_phones)
      for (const v1::Notification& about : wake_ups.fold(batch)) note(about);
    else
      wake_ups.observe(batch);
    unhush();
    if (started) pump_all();
    look_after_a_second();
  }

  void look_after_a_second() {
    note_unseen();
    if (looking || !wake_ups.any()) return;
    looking = true;
    loop.after(Duration::seconds(1), [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->looking = false;
      for (const v1::Notification& about : self->wake_ups.look()) self->note(about);
      self->pump_all();
      self->look_after_a_second();
    });
  }

  void start() {
    started = true;
    if (options.wakes_phones)
      for (const v1::Notification& about : wake_ups.resume()) note(about);
    pump_all();
    look_after_a_second();
  }

  Waiting waiting() const {
    std::map<uint64_t, const v1::Notification*> by_number;
    for (const auto& [id, job] : jobs)
      if (!job.wakes) by_number[job.number] = &job.about;
    Waiting out;
    for (const auto& [number, about] : by_number) out.push_back(*about);
    return out;
  }

  // For these and no others.
  void wait_for(const Waiting& waiting) {
    while (!jobs.empty()) drop(jobs.begin());
    for (const v1::Notification& about : waiting) note(about);
  }

  // What is due is to be sent. Anything else: no more.
  void note(const v1::Notification& about) {
    const bool due = is_due(about);
    const auto found = jobs.find(about.id());
    if (found != jobs.end()) {
      if (due && found->second.about.channel() == about.channel()) return;
      drop(found);
    }
    if (!due) return;
    if (jobs.size() >= options.waiting_max) {
      ++dropped;
      return;
    }
    jobs[about.id()] = Job{about, ++last_number, 0, wake_ups.holds(about.id())};
    Lane& lane = lane_of(jobs[about.id()]);
    ++lane.counters.waiting;
    lane.ready.emplace_back(about.id(), last_number);
  }

  using Jobs = std::map<std::string, Job>;
  void drop(Jobs::iterator job) {
    --lane_of(job->second).counters.waiting;
    jobs.erase(job);
  }

  Lane& lane_of(const Job& job) { return lanes[*index_of(job.about.channel())]; }

  Jobs::iterator find(const std::string& id, uint64_t number) {
    const auto found = jobs.find(id);
    return found != jobs.end() && found->second.number == number ? found : jobs.end();
  }

  // Looked at anew by the next pump.
  void unhush() {
    for (Lane& lane : lanes) {
      lane.ready.insert(lane.ready.begin(), lane.hushed.begin(), lane.hushed.end());
      lane.hushed.clear();
    }
  }

  void pump_all() {
    for (Lane& lane : lanes) pump(lane);
  }

  void pump(Lane& lane) {
    while (lane.in_flight < options.in_flight_max && !lane.ready.empty()) {
      const auto [id, number] = std::move(lane.ready.front());
      lane.ready.pop_front();
      const auto job = find(id, number);
      if (job == jobs.end()) continue;
      // She was shown it while this waited for its turn.
      if (job->second.wakes && !wake_ups.holds(id))
        drop(job);
      else if (wake_ups.calls_silently(job->second.about.person_id()))
        lane.hushed.emplace_back(id, number);
      else
        attempt(lane, job->second);
    }
  }

  void attempt(Lane& lane, Job& job) {
    auto parcel = letters.parcel(job.about);
    if (!parcel.ok()) {
      if (parcel.error().code == Code::kUnavailable) return try_again(lane, job, "no_records");
      return fail(lane, job, parcel.error().reason);
    }
    ++lane.in_flight;
    const std::string url = parcel->url;
    carrier->send(*std::move(parcel), [weak = weak_from_this(), &lane, id = job.about.id(),
                                       number = job.number, url](const Outcome& outcome) {
      if (const auto self = weak.lock())
        self->on_loop([&lane, id, number, url, outcome](Inner& inner) {
          inner.answered(lane, id, number, url, outcome);
        });
    });
  }

  void answered(Lane& lane, const std::string& id, uint64_t number, const std::string& url,
                const Outcome& outcome) {
    --lane.in_flight;
    if (outcome.kind == Outcome::Kind::kUnknown) ++lane.counters.unknown;
    if (outcome.kind != Outcome::Kind::kTaken) ++lane.counters.failed_tries;
    if (const auto job = find(id, number); job != jobs.end()) conclude(lane, job->second, url, outcome);
    pump(lane);
  }

  void conclude(Lane& lane, Job& job, const std::string& url, const Outcome& outcome) {
    switch (outcome.kind) {
      case Outcome::Kind::kTaken:
        ++lane.counters.sent;
        return report(job, v1::NOTIFICATION_STATE_SENT, "");
      case Outcome::Kind::kRefused:
        if (job.about.channel() == v1::NOTIFICATION_CHANNEL_PUSH &&
            (outcome.status == kNotFound || outcome.status == kGone))
          (void)letters.forget_subscription(job.about, url).ok();  // if it stays, it is refused again
        return fail(lane, job, outcome.reason);
      case Outcome::Kind::kTryAgain:
      case Outcome::Kind::kUnknown:
        return try_again(lane, job, outcome.reason);
    }
  }

  void try_again(Lane& lane, Job& job, const std::string& reason) {
    if (++job.tries >= options.tries_max) return fail(lane, job, reason);
    Duration delay = options.retry_first;
    for (uint32_t i = 1; i < job.tries && delay < options.retry_max; ++i) delay = delay * 2;
    loop.after(std::min(delay, options.retry_max),
               [weak = weak_from_this(), &lane, id = job.about.id(), number = job.number] {
                 const auto self = weak.lock();
                 if (!self) return;
                 lane.ready.emplace_back(id, number);
                 self->pump(lane);
               });
  }

  void fail(Lane& lane, Job& job, const std::string& reason) {
    ++lane.counters.failed;
    report(job, v1::NOTIFICATION_STATE_FAILED, reason);
  }

  void note_unseen() {
    unseen = wake_ups.unseen();
    for (const v1::ContactLogged& tried : wake_ups.take_unseen()) {
      auto fact = std::make_shared<v1::Fact>();
      *fact->mutable_contact_logged() = tried;
      log_until_kept(std::move(fact));
    }
  }

  void log_until_kept(const std::shared_ptr<const v1::Fact>& fact) {
    submit.submit(std::make_unique<v1::Fact>(*fact),
                  [weak = weak_from_this(), fact](const Result<spine::Receipt>& receipt) {
                    const auto self = weak.lock();
                    if (!self || receipt.ok() || receipt.error().code != Code::kExhausted) return;
                    self->loop.after(self->options.retry_first, [weak, fact] {
                      if (const auto self = weak.lock()) self->log_until_kept(fact);
                    });
                  });
  }

  // A wake-up is in no log: it has left, and waits for her, or it goes another way at once.
  void conclude_wake_up(const std::string& id, bool left) {
    drop(jobs.find(id));
    if (left) return;
    if (const auto about = wake_ups.failed(id)) note(*about);
    pump_all();
    note_unseen();
  }

  void report(const Job& job, v1::NotificationState state, const std::string& reason) {
    if (job.wakes) return conclude_wake_up(std::string(job.about.id()), state == v1::NOTIFICATION_STATE_SENT);
    auto reported = std::make_shared<v1::NotificationReported>();
    reported->set_notification_id(job.about.id());
    reported->set_state(state);
    reported->set_channel(job.about.channel());
    reported->set_reason(reason);
    report_until_kept(std::move(reported), job.number);
  }

  // The job ends when its report is durable, whatever the machine makes of it.
  void report_until_kept(const Reported& reported, uint64_t number) {
    submit.submit(
        fact_of(*reported), [weak = weak_from_this(), reported, number](Result<spine::Receipt> receipt) {
          const auto self = weak.lock();
          if (!self) return;
          if (receipt.ok()) {
            self->on_loop([reported, number](Inner& inner) {
              if (const auto job = inner.find(reported->notification_id(), number); job != inner.jobs.end())
                inner.drop(job);
            });
          } else if (receipt.error().code == Code::kExhausted) {
            self->loop.after(self->options.retry_first, [weak, reported, number] {
              if (const auto self = weak.lock()) self->report_until_kept(reported, number);
            });
          }
        });
  }

  void receive(const net::Request& request, const net::Respond& respond) {
    const auto refuse = [&](int status, const Error& error) {
      ++receipts_refused;
      respond(net::problem(status, code_name(error.code), error.field, error.reason));
    };
    const Channel channel = request.header("x-haechi-key-id") == "voice" ? v1::NOTIFICATION_CHANNEL_VOICE
                                                                         : v1::NOTIFICATION_CHANNEL_SMS;
    const link::Key key = channel == v1::NOTIFICATION_CHANNEL_VOICE ? link::Key{"voice", options.voice_secret}
                                                                    : link::Key{"sms", options.sms_secret};
    if (const Status valid = link::check_signature(key, request, clock.now()); !valid.ok())
      return refuse(401, valid.error());
    const auto reported = read_receipt(request.body, channel);
    if (!reported.ok()) return refuse(400, reported.error());
    if (WakeUps::is_of_wake_up(reported->notification_id())) return receive_of_wake_up(*reported, respond);
    submit.submit(fact_of(*reported), [self = shared_from_this(), respond](Result<spine::Receipt> receipt) {
      if (!receipt.ok())
        return respond(net::problem(503, "unavailable", "", "it was not kept: send it again"));
      ++self->receipts;
      respond({200, "application/json", "{}", {}});
    });
  }

  // That it came to her phone does not say that she saw it.
  void receive_of_wake_up(const v1::NotificationReported& reported, const net::Respond& respond) {
    ++receipts;
    respond({200, "application/json", "{}", {}});
    if (reported.state() != v1::NOTIFICATION_STATE_FAILED ||
        !wake_ups.is_tried_on(reported.notification_id(), reported.channel()))
      return;
    if (const auto about = wake_ups.failed(reported.notification_id())) note(*about);
    pump_all();
    note_unseen();
  }

  net::Loop& loop;
  spine::Submit& submit;
  Letters& letters;
  const Clock& clock;
  const SenderOptions options;
  Jobs jobs;
  std::array<Lane, kChannels> lanes;
  WakeUps wake_ups;
  uint64_t last_number = 0;
  bool started = false, looking = false;
  std::atomic<uint64_t> receipts{0}, receipts_refused{0}, dropped{0}, unseen{0};
  std::unique_ptr<Carrier> carrier;  // ends first: its thread hands over to us
};

Sender::Sender(net::Loop& loop, spine::Submit& submit, Letters& letters, const Clock& clock,
               std::unique_ptr<Carrier> carrier, SenderOptions options)
    : inner_(std::make_shared<Inner>(loop, submit, letters, clock, std::move(carrier), std::move(options))) {}

Sender::~Sender() {
  inner_->carrier.reset();
}

// Most batches tell nobody.
void Sender::on_batch(std::shared_ptr<const spine::Batch> batch) {
  const bool relevant = std::any_of(batch->entries.begin(), batch->entries.end(), [](const auto& entry) {
    return std::any_of(entry.effects.begin(), entry.effects.end(),
                       [](const auto& effect) { return concerns_us(*effect); }) ||
           entry.fact->hop_observed().hop() == v1::HOP_SHOWN_PROTECTED || entry.fact->has_contact_logged();
  });
  if (relevant) inner_->on_loop([batch = std::move(batch)](Inner& inner) { inner.apply(*batch); });
}

spine::SnapshotPart Sender::part() {
  return {"notify",
          [inner = inner_](spine::SaveDone done) {
            inner->on_loop([done = std::move(done)](Inner& inner) {
              done(saved(inner.waiting(), inner.wake_ups.unshown()));
            });
          },
          [inner = inner_](Reader& in) -> Status {
            Waiting waiting;
            Unshown unshown;
            TRY_STATUS(take_saved(in, waiting, unshown));
            net::run_on(inner->loop, [&] {
              inner->wait_for(waiting);
              inner->wake_ups.take(unshown);
            });
            return {};
          },
          spine::copies_of<fold, Waiting, Unshown>()};
}

void Sender::start() {
  inner_->on_loop([](Inner& inner) { inner.start(); });
}

void Sender::receive_receipt(net::Request request, net::Respond respond) {
  inner_->on_loop([request = std::move(request), respond = std::move(respond)](Inner& inner) {
    inner.receive(request, respond);
  });
}

SenderCounters Sender::counters() const {
  const auto& lanes = inner_->lanes;
  return {lanes[0].counters.now(), lanes[1].counters.now(),  lanes[2].counters.now(), lanes[3].counters.now(),
          inner_->receipts,        inner_->receipts_refused, inner_->dropped,         inner_->unseen};
}

}  // namespace haechi::notify
