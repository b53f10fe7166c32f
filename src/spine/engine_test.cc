// Anything that decodes is a fact the engine must survive: a log is read again for years, and one entry that
// aborts would abort at every restart. The picture folds the same. Seeded, so that a failure is the same
// failure tomorrow.
#include "spine/engine.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "geo/place.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "law/shapes.h"
#include "picture/picture.h"

namespace haechi::spine {
namespace {

// Few ids, so that strange facts meet: the same id is a wearer here and protected there.
class Strange {
 public:
  explicit Strange(uint64_t seed) : random_(seed) {}

  v1::Fact fact();
  Time now() const { return now_; }
  // What the engine said last is answered to, handled and closed.
  void heard(const v1::Effect& effect);

 private:
  uint64_t below(uint64_t end) { return random_() % end; }
  bool one_in(uint64_t n) { return below(n) == 0; }
  template <typename T>
  T any() {
    constexpr T kEdges[] = {0, 1, std::numeric_limits<T>::max(), std::numeric_limits<T>::min()};
    return one_in(2) ? kEdges[below(4)] : static_cast<T>(random_());
  }
  std::string id(const char* prefix, uint64_t count) {
    return one_in(40) ? std::string() : prefix + std::to_string(below(count));
  }
  std::string person() { return id("p", 8); }
  std::string zone() { return id("z", 6); }
  std::string agency() { return one_in(10) ? "monitoring" : id("g", 4); }
  std::string unit() { return id("u", 5); }
  std::string device() { return id("d", 12); }
  std::string from(const std::vector<std::string>& known) {
    return known.empty() || one_in(30) ? std::string("none") : known[known.size() - 1 - below(known.size())];
  }

  geo::Place place();
  // Wraps around instead of overflowing.
  static int64_t later(int64_t us, uint64_t by) {
    return static_cast<int64_t>(static_cast<uint64_t>(us) + by);
  }
  int64_t moment();
  uint32_t length_mm() { return one_in(10) ? any<uint32_t>() : static_cast<uint32_t>(below(3'000'000)); }
  void shape(v1::Shape& out);
  void schedule(v1::Schedule& out);
  void condition(v1::Condition& out);
  void order(v1::Order& out);
  void report(v1::ReportReceived& out);
  void registry(v1::Fact& out);
  void answer(v1::HandOffAnswered& out);
  void work(v1::Fact& out);
  void make_plausible(v1::CaseFact& about);
  // Every field at random, by what the schema says it is.
  void fill(google::protobuf::Message& out, int depth);
  void put(google::protobuf::Message& out, const google::protobuf::FieldDescriptor& field, int depth);

