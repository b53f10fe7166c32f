#include "node/snapshots.h"

#include <spdlog/spdlog.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <optional>

#include "base/saved.h"
#include "net/run_on.h"

namespace haechi::node {
namespace {

struct Newest {
  uint64_t entry_no = 0;
  std::filesystem::directory_entry file;
};

std::optional<Newest> newest_in(const std::string& directory) {
  std::optional<Newest> newest;
  std::error_code none;
  for (const auto& file : std::filesystem::directory_iterator(directory, none)) {
    const std::string name = file.path().stem().string();
    uint64_t no = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), no);
    if (error != std::errc() || *end != '\0' || file.path().extension() != ".snapshot") continue;
    if (!newest || no > newest->entry_no) newest = Newest{no, file};
  }
  return newest;
}

double age_s(const std::filesystem::directory_entry& file) {
  std::error_code gone;
  const auto age = std::filesystem::file_time_type::clock::now() - file.last_write_time(gone);
  return gone ? 0 : std::chrono::duration<double>(age).count();
}

void fold_gateway(gateway::Devices& devices, Commands& commanded, const spine::Batch& batch) {
  for (const spine::PublishedEntry& entry : batch.entries) {
    if (gateway::Devices::concerns(*entry.fact)) devices.apply(*entry.fact);
    for (const auto& effect : entry.effects)
      if (effect->has_command_device())
        commanded[effect->command_device().device_id()] = effect->command_device();
  }
}

}  // namespace

Result<spine::OpenedLog> open_with_snapshot(const std::string& log_directory, const std::string& journal,
                                            const spine::SnapshotStore& store) {
  log::SqliteOptions options;
  options.directory = log_directory;
  options.journal = journal;
  return spine::open_log(options, store, [](uint64_t entry_no, const Error& why) {
    spdlog::warn("the snapshot of entry {} is passed over: it {}", entry_no, why.reason);
  });
}

void tell_of_snapshot(const Error& why) {
  spdlog::warn("no snapshot: {}", why.text());
}

void tell_beginning(uint64_t snapshot_no, uint64_t entries_replayed) {
  if (snapshot_no == 0) return spdlog::info("replayed {} entries", entries_replayed);
  spdlog::info("began with the snapshot of entry {} and {} entries after it", snapshot_no, entries_replayed);
}

spine::SnapshotPart part_of(net::Loop& gateway, gateway::Devices& devices, Commands& commanded) {
  return {"gateway",
          [&](spine::SaveDone done) {
            gateway.post([&, done = std::move(done)] { done(saved(devices, commanded)); });
          },
          [&](Reader& in) {
            Status status;
            net::run_on(gateway, [&] { status = take_saved(in, devices, commanded); });
            return status;
          },
          spine::copies_of<fold_gateway, gateway::Devices, Commands>()};
}

spine::SnapshotPart part_of(RetentionJob& retention) {
  return {"retention", [&](const spine::SaveDone& done) { done(saved(retention.state())); },
          [&](Reader& in) { return take_saved(in, retention.state()); },
          spine::copies_of<RetentionJob::fold, RetentionJob::State>()};
}

void count_snapshots(Metrics& metrics, const std::string& directory) {
  metrics.add_source([directory] {
    const std::optional<Newest> newest = newest_in(directory);
    std::vector<Metric> out;
    const auto add = [&](const char* name, const char* help, double value) {
      out.push_back({name, help, {}, false, [value] { return value; }});
    };
    if (!newest) return out;
    std::error_code gone;
    const auto bytes = newest->file.file_size(gone);
    add("haechi_snapshot_entry_no", "Entry up to which the newest snapshot reaches.",
        static_cast<double>(newest->entry_no));
    add("haechi_snapshot_bytes", "Size of the newest snapshot.", gone ? 0 : static_cast<double>(bytes));
    add("haechi_snapshot_age_seconds", "Since it was written.", age_s(newest->file));
    return out;
  });
}

}  // namespace haechi::node
