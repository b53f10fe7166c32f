#include "tools/cli_log.h"

#include <cstdio>
#include <filesystem>

#include "evidence/verify.h"
#include "haechi/v1/fact.pb.h"
#include "log/log.h"
#include "tools/verify_snapshots.h"

namespace haechi::tools {

std::string log_in(const std::string& directory) {
  std::error_code error;
  const std::filesystem::path inside = std::filesystem::path(directory) / "log";
  return std::filesystem::is_directory(inside, error) ? inside.string() : directory;
}

Result<std::set<uint64_t>> passed_over_in(const std::string& directory) {
  std::set<uint64_t> out;
  v1::Fact fact;
  TRY_STATUS(log::read_directory(log_in(directory), 1, [&](const log::Record& record) {
    if (fact.ParseFromString(record.fact) && fact.has_entry_quarantined())
      out.insert(fact.entry_quarantined().entry_no());
    return true;
  }));
  return out;
}

namespace {

Status verify_checkpoints(const VerifyOptions& options) {
  evidence::EvidenceQuestion question;
  question.log_directory = log_in(options.directory);
  question.evidence_directory = options.directory + "/evidence";
  question.kept_checkpoint = options.checkpoint;
  if (!options.keys.empty()) {
    std::string lines;
    for (const std::string& key : options.keys) lines += key + "\n";
    TRY(question.keys, evidence::read_log_keys(lines));
  }
  evidence::EvidenceReport report;
  const Status status = evidence::verify_evidence(question, report);
  for (const evidence::CheckedCheckpoint& one : report.checkpoints)
    std::printf("checkpoint    %llu records, %s: %s\n", static_cast<unsigned long long>(one.checkpoint.size),
                one.file.c_str(), one.holds ? "holds" : "does not hold");
  for (const evidence::VerifierKey& key : report.keys) std::printf("key           %s\n", key.text().c_str());
  if (status.ok() && report.checkpoints.empty())
    std::printf("checkpoint    none: whether the log was rewritten or cut cannot be known\n");
  return status;
}

}  // namespace

int run_verify(const VerifyOptions& options) {
  log::VerifyReport report;
  Status status = log::verify_directory(log_in(options.directory), report);
  std::printf("identity      %s\n", report.identity.c_str());
  std::printf("records       %llu\n", static_cast<unsigned long long>(report.records));
  std::printf("acknowledged  %llu\n", static_cast<unsigned long long>(report.acknowledged));
  if (report.records > 0) {
    std::printf("first         %s\n", iso8601(report.first_stamp).c_str());
    std::printf("last          %s\n", iso8601(report.last_stamp).c_str());
    std::printf("head          %s\n", hex(view(report.head)).c_str());
  }
  if (status.ok()) status = verify_checkpoints(options);
  if (status.ok() && options.snapshots) {
    std::string told;
    status = verify_snapshots(options.directory, options.data_keys, told);
    std::printf("%s", told.c_str());
  }
  if (!status.ok()) {
    std::fprintf(stderr, "verify: %s\n", status.error().text().c_str());
    return 1;
  }
  std::printf("ok\n");
  return 0;
}

}  // namespace haechi::tools
