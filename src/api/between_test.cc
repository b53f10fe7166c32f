// Between check and use: each route that answers, asked by each account that gets an answer, loses its right
// at each moment at which the answer waits for something. What leaves then is what leaves when one asks
// afterwards, and no more.
#include <gmock/gmock.h>

#include <algorithm>
#include <optional>
#include <regex>
#include <set>

#include "api/filled_world.h"
#include "api/questions.h"
#include "api/test_world.h"

namespace haechi::api {
namespace {

using testing::IsEmpty;
using trust::Role;
using trust::Viewer;

struct Told {
  int status = 0;
  std::string body;
  bool operator==(const Told&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Told& told) {
  return out << told.status << ' ' << told.body;
}

// A refusal is a refusal, whatever it says; an answer names the entry at which it was true.
Told told(const net::Response& answer) {
  static const std::regex entry(R"x("(as_of_)?(entry_no|entry)":"?\d+"?)x");
  if (answer.status >= 400) return {400, ""};
  return {answer.status, std::regex_replace(answer.body, entry, "")};
}

// How an account comes to have no right any more.
enum class Loss { kKeyEnds, kIsSomebodyElse, kIsMovedAway, kIsRecused };
constexpr Loss kLosses[] = {Loss::kKeyEnds, Loss::kIsSomebodyElse, Loss::kIsMovedAway, Loss::kIsRecused};
constexpr const char* kLossNames[] = {"key ends", "is somebody else", "is moved away", "is recused"};

Viewer somebody_else(const Viewer& was) {
  return {.account = was.account, .role = was.role == Role::kAuditor ? Role::kPrivacy : Role::kAuditor};
}

Viewer moved_away(Viewer viewer) {
  if (!viewer.agency_id.empty()) viewer.agency_id = "elsewhere";
  if (!viewer.unit_id.empty()) viewer.unit_id = "another-car";
  if (!viewer.person_id.empty()) viewer.person_id = "another-person";
  if (!viewer.wearer_ids.empty()) viewer.wearer_ids = {"another-wearer"};
  return viewer;
}

// What the record of this very question is in: two answers of it are never the same.
const std::set<std::string> kOfRecords = {"GET /api/v1/audit", "GET /api/v1/look-ups"};

bool loses(Loss loss, const Viewer& viewer, const Route& route) {
  if (loss == Loss::kIsMovedAway && moved_away(viewer) == viewer) return false;
  return !kOfRecords.contains(name(route)) || loss == Loss::kKeyEnds || loss == Loss::kIsSomebodyElse;
}

// What both worlds have in common. Moments are counted: the first record that is waited for is 1.
class Between {
 public:
  virtual ~Between() = default;
  virtual net::Response ask(const Question& question) = 0;
  virtual void on_moment(std::function<void()> then) = 0;  // `then` runs on the front loop
  virtual void on_front(const std::function<void()>& task) = 0;
  virtual trust::Keys& keys() = 0;
  virtual const Viewer& viewer(const std::string& account) = 0;
  virtual const std::string& key(const std::string& account) = 0;
  virtual void recuse(const std::string& account, bool ended) = 0;  // on the front loop

  void lose(Loss loss, const std::string& account) {
    const Viewer& was = viewer(account);
    Status done;
    if (loss == Loss::kKeyEnds) done = keys().revoke(account);
    if (loss == Loss::kIsSomebodyElse) done = keys().add(key(account), somebody_else(was), Time{});
    if (loss == Loss::kIsMovedAway) done = keys().add(key(account), moved_away(was), Time{});
    if (loss == Loss::kIsRecused) recuse(account, false);
    EXPECT_TRUE(done.ok());
  }
  void restore(Loss loss, const std::string& account) {
    if (loss == Loss::kIsRecused) return recuse(account, true);
    EXPECT_TRUE(keys().add(key(account), viewer(account), Time{}).ok());
  }

  // How many moments there are in an answer; 0: it is refused, or waits for nothing.
  int moments_of(const Question& question) {
    int moments = 0;
    on_moment([&] { ++moments; });
    const net::Response answer = ask(question);
    on_moment(nullptr);
    return answer.status < 300 ? moments : 0;
  }

