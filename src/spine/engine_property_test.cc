// Whatever comes out of a log, the engine has an answer: no fact stops it, and the same facts give the same
// bytes.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/random.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "law/shapes.h"
#include "spine/engine.h"

namespace haechi::spine {
namespace {

const Time kStart{1'773'446'400'000'000};

// Facts as they may be and as they may not be: known names and unknown ones, numbers from the middle of their
// range and from its ends, kinds that do not exist.
class Odd {
 public:
  explicit Odd(uint64_t seed) : random_(seed) {}

  void fill(v1::Fact& fact, Time now) {
    now_ = now;
    const double drawn = random_.unit();
    if (drawn < 0.72) return report(*fact.mutable_report_received());
    if (drawn < 0.80) return static_cast<void>(fact.mutable_clock_ticked());
    if (drawn < 0.83) return person(*fact.mutable_person_registered());
    if (drawn < 0.86) return device(*fact.mutable_device_registered());
    if (drawn < 0.88) return zone(*fact.mutable_zone_registered());
    if (drawn < 0.92) return order(*fact.mutable_order_registered());
    if (drawn < 0.94) return handling(*fact.mutable_alert_handled());
    if (drawn < 0.96) return answer(*fact.mutable_hand_off_answered());
    if (drawn < 0.97) return calendar(fact);
    if (drawn < 0.98) return unit(fact);
    if (drawn < 0.99) return static_cast<void>(fact.mutable_process_started());
    jurisdiction(*fact.mutable_jurisdiction_registered());
  }
  // What the engine has said, to be spoken of later.
  void learn(const v1::Effect& effect) {
    if (effect.has_raise_alert()) alerts_.push_back(effect.raise_alert().id());
    if (!effect.has_send_hand_off()) return;
    hand_offs_.push_back(effect.send_hand_off().hand_off_id());
    incidents_.push_back(effect.send_hand_off().incident_id());
  }

 private:
  bool odd() { return random_.chance(0.03); }
  std::string name(const char* kind, uint64_t of) {
    if (odd()) return random_.chance(0.5) ? "" : std::string(random_.below(80), 'x');
    return kind + std::to_string(random_.below(of));
  }
  int64_t extreme() {
    constexpr int64_t kExtremes[] = {0,          1,         -1,        INT32_MAX,         INT32_MIN,
                                     UINT32_MAX, INT64_MAX, INT64_MIN, INT64_MAX / 1'000, INT64_MIN / 1'000};
    return kExtremes[random_.below(std::size(kExtremes))];
  }
  // Within `reach_s` of now, or anywhere in time.
  int64_t moment_us(int64_t reach_s) {
    if (odd()) return extreme();
    return now_.us + random_.between(-reach_s, reach_s / 10) * 1'000'000 + random_.between(0, 999'999);
  }
  void place(v1::Place& to) {
    if (odd()) {
      to.set_lat_e7(static_cast<int32_t>(random_.chance(0.5) ? extreme() : geo::kLatE7Max));
      to.set_lng_e7(static_cast<int32_t>(random_.chance(0.5) ? extreme() : -geo::kLngE7Max));
      return;
    }
    // A few kilometres around Seoul, or around a place on the antimeridian.
    const bool far = random_.chance(0.1);
    to.set_lat_e7((far ? -168'000'000 : 375'000'000) +
                  static_cast<int32_t>(random_.between(-400'000, 400'000)));
    int64_t lng = (far ? 1'800'000'000 : 1'270'000'000) + random_.between(-500'000, 500'000);
    if (lng >= geo::kLngE7Max) lng -= int64_t{2} * geo::kLngE7Max;
    to.set_lng_e7(static_cast<int32_t>(lng));
  }
  void fix(v1::Fix& to) {
    if (!odd()) place(*to.mutable_place());
    to.set_fixed_at_us(moment_us(random_.chance(0.1) ? 3'600 : 20));
    to.set_accuracy_mm(odd() ? UINT32_MAX : static_cast<uint32_t>(random_.below(80'000)));
    to.set_source(static_cast<v1::FixSource>(odd() ? 99 : random_.below(5)));
    if (random_.chance(0.6))
      to.set_speed_mmps(odd() ? UINT32_MAX : static_cast<uint32_t>(random_.below(30'000)));
    if (odd()) to.set_course_cdeg(UINT32_MAX);
    to.set_mocked(odd());
  }
  void report(v1::ReportReceived& received) {
    v1::Report& report = *received.mutable_report();
    report.set_device_id(name("d-", kPeople));
    report.set_epoch(1);
    report.set_seq(odd() ? UINT64_MAX : ++seq_);
    report.set_sent_at_us(random_.chance(0.5) ? 0 : moment_us(20));
    if (random_.chance(0.9)) fix(*report.mutable_fix());
    if (random_.chance(0.05)) fix(*report.mutable_network_fix());
    if (random_.chance(0.3))
      report.set_battery_percent(odd() ? UINT32_MAX : static_cast<uint32_t>(random_.below(101)));
    report.set_stored(random_.chance(0.05));
    for (uint64_t i = random_.chance(0.03) ? random_.below(4) : 0; i > 0; --i)
      report.add_events(static_cast<v1::DeviceEvent>(random_.below(12)));
    for (uint64_t i = random_.chance(0.1) ? random_.below(4) : 0; i > 0; --i) {
      v1::Contact& contact = *report.add_contacts();
      contact.set_device_id(name("d-", kPeople));
      contact.set_rssi_dbm(static_cast<int32_t>(odd() ? extreme() : random_.between(-110, -30)));
      if (odd()) contact.set_power_at_1m_dbm(static_cast<int32_t>(extreme()));
    }
    received.set_received_at_us(odd() ? extreme() : now_.us);
    received.set_silent(odd());
    received.set_conflicting(odd());
  }
  void person(v1::Person& person) {
    person.set_id(name("p-", kPeople));
    person.set_role(static_cast<v1::Role>(odd() ? 77 : 1 + random_.below(2)));
    person.set_removed(random_.chance(0.05));
  }
  void device(v1::Device& device) {
    const uint64_t number = random_.below(kPeople);
    device.set_id("d-" + std::to_string(number));
    device.set_kind(static_cast<v1::DeviceKind>(odd() ? 77 : random_.below(7)));
    const double holder = random_.unit();
    if (holder < 0.8)
      device.set_person_id("p-" + std::to_string(odd() ? random_.below(kPeople) : number));
    else if (holder < 0.9)
      device.set_unit_id(name("u-", 4));
    if (random_.chance(0.2)) device.set_zone_id(name("z-", kZones));
    if (random_.chance(0.3)) device.set_carrier(name("carrier-", 2));
    device.set_interval_s(odd() ? UINT32_MAX : static_cast<uint32_t>(random_.below(60)));
    device.set_retired(odd());
  }
  void shape(v1::Shape& shape) {
    if (random_.chance(0.6)) {
      place(*shape.mutable_circle()->mutable_centre());
      shape.mutable_circle()->set_radius_mm(odd() ? UINT32_MAX
                                                  : static_cast<uint32_t>(random_.below(900'000)));
      return;
    }
    for (uint64_t i = random_.below(8); i > 0; --i)
      place(*shape.mutable_polygon()->mutable_outer()->add_corners());
  }
  void zone(v1::Zone& zone) {
    zone.set_id(name("z-", kZones));
    shape(*zone.mutable_shape());
    zone.set_removed(random_.chance(0.05));
  }
  void schedule(v1::Schedule& schedule) {
    if (random_.chance(0.5)) return;
    v1::Window& window = *schedule.add_windows();
    window.set_days(odd() ? UINT32_MAX : 1 + static_cast<uint32_t>(random_.below(255)));
    window.set_start_min(odd() ? UINT32_MAX : static_cast<uint32_t>(random_.below(1'440)));
    window.set_end_min(odd() ? UINT32_MAX : 1 + static_cast<uint32_t>(random_.below(1'440)));
    if (odd()) schedule.add_exceptions()->set_date(random_.chance(0.5) ? "2026-03-14" : "never");
    if (random_.chance(0.3)) schedule.set_holiday_calendar("kr");
  }
  void order(v1::Order& order) {
    order.set_id(name("o-", kPeople));
    order.set_version(odd() ? 0 : static_cast<uint32_t>(++version_));
    order.set_kind("ST_PROV_3_2");
    order.set_legal_basis("31-6");
    order.set_wearer_id(name("p-", kPeople));
    order.set_starts_at_us(moment_us(3'600));
    if (random_.chance(0.3)) order.set_ends_at_us(order.starts_at_us() / 2 + (now_.us + 900'000'000) / 2);
    order.set_time_zone(odd() ? "Nowhere" : "Asia/Seoul");
    order.set_withdrawn(odd());
    for (uint64_t i = 1 + random_.below(3); i > 0; --i) {
      v1::Condition& condition = *order.add_conditions();
      condition.set_id(odd() ? "" : "c-" + std::to_string(i));
      const double drawn = random_.unit();
      if (drawn < 0.5) {
        condition.mutable_keep_away()->set_protected_id(name("p-", kPeople));
        condition.mutable_keep_away()->set_warns_wearer(random_.chance(0.2));
      } else if (drawn < 0.7) {
        condition.mutable_exclusion()->set_zone_id(name("z-", kZones));
        condition.mutable_exclusion()->set_buffer_mm(odd() ? UINT32_MAX : 100'000);
        schedule(*condition.mutable_exclusion()->mutable_schedule());
      } else if (drawn < 0.85) {
        condition.mutable_inclusion()->set_zone_id(name("z-", kZones));
        schedule(*condition.mutable_inclusion()->mutable_schedule());
      } else if (drawn < 0.97) {
        condition.mutable_no_contact()->set_person_id(name("p-", kPeople));
        condition.mutable_no_contact()->set_radius_mm(odd() ? UINT32_MAX : 50'000);
      }
    }
  }
  std::string one_of(const std::vector<std::string>& ids) {
    return ids.empty() || odd() ? "nobody" : ids[random_.below(ids.size())];
  }
  void handling(v1::AlertHandled& handled) {
    handled.set_alert_id(one_of(alerts_));
    handled.set_handling(static_cast<v1::Handling>(odd() ? 44 : random_.below(6)));
    handled.set_by("kim");
    handled.set_reason_code(odd() ? "" : "TRUE_VIOLATION");
    handled.set_until_us(moment_us(600));
  }
  void answer(v1::HandOffAnswered& answered) {
    v1::HandOffMessage& message = *answered.mutable_message();
    message.set_id(name("m-", 1'000));
    message.set_hand_off_id(one_of(hand_offs_));
    message.set_incident_id(one_of(incidents_));
    message.set_seq(odd() ? UINT32_MAX : static_cast<uint32_t>(random_.below(9)));
    message.set_from_agency_id(name("agency-", 2));
    message.set_to_agency_id("monitoring");
    if (random_.chance(0.3))
      message.mutable_closed()->set_disposition("01");
    else if (random_.chance(0.5))
      message.mutable_ack();
    else if (random_.chance(0.5))
      message.mutable_accepted();
    answered.set_by_human(random_.chance(0.2));
  }
  void calendar(v1::Fact& fact) {
    if (random_.chance(0.3)) {
      fact.mutable_holiday_calendar_registered()->set_name("kr");
      fact.mutable_holiday_calendar_registered()->add_dates(odd() ? "never" : "2026-03-15");
      return;
    }
    v1::TimeZone& zone = *fact.mutable_time_zone_registered();
    zone.set_name("Asia/Seoul");
    zone.add_transitions()->set_from_s(odd() ? extreme() : INT64_MIN);
    zone.mutable_transitions(0)->set_offset_s(static_cast<int32_t>(odd() ? extreme() : 9 * 3'600));
  }
  void unit(v1::Fact& fact) {
    if (random_.chance(0.5)) {
      fact.mutable_agency_registered()->set_id(name("agency-", 2));
      fact.mutable_agency_registered()->set_desk(static_cast<v1::Desk>(random_.below(3)));
      return;
    }
    fact.mutable_unit_registered()->set_id(name("u-", 4));
    fact.mutable_unit_registered()->set_agency_id(name("agency-", 2));
  }
  void jurisdiction(v1::Jurisdiction& made) {
    made.set_id(name("j-", 3));
    made.set_agency_id(name("agency-", 2));
    shape(*made.mutable_shape());
  }

  static constexpr uint64_t kPeople = 40, kZones = 12;
  std::vector<std::string> alerts_, hand_offs_, incidents_;
  Random random_;
  Time now_;
  uint64_t seq_ = 0;
  uint64_t version_ = 0;
};

struct Outcome {
  std::string digest;
  size_t effects = 0, alerts = 0;
};

Outcome run(uint64_t seed, int facts) {
  Odd odd(seed);
  Random random(seed ^ 77);
  Engine engine(0);
  Outcome out;
  Time now = kStart;
  std::string bytes;
  for (int i = 1; i <= facts; ++i) {
    // Mostly a fraction of a second later; sometimes hours.
    now =
        now + Duration{random.chance(0.001) ? random.between(1, 20'000'000'000) : random.between(1, 600'000)};
    v1::Fact fact;
    odd.fill(fact, now);
    for (const auto& effect : engine.step({static_cast<uint64_t>(i), now, fact})) {
      bytes += effect->SerializeAsString();
      ++out.effects;
      odd.learn(*effect);
      out.alerts += effect->has_raise_alert();
    }
    if (bytes.size() < 1'000'000 && i != facts) continue;
    out.digest = view(sha256(out.digest + bytes));
    bytes.clear();
  }
  return out;
}

TEST(Engine, HasAnAnswerToEveryFactThatDecodes) {
  size_t alerts = 0;
  for (uint64_t seed = 0; seed < 10; ++seed) alerts += run(seed, 20'000).alerts;
  EXPECT_GT(alerts, 1'000u);  // else the odd ones hid the ordinary ones
}

TEST(Engine, ReadAgainFromItsLogSaysTheSameBytes) {
  for (uint64_t seed = 100; seed < 103; ++seed) {
    const Outcome first = run(seed, 8'000), again = run(seed, 8'000);
    EXPECT_EQ(first.digest, again.digest) << seed;
    EXPECT_GT(first.effects, 100u);
  }
}

}  // namespace
}  // namespace haechi::spine
