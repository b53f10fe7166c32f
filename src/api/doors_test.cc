// Each thing that an answer leans on fails in each of its ways, at each door of the route table, for each
// account that is answered there. What cannot be certain shows nobody; a call for help goes out all the same.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <set>

#include "api/filled_world.h"
#include "api/questions.h"
#include "api/test_world.h"

namespace haechi::api {
namespace {

using store::RecordsFault;
using testing::IsEmpty;
using trust::Role;

// Where, how far and who: what an answer shows, each with its value.
std::set<std::string> shown_in(const std::string& body) {
  std::set<std::string> out;
  for (const char* member : {"lat_e7", "lng_e7", "distance_m", "direction_deg", "name", "phone"}) {
    const std::string begin = "\"" + std::string(member) + "\":";
    for (size_t at = body.find(begin); at != std::string::npos; at = body.find(begin, at + 1)) {
      const std::string value = body.substr(at, body.find_first_of(",}]", at) - at);
      if (!value.ends_with(":0") && !value.ends_with(":\"\"")) out.insert(value);
    }
  }
  return out;
}

// A world to be asked, and what can fail in it.
struct House {
  std::function<std::future<net::Response>(const Question&)> begin;
  std::function<void(const std::function<void()>&)> on_front;
  std::vector<std::string> accounts;
  std::map<std::string, std::string> ids;
  FailingLog& log;
  store::FailingRecords& records;
  ManualClock& clock;
  std::atomic<PastFault>* past = nullptr;
  PlainBundles* bundles = nullptr;
};

void run_on(net::Loop& loop, const std::function<void()>& task) {
  std::promise<void> done;
  loop.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

struct Fault {
  std::string name;
  bool hides = false;   // no record of a look can be certain: nobody is shown anything
  bool silent = false;  // some are never answered
  std::function<void(House&)> begin, end;
  bool ages = false;  // time passes: what rings meanwhile is shown to whom it may be
};

constexpr Duration kYears = Duration::seconds(int64_t{10} * 365 * 24 * 3600);

std::vector<Fault> log_faults() {
  const std::map<LogFault, const char*> names = {{LogFault::kFull, "the log is full"},
                                                 {LogFault::kClosed, "the log ends"},
                                                 {LogFault::kNotKnown, "whether it was logged is not known"},
                                                 {LogFault::kSilent, "the log hangs"},
                                                 {LogFault::kNoLooks, "a journal stands in for the log"}};
  std::vector<Fault> out;
  for (const LogFault fault : kLogFaults)
    out.push_back({names.at(fault), true, fault == LogFault::kSilent,
                   [fault](House& house) { house.log.fault = fault; },
                   [](House& house) { house.log.fault = LogFault::kNone; }});
  return out;
}

std::vector<Fault> record_faults() {
  std::vector<Fault> out;
  for (const auto& [fault, name] : {std::pair(RecordsFault::kRefuses, "the records refuse"),
                                    {RecordsFault::kDamaged, "the records or the key ring are damaged"},
                                    {RecordsFault::kGone, "every key is gone"},
                                    {RecordsFault::kGarbage, "the records hold garbage"}})
    out.push_back({name, false, false, [fault](House& house) { house.records.fault = fault; },
                   [](House& house) { house.records.fault = RecordsFault::kNone; }});
  return out;
}

std::vector<Fault> other_faults(const House& of) {
  std::vector<Fault> out;
  if (of.past != nullptr)
    for (const auto& [fault, name] : {std::pair(PastFault::kRefuses, "the past cannot be read"),
                                      {PastFault::kTorn, "the past is damaged at its end"},
                                      {PastFault::kGarbage, "the past is garbage"},
                                      {PastFault::kSilent, "the past hangs"}})
      out.push_back({name, false, fault == PastFault::kSilent, [fault](House& house) { *house.past = fault; },
                     [](House& house) {
                       *house.past = PastFault::kNone;
                       house.past->notify_all();
                     }});
  if (of.bundles != nullptr) {
    out.push_back({"no bundle can be begun", false, false, [](House& house) { house.bundles->busy = true; },
                   [](House& house) { house.bundles->busy = false; }});
    out.push_back({"a bundle is never finished", false, true,
                   [](House& house) { house.bundles->silent = true; },
                   [](House& house) { house.bundles->silent = false; }});
  }
  // What is logged meanwhile is stamped by it, so it comes last, back before ahead.
  out.push_back({"the clock is set back", false, false,
                 [](House& house) { house.clock.advance(Duration{} - kYears); },
                 [](House& house) { house.clock.advance(kYears); }});
  out.push_back({"the clock is far ahead", false, false,
                 [](House& house) { house.clock.advance(kYears * 10); }, [](House&) {}});
  out.back().ages = true;
  return out;
}

std::vector<Fault> faults_of(const House& house) {
  std::vector<Fault> out = log_faults();
  for (auto& more : {record_faults(), other_faults(house)}) out.insert(out.end(), more.begin(), more.end());
  return out;
}

// Answers that are about nobody but the asker wait for no record.
bool shows_nobody(const Route& route) {
  using trust::Action;
  return kShowNobody.contains(name(route)) || route.action == Action::kSeeSelf ||
         route.action == Action::kReportOwn || route.action == Action::kMeasure;
}

std::string where(const Fault& fault, const Question& question, const net::Response& answer) {
  return fault.name + ": " + question.account + " " + question.route->method + " " + question.path + "\n" +
         answer.body;
}

// Whoever is answered at all has been: an answer goes over the loop a few times.
void let_answer(const House& house) {
  for (int i = 0; i < 10; ++i) house.on_front([] {});
}

struct Tally {
  size_t asked = 0, answered = 0, refused = 0, silent = 0;
};

class Asking {
 public:
  explicit Asking(House& house) : house_(house) {
    for (const Route& route : routes()) {
      if (!shows(route)) continue;
      for (const std::string& account : house.accounts) {
        Asked one{question_of(route, account, house.ids), {}};
        const net::Response answer = house.begin(one.question).get();
        if (answer.status >= 300) continue;
        one.shown = shown_in(answer.body);
        seen_[account].insert(one.shown.begin(), one.shown.end());
        all_.push_back(std::move(one));
        names_.insert(name(route));
      }
    }
  }
  // The routes that answer somebody while all is well.
  const std::set<std::string>& names() const { return names_; }

  void under(const Fault& fault, Tally& tally) {
    house_.on_front([&] { fault.begin(house_); });
    std::vector<std::pair<const Asked*, std::future<net::Response>>> open;
    for (const Asked& one : all_) {
      auto answer = house_.begin(one.question);
      ++tally.asked;
      if (fault.silent) {
        open.emplace_back(&one, std::move(answer));
      } else {
        check(fault, one, answered(fault, one, answer), tally);
      }
    }
    let_answer(house_);
    for (auto& [one, answer] : open) {
      if (answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
        check(fault, *one, answered(fault, *one, answer), tally);
      else
        ++tally.silent;
    }
    house_.on_front([&] { fault.end(house_); });
  }

 private:
  struct Asked {
    Question question;
    std::set<std::string> shown;  // while all is well
  };

  static net::Response answered(const Fault& fault, const Asked& one, std::future<net::Response>& answer) {
    try {
      return answer.get();
    } catch (const std::future_error&) {
      ADD_FAILURE() << "dropped without an answer\n" << where(fault, one.question, {503, "", "", {}});
      return {503, "", "", {}};
    }
  }

  void check(const Fault& fault, const Asked& one, const net::Response& answer, Tally& tally) const {
    const std::set<std::string>& known = fault.ages ? seen_.at(one.question.account) : one.shown;
    ++(answer.status < 300 ? tally.answered : tally.refused);
    const Route& route = *one.question.route;
    const bool may_answer = !fault.hides || shows_nobody(route);
    EXPECT_TRUE(may_answer || answer.status >= 400) << where(fault, one.question, answer);
    for (const std::string& what : shown_in(answer.body))
      EXPECT_TRUE(known.contains(what)) << what << " is shown by a fault\n"
                                        << where(fault, one.question, answer);
  }

  House& house_;
  std::vector<Asked> all_;
  std::map<std::string, std::set<std::string>> seen_;  // by account, while all is well
  std::set<std::string> names_;
};

House house_of(CaseWorld& world, std::map<std::string, std::string> ids) {
  return {
      [&world](const Question& q) {
        return world.begin(q.account, q.route->method, q.path.substr(7), q.body);
      },
      [&world](const std::function<void()>& task) { run_on(world.loop, task); },
      {"insp-park", "judge-1", "officer-lee", "control-1", "her", "registrar-1", "auditor-1", "dispatch-1"},
      std::move(ids),
      world.submit.failing,
      *world.records,
      world.clock,
      &world.submit.past,
      &world.bundles};
}

House house_of(TestWorld& world) {
  std::map<std::string, std::string> key_of;
  for (const auto& [role, key] : world.key_of) key_of[world.keys->viewer_of_key(key, Time{})->account] = key;
  House house{[&world, key_of](const Question& q) {
                return world.begin(key_of.at(q.account), q.route->method, q.path, q.body);
              },
              [&world](const std::function<void()>& task) { run_on(world.loop, task); },
              {},
              kTestIds,
              world.submit.failing,
              *world.records,
              world.clock};
  for (const auto& [account, key] : key_of) house.accounts.push_back(account);
  return house;
}

// Whose answer has room for a place somewhere in it.
bool has_room_for_a_place(const google::protobuf::Descriptor* of, std::set<std::string>& seen) {
  if (of == nullptr) return false;
  const std::string full_name(of->full_name());
  if (full_name == "haechi.v1.Place") return true;
  if (!seen.insert(full_name).second) return false;
  for (int i = 0; i < of->field_count(); ++i)
    if (has_room_for_a_place(of->field(i)->message_type(), seen)) return true;
  return false;
}

TEST(Doors, ShowNobodyWhereARecordIsNotCertainAndNeverMoreThanWhileAllIsWell) {
  Tally tally;
  size_t faults = 0;
  std::set<std::string> names;
  const auto ask_all = [&](House house) {
    Asking asking(house);
    names.insert(asking.names().begin(), asking.names().end());
    for (const Fault& fault : faults_of(house)) {
      asking.under(fault, tally);
      ++faults;
    }
  };
  CaseWorld cases;
  ask_all(house_of(cases, fill_with_places(cases)));
  TestWorld places;
  ask_all(house_of(places));
  std::set<std::string> left;
  for (const Route& route : routes())
    if (shows(route) && !names.contains(name(route)) && !kShowNobody.contains(name(route)))
      left.insert(name(route));
  EXPECT_THAT(left, IsEmpty()) << "a route that shows something and was not asked";
  std::printf(
      "%zu questions at %zu doors under %zu faults: %zu answers that hold nothing new, %zu refused, "
      "%zu never answered\n",
      tally.asked, names.size(), faults, tally.answered, tally.refused, tally.silent);
}

// What is done is answered with what it is about: asked for while the log fails, and then while all is well.
struct Deed {
  std::string account, path, body;
};
const std::vector<std::pair<std::string, Deed>> kDeeds = {
    {"POST /api/v1/cases/{id}/reports", {"insp-park", "/cases/c-1/reports", R"({"code":"waited"})"}},
    {"POST /api/v1/cases/{id}/places",
     {"insp-park", "/cases/c-1/places",
      R"({"protected_id":"p-1","places":[{"new_zone_id":"z-new"}],"zones":[{"id":"z-new","shape":{"circle":{
          "centre":{"lat_e7":376000000,"lng_e7":1272000000},"radius_mm":100000}}}]})"}},
    {"POST /api/v1/measures",
     {"judge-1", "/measures",
      R"({"id":"j-1","kind":"EM_POST","subject_id":"w-1","protected_id":"p-1","court_id":"court-1",
          "term":{"unit":"YEARS","count":10},"text":"ten years",
          "stated":{"conditions":[{"id":"k","keep_away":{"protected_id":"p-1"}}]}})"}},
    {"POST /api/v1/petitions/{id}/interim", {"judge-1", "/petitions/pet-1/interim", R"({"kind":"INTERIM"})"}},
    {"POST /api/v1/petitions/{id}/decision",
     {"judge-1", "/petitions/pet-1/decision",
      R"({"granted":true,"reasons":"credible","stated":{"conditions":[
          {"id":"k","keep_away":{"protected_id":"p-1"}}]}})"}},
    {"POST /api/v1/cases/{id}/close",
     {"insp-park", "/cases/c-1/close", R"({"reason":"CASE_CLOSE_REASON_JUDGED"})"}},
};

