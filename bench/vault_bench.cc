// What sealing costs a report before it is appended, and opening one when the log is read again.
//
// `bytes` is what the log stores. Persons take turns, so that keys change with every report as they do in a
// node.
#include <benchmark/benchmark.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "vault/keeper_apart.h"
#include "vault/keeper_desk.h"
#include "vault/key_ring.h"
#include "vault/sealer.h"

namespace haechi::vault {
namespace {

class World {
 public:
  explicit World(int64_t persons) {
    std::string name = (std::filesystem::temp_directory_path() / "haechi-vault-bench-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    ring_ = *KeyRing::open(folder_ + "/ring", Key(std::string(32, 'm')), RingMode::kWrite);
    sealer_ = std::make_unique<Sealer>(*ring_);
    for (int64_t i = 0; i < persons; ++i) {
      v1::Fact device;
      device.mutable_device_registered()->set_id("D-" + std::to_string(i));
      device.mutable_device_registered()->set_person_id("W-" + std::to_string(i));
      sealer_->note(device);
      reports_.push_back(report_of(i));
      sealed_.push_back(*sealer_->seal(static_cast<uint64_t>(i), reports_.back()));
    }
  }
  ~World() { std::filesystem::remove_all(folder_); }

  Sealer& sealer() { return *sealer_; }
  const KeyRing& ring() const { return *ring_; }
  std::vector<v1::Fact>& reports() { return reports_; }
  const std::vector<std::string>& sealed() const { return sealed_; }

 private:
  static v1::Fact report_of(int64_t i) {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    received.set_received_at_us(1'773'446'400'000'000 + i);
    received.set_protocol("mqtt");
    v1::Report& report = *received.mutable_report();
    report.set_device_id("D-" + std::to_string(i));
    report.set_epoch(1);
    report.set_seq(static_cast<uint64_t>(i) + 1);
    report.set_battery_percent(80);
    v1::Fix& fix = *report.mutable_fix();
    fix.mutable_place()->set_lat_e7(376'123'457);
    fix.mutable_place()->set_lng_e7(1'272'345'671);
    fix.set_fixed_at_us(1'773'446'399'000'000 + i);
    fix.set_accuracy_mm(8'000);
    fix.set_speed_mmps(1'300);
    fix.set_course_cdeg(9'000);
    return fact;
  }

  std::string folder_;
  std::unique_ptr<KeyRing> ring_;
  std::unique_ptr<Sealer> sealer_;
  std::vector<v1::Fact> reports_;
  std::vector<std::string> sealed_;
};

// As a log without a ring has it.
void serialize(benchmark::State& state) {
  World world(state.range(0));
  size_t i = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(world.reports()[++i % world.reports().size()].SerializeAsString());
  state.counters["bytes"] = static_cast<double>(world.reports()[0].ByteSizeLong());
}

void seal(benchmark::State& state) {
  World world(state.range(0));
  uint64_t no = 0;
  for (auto _ : state) {
    v1::Fact& report = world.reports()[++no % world.reports().size()];
    benchmark::DoNotOptimize(world.sealer().seal(no, report).ok());
  }
  state.counters["bytes"] = static_cast<double>(world.sealed()[0].size());
}

void parse(benchmark::State& state) {
  World world(state.range(0));
  std::vector<std::string> clear;
  for (const v1::Fact& fact : world.reports()) clear.push_back(fact.SerializeAsString());
  size_t i = 0;
  for (auto _ : state) {
    v1::Fact fact;
    benchmark::DoNotOptimize(fact.ParseFromString(clear[++i % clear.size()]));
  }
}

void parse_and_open(benchmark::State& state) {
  World world(state.range(0));
  size_t i = 0;
  for (auto _ : state) {
    i = (i + 1) % world.sealed().size();
    v1::Fact fact;
    fact.ParseFromString(world.sealed()[i]);
    const Status opened = open(world.ring(), i, fact);
    if (!opened.ok()) return state.SkipWithError("it does not open");
  }
}

// A device's signature: with the ring here, and asked of a keeper on a thread of its own.
void device_mac(benchmark::State& state) {
  std::string name = (std::filesystem::temp_directory_path() / "haechi-vault-bench-XXXXXX").string();
  const std::string folder = ::mkdtemp(name.data());
  const RingPlace place{folder + "/ring", folder + "/master"};
  KeeperDesk desk(false);
  std::thread answering;
  std::unique_ptr<Keeper> keeper;
  if (state.range(0) == 0) {
    keeper = *open_ring(place, RingMode::kWrite);
  } else {
    int pair[2];
    ENSURE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    answering = std::thread([&desk, socket = pair[1]] {
      KeeperLine line(socket);
      desk.serve(line);
    });
    keeper = *KeeperApart::open(place, {pair[0]});
  }
  const std::string report(200, 'r');
  for (auto _ : state) benchmark::DoNotOptimize(keeper->device_mac("ankle-7", 1, report).ok());
  keeper.reset();
  if (answering.joinable()) answering.join();
  std::filesystem::remove_all(folder);
}

BENCHMARK(device_mac)->ArgName("apart")->Arg(0)->Arg(1)->UseRealTime();
BENCHMARK(serialize)->Arg(5'000);
BENCHMARK(seal)->Arg(5'000);
BENCHMARK(parse)->Arg(5'000);
BENCHMARK(parse_and_open)->Arg(5'000);

}  // namespace
}  // namespace haechi::vault

BENCHMARK_MAIN();
