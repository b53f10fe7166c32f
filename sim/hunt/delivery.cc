#include "hunt/delivery.h"

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "base/ensure.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "hunt/disk.h"
#include "hunt/node.h"
#include "hunt/town.h"
#include "link/messages.h"
#include "link/signature.h"

namespace haechi::hunt {
namespace {

constexpr Time kStart{1'773'446'400'000'000};
constexpr Duration kBetweenAlerts = Duration::millis(150);
constexpr Duration kMinute = Duration::seconds(60);
constexpr Duration kPatience = Duration::seconds(10), kAgain = Duration::seconds(3);
constexpr Duration kBound = Duration::seconds(120);  // then it is over, whatever is missing
const link::Key kKey{kOutside, Node::kSecret}, kForged{kOutside, "what somebody guessed of the secret"};

// The agency: reads, keeps what it read, and posts its receipts in bunches, one bunch after another.
class Agency {
 public:
  enum class Mood { kWorks, kDeaf, kFails, kLies };

  Agency(Schedule& schedule, Wire& wire, uint64_t seed) : schedule_(schedule), wire_(wire), random_(seed) {
    wire.found(Node::kCadUrl,
               [this](const net::Request& request, const net::Respond& respond) { serve(request, respond); });
  }

  Mood mood = Mood::kWorks;
  bool ends_calls = true;
  const std::set<std::string>& read() const { return read_; }
  uint64_t letters = 0, lies = 0, unsigned_letters = 0;

 private:
  void serve(const net::Request& request, const net::Respond& respond) {
    ++letters;
    if (!link::check_signature(kKey, request, schedule_.now()).ok()) {
      ++unsigned_letters;
      return respond({401, "text/plain", "not signed by the house", {}});
    }
    if (mood == Mood::kDeaf) return;
    if (mood == Mood::kFails) return respond({500, "text/plain", "out of order", {}});
    const auto messages = link::read_messages(request.body);
    ENSURE(messages.ok(), request.body);
    if (mood == Mood::kLies) return lie(*messages, respond);
    for (const v1::HandOffMessage& message : *messages) take(message);
    respond({200, "application/json", "", {}});
  }

  void take(const v1::HandOffMessage& message) {
    if (message.has_alarm_new()) read_.insert(message.alarm_new().alert_id());
    if (message.has_alarm_update()) read_.insert(message.alarm_update().alert_id());
    v1::HandOffMessage ack = answer(message);
    ack.mutable_ack()->set_message_id(message.id());
    post(ack);
    if (message.has_alarm_new() && accepted_.insert(message.hand_off_id()).second) {
      v1::HandOffMessage accepted = answer(message);
      accepted.mutable_accepted()->set_event_no("E-" + std::to_string(accepted_.size()));
      post(accepted);
    }
    // Some calls end soon: the next alert of that wearer needs a hand-off of its own. One that is over before
    // the agency, which has ended its call meanwhile, had heard of it opens no other, so nobody may be that
    // late.
    if (!ends_calls || !random_.chance(0.2)) return;
    v1::HandOffMessage closed = answer(message);
    closed.mutable_closed()->set_disposition("01");
    post(closed);
  }

  // A 200 without having read, a page of a proxy, or a receipt for it that somebody else has signed.
  void lie(const std::vector<v1::HandOffMessage>& messages, const net::Respond& respond) {
    ++lies;
    if (random_.chance(0.3)) return respond({200, "text/html", "<html>please sign in</html>", {}});
    v1::HandOffMessage forged = answer(messages.front());
    forged.mutable_ack()->set_message_id(messages.front().id());
    net::Request request = post_of(link::to_json(forged), kForged);
    wire_.send_to_node(kOutside, std::move(request), kPatience,
                       [](const net::Response* response) { ENSURE(!response || response->status == 401); });
    v1::HandOffMessage nonsense = answer(messages.front());
    nonsense.mutable_ack()->set_message_id("another message");
    post(nonsense);
    respond({200, "application/json", "", {}});
  }

  v1::HandOffMessage answer(const v1::HandOffMessage& to) {
    v1::HandOffMessage message;
    message.set_hand_off_id(to.hand_off_id());
    message.set_seq(++answers_[to.hand_off_id()]);
    message.set_id(to.hand_off_id() + "-cad-" + std::to_string(message.seq()));
    message.set_incident_id(to.incident_id());
    message.set_sent_at_us(schedule_.now().us);
    message.set_from_agency_id(kOutside);
    message.set_to_agency_id("monitoring");
    return message;
  }

  net::Request post_of(std::string body, const link::Key& key) const {
    net::Request request;
    request.method = "POST";
    request.path = "/link/v1/answers";
    request.body = std::move(body);
    request.headers = link::signed_headers(key, request.body, schedule_.now());
    return request;
  }

  void post(const v1::HandOffMessage& message) {
    outbox_.push_back(link::to_json(message));
    if (!std::exchange(posting_, true)) post_some();
  }

  void post_some() {
    const size_t count = std::min<size_t>(outbox_.size(), 100);
    if (count == 0) {
      posting_ = false;
      return;
    }
    std::string body = "[";
    for (size_t i = 0; i < count; ++i) body += (i == 0 ? "" : ",") + outbox_[i];
    wire_.send_to_node(
        kOutside, post_of(body + "]", kKey), kPatience, [this, count](const net::Response* response) {
          const bool kept = response && response->status == 200;
          if (kept) outbox_.erase(outbox_.begin(), outbox_.begin() + static_cast<ptrdiff_t>(count));
          schedule_.at(schedule_.now() + (kept ? Duration{} : kAgain), kWorld, [this] { post_some(); });
        });
  }

  Schedule& schedule_;
  Wire& wire_;
  Random random_;
  std::set<std::string> read_, accepted_;
  std::map<std::string, uint64_t> answers_;
  std::deque<std::string> outbox_;
  bool posting_ = false;
};

// What the log says, from its batches: which alerts rang, and for which there is a receipt.
class Ledger final : public Witness {
 public:
  explicit Ledger(const Schedule& schedule) : schedule_(schedule) {}

  void published(const spine::Batch& batch) override {
    for (const spine::PublishedEntry& entry : batch.entries) {
      if (entry.fact->has_hand_off_answered() && entry.fact->hand_off_answered().message().has_ack())
        confirm(entry.fact->hand_off_answered().message().ack().message_id());
      for (const auto& effect : entry.effects) {
        if (effect->has_raise_alert()) raised_.insert(effect->raise_alert().id());
        if (effect->has_send_hand_off()) see_sent(effect->send_hand_off());
      }
    }
  }
  void passed_over(uint64_t, const std::string&) override {}
  void said(const trust::Viewer&, uint64_t, const std::string&, bool) override {}
  void answered(const net::Request&, Time, const net::Response&) override {}

  const std::set<std::string>& raised() const { return raised_; }
  const std::set<std::string>& confirmed() const { return confirmed_; }
  Time last_receipt;

 private:
  void see_sent(const v1::HandOffMessage& message) {
    if (message.has_alarm_new()) alert_of_[message.id()] = message.alarm_new().alert_id();
    if (message.has_alarm_update()) alert_of_[message.id()] = message.alarm_update().alert_id();
  }
  void confirm(const std::string& message_id) {
    const auto found = alert_of_.find(message_id);
    if (found != alert_of_.end() && confirmed_.insert(found->second).second) last_receipt = schedule_.now();
  }

  const Schedule& schedule_;
  std::set<std::string> raised_, confirmed_;
  std::map<std::string, std::string> alert_of_;  // by message
};

class World {
 public:
  explicit World(const DeliveryOptions& options)
      : options_(options),
        schedule_(kStart, options.seed * 5 + 1),
        random_(options.seed * 5 + 2),
        disk_(options.seed * 5 + 3),
        wire_(schedule_, options.seed * 5 + 4),
        clock_(schedule_),
        agency_(schedule_, wire_, options.seed * 5 + 5),
        ledger_(schedule_) {
    running = &schedule_;
    mounted = &disk_;
    wire = &wire_;
    schedule_.on_death([this](Process process, const std::string& why) {
      if (node_ && node_->process() == process) died(why);
    });
  }

  Delivered live() {
    disk_.die_after = options_.die_at;
    agency_.ends_calls = !options_.calm;
    start();
    schedule_.run_until(kStart + kMinute);
    if (!options_.calm) {
      wire_.faults.lost = 0.005;
      wire_.faults.twice = 0.1;
      trouble();
      kill();
    }
    cut_and_close();
    // By the clock of the alerts: each is followed by the end of the one before.
    while (begun_ < options_.alerts) schedule_.run_until(schedule_.now() + kBetweenAlerts);
    faults_on_ = false;
    wire_.faults = {};
    agency_.mood = Agency::Mood::kWorks;
    const Time calm = schedule_.now();
    while (!complete() && schedule_.now() < calm + kBound)
      schedule_.run_until(schedule_.now() + Duration::seconds(1));
    return counted(calm);
  }

 private:
  bool complete() const {
    return unkept_ == 0 && ledger_.raised().size() >= options_.alerts &&
           ledger_.confirmed().size() >= ledger_.raised().size();
  }

  Delivered counted(Time calm) const {
    Delivered out;
    out.wanted = options_.alerts;
    for (const std::string& id : ledger_.raised()) {
      ++out.alerts;
      out.read += agency_.read().contains(id);
      out.receipts += agency_.read().contains(id) && ledger_.confirmed().contains(id);
    }
    ENSURE(agency_.unsigned_letters == 0);
    out.letters = agency_.letters;
    out.lies = agency_.lies;
    out.starts = starts_;
    out.died = died_at_call_;
    out.hours = static_cast<double>((schedule_.now() - kStart).s()) / 3'600;
    out.drained_s = static_cast<double>(std::max((ledger_.last_receipt - calm).ms(), int64_t{0})) / 1'000;
    return out;
  }

  void start() {
    ++starts_;
    NodeOptions options;
    options.snapshot_entries = options_.snapshot_entries;
    node_ =
        new Node(schedule_, wire_, clock_, ledger_, options);  // never freed: a killed process frees nothing
    node_->boot([this](const Status& started) {
      ENSURE(started.ok(), started.ok() ? "" : started.error().text());
      if (!std::exchange(registered_, true)) register_all();
    });
  }

  void died(const std::string& why) {
    const bool at_call = why == "killed while writing";
    ENSURE(why == "killed" || at_call, why);
    died_at_call_ |= at_call;
    node_ = nullptr;
    wire_.stop_listening();
    disk_.crash(at_call ? options_.death : random_.chance(0.5) ? Death::kPowerCut : Death::kKilled);
    schedule_.at(schedule_.now() + Duration::seconds(3), kWorld, [this] { start(); });
  }

  void kill() {
    schedule_.at(schedule_.now() + Duration{random_.between(600'000'000, 1'200'000'000)}, kWorld, [this] {
      if (!faults_on_) return;
      if (node_ && node_->listening()) {
        schedule_.kill(node_->process());
        died("killed");
      }
      kill();
    });
  }

  // One bad mood after another, with a while of work between them.
  void trouble() {
    schedule_.at(schedule_.now() + Duration{random_.between(60'000'000, 240'000'000)}, kWorld, [this] {
      if (!faults_on_) return;
      constexpr Agency::Mood kMoods[] = {Agency::Mood::kDeaf, Agency::Mood::kFails, Agency::Mood::kLies};
      agency_.mood = kMoods[random_.below(3)];
      schedule_.at(schedule_.now() + Duration{random_.between(5'000'000, 60'000'000)}, kWorld, [this] {
        agency_.mood = Agency::Mood::kWorks;
        trouble();
      });
    });
  }

  void cut_and_close() {
    if (begun_ >= options_.alerts) return;
    const uint64_t wearer = begun_ % options_.wearers;
    if (begun_ >= options_.wearers) tell(wearer, v1::DEVICE_EVENT_STRAP_CLOSED);
    tell(wearer, v1::DEVICE_EVENT_STRAP_CUT);
    ++begun_;
    schedule_.at(schedule_.now() + kBetweenAlerts, kWorld, [this] { cut_and_close(); });
  }

  // Until it is kept; `then` is called once.
  void keep(std::shared_ptr<const v1::Fact> fact, Task then = {}) {
    ++unkept_;
    keep_on(std::move(fact), std::make_shared<bool>(false), std::move(then));
  }
  void keep_on(const std::shared_ptr<const v1::Fact>& fact, const std::shared_ptr<bool>& kept,
               const Task& then) {
    if (node_ && node_->listening())
      node_->submit(std::make_unique<v1::Fact>(*fact), [this, kept, then](bool ok) {
        if (!ok || std::exchange(*kept, true)) return;
        --unkept_;
        if (then) then();
      });
    schedule_.at(schedule_.now() + kPatience, kWorld, [this, fact, kept, then] {
      if (!*kept) keep_on(fact, kept, then);
    });
  }
  // A device tells one thing after another.
  void keep_first(uint64_t wearer) {
    std::deque<std::shared_ptr<const v1::Fact>>& unsent = unsent_[wearer];
    if (unsent.empty()) return;
    keep(unsent.front(), [this, wearer] {
      unsent_[wearer].pop_front();
      keep_first(wearer);
    });
  }

  void tell(uint64_t wearer, v1::DeviceEvent event) {
    auto fact = std::make_shared<v1::Fact>();
    v1::ReportReceived& received = *fact->mutable_report_received();
    v1::Report& report = *received.mutable_report();
    report.set_device_id("D-" + std::to_string(wearer));
    report.set_epoch(1);
    report.set_seq(++seq_[wearer]);
    report.set_sent_at_us(schedule_.now().us);
    report.add_events(event);
    report.mutable_fix()->set_fixed_at_us(schedule_.now().us);
    report.mutable_fix()->set_accuracy_mm(8'000);
    const Degrees here = degrees_of({static_cast<double>(wearer % 100) * 50, 1'000});
    report.mutable_fix()->mutable_place()->set_lat_e7(here.lat_e7);
    report.mutable_fix()->mutable_place()->set_lng_e7(here.lng_e7);
    received.set_received_at_us(schedule_.now().us);
    unsent_[wearer].push_back(fact);
    if (unsent_[wearer].size() == 1) keep_first(wearer);
  }

  void say(const std::function<void(v1::Fact&)>& fill) {
    auto fact = std::make_shared<v1::Fact>();
    fill(*fact);
    keep(fact);
  }

  void register_all() {
    say([](v1::Fact& fact) {
      fact.mutable_agency_registered()->set_id(kOutside);
      fact.mutable_agency_registered()->set_desk(v1::DESK_CONNECTOR);
    });
    say([](v1::Fact& fact) {
      v1::Jurisdiction& all = *fact.mutable_jurisdiction_registered();
      all.set_id("J");
      all.set_agency_id(kOutside);
      for (const Spot corner :
           {Spot{-30'000, -30'000}, {30'000, -30'000}, {30'000, 30'000}, {-30'000, 30'000}}) {
        const Degrees at = degrees_of(corner);
        v1::Place& place = *all.mutable_shape()->mutable_polygon()->mutable_outer()->add_corners();
        place.set_lat_e7(at.lat_e7);
        place.set_lng_e7(at.lng_e7);
      }
    });
    say([](v1::Fact& fact) {
      const Degrees at = degrees_of({20'000, 20'000});
      v1::Zone& zone = *fact.mutable_zone_registered();
      zone.set_id("Z");
      zone.mutable_shape()->mutable_circle()->mutable_centre()->set_lat_e7(at.lat_e7);
      zone.mutable_shape()->mutable_circle()->mutable_centre()->set_lng_e7(at.lng_e7);
      zone.mutable_shape()->mutable_circle()->set_radius_mm(150'000);
    });
    for (uint64_t i = 0; i < options_.wearers; ++i) register_wearer(std::to_string(i));
  }

  void register_wearer(const std::string& number) {
    say([&](v1::Fact& fact) {
      fact.mutable_person_registered()->set_id("W-" + number);
      fact.mutable_person_registered()->set_role(v1::ROLE_WEARER);
    });
    say([&](v1::Fact& fact) {
      v1::Device& device = *fact.mutable_device_registered();
      device.set_id("D-" + number);
      device.set_kind(v1::DEVICE_KIND_ANKLE);
      device.set_person_id("W-" + number);
      device.set_interval_s(3'600);
    });
    say([&](v1::Fact& fact) {
      v1::Order& order = *fact.mutable_order_registered();
      order.set_id("O-" + number);
      order.set_version(1);
      order.set_kind("ST_PROV_3_2");
      order.set_legal_basis("31-6");
      order.set_wearer_id("W-" + number);
      order.set_starts_at_us(kStart.us);
      v1::Condition& barred = *order.add_conditions();
      barred.set_id("c-1");
      barred.mutable_exclusion()->set_zone_id("Z");
    });
  }

  const DeliveryOptions options_;
  Schedule schedule_;
  Random random_;
  Disk disk_;
  Wire wire_;
  WallClock clock_;
  Agency agency_;
  Ledger ledger_;
  Node* node_ = nullptr;
  bool registered_ = false, faults_on_ = true, died_at_call_ = false;
  uint64_t begun_ = 0, starts_ = 0, unkept_ = 0;
  std::map<uint64_t, uint64_t> seq_;
  std::map<uint64_t, std::deque<std::shared_ptr<const v1::Fact>>> unsent_;  // by wearer
};

}  // namespace

Delivered run_delivery(const DeliveryOptions& options) {
  ENSURE(running == nullptr);
  World world(options);
  const Delivered delivered = world.live();
  running = nullptr;
  mounted = nullptr;
  return delivered;
}

}  // namespace haechi::hunt