size_t done_in(const std::vector<v1::Fact>& logged) {
  return static_cast<size_t>(std::count_if(logged.begin(), logged.end(),
                                           [](const v1::Fact& one) { return !one.has_access_decided(); }));
}

TEST(Doors, DoNothingOfWhichNoRecordIsCertain) {
  CaseWorld cases;
  const auto ids = fill_with_places(cases);
  TestWorld places;
  const std::string kind =
      text(cases.get("judge-1", "GET", "/petitions/pet-1").at("interim_kinds").at(0).at("code"));
  const auto asked = [&](const Deed& deed) {
    std::string body = deed.body;
    if (const size_t at = body.find("INTERIM"); at != std::string::npos) body.replace(at, 7, kind);
    return cases.ask(deed.account, "POST", deed.path, body);
  };
  const std::string handle = R"({"handling":"HANDLING_ACKNOWLEDGE"})";
  for (const LogFault fault : kLogFaults) {
    if (fault == LogFault::kSilent) continue;  // nobody is answered: the test before this
    run_on(cases.loop, [&] { cases.submit.failing.fault = fault; });
    places.on_loop([&] { places.submit.failing.fault = fault; });
    const size_t before = done_in(cases.submit.logged), placed = done_in(places.logged());
    for (const auto& [name, deed] : kDeeds) EXPECT_GE(asked(deed).status, 400) << name;
    EXPECT_GE(places.ask(Role::kControl, "POST", "/api/v1/alerts/AL-1/handling", handle).status, 400);
    EXPECT_EQ(done_in(cases.submit.logged), before);
    EXPECT_EQ(done_in(places.logged()), placed);
  }
  run_on(cases.loop, [&] { cases.submit.failing.fault = LogFault::kNone; });
  places.on_loop([&] { places.submit.failing.fault = LogFault::kNone; });
  for (const auto& [name, deed] : kDeeds) {
    const net::Response answer = asked(deed);
    EXPECT_EQ(answer.status, 200) << name << ": " << answer.body;
  }
  EXPECT_EQ(places.ask(Role::kControl, "POST", "/api/v1/alerts/AL-1/handling", handle).status, 200);
}

