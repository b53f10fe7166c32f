// The simulator as it is run by hand and by `./x test`: the programs beside this one, within a fixed budget.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

namespace haechi::hunt {
namespace {

using testing::HasSubstr;

struct Ran {
  int code = -1;
  std::string said;
};

#ifdef __SANITIZE_ADDRESS__
constexpr char kQuietly[] = "";
#else
constexpr char kQuietly[] = " 2>/dev/null";
#endif

Ran run(const std::string& program, const std::string& arguments) {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::string command = (folder / program).string() + " " + arguments + kQuietly;
  Ran out;
  FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> chunk;
  while (const size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe))
    out.said.append(chunk.data(), got);
  const int status = ::pclose(pipe);
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

TEST(Hunt, TellsTheSameStoryOfTheSameSeed) {
  const Ran first = run("hunt", "--seed 3 --minutes 30 --story");
  const Ran second = run("hunt", "--seed 3 --minutes 30 --story");
  EXPECT_THAT(first.said, HasSubstr("digest"));
  EXPECT_EQ(first.said, second.said);
  EXPECT_NE(first.said, run("hunt", "--seed 4 --minutes 30 --story").said);
}

TEST(Hunt, FindsNothingInTheSeedsThatOnceFoundSomething) {
  const Ran seeds = run("hunt", "--list " HAECHI_SOURCE_DIR "/sim/hunt/regressions.txt");
  EXPECT_EQ(seeds.code, 0) << seeds.said;
}

TEST(Hunt, FindsNothingInTheSeedsOfTheFixedBudget) {
  const Ran seeds = run("hunt", "--from 1000 --seeds 8");
  EXPECT_EQ(seeds.code, 0) << seeds.said;
}

// Two ends at it in a row, and the third process passes it over and says so; in each of these seeds there is
// some.
TEST(Hunt, BearsReportsThatEndWhateverProcessAppliesThem) {
  const Ran seeds = run("hunt_canary", "--canary poison --from 1000 --seeds 2");
  EXPECT_EQ(seeds.code, 0) << seeds.said;
  EXPECT_THAT(seeds.said, testing::ContainsRegex("entries \\([1-9][0-9]* in quarantine\\)"));
}

// Ten times as many: `./x sim --deliver 100000`.
TEST(Delivery, ReachesAnAgencyThatDropsDelaysRepeatsAndLiesWithEveryAlert) {
  const Ran told = run("hunt", "--deliver 10000");
  EXPECT_EQ(told.code, 0) << told.said;
  EXPECT_THAT(told.said, HasSubstr("10000 alerts: 10000 read by the agency, 10000 with its signed receipt"));
}

TEST(Delivery, EndedAtEachCallToTheDiskInTurnTheHouseRaisesNoAlertTooManyOrTooFew) {
  const Ran lives = run("hunt", "--each-call");
  EXPECT_EQ(lives.code, 0) << lives.said;
  EXPECT_THAT(lives.said, testing::ContainsRegex("1[0-9][0-9][0-9] lives.*: 0 with an alert"));
}

// The same seeds, each with a bug let in: it has to be found before they are used up.
struct Bug {
  const char* name;
  int from = 1000;
};
class Canaries : public testing::TestWithParam<Bug> {};

TEST_P(Canaries, IsFoundWithinTheBudget) {
  const Ran seeds = run("hunt_canary", std::string("--canary ") + GetParam().name + " --from " +
                                           std::to_string(GetParam().from) + " --seeds 16 --until-found");
  EXPECT_EQ(seeds.code, 1) << seeds.said;
  EXPECT_THAT(seeds.said, HasSubstr("1 seeds with findings"));
}

// An agency that closes its call while a nearer alert is on its way to it is rare.
INSTANTIATE_TEST_SUITE_P(Of, Canaries,
                         testing::Values(Bug{"ack_before_sync"}, Bug{"clear_on_silence"},
                                         Bug{"forget_hand_off"}, Bug{"close_unheard", 1040},
                                         Bug{"forget_wake_up"}, Bug{"show_before_row"},
                                         Bug{"answer_before_row"}, Bug{"exact_for_informed"},
                                         Bug{"point_before_row"}, Bug{"duplicates_return"},
                                         Bug{"snapshot_ahead"}),
                         [](const auto& about) { return std::string(about.param.name); });

}  // namespace
}  // namespace haechi::hunt
