// Reading and checking a log that is not open, without changing it.
#include "log/chain.h"
#include "log/database.h"
#include "log/files.h"
#include "log/log.h"
#include "log/watermark.h"

namespace haechi::log {
namespace {

struct ClosedLog {
  DirectoryLock lock;
  Mark mark;
  Database database;
};

Result<ClosedLog> open_closed(const std::string& directory) {
  const std::string path = directory + "/" + kDatabaseName;
  const std::string watermark = directory + "/" + kWatermarkName;
  if (!file_exists(path) && !file_exists(watermark))
    return Error{Code::kNotFound, "log", "there is no log in " + directory};
  TRY(DirectoryLock lock, DirectoryLock::take(directory, false));
  auto mark = read_watermark(watermark);
  if (!mark.ok()) {
    if (mark.error().code == Code::kNotFound)
      return corrupt("the watermark file is missing: whether acknowledged records are lost cannot be known");
    return mark.error();
  }
  if (mark->turn == 1)
    return Error{Code::kNotFound, "log", "the log in " + directory + " was never completed"};
  TRY_STATUS(check_file(path, *mark));
  TRY(Database database, Database::open(path, Access::kReadOnly, 0));
  return ClosedLog{std::move(lock), *mark, std::move(database)};
}

}  // namespace

Status verify_directory(const std::string& directory, VerifyReport& report) {
  report = {};
  TRY(ClosedLog log, open_closed(directory));
  report.identity = hex({reinterpret_cast<const char*>(log.mark.identity.data()), log.mark.identity.size()});
  report.acknowledged = log.mark.point.no;
  TRY_STATUS(check_form(log.database, log.mark.identity));
  ChainChecker end(ChainPoint{});
  const Status status = check_log(log.database, log.mark, ChainPoint{}, end);
  report.records = end.point().no;
  report.last_stamp = end.stamp();
  report.head = end.point().digest;
  if (report.records > 0) {
    const auto first = checker_at(log.database, 1);
    if (first.ok()) report.first_stamp = first->stamp();
  }
  return status;
}

Status read_directory(const std::string& directory, uint64_t from_no,
                      const std::function<bool(const Record&)>& each) {
  ENSURE(from_no >= 1);
  TRY(ClosedLog log, open_closed(directory));
  TRY_STATUS(check_form(log.database, log.mark.identity));
  auto before = checker_at(log.database, from_no - 1);
  if (!before.ok() && before.error().code == Code::kNotFound && from_no - 1 > log.mark.point.no) return {};
  if (!before.ok()) return before.error();
  Record record;
  bool stopped = false;
  TRY_STATUS(walk(log.database, *before, [&](const StoredRecord& row) {
    record = {row.no, row.stamp, std::string(row.fact)};
    stopped = !each(record);
    return !stopped;
  }));
  if (!stopped && before->point().no < log.mark.point.no) {
    return corrupt(records_named(before->point().no + 1, log.mark.point.no) +
                   " missing: acknowledged, but the log ends at " + std::to_string(before->point().no));
  }
  return {};
}

}  // namespace haechi::log