  void check(const Question& question, Loss loss, int moment) {
    int passed = 0;
    on_moment([&] {
      if (++passed == moment) lose(loss, question.account);
    });
    const Told between = told(ask(question));
    on_moment(nullptr);
    const Told afterwards = told(ask(question));
    on_front([&] { restore(loss, question.account); });
    if (between.status == 400) return;  // no is always right
    EXPECT_EQ(between, afterwards) << question.account << ' ' << kLossNames[static_cast<int>(loss)]
                                   << " at moment " << moment << " of " << question.route->method << ' '
                                   << question.path;
  }
};

class CaseBetween final : public Between {
 public:
  CaseBetween() : ids(fill_with_places(world)) {
    world.submit.while_reading = [this] {
      std::promise<void> done;
      world.loop.post([&] {
        if (then_) then_();
        done.set_value();
      });
      done.get_future().wait();
    };
  }
  ~CaseBetween() override { world.submit.while_reading = nullptr; }
  net::Response ask(const Question& q) override {
    return world.ask(q.account, q.route->method, q.path.substr(7), q.body);
  }
  void on_moment(std::function<void()> then) override {
    on_front([&] {
      then_ = std::move(then);
      world.submit.between = world.bundles.while_making = then_;
    });
  }
  void on_front(const std::function<void()>& task) override {
    std::promise<void> done;
    world.loop.post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }
  trust::Keys& keys() override { return *world.keys; }
  const Viewer& viewer(const std::string& account) override { return world.viewers.at(account); }
  const std::string& key(const std::string& account) override { return world.key_of(account); }
  void recuse(const std::string& account, bool ended) override {
    const auto between = std::exchange(world.submit.between, nullptr);
    for (const char* person : {"w-1", "s-77", "p-1", "p-2"}) {
      v1::Fact fact;
      v1::Recused& recused = *fact.mutable_case_fact()->mutable_recused();
      recused.set_account(account);
      recused.set_person_id(person);
      recused.set_ground(v1::RECUSAL_GROUND_FAMILY);
      recused.set_ended(ended);
      world.submit.add(fact);
    }
    world.submit.between = between;
  }

  CaseWorld world;
  std::map<std::string, std::string> ids;

 private:
  std::function<void()> then_;
};

class PlaceBetween final : public Between {
 public:
  net::Response ask(const Question& q) override {
    return world.ask_with_key(key(q.account), q.route->method, q.path, q.body);
  }
  void on_moment(std::function<void()> then) override {
    on_front([&] { world.submit.between = std::move(then); });
  }
  void on_front(const std::function<void()>& task) override { world.on_loop(task); }
  trust::Keys& keys() override { return *world.keys; }
  const Viewer& viewer(const std::string& account) override { return viewers_.at(account); }
  const std::string& key(const std::string& account) override {
    for (const auto& [role, one] : world.key_of) {
      const auto found = world.keys->viewer_of_key(one, Time{});
      if (found && !viewers_.contains(found->account)) viewers_[found->account] = *found;
      if (found && !keys_.contains(found->account)) keys_[found->account] = one;
    }
    return keys_.at(account);
  }
  void recuse(const std::string& account, bool ended) override {
    picture::Effects effects;
    for (const char* person : {"W-1", "W-2", "P-1"}) {
      auto effect = std::make_shared<v1::Effect>();
      v1::Recused& recused = *effect->mutable_case_effect()->mutable_update_recusal();
      recused.set_account(account);
      recused.set_person_id(person);
      recused.set_ended(ended);
      effects.push_back(effect);
    }
    v1::Fact tick;
    tick.mutable_clock_ticked();
    world.submit.add(tick, effects);
  }

  TestWorld world;
  std::map<std::string, std::string> ids = kTestIds;

