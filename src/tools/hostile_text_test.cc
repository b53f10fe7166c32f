// What people type stays text where it comes out again: in the lines of this process, and in tables that
// somebody opens in a spreadsheet.
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <filesystem>
#include <fstream>
#include <regex>
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
    "\n=1",
    " =1",
    "\uFF1D1+1",
    "\uFF20SUM(1)",
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
  for (const std::string& cell : cells) {
    const size_t begin = std::min(cell.find_first_not_of(' '), cell.size());
    for (const char* formula : {"=", "+", "-", "@", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"})
      EXPECT_FALSE(cell.substr(begin).starts_with(formula)) << lines[1];
    EXPECT_EQ(cell.find_first_of(std::string("\n\r\x1b\x07\b\t\x7f\0", 8)), std::string::npos) << lines[1];
    EXPECT_EQ(cell.find("\u009b"), std::string::npos) << lines[1];
  }
}

// Every text of a message, those that are added later as well; ids name things, and are checked where they
// come in.
std::vector<const google::protobuf::FieldDescriptor*> texts_of(const google::protobuf::Descriptor& of) {
  std::vector<const google::protobuf::FieldDescriptor*> out;
  for (int i = 0; i < of.field_count(); ++i)
    if (of.field(i)->type() == google::protobuf::FieldDescriptor::TYPE_STRING &&
        !of.field(i)->is_repeated() &&
        (of.field(i)->name() == "condition_id" || !std::string_view(of.field(i)->name()).ends_with("id")))
      out.push_back(of.field(i));
  return out;
}

template <typename Message>
void expect_text_of_every_field(const Message& row) {
  const auto fields = texts_of(*Message::descriptor());
  ASSERT_FALSE(fields.empty());
  for (const std::string& text : kHostile) {
    for (const auto* field : fields) {
      Message one = row;
      one.GetReflection()->SetString(&one, field, text);
      Violations violations;
      violations.take(one);
      expect_one_row_of_text(written(violations), std::string(field->name()) + ": " + text);
    }
  }
}

TEST(ViolationsTable, KeepsEveryTextOfAnAlertInItsOwnCell) {
  v1::Alert alert;
  alert.set_id("a-1");
  alert.set_wearer_id("w-1");
  expect_text_of_every_field(alert);
}

TEST(ViolationsTable, KeepsEveryTextOfWhatAnotherSystemSaidInItsOwnCell) {
  v1::ViolationTakenOver violation;
  violation.set_id("v-1");
  violation.set_source("old-system");
  violation.set_wearer_id("w-1");
  expect_text_of_every_field(violation);
}

// No text can get into a command or a statement where there is nothing that runs the one, and nothing that
// puts the other together.
TEST(Sources, RunNoShellAndPutNoStatementTogether) {
  const std::regex shell(R"(\b(system|popen|wordexp|execlp?|execvp)\s*\()");
  const std::regex statement("\"[^\"]*\\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\\b[^\"]*\"\\s*\\+");
  size_t files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::string(HAECHI_SOURCE_DIR) + "/src")) {
    const std::string name = entry.path().string();
    if ((!name.ends_with(".cc") && !name.ends_with(".h")) || name.ends_with("_test.cc")) continue;
    std::ifstream in(name);
    // The first puts in hexadecimal digits of its own, the second words of its own.
    const bool puts_together = name.ends_with("/log/database.cc") || name.ends_with("/store/records.cc");
    for (std::string line; std::getline(in, line);) {
      EXPECT_FALSE(std::regex_search(line, shell)) << name << ": " << line;
      EXPECT_TRUE(puts_together || !std::regex_search(line, statement)) << name << ": " << line;
    }
    ++files;
  }
  EXPECT_GT(files, 300u);
}

}  // namespace
}  // namespace haechi::tools
