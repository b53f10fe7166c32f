// What the picture takes as bytes and back: at the end of a run, at a start, and beside a run for each
// snapshot. Of so many wearers, each with as many protected persons and twenty minutes of track.
#include <benchmark/benchmark.h>

#include "base/saved.h"
#include "picture/picture.h"

namespace haechi::picture {
namespace {

constexpr int64_t kStartUs = 1'795'000'000'000'000;
constexpr int64_t kSpacingUs = 10'000'000;
constexpr int kPoints = 120;

class Town {
 public:
  explicit Town(int64_t wearers) {
    for (int64_t i = 0; i < wearers; ++i) {
      add("W-" + std::to_string(i), v1::ROLE_WEARER);
      add("P-" + std::to_string(i), v1::ROLE_PROTECTED_PERSON);
    }
    for (int point = 0; point < kPoints; ++point)
      for (int64_t i = 0; i < wearers; ++i) {
        report("W-" + std::to_string(i), point);
        report("P-" + std::to_string(i), point);
      }
  }
  const Picture& picture() const { return picture_; }

 private:
  void fold(const v1::Fact& fact) {
    picture_.fold(++no_, Time{kStartUs + static_cast<int64_t>(no_)}, fact, {});
  }
  void add(const std::string& person_id, v1::Role role) {
    v1::Fact person, device;
    person.mutable_person_registered()->set_id(person_id);
    person.mutable_person_registered()->set_role(role);
    fold(person);
    device.mutable_device_registered()->set_id("D-" + person_id);
    device.mutable_device_registered()->set_person_id(person_id);
    device.mutable_device_registered()->set_kind(v1::DEVICE_KIND_PHONE);
    fold(device);
  }
  void report(const std::string& person_id, int point) {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    received.set_received_at_us(kStartUs + point * kSpacingUs);
    received.mutable_report()->set_device_id("D-" + person_id);
    v1::Fix& fix = *received.mutable_report()->mutable_fix();
    fix.set_fixed_at_us(kStartUs + point * kSpacingUs);
    fix.mutable_place()->set_lat_e7(376'000'000 + point);
    fix.mutable_place()->set_lng_e7(1'272'000'000);
    fix.set_accuracy_mm(8'000);
    fold(fact);
  }

  Picture picture_;
  uint64_t no_ = 0;
};

void save(benchmark::State& state) {
  const Town town(state.range(0));
  size_t bytes = 0;
  for (auto _ : state) bytes = saved(town.picture()).size();
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(save)->Arg(1'000)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void take_up(benchmark::State& state) {
  const std::string bytes = saved(Town(state.range(0)).picture());
  for (auto _ : state) {
    Picture picture;
    if (!take_saved(bytes, picture).ok()) state.SkipWithError("cannot be read");
  }
}
BENCHMARK(take_up)->Arg(1'000)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace haechi::picture

BENCHMARK_MAIN();