TEST(Doors, WhoseAnswersHaveRoomForAPlaceAreAllAsked) {
  // A case is played with these; whoever loses his right in the middle is in between_test.cc.
  std::set<std::string> asked = {"POST /api/v1/alerts/{id}/handling", "POST /api/v1/measure"};
  for (const auto& [name, deed] : kDeeds) asked.insert(name);
  CaseWorld world;
  world.before = [&](const std::string& method, const std::string& path, std::string&) {
    if (const Match found = match(method, "/api/v1" + path); found.route != nullptr)
      asked.insert(name(*found.route));
  };
  fill(world);
  std::set<std::string> left;
  for (const Route& route : routes()) {
    std::set<std::string> seen;
    if (route.access == Access::kKey && !shows(route) && has_room_for_a_place(route.response, seen) &&
        !asked.contains(name(route)))
      left.insert(name(route));
  }
  EXPECT_THAT(left, IsEmpty());
}

TEST(Doors, DoNotOpenAgainToWhomAClockThatWasSetBackWouldLetIn) {
  CaseWorld world;
  House house = house_of(world, fill_with_places(world));
  world.get("insp-park", "POST", "/break-glass",
            R"({"person_id":"w-1","reason":"GLASS_REASON_DANGER_TO_LIFE","note":"she screams"})");
  house.ids["positions"] = house.ids["tracks"] = "w-1";
  const Question glass = question_of(*match("GET", "/api/v1/positions/w-1").route, "insp-park", house.ids);
  const Question permitted =
      question_of(*match("GET", "/api/v1/inquiries/q-1/track").route, "insp-park", house.ids);
  ASSERT_EQ(house.begin(glass).get().status, 200);
  ASSERT_EQ(house.begin(permitted).get().status, 200);
  constexpr Duration kWeek = Duration::seconds(int64_t{7} * 24 * 3600);
  world.pass(kWeek);
  ASSERT_EQ(house.begin(glass).get().status, 403);
  ASSERT_EQ(house.begin(permitted).get().status, 403);
  Asking asking(house);
  Tally tally;
  asking.under({"the clock is set back", false, false,
                [&](House& in) { in.clock.advance(Duration{} - kWeek); }, [](House&) {}},
               tally);
  EXPECT_EQ(house.begin(glass).get().status, 403);
  EXPECT_EQ(house.begin(permitted).get().status, 403);
}

