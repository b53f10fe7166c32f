// What people type stays text where it comes out again: in the lines of this process, and in tables that
// somebody opens in a spreadsheet.
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "tools/log_lines.h"
#include "tools/violations.h"

namespace haechi::tools {
namespace {

const std::string kHostile[] = {
    "plain",
    "two\nlines",
    "two\r\nlines",
    "\rover the beginning",
    "\x1b[2J\x1b[31mred",
    "\x1b]0;title\x07",
    "\u009b2J",
    "a\u2028b\u2029c",
    std::string("a\0b", 3),
    "back\b\b\b\x7f",
    "=HYPERLINK(\"http://x\",\"y\")",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "a,b",
    "quo\"te",
    "\",\"=1",
    "'; DROP TABLE fixes; --",
    "{{7*7}}${7*7}",
    "2026-11-23T00:00:00.000Z error forged",
    "한글 이름",
};

TEST(LogLines, AreOneForEachMessageWhateverTextIsInIt) {
  for (const std::string& text : kHostile) {
    std::ostringstream out;
    spdlog::logger log("test", std::make_shared<spdlog::sinks::ostream_sink_st>(out));
    log.set_formatter(log_lines());
    log.warn("https: 1 time {} from {}", text, text);
    std::string line = out.str();
    ASSERT_TRUE(line.ends_with("\n")) << text;
    line.pop_back();
    EXPECT_EQ(line.find_first_of(std::string("\n\r\x1b\x07\b\t\x7f\0", 8)), std::string::npos) << text;
    EXPECT_EQ(line.find("\u009b"), std::string::npos);
    EXPECT_EQ(line.find("\u2028"), std::string::npos);
    EXPECT_EQ(line.find(" warning https: 1 time "), 24u) << "behind its time, once: " << line;
  }
}

TEST(LogLines, SpellWhatTheyDoNotObeyAndLeaveLettersAsTheyAre) {
  EXPECT_EQ(one_line("한글 이름 é €"), "한글 이름 é €");
  EXPECT_EQ(one_line("a\r\nb\x1b[31m"), "a\\r\\nb\\x1b[31m");
  EXPECT_EQ(one_line("\u009b"), "\\xc2\\x9b");
  EXPECT_EQ(one_line("\u00a0"), "\u00a0") << "a blank";
  EXPECT_EQ(one_line("\xc2"), "\xc2") << "half a letter at the end";
}

// As RFC 4180 reads a line.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (quoted && line[i] == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += line[i++];
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += line[i];
    }
  }
  EXPECT_FALSE(quoted) << line;
  return cells;
}

std::vector<std::string> written(const Violations& violations) {
  const std::string folder = testing::TempDir();
  {
    ExportFile file(folder, "violations.csv");
    violations.write(file);
    EXPECT_TRUE(file.close().ok());
  }
  std::ifstream in(folder + "/violations.csv");
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::filesystem::remove(folder + "/violations.csv");
  return lines;
}

// One row, with as many cells as there are columns, none of which a spreadsheet would take for a formula.
void expect_one_row_of_text(const std::vector<std::string>& lines, const std::string& text) {
  ASSERT_EQ(lines.size(), 2u) << text;
  const std::vector<std::string> cells = cells_of(lines[1]);
  EXPECT_EQ(cells.size(), cells_of(lines[0]).size()) << lines[1];
  for (const std::string& cell : cells)
    EXPECT_TRUE(cell.empty() || std::string_view("=+-@\t\r").find(cell[0]) == std::string_view::npos)
        << lines[1];
}

TEST(ViolationsTable, KeepsEveryTextOfAnAlertInItsOwnCell) {
  using Set = std::function<void(v1::Alert&, const std::string&)>;
  const Set sets[] = {[](v1::Alert& alert, const std::string& text) { alert.set_condition_id(text); },
                      [](v1::Alert& alert, const std::string& text) { alert.set_clear_reason(text); },
                      [](v1::Alert& alert, const std::string& text) { alert.set_handled_by(text); },
                      [](v1::Alert& alert, const std::string& text) { alert.set_reason_code(text); }};
  for (const std::string& text : kHostile) {
    for (const Set& set : sets) {
      v1::Alert alert;
      alert.set_id("a-1");
      alert.set_wearer_id("w-1");
      set(alert, text);
      Violations violations;
      violations.take(alert);
      expect_one_row_of_text(written(violations), text);
    }
  }
}

TEST(ViolationsTable, KeepsWhatAnotherSystemCalledTheOutcomeInItsOwnCell) {
  for (const std::string& text : kHostile) {
    v1::ViolationTakenOver violation;
    violation.set_id("v-1");
    violation.set_source("old-system");
    violation.set_wearer_id("w-1");
    violation.set_outcome(text);
    Violations violations;
    violations.take(violation);
    expect_one_row_of_text(written(violations), text);
  }
}

}  // namespace
}  // namespace haechi::tools
