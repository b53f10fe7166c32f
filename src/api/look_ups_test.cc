// A drawn year of looks by people of whom it is known what they did: how many who should be asked are found,
// and how many are asked for nothing.
#include "api/look_ups.h"

#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "base/random.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "picture/case_book.h"
#include "spine/submit.h"

namespace haechi::api {
namespace {

constexpr size_t kOperators = 60, kOfficers = 140, kMonths = 12, kWearers = 2'000;
constexpr size_t kShifts = 20;  // of an account in a month: what counts as a session

struct Year {
  explicit Year(uint64_t seed) : random(seed) {}

  void look(const std::string& account, const char* role, const std::string& person, bool allowed = true) {
    auto fact = std::make_shared<v1::Fact>();
    v1::AccessDecided& access = *fact->mutable_access_decided();
    access.set_viewer(account);
    access.set_viewer_role(role);
    access.set_action("see_position");
    access.set_subject_kind("position");
    access.set_subject_id(person);
    access.set_allowed(allowed);
    add(std::move(fact), {});
  }
  // Rings, and is over after so many looks.
  void alarm(const std::string& account, const std::string& person, int looks) {
    auto raised = std::make_shared<v1::Effect>(), cleared = std::make_shared<v1::Effect>();
    v1::Alert& alert = *raised->mutable_raise_alert();
    alert.set_id("a-" + std::to_string(++alarms));
    alert.set_wearer_id(person);
    alert.set_state(v1::ALERT_STATE_ACTIVE);
    *cleared->mutable_clear_alert() = alert;
    cleared->mutable_clear_alert()->set_state(v1::ALERT_STATE_CLEARED);
    add(std::make_shared<v1::Fact>(), {raised});
    for (int i = 0; i < looks; ++i) look(account, "control", person);
    add(std::make_shared<v1::Fact>(), {cleared});
  }
  void add(std::shared_ptr<v1::Fact> fact, std::vector<std::shared_ptr<const v1::Effect>> effects) {
    spine::Batch batch;
    batch.entries.push_back({++no, at, std::move(fact), std::move(effects)});
    look_ups.fold(batch);
  }
  std::string anybody() { return "w-" + std::to_string(random.below(kWearers)); }
  int some(int least, int most) { return static_cast<int>(random.between(least, most)); }
  bool chance(double probability) { return random.chance(probability); }
  void close_to(const std::string& account, const std::string& person, v1::RecusalGround ground) {
    v1::CaseEffect effect;
    effect.mutable_update_recusal()->set_account(account);
    effect.mutable_update_recusal()->set_person_id(person);
    effect.mutable_update_recusal()->set_ground(ground);
    book.fold(picture::At{}, effect);
  }

  void honest_operator(const std::string& name) {
    for (int alarms_taken = some(8, 20); alarms_taken > 0; --alarms_taken) alarm(name, anybody(), some(2, 6));
    for (int quiet = some(0, 6); quiet > 0; --quiet) look(name, "control", anybody());
    for (int slips = some(0, 2); slips > 0; --slips) look(name, "control", anybody(), false);
  }
  void honest_officer(const std::string& name, size_t number) {
    const size_t wearers = 8 + number % 13;
    for (size_t w = 0; w < wearers; ++w)
      for (int looks = some(0, 6); looks > 0; --looks)
        look(name, "probation", "w-" + std::to_string((number * 20 + w) % kWearers));
    for (int slips = some(0, 2); slips > 0; --slips) look(name, "probation", anybody(), false);
  }
  // One thing that somebody should be asked about; counts are drawn without a look at what the rules say.
  void misuse(const std::string& name, bool is_operator) {
    const char* role = is_operator ? "control" : "probation";
    const std::string victim = anybody();
    switch (random.below(is_operator ? 5 : 3)) {
      case 0: {  // somebody close, which was said one day
        const auto ground = static_cast<v1::RecusalGround>(some(1, 6));
        close_to(name, victim, ground);
        for (int looks = some(1, 3); looks > 0; --looks) look(name, role, victim);
        return;
      }
      case 1:  // tries who can be seen
        for (int tries = some(4, 20); tries > 0; --tries) look(name, role, anybody(), false);
        return;
      case 2:  // takes everybody home
        for (int persons = some(60, 200); persons > 0; --persons) look(name, role, anybody());
        return;
      case 3:  // one person, whom nobody knows to be close
        for (int looks = some(4, 40); looks > 0; --looks) look(name, role, victim);
        return;
      default:  // curious about many
        for (int looks = some(9, 60); looks > 0; --looks) look(name, role, anybody());
    }
  }

  Random random;
  LookUps look_ups;
  picture::CaseBook book;
  Time at;
  uint64_t no = 0, alarms = 0;
};

TEST(LookUpsOfAYear, FindNearlyAllWhoShouldBeAskedAndHardlyAnybodyElse) {
  size_t misused = 0, found = 0, honest = 0, asked = 0;
  for (size_t month = 1; month <= kMonths; ++month) {
    Year year(month);  // recusals of one month say nothing of another's labels
    const std::string text = (month < 10 ? "0" : "") + std::to_string(month);
    year.at = *parse_iso8601("2026-" + text + "-15T00:00:00Z");
    std::set<std::string> guilty;
    for (size_t n = 0; n < kOperators + kOfficers; ++n) {
      const bool is_operator = n < kOperators;
      const std::string name = (is_operator ? "operator-" : "officer-") + std::to_string(n);
      is_operator ? year.honest_operator(name) : year.honest_officer(name, n);
      // Days later, when what rang has been quiet for long.
      year.at = year.at + Duration::seconds(2 * 86'400);
      if (year.chance(0.05)) {
        guilty.insert(name);
        year.misuse(name, is_operator);
      }
      year.at = year.at + Duration::seconds(-2 * 86'400 + 60);
    }
    const v1::LookUpsReport report = year.look_ups.report("", year.book, Time{});
    for (const v1::LookUps& one : report.accounts()) {
      const bool questioned = one.findings_size() > 0;
      guilty.contains(one.account()) ? ++misused : ++honest;
      if (guilty.contains(one.account())) found += questioned;
      if (!guilty.contains(one.account())) asked += questioned;
    }
  }
  std::cout << found << " of " << misused << " found; " << asked << " of " << honest
            << " honest months asked about\n";
  EXPECT_GT(misused, 80u);
  EXPECT_GE(found * 100, misused * 95);
  EXPECT_LE(asked * 1'000, honest * kShifts);
}

}  // namespace
}  // namespace haechi::api
