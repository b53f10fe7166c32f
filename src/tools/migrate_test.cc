// Export and import against each other, over logs written by hand.
#include "tools/migrate.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "log/log.h"
#include "tools/export.h"

namespace haechi::tools {
namespace {

namespace fs = std::filesystem;

constexpr Time kStart{1'773'475'200'000'000};
constexpr Time kNow = kStart + Duration::seconds(86'400);

class Migrate : public testing::Test {
 protected:
  Migrate() : top_(fs::path(testing::TempDir()) / ("migrate-" + std::to_string(::getpid()) + name())) {
    fs::remove_all(top_);
    fs::create_directories(top_ / "first");
    fs::create_directories(top_ / "folder");
  }
  ~Migrate() override { fs::remove_all(top_); }

  static std::string name() { return testing::UnitTest::GetInstance()->current_test_info()->name(); }
  std::string path(const std::string& name) const { return (top_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((top_ / "folder" / name).parent_path());
    std::ofstream(top_ / "folder" / name) << text;
  }
  static std::string text_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }

  void add(const v1::Fact& fact) { facts_.push_back(fact.SerializeAsString()); }
  void person(const std::string& id, v1::Role role) {
    v1::Fact fact;
    fact.mutable_person_registered()->set_id(id);
    fact.mutable_person_registered()->set_role(role);
    add(fact);
  }
  void device(const std::string& id, const std::string& person_id) {
    v1::Fact fact;
    fact.mutable_device_registered()->set_id(id);
    fact.mutable_device_registered()->set_kind(v1::DEVICE_KIND_ANKLE);
    fact.mutable_device_registered()->set_person_id(person_id);
    fact.mutable_device_registered()->set_secret_sha256(std::string(32, '\xff'));
    add(fact);
  }
  v1::Fact report(const std::string& device_id, uint64_t seq) const {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    received.set_received_at_us(kStart.us);
    received.mutable_report()->set_device_id(device_id);
    received.mutable_report()->set_seq(seq);
    return fact;
  }
  // Entries a second apart from kStart on.
  void keep_log() {
    log::SqliteOptions options;
    options.directory = path("first/log");
    auto log = log::open_sqlite_log(options);
    ASSERT_TRUE(log.ok()) << log.error().text();
    Time at = kStart;
    for (const std::string& fact : facts_) {
      at = at + Duration::seconds(1);
      const log::NewRecord record{at, fact};
      ASSERT_TRUE((*log)->append({&record, 1}).ok());
    }
  }
  ExportResult exported(const std::string& data, const std::string& out) const {
    ExportOptions options;
    options.data = path(data);
    options.out = path(out);
    const auto done = export_log(options);
    EXPECT_TRUE(done.ok()) << done.error().text();
    return done.ok() ? *done : ExportResult();
  }
  MigrateResult imported(const std::string& from, const std::string& data, bool as_logged = false) {
    MigrateOptions options;
    options.folder = path(from);
    options.data = path(data);
    options.as_logged = as_logged;
    options.source = source_;
    told_.str("");
    const auto done = migrate(options, kNow, told_);
    EXPECT_TRUE(done.ok()) << done.error().text();
    return done.ok() ? *done : MigrateResult();
  }
  static log::VerifyReport verified(const std::string& data) {
    log::VerifyReport report;
    const Status status = log::verify_directory(data + "/log", report);
    EXPECT_TRUE(status.ok()) << status.error().text();
    return report;
  }

  const fs::path top_;
  std::vector<std::string> facts_;
  std::string source_;  // of violations
  std::ostringstream told_;
};

TEST_F(Migrate, MakesTheSameLogOfEveryKindOfReport) {
  person("he", v1::ROLE_WEARER);
  device("d", "he");
  v1::Fact full = report("d", 1);
  v1::ReportReceived& received = *full.mutable_report_received();
  v1::Report& more = *received.mutable_report();
  more.set_epoch(UINT32_MAX);
  more.set_battery_percent(0);
  more.set_charging(false);
  more.set_stored(true);
  more.add_events(v1::DEVICE_EVENT_SOS);
  v1::Contact& contact = *more.add_contacts();
  contact.set_device_id("beacon");
  contact.set_rssi_dbm(-71);
  contact.set_power_at_1m_dbm(0);
  for (v1::Fix* fix : {more.mutable_fix(), more.mutable_network_fix()}) {
    fix->mutable_place()->set_lat_e7(376'360'001);
    fix->mutable_place()->set_lng_e7(-1'272'165'009);
    fix->set_fixed_at_us(kStart.us - 3'600'000'001);  // late
    fix->set_speed_mmps(0);
    fix->set_mocked(fix == more.mutable_fix());
  }
  received.set_protocol("app");
  received.set_client_id("c\"\u2028한");
  received.set_silent(true);
  received.mutable_health();
  add(full);
  full.mutable_report_received()->mutable_report()->set_battery_percent(1);
  full.mutable_report_received()->set_conflicting(true);  // the same number, other content
  add(full);
  v1::Fact tick;
  tick.mutable_clock_ticked();
  add(tick);
  keep_log();

  EXPECT_TRUE(exported("first", "out").complete);
  const MigrateResult made = imported("out", "made");
  EXPECT_EQ(made.bad, 0u) << told_.str();
  EXPECT_EQ(made.entries, facts_.size());
  EXPECT_NE(verified(path("made")).head, verified(path("first")).head) << "nothing was sealed";
  exported("made", "again");
  for (const auto& file : fs::recursive_directory_iterator(top_ / "out"))
    if (file.is_regular_file()) {
      EXPECT_EQ(text_of(file), text_of(top_ / "again" / fs::relative(file, top_ / "out"))) << file;
    }
}

TEST_F(Migrate, MakesTheSameLogOfViolationsThatAnotherSystemJudged) {
  person("he", v1::ROLE_WEARER);
  person("she", v1::ROLE_PROTECTED_PERSON);
  v1::Fact fact;
  v1::ViolationTakenOver& violation = *fact.mutable_violation_taken_over();
  violation.set_id("v-1");
  violation.set_source("old-system");
  violation.set_kind(v1::ALERT_KIND_EXCLUSION);
  violation.set_wearer_id("he");
  violation.set_protected_id("she");
  violation.set_order_id("2019-44");
  violation.set_zone_id("school");
  violation.set_happened_at_us(1'600'000'000'000'001);
  violation.set_ended_at_us(1'600'000'060'000'000);
  violation.set_outcome("AUTHORISED");
  violation.set_distance_mm(84'501);
  violation.mutable_place()->set_lat_e7(376'360'001);
  violation.mutable_place()->set_lng_e7(1'272'165'009);
  add(fact);
  keep_log();
  EXPECT_TRUE(exported("first", "out").complete);
  EXPECT_EQ(text_of(top_ / "out" / "violations.csv").find("v-1,old-system,,EXCLUSION,,,,he,she,2019-44,"),
            text_of(top_ / "out" / "violations.csv").find('\n') + 1);
  EXPECT_EQ(imported("out", "made").bad, 0u) << told_.str();
  exported("made", "again");
  for (const char* name : {"violations.jsonl", "violations.csv", "MANIFEST.json"})
    EXPECT_EQ(text_of(top_ / "out" / name), text_of(top_ / "again" / name));
  // The same violation out of the table alone, which is all that another program may have kept.
  for (const char* name : {"MANIFEST.json", "violations.jsonl", "journal.jsonl"})
    fs::remove(top_ / "out" / name);
  EXPECT_EQ(imported("out", "of-table").bad, 0u) << told_.str();
  exported("of-table", "once-more");
  EXPECT_EQ(text_of(top_ / "once-more" / "violations.csv"), text_of(top_ / "again" / "violations.csv"));
}

TEST_F(Migrate, TakesAVendorsListOfViolationsOnceAndTellsEveryBadRow) {
  write("persons.jsonl", "{\"fact\":{\"person_registered\":{\"id\":\"he\",\"role\":\"ROLE_WEARER\"}}}\n");
  const std::string good =
      "\xEF\xBB\xBFhappened_at,wearer_id,kind,id,distance_m\r\n"
      "2020-09-13T12:26:40+09:00,he,STRAP_CUT,v-2,\r\n"
      "2019-09-13T12:26:40Z,he,KEEP_AWAY,v-1,84.5\r\n";
  write("violations.csv", good + "2020-09-13T12:26:40+09:00,he,STRAP_CUT,v-2,\n");
  EXPECT_EQ(imported("folder", "nowhere").bad, 3u) << "nobody says whose they are";
  EXPECT_NE(told_.str().find("violations.csv:2: source"), std::string::npos) << told_.str();
  source_ = "old-system";
  const MigrateResult made = imported("folder", "made");
  EXPECT_EQ(made.bad, 0u) << told_.str();
  EXPECT_EQ(made.repeated, 1u);
  EXPECT_EQ(made.entries, 3u);
  write("violations.csv", good +
                              "2020-09-13,he,STRAP_CUT,v-3,\n"
                              "2020-09-13T12:26:40Z,she,STRAP_CUT,v-4,\n"
                              "2020-09-13T12:26:40Z,he,FELL_OUT,v-5,\n"
                              "2020-09-13T12:26:40Z,he,STRAP_CUT,v-1,\n");
  EXPECT_EQ(imported("folder", "bad").bad, 4u) << told_.str();
  for (const char* told : {"violations.csv:4: happened_at", "violations.csv:5: wearer_id",
                           "violations.csv:6: kind", "violations.csv:7: id"})
    EXPECT_NE(told_.str().find(told), std::string::npos) << told << "\n" << told_.str();
  EXPECT_FALSE(fs::exists(path("bad")));
  write("violations.csv", "id,kind,wearer_id,happened_at,colour\n");
  EXPECT_EQ(imported("folder", "bad").bad, 1u);
  EXPECT_NE(told_.str().find("violations.csv:1: \"colour\""), std::string::npos) << told_.str();
}

TEST_F(Migrate, TakesWhatOlderRulesLoggedOnlyWhenAsked) {
  person("he", v1::ROLE_WEARER);
  device("d", "he");
  v1::Fact odd = report("d", 1);
  odd.mutable_report_received()->mutable_report()->add_events(static_cast<v1::DeviceEvent>(99));
  add(odd);
  add(report("unknown", 1));
  keep_log();
  EXPECT_TRUE(exported("first", "out").complete);
  EXPECT_EQ(imported("out", "made").bad, 2u) << told_.str();
  EXPECT_FALSE(fs::exists(path("made")));
  const MigrateResult made = imported("out", "made", true);
  EXPECT_EQ(made.bad, 0u) << told_.str();
  EXPECT_EQ(made.as_logged, 1u) << "the one of a device that nobody registered";
  EXPECT_EQ(verified(path("made")).head, verified(path("first")).head);
}

TEST_F(Migrate, SaysThatALogWithFieldsOfANewerBuildIsNotCarriedOverWhole) {
  person("he", v1::ROLE_WEARER);
  facts_.back() += std::string("\xf8\x3f\x01", 3);  // field 1023, of nobody yet
  keep_log();
  EXPECT_FALSE(exported("first", "out").complete);
  EXPECT_EQ(imported("out", "made").bad, 0u) << told_.str();
}

TEST_F(Migrate, NamesAMissingAndARepeatedEntry) {
  for (const char* id : {"a", "b", "c"}) person(id, v1::ROLE_WEARER);
  keep_log();
  exported("first", "out");
  const std::string text = text_of(top_ / "out" / "persons.jsonl");
  const size_t second = text.find('\n') + 1, third = text.find('\n', second) + 1;
  std::ofstream(top_ / "out" / "persons.jsonl") << text.substr(0, second) + text.substr(third);
  imported("out", "made");
  EXPECT_NE(told_.str().find("persons.jsonl:2: entry_no: must be 2"), std::string::npos) << told_.str();
  std::ofstream(top_ / "out" / "persons.jsonl") << text + text.substr(third);
  imported("out", "made");
  EXPECT_NE(told_.str().find("persons.jsonl:4: entry_no: must be 4"), std::string::npos) << told_.str();
  EXPECT_FALSE(fs::exists(path("made")));
}

TEST_F(Migrate, EntersWhatHasNoDateBeforeTheFirstThatHasOne) {
  write("persons.jsonl", R"({"fact":{"person_registered":{"id":"he","role":"ROLE_WEARER"}}})");
  write("devices.jsonl",
        R"({"fact":{"device_registered":{"id":"d","kind":"DEVICE_KIND_ANKLE","person_id":"he"}}})");
  write("tracks.csv", "fixed_at,lat,lng,device_id\n2025-03-01T00:00:00Z,37.5,127,d\n");
  EXPECT_EQ(imported("folder", "made").entries, 3u) << told_.str();
  const Time fixed = *parse_iso8601("2025-03-01T00:00:00Z");
  EXPECT_EQ(verified(path("made")).first_stamp, fixed - Duration{2});
  EXPECT_EQ(verified(path("made")).last_stamp, fixed);
}

TEST_F(Migrate, TellsEveryBadRowAndKeepsNothing) {
  write("persons.jsonl",
        "{\"fact\":{\"person_registered\":{\"id\":\"a b\",\"role\":\"ROLE_WEARER\"}}}\n"
        "{\"at_us\":2000000,\"fact\":{\"person_registered\":{\"id\":\"he\",\"role\":\"ROLE_WEARER\"}}}\n"
        "{\"at_us\":1000000,\"fact\":{\"person_registered\":{\"id\":\"it\",\"role\":\"ROLE_WEARER\"}}}\n"
        "{\"at_us\":3000000,\"fact\":{\"clock_ticked\":{}}}\n"
        "{\"at_us\":\"4102444800000000\",\"fact\":{\"person_registered\":{\"id\":\"x\",\"role\":\"ROLE_"
        "WEARER\"}}}\n");
  write("orders.jsonl",
        "{\"at_us\":5000000,\"fact\":{\"order_registered\":{\"id\":\"o\",\"version\":2,\"withdrawn\":true}}}"
        "\n");
  write("journal.jsonl", "{\"at_us\":6000000,\"fact\":{\"alert_handled\":{\"alert_id\":\"a-1-0\"}}}\n");
  const MigrateResult result = imported("folder", "made");
  EXPECT_EQ(result.bad, 6u) << told_.str();
  for (const char* told : {"persons.jsonl:1: id", "persons.jsonl:3: at_us", "persons.jsonl:4: fact",
                           "persons.jsonl:5: at_us", "orders.jsonl:1: version", "journal.jsonl:1: fact"})
    EXPECT_NE(told_.str().find(told), std::string::npos) << told << "\n" << told_.str();
  EXPECT_FALSE(fs::exists(path("made")));
}

TEST_F(Migrate, RefusesAFolderWithNothingInIt) {
  EXPECT_EQ(imported("folder", "made").bad, 1u);
  EXPECT_FALSE(fs::exists(path("made")));
}

TEST_F(Migrate, LeavesOutReportsThatCameBefore) {
  write("persons.jsonl", R"({"fact":{"person_registered":{"id":"he","role":"ROLE_WEARER"}}})");
  write("devices.jsonl",
        R"({"fact":{"device_registered":{"id":"d","kind":"DEVICE_KIND_ANKLE","person_id":"he"}}})");
  write("tracks.csv",
        "fixed_at,lat,lng,device_id\n2025-03-01T00:00:00Z,37.5,127,d\n"
        "2025-03-01T00:00:00Z,37.5,127,d\n");
  const MigrateResult made = imported("folder", "made");
  EXPECT_EQ(made.bad, 0u) << told_.str();
  EXPECT_EQ(made.repeated, 1u);
  EXPECT_EQ(made.entries, 3u);
}

}  // namespace
}  // namespace haechi::tools
