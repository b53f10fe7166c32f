#include "vault/sealer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/digest.h"
#include "haechi/v1/effect.pb.h"
#include "vault/key_ring.h"

namespace haechi::vault {
namespace {

class SealerTest : public testing::Test {
 protected:
  SealerTest() {
    std::string name = testing::TempDir() + "haechi-sealer-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    ring_ = *KeyRing::open(folder_ + "/ring", Key(std::string(32, 'm')), RingMode::kWrite);
    sealer_ = std::make_unique<Sealer>(*ring_);
    hold("D-W", "W-1");
    hold("D-P", "P-1");
  }
  ~SealerTest() override { std::filesystem::remove_all(folder_); }

  void hold(const std::string& device, const std::string& person) {
    v1::Fact fact;
    fact.mutable_device_registered()->set_id(device);
    fact.mutable_device_registered()->set_person_id(person);
    sealer_->note(fact);
  }
  static v1::Fact report_of(const std::string& device) {
    v1::Fact fact;
    v1::Report& report = *fact.mutable_report_received()->mutable_report();
    report.set_device_id(device);
    report.set_seq(7);
    report.set_battery_percent(50);
    report.mutable_fix()->set_fixed_at_us(1'700'000'000'000'000);
    report.mutable_fix()->mutable_place()->set_lat_e7(376'123'457);
    report.mutable_fix()->mutable_place()->set_lng_e7(1'271'234'567);
    report.mutable_network_fix()->mutable_place()->set_lat_e7(376'123'999);
    return fact;
  }
  std::string seal(uint64_t no, const v1::Fact& fact) {
    v1::Fact given = fact;
    const Result<std::string> bytes = sealer_->seal(no, given);
    EXPECT_TRUE(bytes.ok());
    EXPECT_EQ(given.SerializeAsString(), fact.SerializeAsString()) << "sealing changed the fact";
    return *bytes;
  }
  v1::Fact opened(uint64_t no, const std::string& bytes) {
    v1::Fact fact;
    EXPECT_TRUE(fact.ParseFromString(bytes));
    const Status status = open(*ring_, no, fact);
    EXPECT_TRUE(status.ok()) << status.error().text();
    return fact;
  }

  std::string folder_;
  std::unique_ptr<KeyRing> ring_;
  std::unique_ptr<Sealer> sealer_;
};

v1::Fact violation_between(const std::string& wearer_id, const std::string& protected_id) {
  v1::Fact fact;
  v1::ViolationTakenOver& violation = *fact.mutable_violation_taken_over();
  violation.set_id("v-1");
  violation.set_wearer_id(wearer_id);
  violation.set_protected_id(protected_id);
  violation.set_happened_at_us(1'600'000'000'000'000);
  violation.set_distance_mm(84'500);
  violation.mutable_place()->set_lat_e7(376'123'457);
  return fact;
}

v1::Fact with_everything() {
  v1::Fact fact;
  v1::IdentityRecorded& identity = *fact.mutable_case_fact()->mutable_identity_recorded();
  fact.mutable_case_fact()->set_by("insp-park");
  identity.set_person_id("W-1");
  identity.set_name_key("digest of a name");
  identity.add_sound_keys("one");
  identity.add_sound_keys("two");
  return fact;
}

TEST_F(SealerTest, GivesBackEveryKindOfFactAsItWas) {
  std::vector<v1::Fact> facts{report_of("D-W"), report_of("unknown"), with_everything(), v1::Fact()};
  facts[0].mutable_report_received()->mutable_report()->add_contacts()->set_device_id("D-P");
  v1::Circle& circle = *facts.emplace_back().mutable_zone_registered()->mutable_shape()->mutable_circle();
  circle.set_radius_mm(500'000);
  circle.mutable_centre()->set_lat_e7(376'000'001);
  facts.back().mutable_zone_registered()->set_id("home");
  facts.emplace_back().mutable_alert_handled()->set_note("she lives above the bakery");
  facts.emplace_back().mutable_call_closed_by_hand()->set_note("door of flat 302 was open");
  facts.emplace_back().mutable_hand_off_answered()->mutable_message()->mutable_closed()->set_note(
      "brother came");
  facts.emplace_back().mutable_hand_off_answered()->mutable_message()->mutable_rejected()->set_text("no");
  facts.emplace_back().mutable_hand_off_answered()->mutable_message()->mutable_cancel_answer()->set_text(
      "yes");
  facts.push_back(violation_between("W-1", "P-1"));
  facts.push_back(violation_between("W-1", ""));
  facts.emplace_back().mutable_clock_ticked();
  facts.emplace_back().mutable_access_decided()->set_subject_id("W-1");
  uint64_t no = 0;
  for (const v1::Fact& fact : facts) {
    ++no;
    EXPECT_EQ(opened(no, seal(no, fact)).SerializeAsString(), fact.SerializeAsString()) << fact.DebugString();
  }
}

TEST_F(SealerTest, LeavesKindIdsAndTimesToReadAndNoPlaceAndNoWord) {
  v1::Fact fact = report_of("D-W");
  v1::Fact clear;
  ASSERT_TRUE(clear.ParseFromString(seal(1, fact)));
  EXPECT_EQ(clear.report_received().report().device_id(), "D-W");
  EXPECT_EQ(clear.report_received().report().seq(), 7u);
  EXPECT_EQ(clear.report_received().report().battery_percent(), 50u);
  EXPECT_FALSE(clear.report_received().report().has_fix());
  EXPECT_FALSE(clear.report_received().report().has_network_fix());
  EXPECT_EQ(clear.sealed_size(), 1);
  v1::Fact note;
  note.mutable_alert_handled()->set_note("she lives above the bakery");
  EXPECT_EQ(seal(2, note).find("bakery"), std::string::npos);
}

TEST_F(SealerTest, NeverWritesTheSameFactTwiceAlike) {
  EXPECT_NE(seal(1, report_of("D-W")), seal(1, report_of("D-W")));
}

TEST_F(SealerTest, OfADestroyedKeyOnlyTheRestOfTheFactIsLeftAndOthersAreWhole) {
  const std::string his = seal(1, report_of("D-W")), hers = seal(2, report_of("D-P"));
  ASSERT_TRUE(ring_->destroy("person/W-1", 3).ok());
  const v1::Fact erased = opened(1, his);
  EXPECT_FALSE(erased.report_received().report().has_fix());
  EXPECT_EQ(erased.report_received().report().battery_percent(), 50u);
  EXPECT_EQ(erased.sealed_size(), 1);
  EXPECT_TRUE(opened(2, hers).report_received().report().has_fix());
}

TEST_F(SealerTest, WhatIsAboutTwoIsGoneWithEither) {
  v1::Effect raised;
  raised.mutable_raise_alert()->set_id("a-1-0");
  raised.mutable_raise_alert()->set_wearer_id("W-1");
  raised.mutable_raise_alert()->set_protected_id("P-1");
  for (const std::string gone : {"W-1", "P-1"}) {
    sealer_->note(raised);
    v1::Fact note;
    note.mutable_alert_handled()->set_alert_id("a-1-0");
    note.mutable_alert_handled()->set_note("both at the bakery");
    v1::Fact met = report_of("D-W");
    met.mutable_report_received()->mutable_report()->add_contacts()->set_device_id("D-P");
    const std::string words = seal(1, note), meeting = seal(2, met);
    EXPECT_EQ(opened(1, words).alert_handled().note(), "both at the bakery");
    ring_->reach(3);
    ASSERT_TRUE(ring_->destroy(person_owner(gone), 3).ok());
    EXPECT_EQ(opened(1, words).alert_handled().note(), "");
    const v1::Fact left = opened(2, meeting);
    EXPECT_EQ(left.report_received().report().contacts_size(), 0);
    EXPECT_EQ(left.report_received().report().has_fix(), gone == "P-1") << "his own place is his";
    ring_->reach(0);
  }
}

TEST_F(SealerTest, WhereAnotherSystemSawAViolationIsGoneWithEitherOfTheTwo) {
  for (const std::string gone : {"W-1", "P-1"}) {
    const std::string bytes = seal(1, violation_between("W-1", "P-1")),
                      alone = seal(2, violation_between("W-1", ""));
    v1::Fact kept;
    ASSERT_TRUE(kept.ParseFromString(bytes));
    EXPECT_FALSE(kept.violation_taken_over().has_place());
    EXPECT_EQ(kept.violation_taken_over().distance_mm(), 0);
    ring_->reach(3);
    ASSERT_TRUE(ring_->destroy(person_owner(gone), 3).ok());
    const v1::ViolationTakenOver left = opened(1, bytes).violation_taken_over();
    EXPECT_EQ(left.id(), "v-1");
    EXPECT_FALSE(left.has_place() || left.distance_mm() != 0) << gone;
    EXPECT_EQ(opened(2, alone).violation_taken_over().has_place(), gone == "P-1");
    ring_->reach(0);
  }
}

TEST_F(SealerTest, RefusesAPartThatWasMovedChangedOrSealedUnderAnotherRing) {
  const std::string bytes = seal(1, report_of("D-W"));
  v1::Fact moved;
  ASSERT_TRUE(moved.ParseFromString(bytes));
  EXPECT_EQ(open(*ring_, 2, moved).error().code, Code::kCorrupt);
  v1::Fact changed;
  ASSERT_TRUE(changed.ParseFromString(bytes));
  changed.mutable_sealed(0)->mutable_commitment()->back() ^= 1;
  EXPECT_EQ(open(*ring_, 1, changed).error().code, Code::kCorrupt);
  const auto other = *KeyRing::open(folder_ + "/other", Key(std::string(32, 'm')), RingMode::kWrite);
  v1::Fact strange;
  ASSERT_TRUE(strange.ParseFromString(bytes));
  EXPECT_EQ(open(*other, 1, strange).error().code, Code::kCorrupt);
}

TEST_F(SealerTest, ShowsAPartWithWhatProvesItAndNothingOfTheKey) {
  v1::Fact sealed;
  ASSERT_TRUE(sealed.ParseFromString(seal(1, report_of("D-W"))));
  const auto parts = opened_parts(*ring_, 1, sealed);
  ASSERT_TRUE(parts.ok());
  ASSERT_EQ(parts->size(), 1u);
  EXPECT_EQ(view(sha256(parts->front())), sealed.sealed(0).commitment());
  v1::Fact part;
  ASSERT_TRUE(part.ParseFromString(parts->front().substr(kSaltBytes)));
  EXPECT_EQ(part.report_received().report().fix().place().lat_e7(), 376'123'457);
}

TEST_F(SealerTest, ReadsFactsOfLogsThatSealedNothing) {
  const v1::Fact fact = report_of("D-W");
  EXPECT_EQ(opened(1, fact.SerializeAsString()).SerializeAsString(), fact.SerializeAsString());
}

}  // namespace
}  // namespace haechi::vault
