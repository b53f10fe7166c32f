#include "spine/report_filter.h"

#include <gtest/gtest.h>

#include <map>

#include "base/archive.h"
#include "base/random.h"
#include "haechi/v1/device.pb.h"

namespace haechi::spine {
namespace {

using Verdict = ReportFilter::Verdict;

v1::Report report(uint32_t epoch, uint64_t seq, int32_t lat_e7 = 376'000'000) {
  v1::Report out;
  out.set_device_id("ANK-1");
  out.set_epoch(epoch);
  out.set_seq(seq);
  out.mutable_fix()->mutable_place()->set_lat_e7(lat_e7);
  return out;
}

TEST(ReportFilter, DropsTheSameReportFromASecondPath) {
  ReportFilter filter;
  v1::Report again = report(1, 7);
  EXPECT_EQ(filter.admit(report(1, 7)), Verdict::kNew);
  again.set_sent_at_us(99);
  again.set_stored(true);
  EXPECT_EQ(filter.admit(again), Verdict::kDuplicate);
}

TEST(ReportFilter, KeepsOneCopyOfAReportWithTheSameNumberAndOtherContent) {
  ReportFilter filter;
  EXPECT_EQ(filter.admit(report(1, 7)), Verdict::kNew);
  EXPECT_EQ(filter.admit(report(1, 7, 377'000'000)), Verdict::kConflicting);
  EXPECT_EQ(filter.admit(report(1, 7, 377'000'000)), Verdict::kDuplicate);
  EXPECT_EQ(filter.admit(report(1, 7)), Verdict::kDuplicate);
}

TEST(ReportFilter, ANewEpochCountsAnew) {
  ReportFilter filter;
  EXPECT_EQ(filter.admit(report(1, 7)), Verdict::kNew);
  EXPECT_EQ(filter.admit(report(2, 7)), Verdict::kNew);
}

TEST(ReportFilter, AcceptsABacklogInAnyOrderExactlyOnce) {
  ReportFilter filter;
  for (uint64_t seq = 10'000; seq > 0; --seq) ASSERT_EQ(filter.admit(report(1, seq)), Verdict::kNew) << seq;
  for (uint64_t seq = 1; seq <= 10'000; ++seq)
    ASSERT_EQ(filter.admit(report(1, seq)), Verdict::kDuplicate) << seq;
}

TEST(ReportFilter, AcceptsEverySecondReportFirstAndTheOthersLater) {
  ReportFilter filter;
  for (uint64_t seq = 1; seq < 400; seq += 2) ASSERT_EQ(filter.admit(report(1, seq)), Verdict::kNew);
  for (uint64_t seq = 2; seq < 400; seq += 2) ASSERT_EQ(filter.admit(report(1, seq)), Verdict::kNew);
}

TEST(ReportFilter, KnowsReportsWithoutANumberByTheirContent) {
  ReportFilter filter;
  EXPECT_EQ(filter.admit(report(0, 0)), Verdict::kNew);
  EXPECT_EQ(filter.admit(report(0, 0)), Verdict::kDuplicate);
  EXPECT_EQ(filter.admit(report(0, 0, 377'000'000)), Verdict::kNew);
}

TEST(ReportFilter, NeverTakesASecondCryForHelpForTheFirst) {
  ReportFilter filter;
  v1::Report sos;
  sos.set_device_id("PHN-1");
  sos.add_events(v1::DEVICE_EVENT_SOS);
  EXPECT_EQ(filter.admit(sos), Verdict::kNew);
  EXPECT_EQ(filter.admit(sos), Verdict::kNew);
}

// A device that has counted to 200, a fix each second.
ReportFilter counted_to_200(uint32_t epoch) {
  ReportFilter filter;
  for (uint64_t seq = 1; seq <= 200; ++seq) {
    v1::Report one = report(epoch, seq);
    one.mutable_fix()->set_fixed_at_us(static_cast<int64_t>(seq) * 1'000'000);
    EXPECT_EQ(filter.admit(one), Verdict::kNew);
  }
  return filter;
}

TEST(ReportFilter, KeepsANewerFixOfADeviceThatCountsAgainWithoutANewEpoch) {
  ReportFilter filter = counted_to_200(1);
  v1::Report old = report(1, 3), restarted = report(1, 3);
  old.mutable_fix()->set_fixed_at_us(3'000'000);
  restarted.mutable_fix()->set_fixed_at_us(201'000'000);
  EXPECT_EQ(filter.admit(old), Verdict::kDuplicate);
  EXPECT_EQ(filter.admit(restarted), Verdict::kConflicting);
  EXPECT_EQ(filter.admit(restarted), Verdict::kDuplicate);
}

v1::Report cut_strap(uint64_t seq) {
  v1::Report out;
  out.set_device_id("ANK-1");
  out.set_seq(seq);
  out.add_events(v1::DEVICE_EVENT_STRAP_CUT);
  return out;
}

TEST(ReportFilter, KeepsAnEventOfADeviceThatCountsAgainWithoutANewEpoch) {
  ReportFilter filter = counted_to_200(0);
  EXPECT_EQ(filter.admit(cut_strap(5)), Verdict::kConflicting) << "reset, indoors, and cut";
  EXPECT_EQ(filter.admit(cut_strap(5)), Verdict::kDuplicate);
}

TEST(ReportFilter, KnowsAnEventAgainAfterAThousandReportsWithoutOne) {
  ReportFilter filter;
  EXPECT_EQ(filter.admit(cut_strap(1)), Verdict::kNew);
  for (uint64_t seq = 2; seq <= 1'000; ++seq) ASSERT_EQ(filter.admit(report(0, seq)), Verdict::kNew);
  EXPECT_EQ(filter.admit(cut_strap(1)), Verdict::kDuplicate);
}

TEST(ReportFilter, KeepsAnEventOfANumberThatIsOnlyTakenAsSeen) {
  ReportFilter filter;
  for (uint64_t seq = 1; seq < 1'200; seq += 2) ASSERT_EQ(filter.admit(report(0, seq)), Verdict::kNew);
  EXPECT_EQ(filter.admit(cut_strap(2)), Verdict::kConflicting);
}

TEST(ReportFilter, ADeviceDoesNotHideTheReportsOfAnother) {
  ReportFilter filter;
  v1::Report other = report(1, 7);
  other.set_device_id("ANK-2");
  EXPECT_EQ(filter.admit(report(1, 7)), Verdict::kNew);
  EXPECT_EQ(filter.admit(other), Verdict::kNew);
}

TEST(ReportFilter, CountsOnWhereThirtyOneThirtyTwoFiftyThreeAndSixtyFourBitsEnd) {
  for (const uint64_t end :
       {uint64_t{1} << 31, uint64_t{1} << 32, uint64_t{1} << 53, uint64_t{1} << 63, uint64_t{0}}) {
    ReportFilter filter;
    for (uint64_t seq = end - 1'000; seq != end; ++seq)
      ASSERT_EQ(filter.admit(report(1, seq)), Verdict::kNew) << seq;
    for (uint64_t seq = end + 1; end != 0 && seq < end + 1'000; ++seq)
      ASSERT_EQ(filter.admit(report(1, seq)), Verdict::kNew) << seq;
    for (uint64_t back = 1; back <= 1'000; ++back)
      ASSERT_EQ(filter.admit(report(1, end - back)), Verdict::kDuplicate) << end - back;
    EXPECT_EQ(filter.admit(report(1, end)), Verdict::kNew) << "the one that was missing";
  }
}

TEST(ReportFilter, EpochsCountOnWhereThirtyOneBitsEndAndAreKnownAtTheLastOne) {
  ReportFilter filter;
  for (const uint32_t epoch : {INT32_MAX - 1u, INT32_MAX + 0u, INT32_MAX + 1u, UINT32_MAX}) {
    EXPECT_EQ(filter.admit(report(epoch, 7)), Verdict::kNew) << epoch;
    EXPECT_EQ(filter.admit(report(epoch, 7)), Verdict::kDuplicate) << epoch;
  }
}

TEST(ReportFilter, OfAMillionRepeatsInAnyOrderNoneIsTakenForNew) {
  constexpr uint64_t kReports = 20'000;
  Random random(6);
  ReportFilter filter;
  uint64_t told = 0;
  for (int repeats = 0; repeats < 1'000'000;) {
    // A device that goes on counting, and says again whatever it likes of what it has said.
    if (told < kReports && random.chance(0.02)) {
      ASSERT_EQ(filter.admit(report(1, ++told)), Verdict::kNew) << told;
    } else if (told > 0) {
      ASSERT_EQ(filter.admit(report(1, 1 + random.below(told))), Verdict::kDuplicate);
      ++repeats;
    }
  }
  EXPECT_GT(told, kReports / 2);
}

// Numbered or not, with events or without, and with numbers as far apart as they can be.
TEST(ReportFilter, SaysTheSameSavedAndLoaded) {
  Random random(4);
  ReportFilter filter, loaded;
  std::map<Verdict, int> told;
  for (int step = 0; step < 20'000; ++step) {
    const uint64_t far = random.chance(0.05) ? uint64_t{1} << 63 : 0;
    v1::Report one =
        report(1 + static_cast<uint32_t>(random.below(2)), 0, static_cast<int32_t>(random.below(90)));
    if (random.chance(0.7)) one.set_seq(far + static_cast<uint64_t>(step) / 8 + random.below(100));
    if (random.chance(0.1)) one.add_events(v1::DEVICE_EVENT_FALL);
    const Verdict verdict = filter.admit(one);
    ++told[verdict];
    ASSERT_EQ(verdict, loaded.admit(one)) << step;
    if (!random.chance(0.05)) continue;
    Writer out;
    write(out, loaded);
    const std::string bytes = out.take();
    Reader in(bytes);
    loaded = ReportFilter();
    read(in, loaded);
    ASSERT_TRUE(in.done());
  }
  EXPECT_EQ(told.size(), 3u) << "each was told";
}

TEST(ReportFilter, KnowsTheLastSixtyFourContentsAndNoneBefore) {
  ReportFilter filter;
  for (int32_t lat = 0; lat < 200; ++lat) ASSERT_EQ(filter.admit(report(0, 0, lat)), Verdict::kNew);
  for (int32_t lat = 136; lat < 200; ++lat) EXPECT_EQ(filter.admit(report(0, 0, lat)), Verdict::kDuplicate);
  EXPECT_EQ(filter.admit(report(0, 0, 135)), Verdict::kNew);
}

}  // namespace
}  // namespace haechi::spine
