#include "hunt/hunt.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/digest.h"
#include "base/ensure.h"
#include "haechi/v1/fact.pb.h"
#include "hunt/cad.h"
#include "hunt/device.h"
#include "hunt/disk.h"
#include "hunt/node.h"
#include "hunt/phones.h"
#include "hunt/readers.h"
#include "hunt/swarm.h"
#include "hunt/town.h"

namespace haechi::hunt {
namespace {

constexpr Time kStart{1'773'446'400'000'000};  // 2026-03-14T00:00:00Z
constexpr size_t kPairs = 4;
constexpr Duration kSecond = Duration::seconds(1);
constexpr Duration kRest = Duration::seconds(600);          // without faults, at the end, twice
constexpr Duration kUnanswered = Duration::seconds(240);    // nobody asks so seldom
constexpr Duration kClickPatience = Duration::seconds(15);  // then whoever pressed a button presses it again
constexpr char kData[] = "/hunt/data/", kSnapshots[] = "/hunt/data/snapshots/";
constexpr size_t kStoryMax = 400;
constexpr size_t kFindingsMax = 20;

class World {
 public:
  explicit World(const HuntOptions& options);
  Catch live();

 private:
  void tell(const std::string& line);
  void start_node();
  void node_started(const Status& started);
  void node_died(const std::string& why, Death death);
  void strike_node(Death death, const std::string& why);
  void stop_node();
  void harm_disk();
  void poison();
  void start_without_snapshots();
  void register_all();
  void agree(const std::string& protected_id);
  void open_app(const std::string& person_id);
  void click(std::shared_ptr<const v1::Fact> fact, std::function<void()> done);
  void every(Duration mean, std::function<void()> task);
  void plan_faults();
  void plan_disk();
  void plan_clock();
  void set_clock(Duration off);
  void plan_devices();
  void plan_agency();
  void plan_phones();
  void end_faults();
  void people_work();
  void second();
  std::map<std::string, size_t> waiting() const;

  const HuntOptions options_;
  Schedule schedule_;
  Random random_;
  const Swarm swarm_;
  Disk disk_;
  Wire wire_;
  WallClock clock_;
  Town town_;
  Catch catch_;
  Auditor auditor_;
  Cad cad_;
  Phones phones_;
  Readers readers_;
  std::vector<std::unique_ptr<Device>> devices_;
  Node* node_ = nullptr;  // never freed: a killed process frees nothing
  std::set<std::string> clicked_;
  bool faults_on_ = true;
  bool registered_ = false;
};

World::World(const HuntOptions& options)
    : options_(options),
      schedule_(kStart, options.seed * 7 + 1),
      random_(options.seed * 7 + 2),
      swarm_(options.seed * 7 + 3),
      disk_(options.seed * 7 + 4),
      wire_(schedule_, options.seed * 7 + 5),
      clock_(schedule_),
      town_(kPairs, options.seed * 7 + 6),
      auditor_(
          schedule_, town_, [this](const std::string& line) { tell(line); },
          [this](const std::string& finding) {
            tell("FOUND " + finding);
            if (catch_.findings.size() < kFindingsMax) catch_.findings.push_back(finding);
          }),
      cad_(schedule_, wire_, random_.next(),
           [this](const v1::HandOffMessage& message) { auditor_.told(message); }),
      phones_(
          schedule_, wire_, random_.next(), [this](const std::string& person) { auditor_.woken(person); },
          [this](const std::string& person) { open_app(person); }),
      readers_(schedule_, wire_, town_, random_.next()) {
  running = &schedule_;
  mounted = &disk_;
  wire = &wire_;
  schedule_.on_death([this](Process process, const std::string& why) {
    if (node_ != nullptr && node_->process() == process)
      node_died(why, swarm_.power_cuts && random_.chance(0.5) ? Death::kPowerCut : Death::kKilled);
  });
  for (const Pair& pair : town_.pairs) {
    for (const auto& [person, holder] :
         {std::pair<std::string, Walker*>{pair.wearer_id, pair.wearer.get()},
          std::pair<std::string, Walker*>{pair.protected_id, pair.protected_person.get()}}) {
      DeviceCharacter character = swarm_.character(random_);
      if (character.posts) character.tongue = static_cast<Tongue>((options.seed + devices_.size()) % 4);
      if (character.lies || character.clock_off.us != 0) auditor_.distrust(person);
      devices_.push_back(
          std::make_unique<Device>(schedule_, wire_, "D-" + person, *holder, character, random_.next(),
                                   [this](const v1::Report& report) { auditor_.acknowledged(report); }));
    }
  }
}

void World::tell(const std::string& line) {
  const int64_t ms = (schedule_.now() - kStart).ms();
  char at[32];
  std::snprintf(at, sizeof at, "%3lld:%02lld.%03lld  ", static_cast<long long>(ms / 60'000),
                static_cast<long long>(ms / 1'000 % 60), static_cast<long long>(ms % 1'000));
  catch_.story.push_back(at + line);
  if (!options_.story && catch_.story.size() > kStoryMax) catch_.story.erase(catch_.story.begin());
}

void World::every(Duration mean, std::function<void()> task) {
  const Duration delay{random_.between(mean.us / 4, mean.us * 7 / 4)};
  schedule_.at(schedule_.now() + delay, kWorld, [this, mean, task = std::move(task)] {
    if (!faults_on_) return;
    task();
    every(mean, task);
  });
}

void World::start_node() {
  ++catch_.starts;
  NodeOptions options;
  if (swarm_.overload && faults_on_) options.queue_max = 12;
  for (const Pair& pair : town_.pairs) options.phones_of.push_back(pair.protected_id);
  options.readers = readers_of(town_);
  if (swarm_.snapshots) options.snapshot_entries = static_cast<uint64_t>(random_.between(40, 2'000));
  node_ = new Node(schedule_, wire_, clock_, auditor_, options);
  auditor_.node_begins();
  disk_.errors_told = 0;
  node_->boot([this](const Status& started) { node_started(started); });
}

void World::node_started(const Status& started) {
  if (started.ok()) {
    const uint64_t behind = node_->began_behind();
    tell(behind == 0 ? "the node listens"
                     : "the node listens, from the snapshot of entry " + std::to_string(behind));
    auditor_.node_listens(behind);
    schedule_.poisoned = auditor_.poison_outstanding();
    if (!std::exchange(registered_, true)) register_all();
    return;
  }
  tell("the node refuses to start: " + started.error().text());
  const bool excused = started.error().code == Code::kCorrupt ? disk_.decayed() : disk_.errors_told > 0;
  if (!excused) auditor_.refused(started.error().text());
  if (disk_.decayed()) {
    tell("the operator gives the disk its mirror's copy");
    disk_.mend();
  }
  schedule_.kill(node_->process());
  node_ = nullptr;
  disk_.crash(Death::kKilled);
  schedule_.at(schedule_.now() + Duration::seconds(5), kWorld, [this] { start_node(); });
}

void World::node_died(const std::string& why, Death death) {
  tell(std::string("the node dies (") + why + (death == Death::kPowerCut ? "), and the power goes" : ")"));
  const bool read_everything = node_->listening() && node_->began_behind() == 0;
  if (why.find("poison") != std::string::npos && death == Death::kKilled) auditor_.ended_by_poison();
  node_ = nullptr;
  wire_.stop_listening();
  disk_.crash(death);
  if (read_everything) disk_.mend_forgotten();
  if (why.find("decayed") != std::string::npos) {
    tell("the operator gives the disk its mirror's copy");
    disk_.mend();
  }
  if (faults_on_) harm_disk();
  schedule_.at(schedule_.now() + Duration{random_.between(500'000, 40'000'000)}, kWorld,
               [this] { start_node(); });
}

void World::harm_disk() {
  std::string what;
  if (swarm_.disk_rots && random_.chance(0.3) && !(what = disk_.rot(kData)).empty())
    tell("a bit decays: " + what);
  if (!swarm_.snapshots || !swarm_.snapshots_spoilt) return;
  if (random_.chance(0.3) && !(what = disk_.spoil(kSnapshots)).empty()) tell(what);
  if (random_.chance(0.1)) {
    tell("the operator removes the snapshots");
    disk_.clear(kSnapshots);
  }
}

// As an operator or an upgrade ends it.
void World::stop_node() {
  if (node_ == nullptr || !node_->listening()) return;
  tell("the node is told to stop");
  wire_.stop_listening();
  node_->stop([this, ending = node_] {
    if (node_ != ending) return;
    schedule_.kill(ending->process());
    node_died("stopped", Death::kKilled);
  });
}

// Whether all that the starts behind snapshots left unread is still there and still says the same.
void World::start_without_snapshots() {
  strike_node(Death::kKilled, "killed for the last time");
  disk_.clear(kSnapshots);
}

void World::poison() {
  Device& device = *devices_[random_.below(devices_.size())];
  if (auditor_.poison_outstanding() || device.waiting() > 0) return;
  tell(device.id() + " sends poison");
  auditor_.poisoned(device.poison());
  schedule_.poisoned = true;
}

void World::strike_node(Death death, const std::string& why) {
  if (node_ == nullptr) return;
  schedule_.kill(node_->process());
  node_died(why, death);
}

// Somebody at a screen: what was not confirmed is pressed again.
void World::click(std::shared_ptr<const v1::Fact> fact, std::function<void()> done) {
  const auto confirmed = std::make_shared<bool>(false);
  if (node_ != nullptr && node_->listening())
    node_->submit(std::make_unique<v1::Fact>(*fact), [confirmed, done](bool kept) {
      if (!kept || std::exchange(*confirmed, true)) return;
      if (done) done();
    });
  schedule_.at(schedule_.now() + kClickPatience, kWorld, [this, confirmed, fact, done] {
    if (!*confirmed) click(fact, done);
  });
}

// Her app shows what is open about her, and says so.
void World::open_app(const std::string& person_id) {
  if (node_ == nullptr || !node_->listening()) return;
  tell(person_id + " looks at her phone");
  for (const std::string& alert_id : auditor_.alerts_about(person_id)) {
    auto fact = std::make_unique<v1::Fact>();
    v1::HopObserved& hop = *fact->mutable_hop_observed();
    hop.set_alert_id(alert_id);
    hop.set_hop(v1::HOP_SHOWN_PROTECTED);
    hop.set_at_us(clock_.now().us);
    hop.set_who(person_id);
    node_->submit(std::move(fact), [](bool) {});
  }
}

void set_place(const Degrees& degrees, v1::Place& place) {
  place.set_lat_e7(degrees.lat_e7);
  place.set_lng_e7(degrees.lng_e7);
}

void World::register_all() {
  const auto say = [this](const std::function<void(v1::Fact&)>& fill) {
    auto fact = std::make_shared<v1::Fact>();
    fill(*fact);
    click(fact, {});
  };
  for (const auto& [id, desk] : {std::pair(kBuiltIn, v1::DESK_BUILT_IN), {kOutside, v1::DESK_CONNECTOR}})
    say([&, id = id, desk = desk](v1::Fact& fact) {
      fact.mutable_agency_registered()->set_id(id);
      fact.mutable_agency_registered()->set_desk(desk);
    });
  for (const auto& [id, west, east] : {std::tuple(kBuiltIn, -60'000.0, 0.0), {kOutside, 0.0, 60'000.0}})
    say([&, id = id, west = west, east = east](v1::Fact& fact) {
      v1::Jurisdiction& made = *fact.mutable_jurisdiction_registered();
      made.set_id(std::string("J-") + id);
      made.set_agency_id(id);
      for (const Spot corner :
           {Spot{west, -30'000}, Spot{east, -30'000}, Spot{east, 30'000}, Spot{west, 30'000}})
        set_place(degrees_of(corner),
                  *made.mutable_shape()->mutable_polygon()->mutable_outer()->add_corners());
    });
  for (int i = 1; i <= 4; ++i)
    say([&](v1::Fact& fact) {
      fact.mutable_unit_registered()->set_id("U-" + std::to_string(i));
      fact.mutable_unit_registered()->set_agency_id(kBuiltIn);
      fact.mutable_unit_registered()->set_call_sign("west " + std::to_string(i));
    });
  for (const Pair& pair : town_.pairs) {
    for (const auto& [id, role] :
         {std::pair(pair.wearer_id, v1::ROLE_WEARER), {pair.protected_id, v1::ROLE_PROTECTED_PERSON}}) {
      say([&, id = id, role = role](v1::Fact& fact) {
        fact.mutable_person_registered()->set_id(id);
        fact.mutable_person_registered()->set_role(role);
      });
      say([&, id = id, role = role](v1::Fact& fact) {
        v1::Device& device = *fact.mutable_device_registered();
        device.set_id("D-" + id);
        device.set_kind(role == v1::ROLE_WEARER ? v1::DEVICE_KIND_ANKLE : v1::DEVICE_KIND_PHONE);
        device.set_person_id(id);
        device.set_interval_s(Device::kIntervalS);
        const Digest secret = sha256(Device::kSecret);
        // Of whom a forwarder tells, no other may.
        const bool forwarded = std::any_of(devices_.begin(), devices_.end(), [&](const auto& known) {
          return known->id() == device.id() && known->character().tongue == Tongue::kTraccar;
        });
        if (!forwarded) device.set_secret_sha256(secret.data(), secret.size());
      });
    }
    say([&](v1::Fact& fact) {
      v1::Zone& zone = *fact.mutable_zone_registered();
      zone.set_id(pair.zone_id);
      set_place(degrees_of(pair.zone), *zone.mutable_shape()->mutable_circle()->mutable_centre());
      zone.mutable_shape()->mutable_circle()->set_radius_mm(static_cast<uint32_t>(kZoneRadiusM * 1'000));
    });
    say([&](v1::Fact& fact) {
      v1::Order& order = *fact.mutable_order_registered();
      order.set_id("O-" + pair.wearer_id);
      order.set_version(1);
      order.set_kind("ST_PROV_3_2");
      order.set_legal_basis("31-6");
      order.set_wearer_id(pair.wearer_id);
      order.set_starts_at_us(kStart.us);
      v1::Condition& away = *order.add_conditions();
      away.set_id("c-1");
      away.mutable_keep_away()->set_protected_id(pair.protected_id);
      away.mutable_keep_away()->set_ban_mm(static_cast<uint32_t>(kRadiusM * 1'000));
      v1::Condition& barred = *order.add_conditions();
      barred.set_id("c-2");
      barred.mutable_exclusion()->set_zone_id(pair.zone_id);
    });
  }
  for (size_t i = 0; i < town_.pairs.size(); i += 2) agree(town_.pairs[i].protected_id);
  for (const auto& device : devices_) device->start();
  readers_.start();
}

// She has read the penalty notice, and agrees to be shown where he is.
void World::agree(const std::string& protected_id) {
  auto notice = std::make_shared<v1::Fact>(), consent = std::make_shared<v1::Fact>();
  notice->mutable_case_fact()->mutable_notice_given()->set_protected_id(protected_id);
  notice->mutable_case_fact()->mutable_notice_given()->set_notice_code("kr-em-36-4.1");
  consent->mutable_case_fact()->mutable_consent_recorded()->set_protected_id(protected_id);
  consent->mutable_case_fact()->mutable_consent_recorded()->set_given(true);
  click(notice, [this, consent] { click(consent, {}); });
}

void World::plan_faults() {
  if (options_.poison) every(Duration::seconds(600), [this] { poison(); });
  if (swarm_.stops) every(Duration::seconds(700), [this] { stop_node(); });
  if (swarm_.kills) every(Duration::seconds(500), [this] { strike_node(Death::kKilled, "killed"); });
  if (swarm_.power_cuts)
    every(Duration::seconds(600), [this] { strike_node(Death::kPowerCut, "the plug is pulled"); });
  if (swarm_.kills_while_writing)
    every(Duration::seconds(400), [this] {
      if (disk_.die_after == 0) disk_.die_after = static_cast<uint64_t>(random_.between(1, 60));
    });
  // The moment at which most is under way.
  if (swarm_.kills_at_alerts)
    auditor_.on_alert = [this] {
      if (!faults_on_ || !random_.chance(0.3)) return;
      // Half of them before what it says can have left the house.
      const int64_t latest_us = random_.chance(0.5) ? 50'000 : 1'000'000;
      schedule_.at(schedule_.now() + Duration{random_.between(0, latest_us)}, kWorld,
                   [this] { strike_node(Death::kKilled, "killed at an alert"); });
    };
  if (swarm_.letters_lost) wire_.faults.lost = 0.15;
  if (swarm_.letters_twice) wire_.faults.twice = 0.15;
  if (swarm_.wire_slow) wire_.faults.delay_max = Duration::seconds(2);
  plan_disk();
  plan_clock();
  plan_devices();
  plan_agency();
  plan_phones();
}

void World::plan_disk() {
  const auto for_a_while = [this](Duration most, const std::string& what, const Task& begin,
                                  const Task& end) {
    begin();
    tell("the disk " + what);
    schedule_.at(schedule_.now() + Duration{random_.between(1'000'000, most.us)}, kWorld, [this, end] {
      end();
      tell("the disk is well again");
    });
  };
  if (swarm_.disk_errors)
    every(Duration::seconds(700), [=, this] {
      for_a_while(
          Duration::seconds(4), "tells errors", [this] { disk_.faults.error_chance = 0.2; },
          [this] { disk_.faults.error_chance = 0; });
    });
  if (swarm_.disk_full)
    every(Duration::seconds(900), [=, this] {
      for_a_while(
          Duration::seconds(30), "is full", [this] { disk_.faults.full = true; },
          [this] { disk_.faults.full = false; });
    });
  if (swarm_.disk_slow)
    every(Duration::seconds(300), [=, this] {
      for_a_while(
          Duration::seconds(40), "is slow",
          [this] { disk_.faults.sync_max = Duration{random_.between(100'000, 5'000'000)}; },
          [this] { disk_.faults.sync_max = DiskFaults{}.sync_max; });
    });
}

void World::set_clock(Duration off) {
  clock_.off = off;
  tell("the machine's clock is " + std::to_string(clock_.wrong_by().s()) + " s ahead of the true time");
}

void World::plan_clock() {
  if (swarm_.clock_drifts) clock_.drift_ppm = random_.between(-300, 300);
  if (!swarm_.clock_set) return;
  every(Duration::seconds(900), [this] {
    const int64_t most_us = random_.chance(0.5) ? 300'000'000 : 10'800'000'000;
    set_clock(Duration{random_.between(-most_us, most_us)});
    schedule_.at(schedule_.now() + Duration{random_.between(5'000'000, 300'000'000)}, kWorld,
                 [this] { set_clock({}); });
  });
}

void World::plan_devices() {
  const auto one = [this]() -> Device& { return *devices_[random_.below(devices_.size())]; };
  if (swarm_.devices_cut_off)
    every(Duration::seconds(180), [=, this] {
      Device& device = one();
      wire_.cut_off(device.id(), true);
      tell(device.id() + " is cut off");
      schedule_.at(schedule_.now() + Duration{random_.between(5'000'000, 420'000'000)}, kWorld,
                   [this, &device] {
                     wire_.cut_off(device.id(), false);
                     tell(device.id() + " has a network again");
                   });
    });
  if (swarm_.lines_reset) every(Duration::seconds(60), [=, this] { wire_.reset_line(one().id()); });
  if (swarm_.devices_drain)
    every(Duration::seconds(600), [=, this] {
      Device& device = one();
      device.drain(true);
      tell(device.id() + " has an empty battery");
      schedule_.at(schedule_.now() + Duration{random_.between(60'000'000, 600'000'000)}, kWorld,
                   [this, &device] {
                     device.drain(false);
                     tell(device.id() + " is charged again");
                   });
    });
}

void World::plan_agency() {
  const auto mood = [this](bool wanted, Cad::Mood mood) {
    if (!wanted) return;
    every(Duration::seconds(700), [this, mood] {
      cad_.mood = mood;
      tell(std::string("the agency ") + Cad::name(mood));
      schedule_.at(schedule_.now() + Duration{random_.between(10'000'000, 240'000'000)}, kWorld, [this] {
        cad_.mood = Cad::Mood::kWorks;
        tell("the agency works again");
      });
    });
  };
  mood(swarm_.agency_refuses, Cad::Mood::kRefuses);
  mood(swarm_.agency_deaf, Cad::Mood::kDeaf);
  mood(swarm_.agency_fails, Cad::Mood::kFails);
  mood(swarm_.agency_lies, Cad::Mood::kLies);
}

void World::plan_phones() {
  const auto out_of_order = [this](bool wanted, const char* what, bool& fails) {
    if (!wanted) return;
    every(Duration::seconds(600), [this, what, &fails] {
      fails = true;
      tell(std::string(what) + " is out of order");
      schedule_.at(schedule_.now() + Duration{random_.between(10'000'000, 300'000'000)}, kWorld,
                   [&fails] { fails = false; });
    });
  };
  out_of_order(swarm_.push_fails, "the push service", phones_.push_fails);
  out_of_order(swarm_.texts_fail, "the gateway of text messages", phones_.texts_fail);
}

void World::end_faults() {
  tell("all faults stop");
  faults_on_ = false;
  disk_.faults = {};
  disk_.die_after = 0;
  wire_.faults = {};
  set_clock({});
  cad_.mood = Cad::Mood::kWorks;
  phones_.push_fails = phones_.texts_fail = false;
  for (const auto& device : devices_) {
    device->behave();
    device->drain(false);
    wire_.cut_off(device->id(), false);
  }
  for (Pair& pair : town_.pairs) pair.wearer->reform(schedule_.now());
}

// The operator takes alerts and resolves what is over; the desk closes its calls.
void World::people_work() {
  schedule_.at(schedule_.now() + Duration::seconds(7), kWorld, [this] { people_work(); });
  for (const Auditor::Work& work : auditor_.work()) {
    if (!clicked_.insert(work.alert_id + std::to_string(work.handling)).second) continue;
    auto fact = std::make_shared<v1::Fact>();
    v1::AlertHandled& handled = *fact->mutable_alert_handled();
    handled.set_alert_id(work.alert_id);
    handled.set_handling(work.handling);
    handled.set_by("kim");
    handled.set_reason_code("TRUE_VIOLATION");
    click(fact, {});
  }
  for (const auto& [id, opened_at] : auditor_.open_calls()) {
    if (schedule_.now() - opened_at < Duration::seconds(240) || !clicked_.insert(id).second) continue;
    auto fact = std::make_shared<v1::Fact>();
    fact->mutable_call_closed_by_hand()->set_call_id(id);
    fact->mutable_call_closed_by_hand()->set_disposition("01");
    fact->mutable_call_closed_by_hand()->set_by("lee");
    click(fact, {});
  }
}

void World::second() {
  schedule_.at(schedule_.now() + kSecond, kWorld, [this] { second(); });
  Conditions now;
  now.node_up = node_ != nullptr && node_->listening();
  now.agency_reachable = cad_.mood == Cad::Mood::kWorks && !wire_.in_doubt();
  now.phones_reachable = phones_.reachable() && !wire_.in_doubt();
  auditor_.clock_was_wrong(clock_.wrong_by());
  auditor_.second(now);
}

std::map<std::string, size_t> World::waiting() const {
  std::map<std::string, size_t> out;
  for (const auto& device : devices_) out[device->id()] = device->waiting() > 2 ? device->waiting() : 0;
  out["the agency"] = cad_.unsent();
  out["pages"] = readers_.unanswered(kUnanswered);
  out["the node"] = node_ == nullptr ? 1 : node_->waiting();
  return out;
}

Catch World::live() {
  catch_.seed = options_.seed;
  catch_.swarm = swarm_.names();
  tell("faults: " + catch_.swarm);
  start_node();
  people_work();
  second();
  // The first minute is quiet, so that everybody is known before anything goes wrong.
  schedule_.at(kStart + Duration::seconds(60), kWorld, [this] { plan_faults(); });
  const Time end = kStart + Duration::seconds(60 * options_.minutes);
  schedule_.run_until(end);
  end_faults();
  schedule_.run_until(end + kRest);
  if (swarm_.snapshots) start_without_snapshots();
  schedule_.run_until(end + kRest * 2);
  auditor_.drained(waiting());
  catch_.hours = static_cast<double>((schedule_.now() - kStart).s()) / 3'600;
  catch_.digest = auditor_.digest();
  catch_.counts = auditor_.counts();
  return catch_;
}

}  // namespace

Catch run_hunt(const HuntOptions& options) {
  ENSURE(running == nullptr);
  World world(options);
  Catch caught = world.live();
  running = nullptr;
  mounted = nullptr;
  return caught;
}

}  // namespace haechi::hunt
