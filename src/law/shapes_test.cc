#include "law/shapes.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "haechi/v1/fact.pb.h"

namespace haechi::law {
namespace {

// The field that is at fault; "none" where the fact is taken, "some" where no single one is.
std::string fault_in(const std::string& text, const std::string& changes = "") {
  v1::Fact fact;
  if (!google::protobuf::TextFormat::ParseFromString(text, &fact) ||
      !google::protobuf::TextFormat::MergeFromString(changes, &fact))
    return "no fact";
  const Status status = check(fact);
  if (status.ok()) return "none";
  return status.error().field.empty() ? "some" : status.error().field;
}

std::string times(int count, const std::string& text) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

struct Case {
  const char* fault;
  std::string text;
};

void expect_faults(const std::string& kind, const std::string& good, const std::vector<Case>& cases) {
  EXPECT_EQ(fault_in(kind + " {" + good + "}"), "none");
  for (const Case& one : cases)
    EXPECT_EQ(fault_in(kind + " {" + good + "}", kind + " {" + one.text + "}"), one.fault)
        << one.text.substr(0, 200);
}

const std::string kSquare =
    "corners {lat_e7: 375000000 lng_e7: 1270000000} corners {lat_e7: 375000000 lng_e7: 1270100000} "
    "corners {lat_e7: 375100000 lng_e7: 1270100000} corners {lat_e7: 375100000 lng_e7: 1270000000}";
const std::string kCircle = "circle {centre {lat_e7: 375000000 lng_e7: 1270000000} radius_mm: 100000} ";
const std::string kLong = "\"" + std::string(300, 'x') + "\" ";

TEST(AFact, IsRefusedWithThePersonsFieldThatIsAtFault) {
  expect_faults("person_registered", "id: 'W-1' role: ROLE_WEARER ",
                {{"id", "id: ''"},
                 {"id", "id: " + kLong},
                 {"id", "id: 'a b'"},
                 {"id", "id: 'a{'"},
                 {"id", "id: 'a^'"},
                 {"id", "id: 'a/'"},
                 {"none", "id: 'Zz9_.:-'"},
                 {"none", "role: ROLE_PROTECTED_PERSON"},
                 {"role", "role: ROLE_UNSPECIFIED"}});
}

TEST(AFact, IsRefusedWithTheDevicesFieldThatIsAtFault) {
  const std::string digest = "\"" + std::string(32, 'd') + "\" ";
  expect_faults("device_registered", "id: 'D-1' kind: DEVICE_KIND_ANKLE ",
                {{"id", "id: ''"},
                 {"kind", "kind: DEVICE_KIND_UNSPECIFIED"},
                 {"kind", "kind: 99"},
                 {"none", "person_id: 'W-1'"},
                 {"person_id", "person_id: '?'"},
                 {"none", "unit_id: 'U-1'"},
                 {"unit_id", "unit_id: '?'"},
                 {"none", "kind: DEVICE_KIND_HOME_BEACON zone_id: 'Z-1'"},
                 {"zone_id", "kind: DEVICE_KIND_HOME_BEACON zone_id: '?'"},
                 {"zone_id", "zone_id: 'Z-1'"},
                 {"carrier", "carrier: " + kLong},
                 {"carrier", "carrier: 'a\\nb'"},
                 {"none", "carrier: 'one'"},
                 {"interval_s", "interval_s: 86401"},
                 {"none", "secret_sha256: " + digest},
                 {"secret_sha256", "secret_sha256: 'short'"},
                 {"none", "former_secret_sha256: " + digest},
                 {"former_secret_sha256", "former_secret_sha256: 'short'"},
                 {"former_until_us", "former_until_us: -1"},
                 {"signed_only", "signed_only: true"},
                 {"none", "signed_only: true signing_generation: 1"},
                 {"signed_only", "signed_only: true signing_generation: 1 kind: DEVICE_KIND_PHONE"}});
}

TEST(AFact, IsRefusedWithTheZonesFieldThatIsAtFault) {
  expect_faults("zone_registered", "id: 'Z-1' shape {" + kCircle + "} ",
                {{"id", "id: ''"},
                 {"shape.circle.radius_mm", "shape {circle {radius_mm: 0}}"},
                 {"none", "shape {polygon {outer {" + kSquare + "}}}"},
                 {"none", "shape {multi_polygon {polygons {outer {" + kSquare + "}}}}"}});
  EXPECT_EQ(fault_in("zone_registered {id: 'Z-1'}"), "shape");
  EXPECT_EQ(fault_in("zone_registered {id: 'Z-1' shape {multi_polygon {}}}").substr(0, 19),
            "shape.multi_polygon");
  EXPECT_EQ(fault_in("zone_registered {id: 'Z-1' removed: true}"), "none");
}

TEST(AFact, IsRefusedWithTheJurisdictionsFieldThatIsAtFault) {
  expect_faults("jurisdiction_registered", "id: 'J-1' agency_id: 'A-1' shape {" + kCircle + "} ",
                {{"id", "id: ''"},
                 {"agency_id", "agency_id: ''"},
                 {"none", "informed_agency_ids: 'A-2'"},
                 {"informed_agency_ids[1]", "informed_agency_ids: 'A-2' informed_agency_ids: ''"},
                 {"shape.circle.radius_mm", "shape {circle {radius_mm: 0}}"}});
  EXPECT_EQ(fault_in("jurisdiction_registered {id: 'J-1' removed: true}"), "none");
}

TEST(AFact, IsRefusedWithTheUnitsFieldThatIsAtFault) {
  expect_faults("unit_registered", "id: 'U-1' agency_id: 'A-1' ",
                {{"id", "id: ''"},
                 {"agency_id", "agency_id: ''"},
                 {"call_sign", "call_sign: " + kLong},
                 {"speed_mmps", "speed_mmps: 100001"}});
  EXPECT_EQ(fault_in("unit_registered {id: 'U-1' removed: true}"), "none");
}

TEST(AFact, IsRefusedWithTheAgencysFieldThatIsAtFault) {
  expect_faults("agency_registered", "id: 'A-1' desk: DESK_BUILT_IN ",
                {{"id", "id: ''"},
                 {"none", "desk: DESK_CONNECTOR"},
                 {"desk", "desk: DESK_UNSPECIFIED"},
                 {"name", "name: " + kLong},
                 {"none", "court_districts: 'Namyangju'"},
                 {"court_districts", "court_districts: " + kLong},
                 {"court_districts", times(201, "court_districts: 'x' ")}});
}

TEST(AFact, IsRefusedWithTheCalendarsFieldThatIsAtFault) {
  expect_faults("holiday_calendar_registered", "name: 'kr' dates: '2026-02-28' ",
                {{"name", "name: ''"},
                 {"dates[1]", "dates: '2026-02-28'"},
                 {"dates[1]", "dates: '2026-02-29'"},
                 {"none", "dates: '2028-02-29'"},
                 {"none", "dates: '2400-02-29'"},
                 {"dates[1]", "dates: '2100-02-29'"},
                 {"dates[1]", "dates: '2026-13-01'"},
                 {"dates[1]", "dates: '2026-00-01'"},
                 {"dates[1]", "dates: '2026-04-00'"},
                 {"dates[1]", "dates: '1969-12-31'"},
                 {"dates[1]", "dates: '2026/04/01'"},
                 {"dates[1]", "dates: '2026-04/01'"},
                 {"dates[1]", "dates: '2026-4-1'"},
                 {"dates[1]", "dates: '2026-04-0:'"},
                 {"dates[1]", "dates: '2026-04-0/'"},
                 {"dates", times(4000, "dates: '2026-04-01' ")}});
}

TEST(AFact, IsRefusedWithTheTimeZonesFieldThatIsAtFault) {
  expect_faults("time_zone_registered", "name: 'Asia/Seoul' transitions {from_s: 0 offset_s: 32400} ",
                {{"name", "name: ''"},
                 {"name", "name: " + kLong},
                 {"name", "name: 'a\\tb'"},
                 {"none", "transitions {from_s: 1 offset_s: -64800}"},
                 {"transitions[1].from_s", "transitions {from_s: 0 offset_s: 0}"},
                 {"transitions[1].offset_s", "transitions {from_s: 1 offset_s: 64801}"},
                 {"transitions[1].offset_s", "transitions {from_s: 1 offset_s: -64801}"}});
}

TEST(AFact, IsRefusedWithTheFieldOfAnEarlierViolationThatIsAtFault) {
  expect_faults("violation_taken_over",
                "id: 'v' source: 's' kind: ALERT_KIND_KEEP_AWAY wearer_id: 'W-1' happened_at_us: 5 ",
                {{"id", "id: ''"},
                 {"source", "source: ''"},
                 {"kind", "kind: ALERT_KIND_UNSPECIFIED"},
                 {"kind", "kind: 999"},
                 {"wearer_id", "wearer_id: ''"},
                 {"none", "protected_id: 'P-1' order_id: 'O-1' zone_id: 'Z-1'"},
                 {"protected_id", "protected_id: '?'"},
                 {"order_id", "order_id: '?'"},
                 {"zone_id", "zone_id: '?'"},
                 {"happened_at_us", "happened_at_us: 0"},
                 {"none", "ended_at_us: 5"},
                 {"ended_at_us", "ended_at_us: 4"},
                 {"distance_mm", "distance_mm: -1"},
                 {"distance_mm", "distance_mm: 99999999999999"},
                 {"place", "place {lat_e7: 900000001}"},
                 {"place", "place {lat_e7: -900000001}"},
                 {"place", "place {lng_e7: 1800000001}"},
                 {"place", "place {lng_e7: -1800000001}"}});
}

TEST(AFact, IsRefusedWithTheOrdersFieldThatIsAtFault) {
  const std::string schedule = "conditions {id: 'c' exclusion {zone_id: 'Z' schedule {";
  const std::string window = "windows {days: 1 start_min: 1 end_min: 2} ";
  const std::string keep_away = "conditions {id: 'c' keep_away {protected_id: 'P-1' ";
  expect_faults(
      "order_registered", "id: 'O-1' version: 1 wearer_id: 'W-1' starts_at_us: 5 legal_basis: 'x' ",
      {{"id", "id: ''"},
       {"wearer_id", "wearer_id: ''"},
       {"version", "version: 0"},
       {"starts_at_us", "starts_at_us: 0"},
       {"starts_at_us", "starts_at_us: 253402300800000000"},
       {"ends_at_us", "ends_at_us: 253402300800000000"},
       {"ends_at_us", "ends_at_us: 5"},
       {"none", "ends_at_us: 6"},
       {"kind", "kind: " + kLong},
       {"legal_basis", "legal_basis: " + kLong},
       {"legal_basis", "legal_basis: ''"},
       {"none", "legal_basis: '' withdrawn: true"},
       {"none", "basis_sha256: '0123456789abcdef0123456789abcdef'"},
       {"basis_sha256", "basis_sha256: 'short'"},
       {"time_zone", "time_zone: " + kLong},
       {"conditions", times(1001, "conditions {} ")},
       {"conditions[0].id", "conditions {}"},
       {"none", keep_away + "}}"},
       {"conditions[0].keep_away.protected_id", "conditions {id: 'c' keep_away {}}"},
       {"conditions[0].keep_away.protected_id", "conditions {id: 'c' keep_away {protected_id: 'W-1'}}"},
       {"conditions[0].keep_away.map_mm", keep_away + "ban_mm: 9 map_mm: 8}}"},
       {"conditions[0].keep_away.police_mm", keep_away + "ban_mm: 9 map_mm: 9 police_mm: 8}}"},
       {"conditions[0].keep_away.warn_mm", keep_away + "ban_mm: 9 map_mm: 9 police_mm: 9 warn_mm: 8}}"},
       {"conditions[0].keep_away.warn_mm", keep_away + "warn_mm: 100000001}}"},
       {"conditions[0].exclusion.zone_id", "conditions {id: 'c' exclusion {}}"},
       {"none", "conditions {id: 'c' exclusion {zone_id: 'Z' protected_id: 'P-1'}}"},
       {"conditions[0].exclusion.protected_id",
        "conditions {id: 'c' exclusion {zone_id: 'Z' protected_id: '?'}}"},
       {"conditions[0].exclusion.buffer_mm",
        "conditions {id: 'c' exclusion {zone_id: 'Z' buffer_mm: 100000001}}"},
       {"conditions[0].exclusion.police_mm",
        "conditions {id: 'c' exclusion {zone_id: 'Z' police_mm: 100000001}}"},
       {"conditions[0].inclusion.zone_id", "conditions {id: 'c' inclusion {}}"},
       {"none", schedule + window + "}}}"},
       {"conditions[0].exclusion.schedule.windows", schedule + times(65, window) + "}}}"},
       {"conditions[0].exclusion.schedule.exceptions", schedule + times(401, "exceptions {} ") + "}}}"},
       {"conditions[0].exclusion.schedule.windows[0].days", schedule + "windows {end_min: 1}}}}"},
       {"conditions[0].exclusion.schedule.windows[0].days", schedule + "windows {days: 256 end_min: 1}}}}"},
       {"conditions[0].exclusion.schedule.windows[0].start_min",
        schedule + "windows {days: 1 start_min: 1440}}}}"},
       {"conditions[0].exclusion.schedule.windows[0].end_min", schedule + "windows {days: 1}}}}"},
       {"conditions[0].exclusion.schedule.windows[0].end_min",
        schedule + "windows {days: 1 end_min: 1441}}}}"},
       {"conditions[0].exclusion.schedule.holiday_calendar", schedule + "windows {days: 128 end_min: 1}}}}"},
       {"conditions[0].exclusion.schedule.holiday_calendar", schedule + window + "holiday_calendar: '?'}}}"},
       {"conditions[0].exclusion.schedule.holiday_calendar", schedule + "holiday_calendar: 'kr'}}}"},
       {"conditions[0].exclusion.schedule.exceptions[0].date", schedule + "exceptions {}}}}"},
       {"conditions[0].exclusion.schedule.exceptions[0].windows",
        schedule + "exceptions {date: '2026-03-14' " + times(65, window) + "}}}}"},
       {"conditions[0].exclusion.schedule.exceptions[0].windows[0].end_min",
        schedule + "exceptions {date: '2026-03-14' windows {}}}}}"},
       {"conditions[0].exclusion.schedule.exceptions",
        schedule + "exceptions {date: '2026-03-14'} exceptions {date: '2026-03-14'}}}}"}});
}

TEST(AFact, IsNotJudgedWhereItSaysNothingThatCouldBeAtFault) {
  EXPECT_EQ(fault_in("clock_ticked {}"), "none");
}

}  // namespace
}  // namespace haechi::law
