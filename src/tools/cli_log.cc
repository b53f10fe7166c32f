#include "tools/cli_log.h"

#include <cstdio>
#include <filesystem>

#include "log/log.h"

namespace haechi::tools {

std::string log_in(const std::string& directory) {
  std::error_code error;
  const std::filesystem::path inside = std::filesystem::path(directory) / "log";
  return std::filesystem::is_directory(inside, error) ? inside.string() : directory;
}

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

}  // namespace haechi::tools
