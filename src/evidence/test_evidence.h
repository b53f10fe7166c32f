// What the tests of this room share: a small log that is notarised as it grows.
#pragma once

#include "evidence/notary.h"
#include "log/test_log.h"

namespace haechi::evidence {

class NotarisedLog {
 public:
  // Made in, or taken up from, `log` and `evidence` within the directory.
  explicit NotarisedLog(const std::string& directory, uint32_t page_bytes = 512) : directory_(directory) {
    auto opened = log::open_at(directory + "/log", page_bytes);
    EXPECT_TRUE(opened.ok()) << opened.error().text();
    log_ = std::move(*opened);
    reader_ = log_->reader();
  }

  log::Log& log() { return *log_; }
  // Signs with the keys in the files of these names.
  Result<std::unique_ptr<Notary>> notary(const std::string& key = "key", const std::string& next = "") {
    return Notary::open(
        {directory_ + "/evidence", {directory_ + "/" + key}, {next.empty() ? "" : directory_ + "/" + next}},
        *reader_, log_->id());
  }
  void append(uint64_t count) {
    for (; count > 0; count -= std::min<uint64_t>(count, 100))
      log::append_facts(*log_, std::min<uint64_t>(count, 100));
  }

 private:
  const std::string directory_;
  std::unique_ptr<log::Log> log_;
  std::unique_ptr<log::Reader> reader_;
};

}  // namespace haechi::evidence