  std::mt19937_64 random_;
  Time now_{1'773'446'400'000'000};
  std::vector<std::string> alerts_, calls_;
  std::vector<v1::HandOffMessage> messages_;
  uint32_t version_ = 0;
};

// Mostly one small town, so that pairs meet; else a pole, the antimeridian, or no place of this Earth.
geo::Place Strange::place() {
  constexpr geo::Place kCorners[] = {{0, 0},
                                     {900'000'000, 0},
                                     {-900'000'000, 1'800'000'000},
                                     {0, 1'800'000'000},
                                     {376'000'000, -1'800'000'000},
                                     {899'999'999, 5}};
  if (one_in(25)) return kCorners[below(std::size(kCorners))];
  if (one_in(60)) return {any<int32_t>(), any<int32_t>()};
  return {376'360'000 + static_cast<int32_t>(below(200'000)),
          1'272'165'000 + static_cast<int32_t>(below(200'000))};
}

int64_t Strange::moment() {
  if (one_in(40)) return any<int64_t>();
  const int64_t span_us = one_in(5) ? 86'400'000'000 : 60'000'000;
  return now_.us + static_cast<int64_t>(below(static_cast<uint64_t>(span_us))) - span_us * 9 / 10;
}

void Strange::shape(v1::Shape& out) {
  if (one_in(2)) {
    law::set_place(place(), *out.mutable_circle()->mutable_centre());
    out.mutable_circle()->set_radius_mm(length_mm());
    return;
  }
  v1::Polygon* polygon = one_in(3) ? out.mutable_multi_polygon()->add_polygons() : out.mutable_polygon();
  const geo::Place centre = place();
  const int32_t half = static_cast<int32_t>(below(150'000));
  for (const auto& [north, east] : {std::pair(-1, -1), {-1, 1}, {1, 1}, {1, -1}}) {
    const geo::Place corner = one_in(30)
                                  ? place()
                                  : geo::Place{static_cast<int32_t>(int64_t{centre.lat_e7} + north * half),
                                               static_cast<int32_t>(int64_t{centre.lng_e7} + east * half)};
    law::set_place(corner, *polygon->mutable_outer()->add_corners());
  }
}

void Strange::schedule(v1::Schedule& out) {
  for (uint64_t i = below(3); i > 0; --i) {
    v1::Window& window = *out.add_windows();
    window.set_days(static_cast<uint32_t>(below(256)));
    window.set_start_min(static_cast<uint32_t>(below(1'500)));
    window.set_end_min(static_cast<uint32_t>(below(1'500)));
  }
  if (one_in(6)) out.add_exceptions()->set_date(one_in(3) ? "2026-99-99" : "2026-03-14");
}

void Strange::condition(v1::Condition& out) {
  out.set_id(id("c", 4));
  switch (below(4)) {
    case 0:
      out.mutable_exclusion()->set_zone_id(zone());
      out.mutable_exclusion()->set_buffer_mm(length_mm());
      out.mutable_exclusion()->set_police_mm(length_mm());
      if (one_in(2)) out.mutable_exclusion()->set_protected_id(person());
      if (one_in(3)) schedule(*out.mutable_exclusion()->mutable_schedule());
      break;
    case 1:
      out.mutable_inclusion()->set_zone_id(zone());
      if (one_in(2)) schedule(*out.mutable_inclusion()->mutable_schedule());
      break;
    default: {
      v1::KeepAway& keep = *out.mutable_keep_away();
      keep.set_protected_id(person());
      if (one_in(4)) keep.set_ban_mm(length_mm());
      if (one_in(4)) keep.set_map_mm(length_mm());
      if (one_in(4)) keep.set_warn_mm(length_mm());
      keep.set_no_view(one_in(4));
      keep.set_warns_wearer(one_in(3));
    }
  }
}

void Strange::order(v1::Order& out) {
  out.set_id(id("o", 8));
  out.set_version(one_in(10) ? any<uint32_t>() : ++version_);
  out.set_kind("ST_PROV_3_2");
  if (!one_in(10)) out.set_legal_basis("9(1)3-2");
  out.set_wearer_id(person());
  out.set_starts_at_us(moment());
  if (one_in(3)) out.set_ends_at_us(later(moment(), below(400'000'000)));
  out.set_time_zone(one_in(2) ? "" : "Asia/Seoul");
  const uint64_t conditions = one_in(50) ? 300 : 1 + below(4);
  for (uint64_t i = 0; i < conditions; ++i) {
    condition(*out.add_conditions());
    if (!one_in(10)) out.mutable_conditions(static_cast<int>(i))->set_id("c" + std::to_string(i));
  }
  out.set_withdrawn(one_in(8));
}

void Strange::report(v1::ReportReceived& out) {
  v1::Report& made = *out.mutable_report();
  made.set_device_id(device());
  out.set_received_at_us(one_in(20) ? any<int64_t>() : now_.us);
  if (!one_in(6)) {
    v1::Fix& fix = *made.mutable_fix();
    law::set_place(place(), *fix.mutable_place());
    if (one_in(60)) fix.clear_place();
    fix.set_fixed_at_us(one_in(4) ? moment() : now_.us);
    fix.set_accuracy_mm(one_in(15) ? any<uint32_t>() : static_cast<uint32_t>(below(60'000)));
    fix.set_source(static_cast<v1::FixSource>(below(7)));
    if (one_in(4)) fix.set_speed_mmps(any<uint32_t>());
    if (one_in(4)) fix.set_course_cdeg(any<uint32_t>());
    fix.set_mocked(one_in(20));
  }
  if (one_in(4)) made.set_battery_percent(static_cast<uint32_t>(below(130)));
  while (one_in(4)) made.add_events(static_cast<v1::DeviceEvent>(below(12)));
  made.set_stored(one_in(6));
}

void Strange::registry(v1::Fact& out) {
  switch (below(9)) {
    case 0: {
      v1::Person& made = *out.mutable_person_registered();
      made.set_id(person());
      made.set_role(static_cast<v1::Role>(below(4)));
      made.set_removed(one_in(6));
      break;
    }
    case 1: {
      v1::Device& made = *out.mutable_device_registered();
      made.set_id(device());
      made.set_kind(static_cast<v1::DeviceKind>(below(7)));
      if (one_in(4)) {
        made.set_unit_id(unit());
      } else if (!one_in(10)) {
        made.set_person_id(person());
      }
      made.set_interval_s(one_in(5) ? any<uint32_t>() : static_cast<uint32_t>(below(60)));
      made.set_retired(one_in(10));
      break;
    }
    case 2:
      out.mutable_zone_registered()->set_id(zone());
      shape(*out.mutable_zone_registered()->mutable_shape());
      out.mutable_zone_registered()->set_removed(one_in(5));
      break;
    case 3: {
      v1::TimeZone& made = *out.mutable_time_zone_registered();
      made.set_name("Asia/Seoul");
      made.add_transitions()->set_from_s(INT64_MIN);
      made.mutable_transitions(0)->set_offset_s(one_in(4) ? any<int32_t>()
                                                          : static_cast<int32_t>(below(86'400)));
      break;
    }
    case 4:
      out.mutable_agency_registered()->set_id(agency());
      out.mutable_agency_registered()->set_desk(static_cast<v1::Desk>(below(4)));
      break;
    case 5: {
      v1::Jurisdiction& made = *out.mutable_jurisdiction_registered();
      made.set_id(id("j", 5));
      made.set_agency_id(agency());
      while (one_in(2)) made.add_informed_agency_ids(agency());
      shape(*made.mutable_shape());
      made.set_removed(one_in(6));
      break;
    }
    case 6: {
      v1::Unit& made = *out.mutable_unit_registered();
      made.set_id(unit());
      made.set_agency_id(agency());
      made.set_speed_mmps(one_in(3) ? any<uint32_t>() : 0);
      made.set_removed(one_in(6));
      break;
    }
    default:
      order(*out.mutable_order_registered());
  }
}

void Strange::heard(const v1::Effect& effect) {
  if (effect.has_raise_alert()) alerts_.push_back(effect.raise_alert().id());
  if (effect.has_open_call()) calls_.push_back(effect.open_call().id());
  if (effect.has_send_hand_off()) messages_.push_back(effect.send_hand_off());
  if (alerts_.size() > 50) alerts_.erase(alerts_.begin());
  if (calls_.size() > 20) calls_.erase(calls_.begin());
  if (messages_.size() > 50) messages_.erase(messages_.begin());
}

void Strange::answer(v1::HandOffAnswered& out) {
  v1::HandOffMessage& made = *out.mutable_message();
  if (!messages_.empty()) {
    const v1::HandOffMessage& told = messages_[below(messages_.size())];
    // Now and then our own message comes back as if it were an answer.
    if (one_in(10)) made = told;
    made.set_hand_off_id(told.hand_off_id());
    made.set_incident_id(told.incident_id());
    made.set_from_agency_id(one_in(10) ? agency() : told.to_agency_id());
    made.mutable_ack()->set_message_id(told.id());
  }
  made.set_id(id("m", 1'000));
  made.set_seq(one_in(10) ? any<uint64_t>() : below(20));
  made.set_to_agency_id("monitoring");
  switch (below(8)) {
    case 0:
      made.mutable_accepted()->set_event_no("e1");
      break;
    case 1:
      made.mutable_rejected()->set_reason(static_cast<v1::RejectReason>(below(10)));
      made.mutable_rejected()->set_retryable(one_in(2));
      break;
    case 2:
    case 3:
      made.mutable_unit_progress()->set_unit_id(unit());
      made.mutable_unit_progress()->set_status(static_cast<v1::UnitStatus>(below(10)));
      made.mutable_unit_progress()->set_target(static_cast<v1::Target>(below(4)));
      break;
    case 4:
      made.mutable_closed()->set_disposition("01");
      break;
    case 5:
      made.mutable_cancel_answer()->set_agreed(one_in(2));
      break;
    case 6:
      made.mutable_heartbeat();
      break;
    default:
      break;
  }
  out.set_by_human(one_in(4));
}

void Strange::work(v1::Fact& out) {
  switch (below(8)) {
    case 0:
    case 1:
    case 2: {
      v1::AlertHandled& made = *out.mutable_alert_handled();
      made.set_alert_id(from(alerts_));
      made.set_handling(static_cast<v1::Handling>(below(7)));
      made.set_by(id("a", 3));
      made.set_reason_code(one_in(5) ? "" : "TRUE_VIOLATION");
      made.set_until_us(later(moment(), below(3'600'000'000)));
      break;
    }
    case 3: {
      v1::UnitStatusChanged& made = *out.mutable_unit_status_changed();
      made.set_unit_id(unit());
      made.set_status(static_cast<v1::UnitStatus>(below(10)));
      made.set_call_id(from(calls_));
      made.set_by("o");
      made.set_device_at_us(one_in(2) ? 0 : moment());
      break;
    }
    case 4:
      out.mutable_unit_assigned_by_hand()->set_call_id(from(calls_));
      out.mutable_unit_assigned_by_hand()->set_unit_id(unit());
      out.mutable_unit_assigned_by_hand()->set_target(static_cast<v1::Target>(below(4)));
      out.mutable_unit_assigned_by_hand()->set_by("o");
      break;
    case 5:
      out.mutable_call_closed_by_hand()->set_call_id(from(calls_));
      out.mutable_call_closed_by_hand()->set_disposition(one_in(4) ? "" : "01");
      out.mutable_call_closed_by_hand()->set_by("o");
      break;
    default:
      answer(*out.mutable_hand_off_answered());
  }
}

void Strange::put(google::protobuf::Message& out, const google::protobuf::FieldDescriptor& field, int depth) {
  using Field = google::protobuf::FieldDescriptor;
  constexpr const char* kWords[] = {"kr",          "es",     "Asia/Seoul", "ST_PROV_2", "ST_PROV_3_2",
                                    "ST_URGENT_1", "DV_VPO", "DV_VPO_TMP", "ST_VPO_1",  "c0",
                                    "c1",          "m0",     "m1",         "t0"};
  const auto& reflect = *out.GetReflection();
  const auto text = [&] {
    return one_in(3) ? std::string(kWords[below(std::size(kWords))]) : one_in(2) ? person() : zone();
  };
  const auto count = [&] {
    return field.enum_type() == nullptr ? 0 : static_cast<uint64_t>(field.enum_type()->value_count() + 1);
  };
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case Field::CPPTYPE_STRING:
      return many ? reflect.AddString(&out, &field, text()) : reflect.SetString(&out, &field, text());
    case Field::CPPTYPE_ENUM:
      return reflect.SetEnumValue(&out, &field, static_cast<int>(below(count())));
    case Field::CPPTYPE_MESSAGE:
      return fill(many ? *reflect.AddMessage(&out, &field) : *reflect.MutableMessage(&out, &field),
                  depth + 1);
    case Field::CPPTYPE_INT64:
      return reflect.SetInt64(&out, &field, one_in(3) ? moment() : 0);
    case Field::CPPTYPE_INT32:
      return reflect.SetInt32(&out, &field, any<int32_t>());
    case Field::CPPTYPE_UINT32:
      return reflect.SetUInt32(&out, &field, one_in(2) ? 0 : any<uint32_t>());
    case Field::CPPTYPE_BOOL:
      return reflect.SetBool(&out, &field, one_in(2));
    default:
      return;
  }
}

void Strange::fill(google::protobuf::Message& out, int depth) {
  const google::protobuf::Descriptor& type = *out.GetDescriptor();
  if (type.full_name() == v1::Order::descriptor()->full_name() && !one_in(4))
    return order(static_cast<v1::Order&>(out));
  for (int i = 0; i < type.field_count(); ++i)
    if (depth < 4 && !one_in(3)) put(out, *type.field(i), depth);
}

// So that some cases are opened and some measures live.
void Strange::make_plausible(v1::CaseFact& about) {
  if (about.has_case_opened()) {
    v1::CaseOpened& opened = *about.mutable_case_opened();
    opened.Clear();
    opened.set_case_id(id("c", 4));
    opened.set_country("kr");
    opened.set_kind(v1::CASE_KIND_STALKING);
    opened.set_agency_id("g1");
    opened.set_subject_id("p" + std::to_string(below(4)));
    opened.add_protected_ids("p" + std::to_string(4 + below(4)));
  } else if (about.has_measure_begun()) {
    about.mutable_measure_begun()->set_case_id(id("c", 4));
    about.mutable_measure_begun()->set_measure_id(id("m", 12));
    about.mutable_measure_begun()->set_kind(one_in(2) ? "ST_PROV_3_2" : "ST_PROV_2");
    about.mutable_measure_begun()->set_protected_id("p" + std::to_string(4 + below(4)));
    about.mutable_measure_begun()->clear_stated();
  } else if (about.has_measure_stepped()) {
    const v1::CaseStep step = about.measure_stepped().step();
    about.mutable_measure_stepped()->Clear();
    about.mutable_measure_stepped()->set_measure_id(id("m", 12));
    about.mutable_measure_stepped()->set_step(step);
  }
}

v1::Fact Strange::fact() {
  v1::Fact out;
  // Seldom a night passes at once, and seldom a week, so that whatever was put off comes due together.
  now_ = now_ + (one_in(300) ? Duration::seconds(one_in(4) ? 700'000 : 30'000)
                             : Duration{1 + static_cast<int64_t>(below(3'000'000))});
  const uint64_t kind = below(100);
  if (kind < 55) {
    report(*out.mutable_report_received());
  } else if (kind < 72) {
    out.mutable_clock_ticked();
  } else if (kind < 86) {
    registry(out);
  } else if (kind < 92) {
    work(out);
  } else if (kind < 99) {
    v1::CaseFact& about = *out.mutable_case_fact();
    // One of its kinds; filled by itself, or the last of them would always win.
    const auto* kinds = v1::CaseFact::descriptor()->FindOneofByName("kind");
    put(about, *kinds->field(static_cast<int>(below(static_cast<uint64_t>(kinds->field_count())))), 0);
    if (!one_in(3)) make_plausible(about);
    if (one_in(10)) about.set_at_us(one_in(2) ? moment() : now_.us - 5);
  }  // else a fact of no kind, as a later version may write
  return out;
}

struct Course {
  std::vector<std::string> facts;
  std::vector<Time> stamps;
  std::vector<std::string> effects;
  size_t alerts = 0, hand_offs = 0, calls = 0, cases = 0, refused = 0;
};

Course live_through(uint64_t seed, size_t entries) {
  Course out;
  Strange strange(seed);
  Engine engine(0);
  picture::Picture picture;
  for (uint64_t no = 1; no <= entries; ++no) {
    const v1::Fact fact = strange.fact();
    out.facts.push_back(fact.SerializeAsString());
    out.stamps.push_back(strange.now());
    const auto effects = engine.step({no, strange.now(), fact});
    picture.fold(no, strange.now(), fact, effects);
    for (const auto& effect : effects) {
      out.effects.push_back(effect->SerializeAsString());
      out.alerts += effect->has_raise_alert();
      out.hand_offs += effect->has_send_hand_off();
      out.calls += effect->has_open_call();
      out.cases += effect->case_effect().has_update_case();
      out.refused += effect->case_effect().has_refuse();
      strange.heard(*effect);
    }
  }
  return out;
}

std::vector<std::string> replay(const Course& course) {
  std::vector<std::string> out;
  Engine engine(0);
  for (size_t i = 0; i < course.facts.size(); ++i) {
    v1::Fact fact;
    EXPECT_TRUE(fact.ParseFromString(course.facts[i]));
    for (const auto& effect : engine.step({i + 1, course.stamps[i], fact}))
      out.push_back(effect->SerializeAsString());
  }
  return out;
}

TEST(Engine, SurvivesWhateverDecodesAndReplaysItAlike) {
  Course all;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    const Course once = live_through(seed, 2'500);
    ASSERT_EQ(replay(once), once.effects) << "seed " << seed;
    all.alerts += once.alerts;
    all.hand_offs += once.hand_offs;
    all.calls += once.calls;
    all.cases += once.cases;
    all.refused += once.refused;
  }
  // Strange, but not so strange that nothing is ever reached.
  EXPECT_GT(all.alerts, 200u);
  EXPECT_GT(all.hand_offs, 200u);
  EXPECT_GT(all.calls, 20u);
  EXPECT_GT(all.cases, 0u);
  EXPECT_GT(all.refused, 500u);
}

}  // namespace
}  // namespace haechi::spine