TEST(Doors, CloseWithWhatLetSomebodySee) {
  TestWorld world;
  const auto ended = [](const std::string& json) {
    auto out = std::make_shared<v1::Effect>();
    EXPECT_TRUE(read_json(json, *out).ok());
    return out;
  };
  const auto sees = [&](Role role) {
    for (const Route& route : routes()) {
      // Where an agency ends is no person's place.
      if (!shows(route) || std::string_view(route.tag) == "registers") continue;
      const Question q = question_of(route, "", kTestIds);
      if (world.ask(role, route.method, q.path, q.body).body.find("\"lat_e7\"") != std::string::npos)
        return true;
    }
    return false;
  };
  constexpr Role kTied[] = {Role::kDispatch, Role::kUnit};
  for (const Role role : kTied) ASSERT_TRUE(sees(role));
  const auto hers = [&] { return world.ask(Role::kProtectedPerson, "GET", "/api/v1/views").body; };
  ASSERT_THAT(hers(), testing::HasSubstr("\"distance_m\""));
  world.on_loop([&] {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    // A mode of a later version: nothing is known of what she may be shown.
    auto strange = ended(R"({"id":"x0","update_view":{"id":"V-1","protected_id":"P-1","wearer_id":"W-1",
        "order_id":"O-1","distance_m":800,"place":{"lat_e7":371234567,"lng_e7":1271234567}}})");
    strange->mutable_update_view()->set_mode(static_cast<v1::ViewMode>(99));
    world.submit.add(tick, {strange});
  });
  EXPECT_THAT(hers(), testing::Not(testing::HasSubstr("lat_e7")));
  world.on_loop([&] {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    world.submit.add(
        tick, {ended(R"({"id":"x1","revoke_track":{"unit_id":"U-1","call_id":"C-1","person_id":"W-1"}})"),
               ended(R"({"id":"x2","close_call":{"id":"C-1","incident_id":"I-1","agency_id":"A-1",
                   "state":"CALL_STATE_CLOSED","wearer_id":"W-1","protected_id":"P-1"}})"),
               ended(R"({"id":"x3","close_incident":{"id":"I-1","wearer_id":"W-1","closed_at_us":"9"}})"),
               ended(R"({"id":"x4","case_effect":{"update_consent":{"protected_id":"P-1"}}})")});
  });
  for (const Role role : kTied) EXPECT_FALSE(sees(role)) << trust::role_name(role);
  EXPECT_THAT(hers(), testing::Not(testing::HasSubstr("distance_m")));
}

