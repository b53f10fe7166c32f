// What judging costs: the whole engine, single-threaded and in memory, over generated worlds.
//
// Timed is Engine::step() alone, reports and the tick of each second together, in processor time of the
// thread. Facts are built outside of the
// timed part, in blocks, as they would come decoded out of the log. Everyone, wearers and protected persons
// alike, reports every 15 seconds in an order that no cache can foresee. A cell of the grid runs in a process
// of its own, so that one cell's memory is not another's; bytes per wearer are what the heap holds more
// than before, his protected persons, devices, orders and rings of fixes counted in.
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

#include "base/archive.h"
#include "base/heap.h"
#include "base/random.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "law/shapes.h"
#include "log/log.h"
#include "spine/engine.h"
#include "vault/key_ring.h"
#include "vault/sealer.h"

namespace haechi {
namespace {

// Seconds that this thread has had of a processor: others on the machine do not count.
double cpu_s() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

const geo::Place kSeoul{375'665'000, 1'269'780'000};
const Time kStart{1'773'446'400'000'000};
constexpr double kRegionM = 60'000;  // homes lie in a square of 120 km
constexpr int64_t kIntervalS = 15;
constexpr size_t kBlock = 512;  // facts built at a time
// Rounds before the clock runs, so that rings of fixes are full and first alarms have rung.
constexpr int64_t kWarmRounds = 36;

struct Cell {
  int64_t wearers = 100'000;
  int64_t zones = 10'000;
  int64_t pairs = 1;
};

struct Options {
  int64_t reports = 2'000'000;  // timed, per cell
  int64_t warm_rounds = kWarmRounds;
  bool full = false;
  bool ticks = false;
  bool snapshot = false;
  std::string log;          // directory
  std::string keys_beside;  // seals the log under the ring of this data directory
  bool check = false;
  std::vector<Cell> cells;
};

// Who moves: two of three rest, the others walk or drive for a while and then turn home again.
struct Mover {
  float home_east_m = 0, home_north_m = 0;
  float east_m = 0, north_m = 0;  // from home
  float speed_mps = 0, heading = 0;
  int32_t left_s = 0;  // of what he is doing
};

std::string numbered(const char* prefix, int64_t number) {
  return prefix + std::to_string(10'000'000 + number);
}

class World {
 public:
  explicit World(const Cell& cell)
      : cell_(cell), random_(97), people_(static_cast<size_t>(cell.wearers * (1 + cell.pairs))) {
    facts_.resize(kBlock);
    turns_.resize(people_.size());
    for (size_t i = 0; i < turns_.size(); ++i) turns_[i] = static_cast<uint32_t>(i);
    for (size_t i = turns_.size() - 1; i > 0; --i) std::swap(turns_[i], turns_[random_.below(i + 1)]);
    settle();
  }

  void register_all();
  // Reports in turn, until so many have been applied; the seconds that the engine took.
  double run(int64_t reports);
  // One tick with nothing due, and one with k orders ending. Nanoseconds.
  void measure_ticks();
  void measure_snapshot();

  size_t people() const { return people_.size(); }
  int64_t bytes_of_zones() const { return bytes_of_zones_; }
  int64_t bytes_of_people() const { return heap_bytes() - bytes_before_ - bytes_of_zones_; }
  uint64_t alerts() const { return alerts_; }
  uint64_t effects() const { return effects_; }
  uint64_t entries() const { return entry_; }
  // Effects are digested from now on: two builds that judge alike have one digest. Not to be timed with.
  void check() { check_ = true; }
  // What is applied goes into this log too, for a node to start on.
  void keep_in(std::unique_ptr<log::Log> log) { log_ = std::move(log); }
  // ... sealed under keys of this ring.
  void seal_with(std::unique_ptr<vault::KeyRing> ring) {
    ring_ = std::move(ring);
    sealer_ = std::make_unique<vault::Sealer>(*ring_);
  }
  void commit();
  uint64_t digest() const { return digest_; }

 private:
  void settle();
  void apply(const v1::Fact& fact);
  void keep(const v1::Fact& fact);
  void add_zone(int64_t number);
  void add_person(int64_t number, bool wearer);
  v1::Order order_of(int64_t wearer);
  void move(Mover& mover);
  void fill(v1::Fact& fact, uint32_t person);
  geo::Place place_of(const Mover& mover) const;

  Cell cell_;
  Random random_;
  std::vector<Mover> people_;  // wearers first, then the protected persons of the first, of the second, ...
  std::vector<uint32_t> turns_;
  std::vector<geo::Place> zone_centres_;
  std::vector<v1::Fact> facts_;
  std::unique_ptr<spine::Engine> engine_;
  uint64_t entry_ = 0;
  Time now_ = kStart, stamped_;  // now, and when the latest entry was
  Time next_tick_ = kStart + Duration::seconds(1);
  size_t turn_ = 0;
  int64_t bytes_before_ = 0, bytes_of_zones_ = 0;
  uint64_t alerts_ = 0, effects_ = 0;
  bool check_ = false;
  uint64_t digest_ = 0;
  std::unique_ptr<log::Log> log_;
  std::unique_ptr<vault::KeyRing> ring_;
  std::unique_ptr<vault::Sealer> sealer_;
  std::vector<std::pair<Time, std::string>> kept_;  // to be appended
};

geo::Place World::place_of(const Mover& mover) const {
  constexpr double kE7PerM = 1e7 / 111'195;
  const double north = (mover.home_north_m + mover.north_m) * kE7PerM;
  const double east = (mover.home_east_m + mover.east_m) * kE7PerM / 0.7926;  // cosine of the latitude
  return {kSeoul.lat_e7 + static_cast<int32_t>(north), kSeoul.lng_e7 + static_cast<int32_t>(east)};
}

// A protected person lives 3 to 60 km from the wearer, nearer more often than farther.
void World::settle() {
  const auto n = static_cast<size_t>(cell_.wearers);
  for (size_t i = 0; i < people_.size(); ++i) {
    Mover& mover = people_[i];
    if (i < n) {
      mover.home_east_m = static_cast<float>((random_.unit() * 2 - 1) * kRegionM);
      mover.home_north_m = static_cast<float>((random_.unit() * 2 - 1) * kRegionM);
      continue;
    }
    const double away_m = 3'000 * std::pow(20.0, random_.unit());
    const double angle = 2 * std::numbers::pi * random_.unit();
    mover.home_east_m = people_[i % n].home_east_m + static_cast<float>(away_m * std::cos(angle));
    mover.home_north_m = people_[i % n].home_north_m + static_cast<float>(away_m * std::sin(angle));
  }
}

void World::keep(const v1::Fact& fact) {
  constexpr size_t kCommit = 4'096;
  if (!log_) return;
  if (sealer_) {
    v1::Fact kept = fact;
    const Result<std::string> bytes = sealer_->seal(entry_ + 1, kept);
    ENSURE(bytes.ok());
    kept_.emplace_back(now_, *bytes);
  } else {
    kept_.emplace_back(now_, fact.SerializeAsString());
  }
  if (kept_.size() == kCommit) commit();
}

void World::commit() {
  if (ring_) ENSURE(ring_->settle().ok());
  std::vector<log::NewRecord> records;
  for (const auto& [stamp, bytes] : kept_) records.push_back({stamp, bytes});
  if (!records.empty()) ENSURE(log_->append(records).ok());
  kept_.clear();
}

void World::apply(const v1::Fact& fact) {
  now_ = std::max(now_, stamped_ + Duration{1});
  stamped_ = now_;
  keep(fact);
  const auto effects = engine_->step({++entry_, now_, fact});
  effects_ += effects.size();
  for (const auto& effect : effects) alerts_ += effect->has_raise_alert();
  if (!check_) return;
  for (const auto& effect : effects)
    digest_ = digest_ * 1'099'511'628'211u ^ std::hash<std::string>()(effect->SerializeAsString());
}

// Two of five a circle of 100 m, as around a school; the others polygons of 8 to 40 corners.
void World::add_zone(int64_t number) {
  v1::Fact fact;
  v1::Zone& zone = *fact.mutable_zone_registered();
  zone.set_id(numbered("zone-", number));
  const auto reach = static_cast<int64_t>(kRegionM * 500);
  const int64_t east_mm = random_.between(-reach, reach) * 2;
  const geo::Place centre = geo::moved(geo::moved(kSeoul, {east_mm / 2, 0}),
                                       {east_mm - east_mm / 2, random_.between(-reach, reach)});
  zone_centres_.push_back(centre);
  if (random_.chance(0.4)) {
    law::set_place(centre, *zone.mutable_shape()->mutable_circle()->mutable_centre());
    zone.mutable_shape()->mutable_circle()->set_radius_mm(100'000);
  } else {
    const int64_t corners = random_.between(8, 40);
    const double radius_m = 50 + 450 * random_.unit();
    for (int64_t i = 0; i < corners; ++i) {
      const double angle = 2 * std::numbers::pi * (static_cast<double>(i) + 0.2 + 0.6 * random_.unit()) /
                           static_cast<double>(corners);
      const double radius_mm = radius_m * (700 + 300 * random_.unit());
      law::set_place(geo::moved(centre, {std::llround(radius_mm * std::cos(angle)),
                                         std::llround(radius_mm * std::sin(angle))}),
                     *zone.mutable_shape()->mutable_polygon()->mutable_outer()->add_corners());
    }
  }
  apply(fact);
}

void World::add_person(int64_t number, bool wearer) {
  v1::Fact fact;
  fact.mutable_person_registered()->set_id(numbered("person-", number));
  fact.mutable_person_registered()->set_role(wearer ? v1::ROLE_WEARER : v1::ROLE_PROTECTED_PERSON);
  apply(fact);
  v1::Device& device = *fact.mutable_device_registered();
  device.set_id(numbered("device-", number));
  device.set_kind(wearer ? v1::DEVICE_KIND_ANKLE : v1::DEVICE_KIND_PHONE);
  device.set_person_id(numbered("person-", number));
  device.set_interval_s(kIntervalS);
  apply(fact);
  if (wearer) return;
  // She agreed to be shown what her orders grant her, so that views are measured too.
  v1::Fact notice, consent;
  notice.mutable_case_fact()->mutable_notice_given()->set_protected_id(numbered("person-", number));
  notice.mutable_case_fact()->mutable_notice_given()->set_notice_code("kr-em-36-4.1");
  consent.mutable_case_fact()->mutable_consent_recorded()->set_protected_id(numbered("person-", number));
  consent.mutable_case_fact()->mutable_consent_recorded()->set_given(true);
  apply(notice);
  apply(consent);
}

// A keep-away to each of his protected persons; for every second wearer, and for all who have none, a zone
// that is barred, of eight drawn the one nearest to his home.
v1::Order World::order_of(int64_t wearer) {
  v1::Order order;
  order.set_id(numbered("order-", wearer));
  order.set_version(1);
  order.set_kind("ST_PROV_3_2");
  order.set_legal_basis("31-6");
  order.set_wearer_id(numbered("person-", wearer));
  order.set_starts_at_us(kStart.us);
  order.set_time_zone("Asia/Seoul");
  for (int64_t p = 0; p < cell_.pairs; ++p) {
    v1::Condition& condition = *order.add_conditions();
    condition.set_id("pair-" + std::to_string(p));
    condition.mutable_keep_away()->set_protected_id(numbered("person-", wearer + cell_.wearers * (p + 1)));
  }
  if (cell_.pairs > 0 && (wearer % 2 == 0 || zone_centres_.empty())) return order;
  const geo::Place home = place_of(people_[static_cast<size_t>(wearer)]);
  size_t best = 0;
  int64_t best_mm = INT64_MAX;
  for (int draw = 0; draw < 8; ++draw) {
    const size_t zone = random_.below(zone_centres_.size());
    const int64_t away_mm = geo::distance_mm(home, zone_centres_[zone]);
    if (away_mm >= best_mm) continue;
    best = zone;
    best_mm = away_mm;
  }
  order.add_conditions()->set_id("zone");
  v1::Condition& barred = *order.mutable_conditions(order.conditions_size() - 1);
  barred.mutable_exclusion()->set_zone_id(numbered("zone-", static_cast<int64_t>(best)));
  barred.mutable_exclusion()->set_buffer_mm(100'000);
  return order;
}

void World::register_all() {
  bytes_before_ = heap_bytes();
  engine_ = std::make_unique<spine::Engine>(0);
  v1::Fact fact;
  v1::TimeZone& local = *fact.mutable_time_zone_registered();
  local.set_name("Asia/Seoul");
  local.add_transitions()->set_from_s(INT64_MIN);
  local.mutable_transitions(0)->set_offset_s(9 * 3'600);
  apply(fact);
  zone_centres_.reserve(static_cast<size_t>(cell_.zones));
  for (int64_t i = 0; i < cell_.zones; ++i) add_zone(i);
  bytes_of_zones_ = heap_bytes() - bytes_before_;
  for (size_t i = 0; i < people_.size(); ++i)
    add_person(static_cast<int64_t>(i), static_cast<int64_t>(i) < cell_.wearers);
  for (int64_t i = 0; i < cell_.wearers; ++i) {
    *fact.mutable_order_registered() = order_of(i);
    apply(fact);
  }
  next_tick_ = Time{(now_.us / 1'000'000 + 1) * 1'000'000};
}

void World::move(Mover& mover) {
  mover.left_s -= kIntervalS;
  if (mover.left_s <= 0) {
    const double drawn = random_.unit();
    const float away_m = std::hypot(mover.east_m, mover.north_m);
    mover.left_s = static_cast<int32_t>(random_.between(120, drawn < 0.6 ? 3'600 : 1'200));
    mover.speed_mps = drawn < 0.6 ? 0.F : drawn < 0.85 ? 1.4F : 14.F;
    mover.heading = away_m > 5'000 ? std::atan2(-mover.north_m, -mover.east_m)
                                   : static_cast<float>(2 * std::numbers::pi * random_.unit());
  }
  mover.east_m += mover.speed_mps * kIntervalS * std::cos(mover.heading);
  mover.north_m += mover.speed_mps * kIntervalS * std::sin(mover.heading);
}

void World::fill(v1::Fact& fact, uint32_t person) {
  Mover& mover = people_[person];
  move(mover);
  v1::ReportReceived& received = *fact.mutable_report_received();
  received.set_received_at_us(now_.us);
  v1::Report& report = *received.mutable_report();
  report.set_device_id(numbered("device-", person));
  report.set_epoch(1);
  report.set_seq(entry_);
  report.set_sent_at_us(now_.us - 300'000);
  report.set_battery_percent(80);
  v1::Fix& fix = *report.mutable_fix();
  Mover told = mover;
  told.east_m += static_cast<float>(4 * random_.normal());
  told.north_m += static_cast<float>(4 * random_.normal());
  law::set_place(place_of(told), *fix.mutable_place());
  fix.set_fixed_at_us(now_.us - 1'000'000);
  fix.set_accuracy_mm(8'000);
  fix.set_source(v1::FIX_SOURCE_GNSS);
  fix.set_speed_mmps(static_cast<uint32_t>(mover.speed_mps * 1'000));
}

double World::run(int64_t reports) {
  const auto people = static_cast<int64_t>(people_.size());
  const int64_t apart_us = std::max<int64_t>(1, kIntervalS * 1'000'000 / people);
  v1::Fact tick;
  tick.mutable_clock_ticked();
  double seconds = 0;
  std::vector<Time> stamps(kBlock);
  for (int64_t done = 0; done < reports;) {
    const auto count = static_cast<size_t>(std::min<int64_t>(kBlock, reports - done));
    for (size_t i = 0; i < count; ++i) {
      now_ = now_ + Duration{apart_us};
      stamps[i] = now_;
      fill(facts_[i], turns_[turn_++ % turns_.size()]);
    }
    const double start = cpu_s();
    for (size_t i = 0; i < count; ++i) {
      if (i + spine::Engine::kAhead < count) engine_->expect(facts_[i + spine::Engine::kAhead]);
      for (; next_tick_ < stamps[i]; next_tick_ = next_tick_ + Duration::seconds(1)) {
        now_ = next_tick_;
        apply(tick);
      }
      if (next_tick_ == stamps[i]) next_tick_ = next_tick_ + Duration::seconds(1);
      now_ = stamps[i];
      apply(facts_[i]);
    }
    seconds += cpu_s() - start;
    done += static_cast<int64_t>(count);
  }
  return seconds;
}

// Orders end in the middle of the day, all others go on: what is due is exactly those.
void World::measure_ticks() {
  v1::Fact tick;
  tick.mutable_clock_ticked();
  int64_t wearer = 0;
  for (const int64_t due : {0, 1, 10, 100, 1'000, 10'000}) {
    if (wearer + due > cell_.wearers) break;
    const Time end = now_ + Duration::seconds(1);
    for (int64_t i = 0; i < due; ++i, ++wearer) {
      v1::Fact fact;
      *fact.mutable_order_registered() = order_of(wearer);
      fact.mutable_order_registered()->set_version(2);
      fact.mutable_order_registered()->set_ends_at_us(end.us);
      apply(fact);
    }
    // Whatever else is due by then comes first and is not counted.
    now_ = end - Duration{1};
    apply(tick);
    now_ = end;
    const int ticks = due == 0 ? 1'000 : 1;  // one of nothing is too short to be timed
    const double start = cpu_s();
    for (int i = 0; i < ticks; ++i) apply(tick);
    const double ns = (cpu_s() - start) * 1e9 / static_cast<double>(ticks);
    if (due == 0)
      std::printf("tick: wearers=%ld due=0 ns=%.0f\n", cell_.wearers, ns);
    else
      std::printf("tick: wearers=%ld due=%ld ns=%.0f ns_per_due=%.0f\n", cell_.wearers, due, ns,
                  ns / static_cast<double>(due));
  }
}

// The state as bytes and back, and whether an engine that was loaded holds the same.
void World::measure_snapshot() {
  Writer out, again;
  double start = cpu_s();
  engine_->save(out);
  const double save_s = cpu_s() - start;
  const std::string bytes = out.take();
  spine::Engine loaded(0);
  Reader in(bytes);
  start = cpu_s();
  loaded.load(in);
  const double load_s = cpu_s() - start;
  loaded.save(again);
  const double wearers = static_cast<double>(cell_.wearers);
  std::printf(
      "snapshot: wearers=%ld bytes_per_wearer=%.0f save_us_per_1000=%.0f load_us_per_1000=%.0f "
      "save_mb_per_s=%.0f "
      "same=%d\n",
      cell_.wearers, static_cast<double>(bytes.size()) / wearers, save_s * 1e9 / wearers,
      load_s * 1e9 / wearers, static_cast<double>(bytes.size()) / save_s / 1e6,
      in.done() && again.take() == bytes);
}

void measure(const Cell& cell, const Options& options) {
  World world(cell);
  if (options.check) world.check();
  if (!options.log.empty()) {
    auto log = log::open_sqlite_log({.directory = options.log});
    ENSURE(log.ok(), log.error().text());
    world.keep_in(*std::move(log));
    if (!options.keys_beside.empty()) {
      auto ring = vault::open_ring(vault::place_beside(options.keys_beside), vault::RingMode::kWrite);
      ENSURE(ring.ok(), ring.error().text());
      world.seal_with(*std::move(ring));
    }
  }
  const double start = cpu_s();
  world.register_all();
  world.run(options.warm_rounds * static_cast<int64_t>(world.people()));
  const uint64_t alerts = world.alerts(), effects = world.effects(), entries = world.entries();
  const double seconds = world.run(options.reports);
  const double ns = seconds * 1e9 / static_cast<double>(options.reports);
  const double wearers = static_cast<double>(cell.wearers);
  std::printf(
      "engine: wearers=%ld zones=%ld pairs=%ld ns_per_report=%.0f reports_per_s=%.0f bytes_per_wearer=%.0f "
      "bytes_per_zone=%.0f alerts=%lu effects_per_report=%.4f ticks=%lu cpu_s=%.1f\n",
      cell.wearers, cell.zones, cell.pairs, ns, 1e9 / ns,
      static_cast<double>(world.bytes_of_people()) / wearers,
      static_cast<double>(world.bytes_of_zones()) / static_cast<double>(cell.zones), world.alerts() - alerts,
      static_cast<double>(world.effects() - effects) / static_cast<double>(options.reports),
      world.entries() - entries - static_cast<uint64_t>(options.reports), cpu_s() - start);
  if (options.check) std::printf("effects: digest=%016lx\n", world.digest());
  if (!options.log.empty()) world.commit();
  if (options.snapshot) world.measure_snapshot();
  if (options.ticks) world.measure_ticks();
}

// The middle of the grid, and one step from it along each axis, one to a wearer alone; or every cell.
std::vector<Cell> grid(bool full) {
  if (!full)
    return {{1'000, 10'000, 1},   {100'000, 100, 1},    {100'000, 10'000, 1}, {100'000, 100'000, 1},
            {100'000, 10'000, 0}, {100'000, 10'000, 2}, {100'000, 10'000, 3}, {1'000'000, 10'000, 1}};
  std::vector<Cell> cells;
  for (const int64_t wearers : {1'000, 100'000, 1'000'000})
    for (const int64_t zones : {100, 10'000, 100'000})
      for (const int64_t pairs : {1, 2, 3}) cells.push_back({wearers, zones, pairs});
  return cells;
}

// What this machine is worth, so that figures of two machines can be compared: dependent additions per
// nanosecond, and how long a word of memory takes that nothing foresaw.
void describe_machine() {
  constexpr int64_t kAdds = 200'000'000;
  volatile uint64_t step = 1;
  uint64_t sum = step;
  double start = cpu_s();
  for (int64_t i = 0; i < kAdds; ++i) sum = (sum << 1) ^ static_cast<uint64_t>(i);
  const double adds_per_ns = 2 * static_cast<double>(kAdds) / (cpu_s() - start) / 1e9;
  constexpr size_t kLines = size_t{256} << 14;  // of 64 bytes: 256 MB
  std::vector<std::array<uint64_t, 8>> memory(kLines);
  Random random(1);
  for (size_t i = 0; i < kLines; ++i) memory[i][0] = i;
  for (size_t i = kLines - 1; i > 0; --i) std::swap(memory[i][0], memory[random.below(i)][0]);  // one cycle
  constexpr int64_t kSteps = 1'000'000;
  size_t at = 0;
  start = cpu_s();
  for (int64_t i = 0; i < kSteps; ++i) at = memory[at][0];
  const double memory_ns = (cpu_s() - start) * 1e9 / static_cast<double>(kSteps);
  step = sum + at;
  std::printf("machine: dependent_operations_per_ns=%.2f memory_ns=%.0f\n", adds_per_ns, memory_ns);
  std::fflush(stdout);
}

int usage() {
  std::fputs(
      "engine_bench [--full] [--reports N] [--warm ROUNDS] [--ticks] [--snapshot] [--log DIRECTORY "
      "[--keys-beside DATA]] "
      "[--check] [--cell "
      "WEARERS,ZONES,PAIRS]...\n",
      stderr);
  return 2;
}

int run_main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    Cell cell;
    if (name == "--full") {
      options.full = true;
    } else if (name == "--ticks") {
      options.ticks = true;
    } else if (name == "--log" && i + 1 < argc) {
      options.log = argv[++i];
    } else if (name == "--keys-beside" && i + 1 < argc) {
      options.keys_beside = argv[++i];
    } else if (name == "--snapshot") {
      options.snapshot = true;
    } else if (name == "--check") {
      options.check = true;
    } else if (name == "--reports" && i + 1 < argc) {
      options.reports = std::max(1L, std::atol(argv[++i]));
    } else if (name == "--warm" && i + 1 < argc) {
      options.warm_rounds = std::max(0L, std::atol(argv[++i]));
    } else if (name == "--cell" && i + 1 < argc &&
               std::sscanf(argv[++i], "%ld,%ld,%ld", &cell.wearers, &cell.zones, &cell.pairs) == 3 &&
               cell.wearers > 0 && cell.zones > 0 && cell.pairs >= 0) {
      options.cells.push_back(cell);
    } else {
      return usage();
    }
  }
  if (options.cells.empty()) options.cells = grid(options.full);
  describe_machine();
  for (const Cell& cell : options.cells) {
    const pid_t child = ::fork();
    if (child < 0) return 1;
    if (child == 0) {
      measure(cell, options);
      std::fflush(stdout);
      ::_exit(0);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace haechi

int main(int argc, char** argv) {
  return haechi::run_main(argc, argv);
}