 private:
  std::map<std::string, Viewer> viewers_;
  std::map<std::string, std::string> keys_;
};

// The routes that were checked.
template <typename World>
std::set<std::string> check_all(const std::vector<std::string>& accounts) {
  World world;
  std::set<std::string> checked;
  int checks = 0;
  for (const Route& route : routes()) {
    if (!shows(route)) continue;
    for (const std::string& account : accounts) {
      const Question question = question_of(route, account, world.ids);
      const int moments = world.moments_of(question);
      for (int moment = 1; moment <= moments; ++moment)
        for (const Loss loss : kLosses) {
          if (!loses(loss, world.viewer(account), route)) continue;
          world.check(question, loss, moment);
          ++checks;
        }
      if (moments > 0) checked.insert(name(route));
    }
  }
  std::printf("%d losses at %zu routes\n", checks, checked.size());
  return checked;
}

TEST(BetweenCheckAndUse, NothingLeavesThatDoesNotLeaveAfterwards) {
  std::set<std::string> left;
  for (const Route& route : routes())
    if (shows(route) && !kShowNobody.contains(name(route))) left.insert(name(route));
  for (const std::string& one : check_all<CaseBetween>({"insp-park", "judge-1", "officer-lee", "control-1",
                                                        "her", "registrar-1", "auditor-1", "dispatch-1"}))
    left.erase(one);
  for (const std::string& one :
       check_all<PlaceBetween>({"control-1", "dispatch-1", "unit-1", "her", "po-1", "registrar-1",
                                "connector-1", "auditor-1", "police-1", "court-1", "privacy-1", "admin-1"}))
    left.erase(one);
  EXPECT_THAT(left, IsEmpty()) << "a route that shows something and was not checked";
}

// Each write of a whole case, asked by whom it is due.
struct Done {};
struct Write {
  std::string what;
  int status = 0;
  size_t facts = 0;     // that were logged for it, but for records of access
  bool is_lost = true;  // false: there was nothing to be moved away from
};

// Plays the case up to its `number`-th write, in the middle of which whoever asks loses his right.
std::optional<Write> write_between(size_t number, Loss loss) {
  CaseWorld world;
  Write write;
  size_t writes = 0, facts = 0;
  const auto count = [&] {
    return static_cast<size_t>(std::count_if(
        world.submit.logged.begin(), world.submit.logged.end(),
        [](const v1::Fact& one) { return !one.has_access_decided() && !one.case_fact().has_recused(); }));
  };
  world.before = [&](const std::string& method, const std::string& path, std::string&) {
    if (method == "GET" || ++writes != number) return;
    write.what = method + " " + path;
    facts = count();
    const std::string account = world.asking;
    world.submit.between = [&world, &write, account, loss, lost = false]() mutable {
      if (std::exchange(lost, true)) return;
      const Viewer& was = world.viewers.at(account);
      const std::string& key = world.key_of(account);
      write.is_lost = loss != Loss::kIsMovedAway || moved_away(was) != was;
      Status done;
      if (loss == Loss::kKeyEnds) done = world.keys->revoke(account);
      if (loss == Loss::kIsSomebodyElse) done = world.keys->add(key, somebody_else(was), Time{});
      if (loss == Loss::kIsMovedAway) done = world.keys->add(key, moved_away(was), Time{});
      EXPECT_TRUE(done.ok());
      for (const char* person : {"w-1", "s-77", "p-1", "p-2"}) {
        if (loss != Loss::kIsRecused) break;
        v1::Fact fact;
        fact.mutable_case_fact()->mutable_recused()->set_account(account);
        fact.mutable_case_fact()->mutable_recused()->set_person_id(person);
        fact.mutable_case_fact()->mutable_recused()->set_ground(v1::RECUSAL_GROUND_FAMILY);
        world.submit.add(fact);
      }
    };
  };
  world.after = [&](const net::Response& answer) {
    if (writes != number) return;
    write.status = answer.status;
    throw Done{};
  };
  world.may_refuse = true;
  try {
    fill(world);
    return std::nullopt;
  } catch (const Done&) {
    world.submit.between = nullptr;
    write.facts = count() - facts;
    return write;
  }
}

TEST(BetweenCheckAndUse, NothingIsDoneByWhoHasLostTheRightToIt) {
  size_t writes = 0;
  std::set<std::string> whats;
  for (const Loss loss : kLosses) {
    for (size_t number = 1;; ++number) {
      const std::optional<Write> write = write_between(number, loss);
      if (!write) break;
      if (!write->is_lost) continue;
      EXPECT_GE(write->status, 400) << write->what << ' ' << kLossNames[static_cast<int>(loss)];
      EXPECT_EQ(write->facts, 0u) << write->what << ' ' << kLossNames[static_cast<int>(loss)];
      whats.insert(write->what);
      ++writes;
    }
  }
  std::printf("%zu losses at %zu writes\n", writes, whats.size());
  EXPECT_GE(whats.size(), 11u);
}

}  // namespace
}  // namespace haechi::api
