// Appending to the log and opening it again, on the disk that TMPDIR (or /tmp) is on.
//
// `p50_us`, `p99_us` and `max_us` are of one append(), that is of one durable batch.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "evidence/notary.h"
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
  const std::string& path() const { return path_; }
  std::unique_ptr<Log> open() const {
    SqliteOptions options;
    options.directory = path_ + "/log";
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

enum Beside : int64_t { kNothing, kReader, kNotary };

// What reads the log while it is appended to: nothing; a reader of the whole log, over and over; a notary
// that folds and signs every two seconds, as a node's does.
void run_beside(Beside beside, Log& log, const std::string& directory, const std::atomic<bool>& running,
                std::atomic<int64_t>& records_read) {
  const auto reader = log.reader();
  if (beside == kReader)
    while (running) (void)reader->read(1, [&](const Record&) { return ++records_read, running.load(); }).ok();
  if (beside != kNotary) return;
  const auto notary =
      evidence::Notary::open({directory + "/evidence", {directory + "/key"}}, *reader, log.id());
  for (auto next = std::chrono::steady_clock::now(); running;
       std::this_thread::sleep_for(std::chrono::milliseconds(10))) {
    if (std::chrono::steady_clock::now() < next) continue;
    next += std::chrono::seconds(2);
    (void)(*notary)->round().ok();
    records_read = static_cast<int64_t>((*notary)->newest().checkpoint.size);
  }
}

void append(benchmark::State& state) {
  const ScratchDirectory directory;
  const auto log = directory.open();
  std::atomic<bool> running{true};
  std::atomic<int64_t> records_read{0};
  std::thread beside([&] {
    run_beside(static_cast<Beside>(state.range(1)), *log, directory.path(), running, records_read);
  });
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
  running = false;
  beside.join();
  std::sort(spans_us.begin(), spans_us.end());
  const auto at = [&](double share) { return spans_us[static_cast<size_t>(share * (spans_us.size() - 1))]; };
  state.counters["p50_us"] = at(0.5);
  state.counters["p99_us"] = at(0.99);
  state.counters["max_us"] = spans_us.back();
  state.counters["read_per_s"] =
      benchmark::Counter(static_cast<double>(records_read), benchmark::Counter::kIsRate);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(size));
}
BENCHMARK(append)->ArgsProduct({{1, 32, 256}, {kNothing, kReader, kNotary}})->UseRealTime()->MinTime(5);

void fill(const ScratchDirectory& directory, int64_t records) {
  const auto log = directory.open();
  const std::string fact(kFactBytes, 'f');
  while (static_cast<int64_t>(log->next_no()) <= records)
    (void)log->append(batch_after(log->last_stamp(), 1'000, fact)).ok();
}

void read_beside_an_idle_writer(benchmark::State& state) {
  const ScratchDirectory directory;
  constexpr int64_t kRecords = 100'000;
  fill(directory, kRecords);
  const auto log = directory.open();
  const auto reader = log->reader();
  for (auto _ : state) benchmark::DoNotOptimize(reader->read(1, [](const Record&) { return true; }).ok());
  state.SetItemsProcessed(state.iterations() * kRecords);
}
BENCHMARK(read_beside_an_idle_writer)->UseRealTime()->Unit(benchmark::kMillisecond);

void open_and_check(benchmark::State& state) {
  const ScratchDirectory directory;
  constexpr int64_t kRecords = 100'000;
  fill(directory, kRecords);
  for (auto _ : state) benchmark::DoNotOptimize(directory.open());
  state.SetItemsProcessed(state.iterations() * kRecords);
}
BENCHMARK(open_and_check)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace haechi::log

BENCHMARK_MAIN();
