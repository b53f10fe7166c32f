// Every *.scn file beside this one is a test of its own: each step must have exactly the effects that it
// expects, what it promises must come true, and at its end the whole must replay to the byte. --update (or
// HAECHI_UPDATE=1) writes what happened in place of what was expected; the difference is then reviewed like
// code. README.md lists every drill with what must ring and when it rang: that table is held against the
// drills too.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tests/scenarios/golden.h"
#include "tests/scenarios/language.h"

namespace haechi::scenario {
namespace {

bool update = false;

// One statement and its expectation, or a line to be kept as it is (a comment, an empty line).
struct Step {
  size_t line = 0;
  std::vector<std::string> source;
  std::string statement;  // empty: not a statement
  std::vector<std::string> expected, actual;
};

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string without_comment(const std::string& text) {
  return trimmed(text.substr(0, text.find(" #")));
}

std::vector<Step> read_steps(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::vector<Step> steps;
  size_t number = 0;
  bool in_expectation = false;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const std::string text = trimmed(line);
    const bool indented = !line.empty() && line[0] == ' ';
    if (text.empty() || text[0] == '#' || !indented) {
      in_expectation = false;
      steps.push_back({number, {line}, text.empty() || text[0] == '#' ? "" : without_comment(text), {}, {}});
    } else if (steps.empty() || steps.back().statement.empty()) {
      throw Mistake("line " + std::to_string(number) + " belongs to no statement");
    } else if (text == "expect nothing") {
      in_expectation = true;
    } else if (text == "expect") {
      in_expectation = true;
    } else if (in_expectation) {
      steps.back().expected.push_back(text);
    } else {
      steps.back().source.push_back(line);
      steps.back().statement += ' ' + without_comment(text);
    }
  }
  return steps;
}

// Where time passes, silence is said aloud.
bool says_nothing_aloud(const Step& step) {
  return step.statement.starts_with("at ") || step.statement.starts_with("until ");
}

// All at once: another process may be reading it.
void write_whole(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path written = path.string() + ".new";
  std::ofstream(written, std::ios::trunc) << text;
  std::filesystem::rename(written, path);
}

void write_steps(const std::filesystem::path& path, const std::vector<Step>& steps) {
  std::ostringstream out;
  for (const Step& step : steps) {
    for (const std::string& line : step.source) out << line << '\n';
    if (step.statement.empty()) continue;
    if (!step.actual.empty()) {
      out << "  expect\n";
      for (const std::string& line : step.actual) out << "    " << line << '\n';
    } else if (says_nothing_aloud(step)) {
      out << "  expect nothing\n";
    }
  }
  write_whole(path, out.str());
}

std::string shown(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += "    " + line + '\n';
  return out.empty() ? "    nothing\n" : out;
}

const std::filesystem::path kFolder = std::filesystem::path(HAECHI_SOURCE_DIR) / "tests" / "scenarios";

std::vector<std::filesystem::path> scenarios() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    if (entry.path().extension() == ".scn") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool is_drill(const std::filesystem::path& path) {
  return path.stem().string().starts_with("drill_");
}

class ScenarioTest : public testing::Test {
 public:
  explicit ScenarioTest(std::filesystem::path path) : path_(std::move(path)) {}

  void TestBody() override {
    size_t line = 0;
    try {
      std::vector<Step> steps = read_steps(path_);
      Language language;
      bool said_why = false;
      for (Step& step : steps) {
        line = step.line;
        said_why |= step.source[0].starts_with("# why: ");
        if (step.statement.empty()) continue;
        step.actual = language.run(step.statement);
        if (update) continue;
        EXPECT_TRUE(step.actual == step.expected) << where(line) << step.statement << "\n  expected\n"
                                                  << shown(step.expected) << "  but there was\n"
                                                  << shown(step.actual);
      }
      EXPECT_TRUE(said_why) << path_.string() << " does not say \"# why: \"";
      check_promises(language.outcomes());
      language.restart();
      if (update) write_steps(path_, steps);
      if (std::getenv("HAECHI_GOLDEN") != nullptr) keep_golden(language.world(), path_);
    } catch (const std::exception& error) {
      FAIL() << where(line) << error.what();
    }
  }

 private:
  void check_promises(const std::vector<Outcome>& outcomes) {
    EXPECT_TRUE(!is_drill(path_) || !outcomes.empty()) << path_.string() << " does not say what must ring";
    for (const Outcome& one : outcomes) {
      const std::string promise =
          path_.string() + ": " + one.promise + (one.by.empty() ? "" : ", " + one.by) + ": " + one.came;
      EXPECT_TRUE(one.kept || !one.misses.empty()) << promise << ": a promise is broken";
      EXPECT_FALSE(one.kept && !one.misses.empty())
          << promise << ": this is no miss any longer: take away its reason: " << one.misses;
      if (!one.kept && !one.misses.empty())
        std::cout << "miss: " << path_.stem().string() << ": " << one.promise << ": " << one.misses << '\n';
    }
  }

  std::string where(size_t line) const { return path_.string() + ':' + std::to_string(line) + ": "; }

  std::filesystem::path path_;
};

// A log that is as old as a counter lasts: each story goes through the end of one of 31, 32 or 53 bits in its
// midst, and nobody hears of it.
class OldLogTest : public testing::Test {
 public:
  OldLogTest(std::filesystem::path path, int bits) : path_(std::move(path)), bits_(bits) {}

