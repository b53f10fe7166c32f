// Every *.scn file beside this one is a test of its own: each step must have exactly the effects that it
// expects, and at its end the whole must replay to the byte. --update (or HAECHI_UPDATE=1) writes what
// happened in place of what was expected; the difference is then reviewed like code.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

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

void write_steps(const std::filesystem::path& path, const std::vector<Step>& steps) {
  std::ofstream out(path, std::ios::trunc);
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
}

std::string shown(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += "    " + line + '\n';
  return out.empty() ? "    nothing\n" : out;
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
      language.restart();
      if (update) write_steps(path_, steps);
    } catch (const std::exception& error) {
      FAIL() << where(line) << error.what();
    }
  }

 private:
  std::string where(size_t line) const { return path_.string() + ':' + std::to_string(line) + ": "; }

  std::filesystem::path path_;
};

void register_scenarios() {
  const std::filesystem::path folder = std::filesystem::path(HAECHI_SOURCE_DIR) / "tests" / "scenarios";
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".scn") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const std::filesystem::path& path : paths)
    testing::RegisterTest("Scenario", path.stem().c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [path]() -> testing::Test* { return new ScenarioTest(path); });
}

// A statement that is misspelt must not pass as one that does nothing.
TEST(Language, RefusesWhatItDoesNotUnderstand) {
  for (const char* wrong : {"wearer", "W flies", "at 07:00 W is at 10 m east", "at 08:01 W is at 10 m up",
                            "order O binds W - keep off P", "kim resolves A1 as TRUE_VIOLATION"}) {
    Language language;
    language.run("start 2026-03-14 08:00 Asia/Seoul");
    language.run("wearer W");
    EXPECT_THROW(language.run(wrong), Mistake) << wrong;
  }
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
