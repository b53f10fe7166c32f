#include "tests/scenarios/golden.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/digest.h"
#include "log/log.h"

namespace haechi::scenario {
namespace {

const std::filesystem::path kGolden =
    std::filesystem::path(HAECHI_SOURCE_DIR) / "tests" / "golden" / "engine";

// Of all effects in their order, each with its length.
struct Said {
  std::string bytes;
  uint64_t entries = 0, effects = 0;

  void add(const std::vector<std::shared_ptr<const v1::Effect>>& some) {
    ++entries;
    for (const auto& effect : some) {
      const std::string one = effect->SerializeAsString();
      bytes += std::to_string(one.size()) + ' ' + one;
      ++effects;
    }
  }
  std::string text() const {
    return hex(view(sha256(bytes))) + " " + std::to_string(entries) + " entries, " + std::to_string(effects) +
           " effects\n";
  }
};

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string replayed(const std::filesystem::path& log) {
  spine::Engine engine(0);
  Said said;
  const Status status = log::read_directory(log, 1, [&](const log::Record& record) {
    v1::Fact fact;
    if (!fact.ParseFromString(record.fact)) {
      ADD_FAILURE() << "entry " << record.no << " is not a fact any more";
      return false;
    }
    said.add(engine.step({record.no, record.stamp, fact}));
    return true;
  });
  EXPECT_TRUE(status.ok()) << status.error().text();
  return said.text();
}

}  // namespace

void keep_golden(const World& world, const std::filesystem::path& story) {
  const std::filesystem::path directory = kGolden / story.stem() / "log";
  if (std::filesystem::exists(directory)) throw Mistake("there is a golden log of " + story.stem().string());
  std::filesystem::create_directories(directory);
  log::SqliteOptions options;
  options.directory = directory;
  auto log = log::open_sqlite_log(options);
  if (!log.ok()) throw Mistake(log.error().text());
  world.each_fact([&](Time stamp, const v1::Fact& fact) {
    const std::string bytes = fact.SerializeAsString();
    const log::NewRecord record{stamp, bytes};
    if (!(*log)->append({&record, 1}).ok()) throw Mistake("cannot append");
  });
}

TEST(GoldenLogs, HaveTheEffectsThatTheyHadWhenTheyWereKept) {
  const std::filesystem::path copy =
      std::filesystem::path(testing::TempDir()) / ("haechi-golden-" + std::to_string(::getpid()));
  size_t seen = 0;
  for (const auto& story : std::filesystem::directory_iterator(kGolden)) {
    ++seen;
    // Reading one takes its lock.
    std::filesystem::copy(story.path() / "log", copy, std::filesystem::copy_options::recursive);
    const std::string now = replayed(copy);
    std::filesystem::remove_all(copy);
    if (std::getenv("HAECHI_UPDATE") != nullptr) std::ofstream(story.path() / "effects") << now;
    EXPECT_EQ(text_of(story.path() / "effects"), now)
        << story.path() << " means something else now. If that is meant: HAECHI_UPDATE=1";
  }
  EXPECT_GE(seen, 3U);
}

}  // namespace haechi::scenario
