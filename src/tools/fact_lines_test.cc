#include "tools/fact_lines.h"

#include <gtest/gtest.h>

#include <sstream>

#include "law/entry.h"
#include "tools/replay.h"

namespace haechi::tools {
namespace {

const std::string kHe = R"({"at_us":1000000,"fact":{"person_registered":{"id":"he","role":"ROLE_WEARER"}}})";
const std::string kAnkle =
    R"({"at_us":"1000000","device_registered":{"id":"d","kind":"DEVICE_KIND_ANKLE","person_id":"he"}})";

std::string order(const std::string& more) {
  return R"({"at_us":2000000,"order_registered":{"id":"o","kind":"K","legal_basis":"L","wearer_id":"he",)"
         R"("starts_at_us":"1",)" +
         more + R"("conditions":[]}})";
}

std::string report(int64_t at_us, int64_t seq) {
  return R"({"at_us":)" + std::to_string(at_us) +
         R"(,"report_received":{"report":{"device_id":"d","epoch":1,"seq":")" + std::to_string(seq) +
         R"("}}})";
}

TEST(FactLines, ReadALineWithItsFactInsideOrFlat) {
  FactLines lines;
  const auto he = lines.read(kHe);
  ASSERT_TRUE(he.ok()) << he.error().text();
  ASSERT_EQ(he->size(), 1u);
  EXPECT_EQ(he->front().fact.person_registered().role(), v1::ROLE_WEARER);
  const auto ankle = lines.read(kAnkle);
  ASSERT_TRUE(ankle.ok()) << ankle.error().text();
  EXPECT_EQ(ankle->front().fact.device_registered().person_id(), "he");
}

TEST(FactLines, GiveStampsThatAlwaysRise) {
  FactLines lines;
  const Time first = lines.read(kHe)->front().at;
  const Time second = lines.read(kAnkle)->front().at;
  EXPECT_EQ(second - first, Duration{1});
  const auto third = lines.read(R"({"at":"1970-01-01T00:00:01.000Z","clock_ticked":{}})");
  ASSERT_TRUE(third.ok()) << third.error().text();
  EXPECT_EQ(third->front().at - first, Duration{2});
}

TEST(FactLines, RefuseAStampBeforeTheLineAbove) {
  FactLines lines;
  ASSERT_TRUE(lines.read(kHe).ok());
  const auto back = lines.read(R"({"at_us":999999,"clock_ticked":{}})");
  ASSERT_FALSE(back.ok());
  EXPECT_EQ(back.error().field, "at_us");
}

TEST(FactLines, RefuseWhatTheServerWouldNotLog) {
  FactLines lines;
  ASSERT_TRUE(lines.read(kHe).ok());
  EXPECT_FALSE(lines.read(report(1'000'000, 1)).ok()) << "no device of that id";
  EXPECT_FALSE(lines.read(R"({"at_us":1000000,"person_registered":{"id":"a b","role":"ROLE_WEARER"}})").ok());
  EXPECT_FALSE(lines.read(R"({"at_us":1000000,"person_registered":{"id":"a","roll":"ROLE_WEARER"}})").ok());
  EXPECT_FALSE(lines.read(R"({"at_us":1000000,"fact":{}})").ok());
  EXPECT_FALSE(lines.read(R"({"at_us":1000000,"fact":[]})").ok());
  EXPECT_FALSE(lines.read("[]").ok());
  EXPECT_FALSE(lines.read("{").ok());
}

TEST(FactLines, PassOverEffectsEmptyLinesAndReportsThatCameBefore) {
  FactLines lines;
  ASSERT_TRUE(lines.read(kHe).ok());
  ASSERT_TRUE(lines.read(kAnkle).ok());
  EXPECT_TRUE(lines.read("  ")->empty());
  EXPECT_TRUE(lines.read(R"({"effect":{"id":"0-1-0"}})")->empty());
  EXPECT_EQ(lines.read(report(2'000'000, 1))->size(), 1u);
  EXPECT_TRUE(lines.read(report(3'000'000, 1))->empty());
}

TEST(FactLines, GiveAnOrderItsNextVersion) {
  FactLines lines;
  ASSERT_TRUE(lines.read(kHe).ok());
  for (const uint32_t version : {1u, 2u}) {
    EXPECT_FALSE(lines.read(order(R"("time_zone":"Asia/Atlantis",)")).ok()) << "and it uses up no version";
    const auto read = lines.read(order(R"("withdrawn":true,)"));
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_EQ(read->back().fact.order_registered().version(), version);
  }
}

TEST(FactLines, EnterTheRulesOfATimeZoneOnceBeforeTheOrderThatNeedsThem) {
  FactLines lines;
  ASSERT_TRUE(lines.read(kHe).ok());
  const auto first = lines.read(order(R"("withdrawn":true,"time_zone":"Asia/Seoul",)"));
  ASSERT_TRUE(first.ok()) << first.error().text();
  ASSERT_EQ(first->size(), 2u);
  EXPECT_EQ(first->front().fact.time_zone_registered().name(), "Asia/Seoul");
  EXPECT_LT(first->front().at, first->back().at);
  EXPECT_EQ(lines.read(order(R"("withdrawn":true,"time_zone":"Asia/Seoul",)"))->size(), 1u);
  EXPECT_FALSE(lines.read(order(R"("withdrawn":true,"time_zone":"Asia/Atlantis",)")).ok());
}

TEST(ReadFacts, TicksAtEveryWholeSecondBetweenTwoFacts) {
  std::istringstream text(kHe + "\n" + R"({"at_us":4000000,"clock_ticked":{}})" + "\n");
  std::ostringstream refusals;
  std::vector<int64_t> stamps;
  EXPECT_TRUE(read_facts(text, true, refusals, [&](const law::Entry& entry) {
    EXPECT_EQ(entry.no, stamps.size() + 1);
    stamps.push_back(entry.stamped_at.us);
    return true;
  }));
  EXPECT_EQ(stamps, (std::vector<int64_t>{1'000'000, 2'000'000, 3'000'000, 4'000'000}));
  EXPECT_EQ(refusals.str(), "");
}

TEST(ReadFacts, RefusesToTickForYears) {
  std::istringstream text(kHe + "\n" + R"({"at":"2026-01-01T00:00:00Z","clock_ticked":{}})" + "\n");
  std::ostringstream refusals;
  EXPECT_FALSE(read_facts(text, true, refusals, [](const law::Entry&) { return true; }));
  EXPECT_EQ(refusals.str().rfind("line 2: ", 0), 0u) << refusals.str();
}

}  // namespace
}  // namespace haechi::tools
