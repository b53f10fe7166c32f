// What the tests of this room share: directories that go away, small logs, copies taken as by a power cut.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/random.h"
#include "log/log.h"

namespace haechi::log {

// A directory of its own, in memory where the system has such a place, for tests that open thousands of logs.
class TestDirectory {
 public:
  explicit TestDirectory(bool in_memory = false) {
    std::string name = (in_memory && std::filesystem::exists("/dev/shm") ? "/dev/shm/" : testing::TempDir()) +
                       "haechi-log-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  TestDirectory(const TestDirectory&) = delete;
  std::string path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  void replace_with(const std::string& other) const {
    for (const auto& entry : std::filesystem::directory_iterator(path_)) std::filesystem::remove_all(entry);
    std::filesystem::copy(other, path_);
  }

 private:
  std::string path_;
};

inline std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

inline void spill(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline Result<std::unique_ptr<Log>> open_at(const std::string& directory, uint32_t page_bytes = 8192) {
  SqliteOptions options;
  options.directory = directory;
  options.page_bytes = page_bytes;
  return open_sqlite_log(options);
}

// The fact that every test log holds at `no`: its length and bytes depend on the number.
inline std::string fact_of(uint64_t no) {
  Random random(no);
  std::string out = "fact " + std::to_string(no) + " ";
  const uint64_t tail = no % 13 == 7 ? 900 : no % 37;  // some longer than a small page
  for (uint64_t i = 0; i < tail; ++i) out += static_cast<char>(random.below(256));
  return out;
}

inline Time stamp_of(uint64_t no) {
  return Time{1'700'000'000'000'000 + static_cast<int64_t>(no) * 1'000};
}

inline void append_facts(Log& log, uint64_t count) {
  std::vector<std::string> facts;
  std::vector<NewRecord> batch;
  const uint64_t first = log.next_no();
  for (uint64_t i = 0; i < count; ++i) facts.push_back(fact_of(first + i));
  for (uint64_t i = 0; i < count; ++i) batch.push_back({stamp_of(first + i), facts[i]});
  const auto given = log.append(batch);
  ASSERT_TRUE(given.ok());
  ASSERT_EQ(*given, first);
}

// Reads all of `log`; every record must be the one that was written at its number.
inline void expect_facts(Log& log, uint64_t count) {
  uint64_t seen = 0;
  const Status status = log.read(1, [&](const Record& record) {
    EXPECT_EQ(record.no, ++seen);
    EXPECT_EQ(record.stamp, stamp_of(record.no));
    EXPECT_EQ(record.fact, fact_of(record.no));
    return true;
  });
  EXPECT_TRUE(status.ok()) << status.error().text();
  EXPECT_EQ(seen, count);
}

}  // namespace haechi::log
