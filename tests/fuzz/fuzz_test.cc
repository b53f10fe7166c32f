// The readers of strangers' bytes (targets.h) over damaged copies of good input, the same for the same seed;
// over everything that was ever found, tests/fuzz/found/<target>-*; and over what led libFuzzer through all
// of them (corpus.h). `./x fuzz` looks further, guided by what the code does.
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/random.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/targets.h"

namespace haechi::fuzz {

void PrintTo(const Target& target, std::ostream* out) {
  *out << target.name;
}

namespace {

class Damage {
 public:
  explicit Damage(uint64_t seed) : random_(seed) {}

  std::string harm(std::string bytes, const std::vector<std::string>& others) {
    for (uint64_t times = 1 + random_.below(3); times > 0; --times) once(bytes, others);
    return bytes;
  }

 private:
  size_t place(const std::string& bytes) { return random_.below(bytes.size() + 1); }
  void once(std::string& bytes, const std::vector<std::string>& others) {
    static const char* const kWords[] = {"\0",
                                         "\xFF\xFF\xFF\xFF",
                                         "-1",
                                         "1e999",
                                         "9223372036854775808",
                                         "\"",
                                         "{",
                                         "[[[[[[[[",
                                         "]",
                                         "null",
                                         "NaN",
                                         "\\u",
                                         "\xED\xA0\x80",
                                         "%00",
                                         "0",
                                         "\r\n\r\n"};
    const size_t at = place(bytes);
    switch (random_.below(10)) {
      case 0:
      case 1:
      case 2:
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << random_.below(8)));
        return;
      case 3:
      case 4:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random_.below(256));
        return;
      case 5:
        bytes.erase(at, 1 + random_.below(8));
        return;
      case 6:
        bytes.insert(at, kWords[random_.below(std::size(kWords))]);
        return;
      case 7:  // a piece of it once more
        if (bytes.size() < 50'000) bytes.insert(at, bytes.substr(place(bytes), random_.below(200)));
        return;
      case 8:  // a piece of another in place of its own
        bytes.replace(at, random_.below(20),
                      std::string(others[random_.below(others.size())], 0, random_.below(40)));
        return;
      default:
        if (random_.chance(0.3)) bytes.resize(at);
    }
  }
  Random random_;
};

// What is being read now, so that what stops the program can be kept.
const std::string* reading = nullptr;
void keep_what_stopped(int signal) {
  std::signal(signal, SIG_DFL);
  const std::string path = testing::TempDir() + "haechi-fuzz-found";
  std::ofstream(path, std::ios::binary) << *reading;
  std::fprintf(stderr, "stopped by %s; keep it in tests/fuzz/found\n", path.c_str());
  std::raise(signal);
}

class Reader : public testing::TestWithParam<Target> {
 protected:
  // The library writes a line for every text that is not UTF-8.
  static void SetUpTestSuite() {
    google::protobuf::SetLogHandler(nullptr);
    for (const int signal : {SIGABRT, SIGSEGV}) std::signal(signal, keep_what_stopped);
  }
  static bool run(const Target& target, const std::string& bytes) {
    reading = &bytes;
    return target.run(bytes);
  }
};

TEST_P(Reader, ComesBackFromWhateverItIsGiven) {
  const Target& target = GetParam();
  Damage damage(20'260'314);
  std::vector<std::string> pool = target.seeds;
  for (const std::string& seed : target.seeds)
    EXPECT_TRUE(run(target, seed)) << "a seed that is not understood: " << seed;
  run(target, "");
  for (int round = 0; round < target.rounds; ++round) {
    const std::string& from = pool[static_cast<size_t>(round) % pool.size()];
    const std::string bytes = damage.harm(from, target.seeds);
    // Harm upon harm, as long as something of it is still understood.
    if (run(target, bytes) && round % 50 == 0 && pool.size() < 40) pool.push_back(bytes);
  }
}

TEST_P(Reader, ComesBackFromWhatOnceStoppedIt) {
  const std::filesystem::path folder = std::filesystem::path(HAECHI_SOURCE_DIR) / "tests/fuzz/found";
  const std::string prefix = std::string(GetParam().name) + "-";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (!file.path().filename().string().starts_with(prefix)) continue;
    std::ifstream in(file.path(), std::ios::binary);
    run(GetParam(), std::string(std::istreambuf_iterator<char>(in), {}));
  }
}

TEST_P(Reader, ComesBackFromWhatLedThroughAllOfIt) {
  const auto corpus = kept_corpus(HAECHI_SOURCE_DIR, GetParam().name);
  EXPECT_GT(corpus.size(), GetParam().seeds.size());
  for (const std::string& bytes : corpus) run(GetParam(), bytes);
}

INSTANTIATE_TEST_SUITE_P(Every, Reader, testing::ValuesIn(targets()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace haechi::fuzz
