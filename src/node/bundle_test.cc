// What a court is told of an entry that the node judges no more.
#include "node/bundle.h"

#include <gtest/gtest.h>

#include "evidence/notary.h"
#include "log/test_log.h"

namespace haechi::node {
namespace {

constexpr int64_t kS = 1'000'000, kStart = 1'790'000'000 * kS;

class BundleTest : public testing::Test {
 protected:
  BundleTest() {
    person("w-1", v1::ROLE_WEARER, "d-1", v1::DEVICE_KIND_ANKLE);
    person("p-1", v1::ROLE_PROTECTED_PERSON, "d-2", v1::DEVICE_KIND_PHONE);
    v1::Fact fact;
    v1::Order& order = *fact.mutable_order_registered();
    order.set_id("o-1");
    order.set_version(1);
    order.set_kind("ST_PROV_3_2");
    order.set_legal_basis("Stalking Act 9(1)3-2, 2026-17");
    order.set_wearer_id("w-1");
    order.set_starts_at_us(kStart);
    v1::Condition& apart = *order.add_conditions();
    apart.set_id("k");
    apart.mutable_keep_away()->set_protected_id("p-1");
    add(fact);
    report("d-2");
    beside_her_ = report("d-1");
    const auto reader = log_->reader();
    auto notary = *evidence::Notary::open({source_.evidence, source_.evidence + "/key"}, *reader, log_->id());
    EXPECT_TRUE(notary->round().ok());
  }
  uint64_t add(const v1::Fact& fact) {
    facts_.push_back(fact);
    const std::string bytes = fact.SerializeAsString();
    const log::NewRecord record{Time{kStart + static_cast<int64_t>(facts_.size()) * kS}, bytes};
    EXPECT_TRUE(log_->append({&record, 1}).ok());
    return facts_.size();
  }
  void person(const char* id, v1::Role role, const char* device_id, v1::DeviceKind kind) {
    v1::Fact fact;
    fact.mutable_person_registered()->set_id(id);
    fact.mutable_person_registered()->set_role(role);
    add(fact);
    fact.mutable_device_registered()->set_id(device_id);
    fact.mutable_device_registered()->set_kind(kind);
    fact.mutable_device_registered()->set_person_id(id);
    add(fact);
  }
  uint64_t report(const char* device_id) {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    const int64_t now_us = kStart + static_cast<int64_t>(facts_.size() + 1) * kS;
    received.set_received_at_us(now_us);
    received.mutable_report()->set_device_id(device_id);
    received.mutable_report()->set_seq(1);
    v1::Fix& fix = *received.mutable_report()->mutable_fix();
    fix.set_fixed_at_us(now_us);
    fix.mutable_place()->set_lat_e7(377'000'000);
    fix.mutable_place()->set_lng_e7(1'272'000'000);
    fix.set_accuracy_mm(5'000);
    fix.set_source(v1::FIX_SOURCE_GNSS);
    return add(fact);
  }
  std::string made(const std::set<uint64_t>& passed_over) {
    source_.passed_over = passed_over;
    auto bundle = *Bundle::begin({"w-1", {"w-1"}, "p-1", {}, {}}, source_, 1 << 20);
    EXPECT_TRUE(log_->reader()
                    ->read(1,
                           [&](const log::Record& record) {
                             EXPECT_TRUE(bundle->take(record, facts_[record.no - 1], nullptr).ok());
                             return true;
                           })
                    .ok());
    const Result<std::string> text = bundle->signed_text([] { return true; });
    EXPECT_TRUE(text.ok());
    EXPECT_NE(text->find("{\"signature\":"), std::string::npos);
    return *text;
  }
  static size_t lines(const std::string& text, const std::string& kind) {
    size_t count = 0;
    for (size_t at = text.find("{\"" + kind + "\":"); at != std::string::npos;
         at = text.find("{\"" + kind + "\":", at + 1))
      ++count;
    return count;
  }

  const log::TestDirectory directory_{true};
  std::unique_ptr<log::Log> log_ = *log::open_at(directory_.file("log"));
  BundleSource source_{directory_.file("evidence"), {}, "test"};
  std::vector<v1::Fact> facts_;
  uint64_t beside_her_ = 0;
};

TEST_F(BundleTest, HoldsTheAlertThatHisReportRang) {
  const std::string text = made({});
  EXPECT_GT(lines(text, "alert"), 0u) << text;
  EXPECT_EQ(lines(text, "track"), 1u);
}

TEST_F(BundleTest, ProvesAnEntryThatNobodyJudgedAndHoldsNoAlertOfIt) {
  const std::string text = made({beside_her_});
  EXPECT_EQ(lines(text, "alert"), 0u) << text;
  EXPECT_EQ(lines(text, "track"), 1u) << "that he was there is in the log all the same";
  EXPECT_NE(text.find("\"no\":\"" + std::to_string(beside_her_) + "\""), std::string::npos);
}

}  // namespace
}  // namespace haechi::node
