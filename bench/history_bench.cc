// Reading the past back: one page of the history out of a log with 1,000 persons, and what its answer costs
// the front loop. `entries_per_s` counts what was read, checked against the chain and decoded.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "api/history.h"
#include "api/json.h"
#include "haechi/v1/api.pb.h"
#include "haechi/v1/fact.pb.h"
#include "log/log.h"

namespace haechi::api {
namespace {

constexpr Time kStart{1'700'000'000'000'000};
constexpr int kPersons = 1'000;
constexpr int64_t kReports = 400'000;

v1::Fact device_of(int person) {
  v1::Fact fact;
  v1::Device& device = *fact.mutable_device_registered();
  device.set_id("ankle-" + std::to_string(person));
  device.set_kind(v1::DEVICE_KIND_ANKLE);
  device.set_person_id("wearer-" + std::to_string(person));
  return fact;
}

v1::Fact report_at(Time at, int person, uint64_t seq) {
  v1::Fact fact;
  v1::ReportReceived& received = *fact.mutable_report_received();
  received.set_received_at_us(at.us);
  received.set_protocol("mqtt");
  v1::Report& report = *received.mutable_report();
  report.set_device_id("ankle-" + std::to_string(person));
  report.set_epoch(1);
  report.set_seq(seq);
  report.set_battery_percent(80);
  v1::Fix& fix = *report.mutable_fix();
  fix.mutable_place()->set_lat_e7(376'000'000 + person);
  fix.mutable_place()->set_lng_e7(1'272'000'000 + static_cast<int32_t>(seq % 1'000));
  fix.set_fixed_at_us(at.us - 200'000);
  fix.set_accuracy_mm(8'000);
  fix.set_source(v1::FIX_SOURCE_GNSS);
  fix.set_speed_mmps(1'200);
  fix.set_course_cdeg(9'000);
  return fact;
}

// A log on disk with 100 reports a second, and its history.
class Past {
 public:
  Past() {
    std::string name = (std::filesystem::temp_directory_path() / "haechi-history-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    log::SqliteOptions options;
    options.directory = path_;
    log_ = *log::open_sqlite_log(options);
    reader_ = log_->reader();
    history_ = std::make_unique<History>(
        LogSource{[this](Time at) { return reader_->find(at); },
                  [this](uint64_t from_no, const std::function<bool(const LoggedFact&)>& each) {
                    return reader_->read(from_no, [&each](const log::Record& record) {
                      return each({record.no, record.stamp, record.fact});
                    });
                  }});
    for (int person = 0; person < kPersons; ++person)
      add(kStart - Duration::seconds(kPersons - person), device_of(person));
    flush();
    for (int64_t i = 0; i < kReports; ++i) {
      const Time at = kStart + Duration::millis(i * 10);
      add(at, report_at(at, static_cast<int>(i % kPersons), static_cast<uint64_t>(i)));
      if (facts_.size() == 1'000) flush();
    }
  }
  ~Past() {
    history_.reset();
    reader_.reset();
    log_.reset();
    std::filesystem::remove_all(path_);
  }
  HistoryPage read(const HistoryQuery& query) {
    std::promise<HistoryPage> page;
    (void)history_->read(query, [&](Result<HistoryPage> found) { page.set_value(*std::move(found)); }).ok();
    return page.get_future().get();
  }

 private:
  void add(Time stamp, v1::Fact fact) {
    bytes_.push_back(fact.SerializeAsString());
    facts_.emplace_back(stamp, std::make_shared<v1::Fact>(std::move(fact)));
  }
  void flush() {
    std::vector<log::NewRecord> records;
    spine::Batch batch;
    uint64_t no = log_->next_no();
    for (size_t i = 0; i < facts_.size(); ++i) {
      records.push_back({facts_[i].first, bytes_[i]});
      batch.entries.push_back({no++, facts_[i].first, facts_[i].second, {}});
    }
    (void)log_->append(records).ok();
    history_->fold(batch);
    facts_.clear();
    bytes_.clear();
  }

  std::string path_;
  std::unique_ptr<log::Log> log_;
  std::unique_ptr<log::Reader> reader_;
  std::unique_ptr<History> history_;
  std::vector<std::string> bytes_;
  std::vector<std::pair<Time, std::shared_ptr<v1::Fact>>> facts_;
};

Past& past() {
  static Past made;
  return made;
}

HistoryQuery query_of(bool everybody) {
  HistoryQuery query;
  query.account = "bench";
  query.from = kStart;
  query.to = kStart + Duration::seconds(3'600);
  query.everybody = everybody;
  if (!everybody) query.person_ids = {"wearer-1", "wearer-2", "wearer-3"};
  return query;
}

void page_of_three_persons(benchmark::State& state) {
  int64_t entries = past().read(query_of(false)).entries_read > 0 ? 0 : -1;  // made before it is timed
  for (auto _ : state) entries += static_cast<int64_t>(past().read(query_of(false)).entries_read);
  state.counters["entries_per_s"] =
      benchmark::Counter(static_cast<double>(entries), benchmark::Counter::kIsRate);
}
BENCHMARK(page_of_three_persons)->UseRealTime()->Unit(benchmark::kMillisecond);

void full_page_of_everybody(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(past().read(query_of(true)));
}
BENCHMARK(full_page_of_everybody)->UseRealTime()->Unit(benchmark::kMillisecond);

void text_of_a_full_page(benchmark::State& state) {
  const HistoryPage page = past().read(query_of(true));
  for (auto _ : state) {
    v1::PlaybackAnswer answer;
    for (const HistoryPoint& point : page.points) {
      v1::PlaybackPoint& out = *answer.add_points();
      out.set_person_id(point.person_id);
      *out.mutable_point() = point.point;
    }
    benchmark::DoNotOptimize(write_json(answer));
  }
  state.counters["points"] = static_cast<double>(page.points.size());
}
BENCHMARK(text_of_a_full_page)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace haechi::api

BENCHMARK_MAIN();