  void TestBody() override {
    constexpr uint64_t kBefore = 40;
    Language language((uint64_t{1} << bits_) - kBefore);
    for (Step& step : read_steps(path_)) {
      if (step.statement.empty()) continue;
      step.actual = language.run(step.statement);
      EXPECT_TRUE(step.actual == step.expected)
          << path_.string() << ':' << step.line << ": " << step.statement << "\n  expected\n"
          << shown(step.expected) << "  but there was\n"
          << shown(step.actual);
    }
    language.restart();
  }

 private:
  const std::filesystem::path path_;
  const int bits_;
};

void register_scenarios() {
  int turn = 0;
  if (!update)
    for (const std::filesystem::path& path : scenarios())
      testing::RegisterTest("OldLog", path.stem().c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [path, bits = std::array{31, 32, 53}[turn++ % 3]]() -> testing::Test* {
                              return new OldLogTest(path, bits);
                            });
  for (const std::filesystem::path& path : scenarios())
    testing::RegisterTest("Scenario", path.stem().c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [path]() -> testing::Test* { return new ScenarioTest(path); });
}

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// One row a promise.
std::string drill_rows(const std::filesystem::path& path) {
  Language language;
  std::string why, out, name = path.stem().string();
  for (const Step& step : read_steps(path)) {
    if (step.source[0].starts_with("# why: ")) why = step.source[0].substr(7);
    if (!step.statement.empty()) language.run(step.statement);
  }
  for (const Outcome& one : language.outcomes()) {
    out += "| " + name + " | " + why + " | " + one.promise + " | " + one.by + " | " + one.came +
           (one.misses.empty() ? "" : " — **missed**: " + one.misses) + " |\n";
    name = why = "";
  }
  return out;
}

TEST(Drills, AreListedInTheReadmeWithWhenTheyRang) {
  const std::string begin = "| drill | what happens | must ring | by | rang at |\n|---|---|---|---|---|\n";
  std::string table = begin;
  for (const std::filesystem::path& path : scenarios())
    if (is_drill(path)) table += drill_rows(path);
  const std::string readme = text_of(kFolder / "README.md");
  const size_t from = readme.find(begin);
  ASSERT_NE(from, std::string::npos) << "README.md has no table of drills";
  const size_t to = readme.find("\n\n", from);
  const std::string listed = readme.substr(from, to == std::string::npos ? to : to + 1 - from);
  if (update)
    return write_whole(kFolder / "README.md", readme.substr(0, from) + table +
                                                  (to == std::string::npos ? "" : readme.substr(to + 1)));
  EXPECT_EQ(listed, table) << "the table of drills is not what the drills do; scenario_test --update";
}

// A statement that is misspelt must not pass as one that does nothing.
TEST(Language, RefusesWhatItDoesNotUnderstand) {
  for (const char* wrong :
       {"wearer", "W flies", "at 07:00 W is at 10 m east", "at 08:01 W is at 10 m up",
        "order O binds W - keep off P", "kim resolves A1 as TRUE_VIOLATION", "must ring KEEP_OFF by 08:01",
        "must ring KEEP_AWAY of X by 08:01", "must ring KEEP_AWAY", "map 50 m a cell | a . a |",
        "3 wearers N1..N2 within 1 km of origin"}) {
    Language language;
    language.run("start 2026-03-14 08:00 Asia/Seoul");
    language.run("wearer W");
    EXPECT_THROW(language.run(wrong), Mistake) << wrong;
  }
}

// A promise is about what rings from then on until its time, and of whom it says.
TEST(Promises, AreKeptOnlyByWhatRingsInTime) {
  const auto came_of = [](const std::string& promise) {
    Language language;
    for (const char* line :
         {"start 2026-03-14 08:00 Asia/Seoul", "wearer W every 15 s", "protected P every 15 s",
          "order O binds W - keep away from P", "P stays at origin"})
      language.run(line);
    language.run(promise);
    language.run("at 08:01 W stays at 50 m east");
    language.run("until 08:02");
    return language.outcomes().at(0);
  };
  EXPECT_TRUE(came_of("must ring KEEP_AWAY of W by 08:01").kept);
  EXPECT_TRUE(came_of("must ring CURFEW or KEEP_AWAY of W and P by 08:01").kept);
  EXPECT_FALSE(came_of("must ring KEEP_AWAY of W by 08:00:59").kept);
  EXPECT_FALSE(came_of("must ring KEEP_AWAY of P by 08:01").kept);
  EXPECT_FALSE(came_of("must not ring KEEP_AWAY").kept);
  EXPECT_TRUE(came_of("must not ring KEEP_AWAY before 08:00:59").kept);
  EXPECT_TRUE(came_of("must tell P by 08:01").kept);
  EXPECT_TRUE(came_of("must not clear KEEP_AWAY").kept);
  EXPECT_THROW(came_of("must ring KEEP_AWAY by 08:03"), Mistake);
}

}  // namespace
}  // namespace haechi::scenario

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  haechi::scenario::update = std::getenv("HAECHI_UPDATE") != nullptr;
  for (int i = 1; i < argc; ++i)
    if (std::string(argv[i]) == "--update") haechi::scenario::update = true;
  haechi::scenario::register_scenarios();
  return RUN_ALL_TESTS();
}
