// Appending to the log and opening it again, on the disk that TMPDIR (or /tmp) is on.
//
// `p50_us`, `p99_us` and `max_us` are of one append(), that is of one durable batch.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "log/log.h"

namespace haechi::log {
namespace {

constexpr size_t kFactBytes = 200;

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "haechi-log-bench-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  std::unique_ptr<Log> open() const {
    SqliteOptions options;
    options.directory = path_;
    return *open_sqlite_log(options);
  }

 private:
  std::string path_;
};

std::vector<NewRecord> batch_after(Time last, size_t size, std::string_view fact) {
  std::vector<NewRecord> batch;
  for (size_t i = 1; i <= size; ++i) batch.push_back({last + Duration{static_cast<int64_t>(i)}, fact});
  return batch;
}

void append(benchmark::State& state) {
  const ScratchDirectory directory;
  const auto log = directory.open();
  const size_t size = static_cast<size_t>(state.range(0));
  const std::string fact(kFactBytes, 'f');
  std::vector<double> spans_us;
  for (auto _ : state) {
    const std::vector<NewRecord> batch = batch_after(log->last_stamp(), size, fact);
    const auto start = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(log->append(batch).ok());
    spans_us.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(spans_us.begin(), spans_us.end());
  const auto at = [&](double share) { return spans_us[static_cast<size_t>(share * (spans_us.size() - 1))]; };
  state.counters["p50_us"] = at(0.5);
  state.counters["p99_us"] = at(0.99);
  state.counters["max_us"] = spans_us.back();
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(size));
}
BENCHMARK(append)->Arg(1)->Arg(32)->Arg(256)->UseRealTime()->MinTime(2);

void open_and_check(benchmark::State& state) {
  const ScratchDirectory directory;
  constexpr int64_t kRecords = 100'000;
  {
    const auto log = directory.open();
    const std::string fact(kFactBytes, 'f');
    while (log->next_no() <= kRecords) (void)log->append(batch_after(log->last_stamp(), 1'000, fact)).ok();
  }
  for (auto _ : state) benchmark::DoNotOptimize(directory.open());
  state.SetItemsProcessed(state.iterations() * kRecords);
}
BENCHMARK(open_and_check)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace haechi::log

BENCHMARK_MAIN();