TEST(Doors, AreShutToAPurposeThatNobodyHas) {
  TestWorld world;
  size_t asked = 0;
  for (const Route& route : routes()) {
    if (route.access != Access::kKey) continue;
    for (const auto& [role, key] : world.key_of) {
      const Question q = question_of(route, "", kTestIds);
      const net::Response answer =
          world.ask(role, route.method, q.path, q.body, {{"haechi-purpose", "curiosity"}});
      EXPECT_GE(answer.status, 400) << name(route);
      ++asked;
    }
  }
  EXPECT_GT(asked, 1'000u);
}

// Has a call for help of that id been logged, and how often?
size_t rang(const std::vector<v1::Fact>& logged, const std::string& id) {
  return static_cast<size_t>(std::count_if(logged.begin(), logged.end(), [&](const v1::Fact& one) {
    return one.report_received().client_id() == id;
  }));
}

TEST(Doors, LetACallForHelpOutWhateverElseFails) {
  TestWorld world;
  House house = house_of(world);
  int number = 0;
  for (const Fault& fault : faults_of(house)) {
    const std::string id = "help-of-fault-" + std::to_string(++number);
    const std::string body = R"({"id":")" + id + R"("})";
    world.on_loop([&] { fault.begin(house); });
    auto answer = world.begin(world.key_of.at(Role::kProtectedPerson), "POST", "/api/v1/me/sos", body);
    const bool never = fault.hides && fault.silent;
    let_answer(house);
    const bool answered = answer.wait_for(std::chrono::seconds(never ? 0 : 10)) == std::future_status::ready;
    const bool taken = answered && answer.get().status == 200;
    EXPECT_EQ(rang(world.logged(), id), taken ? 1u : 0u) << fault.name;
    const bool must = !fault.hides || world.submit.failing.fault == LogFault::kNoLooks;
    EXPECT_TRUE(taken || !must) << fault.name;
    EXPECT_EQ(answered, !never) << fault.name;
    world.on_loop([&] { fault.end(house); });
    // The phone goes on until it is told that the call was taken.
    EXPECT_EQ(world.ask(Role::kProtectedPerson, "POST", "/api/v1/me/sos", body).status, 200) << fault.name;
    EXPECT_EQ(rang(world.logged(), id), 1u) << fault.name;
  }
}

}  // namespace
}  // namespace haechi::api
