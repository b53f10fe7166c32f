// What the tests of mending share: a log with its evidence in one directory and a mirror of it in another.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evidence/mend.h"
#include "evidence/mirror.h"
#include "evidence/test_evidence.h"

namespace haechi::evidence {

inline constexpr Time kNow{1'800'000'000'000'000};

class MirroredLog {
 public:
  explicit MirroredLog(uint32_t page_bytes) : page_bytes_(page_bytes) { open(); }

  log::Log& log() { return log_->log(); }
  std::string path() const { return directory_.path(); }
  std::string identity() { return log().id(); }
  void append(uint64_t count) { log_->append(count); }
  // What there is now is signed.
  void sign() { EXPECT_TRUE(notary_->round().ok()); }
  // ... and lies on the mirror.
  void feed() {
    sign();
    if (!mirror_) {
      Result<Mirror> opened = Mirror::open(copy_.path(), {notary_->verifier()});
      EXPECT_TRUE(opened.ok());
      mirror_.emplace(*std::move(opened));
    }
    while (mirror_->records() + 1 < log().next_no())
      ASSERT_EQ(mirror_->take(notary_->request_to_mirror(mirror_->records())->push).status, 200);
  }
  // The log is closed in good order, as a node that ends does.
  void close() {
    EXPECT_TRUE(notary_->close().ok());
    notary_.reset();
    log_.reset();
  }
  Mirror& mirror() { return *mirror_; }
  AskMirror ask() {
    return [this](const std::string& note) -> Result<std::string> {
      const WitnessAnswer answer = mirror_->give_back(note, kNow);
      if (answer.status != 200) return Error{Code::kUnavailable, "mirror", answer.body};
      return answer.body;
    };
  }
  // To mend what lies in `data`, under the key and the checkpoint of this log.
  MendOptions options(const std::string& data) const {
    return {data, path() + "/evidence", {path() + "/key"}, {}, page_bytes_};
  }

 private:
  void open() {
    log_ = std::make_unique<NotarisedLog>(path(), page_bytes_);
    auto opened = log_->notary();
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    notary_ = std::move(*opened);
  }

  const log::TestDirectory directory_{true}, copy_{true};
  const uint32_t page_bytes_;
  std::unique_ptr<NotarisedLog> log_;
  std::unique_ptr<Notary> notary_;
  std::optional<Mirror> mirror_;
};

// A copy of a log's directory, as "log" of a data directory.
inline void put_log(const std::string& from, const log::TestDirectory& data) {
  for (const auto& entry : std::filesystem::directory_iterator(data.path()))
    std::filesystem::remove_all(entry);
  std::filesystem::copy(from, data.file("log"));
}

}  // namespace haechi::evidence
