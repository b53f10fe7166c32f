#include "tools/cli_log.h"

#include <cstdio>
#include <filesystem>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "log/log.h"
#include "sim/api_client.h"
#include "spine/engine.h"

namespace haechi::tools {
namespace {

// The log of a data directory, or the directory itself when it is the log's.
std::string log_in(const std::string& directory) {
  std::error_code error;
  const std::filesystem::path inside = std::filesystem::path(directory) / "log";
  return std::filesystem::is_directory(inside, error) ? inside.string() : directory;
}

}  // namespace

int run_verify(const std::string& directory) {
  log::VerifyReport report;
  const Status status = log::verify_directory(log_in(directory), report);
  std::printf("identity      %s\n", report.identity.c_str());
  std::printf("records       %llu\n", static_cast<unsigned long long>(report.records));
  std::printf("acknowledged  %llu\n", static_cast<unsigned long long>(report.acknowledged));
  if (report.records > 0) {
    std::printf("first         %s\n", iso8601(report.first_stamp).c_str());
    std::printf("last          %s\n", iso8601(report.last_stamp).c_str());
    std::printf("head          %s\n", hex(view(report.head)).c_str());
  }
  if (!status.ok()) {
    std::fprintf(stderr, "verify: %s\n", status.error().text().c_str());
    return 1;
  }
  std::printf("ok\n");
  return 0;
}

int run_replay(const ReplayOptions& options) {
  spine::Engine engine(0);
  std::string undecodable;
  const auto each = [&](const log::Record& record) {
    v1::Fact fact;
    if (!fact.ParseFromString(record.fact)) {
      undecodable = "entry " + std::to_string(record.no) + " does not decode";
      return false;
    }
    const auto effects = options.effects ? engine.step(law::Entry{record.no, record.stamp, fact})
                                         : std::vector<std::shared_ptr<const v1::Effect>>();
    if (record.no < options.from_no) return true;
    std::printf("{\"entry_no\":%llu,\"at_us\":%lld,\"fact\":%s}\n",
                static_cast<unsigned long long>(record.no), static_cast<long long>(record.stamp.us),
                sim::to_json(fact).c_str());
    for (const auto& effect : effects) std::printf("{\"effect\":%s}\n", sim::to_json(*effect).c_str());
    return true;
  };
  const uint64_t first = options.effects ? 1 : options.from_no;
  const Status status = log::read_directory(log_in(options.directory), first, each);
  if (status.ok() && undecodable.empty()) return 0;
  std::fprintf(stderr, "replay: %s\n",
               undecodable.empty() ? status.error().text().c_str() : undecodable.c_str());
  return 1;
}

}  // namespace haechi::tools
