#include "bench/judge/judges.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>

namespace haechi::judge {
namespace {

constexpr uint32_t kCallCodeMax = 2;

v1::Place place_of(Point point) {
  v1::Place place;
  place.set_lat_e7(static_cast<int32_t>(std::llround(point.lat * 1e7)));
  place.set_lng_e7(static_cast<int32_t>(std::llround(point.lng * 1e7)));
  return place;
}

v1::Fact person(const char* id, v1::Role role) {
  v1::Fact fact;
  fact.mutable_person_registered()->set_id(id);
  fact.mutable_person_registered()->set_role(role);
  return fact;
}

v1::Fact device(const char* id, const char* holder, v1::DeviceKind kind, int64_t interval_s) {
  v1::Fact fact;
  v1::Device& made = *fact.mutable_device_registered();
  made.set_id(id);
  made.set_kind(kind);
  made.set_person_id(holder);
  made.set_interval_s(static_cast<uint32_t>(interval_s));
  return fact;
}

v1::Fact zone(const World& world) {
  v1::Fact fact;
  v1::Zone& made = *fact.mutable_zone_registered();
  made.set_id("zone");
  if (world.kind == Kind::kSquareZone) {
    for (const Point& corner : world.block.corners())
      *made.mutable_shape()->mutable_polygon()->mutable_outer()->add_corners() = place_of(corner);
    return fact;
  }
  *made.mutable_shape()->mutable_circle()->mutable_centre() = place_of(world.centre);
  made.mutable_shape()->mutable_circle()->set_radius_mm(static_cast<uint32_t>(kRadiusM * 1000));
  return fact;
}

v1::Fact order(const World& world, bool warns_wearer, const Weighing& weighing) {
  v1::Fact fact;
  v1::Order& made = *fact.mutable_order_registered();
  made.set_id("order");
  made.set_version(1);
  made.set_kind("ST_PROV_3_2");
  made.set_legal_basis("benchmark");
  made.set_wearer_id("he");
  made.set_starts_at_us((world.begins_s - 86'400) * 1'000'000);
  if (weighing.band_mm) made.mutable_policy()->set_band_mm(*weighing.band_mm);
  if (weighing.confirm_ppm) made.mutable_policy()->set_confirm_ppm(*weighing.confirm_ppm);
  v1::Condition& condition = *made.add_conditions();
  condition.set_id("c1");
  if (world.pair()) {
    condition.mutable_keep_away()->set_protected_id("she");
    condition.mutable_keep_away()->set_ban_mm(static_cast<uint32_t>(kRadiusM * 1000));
    condition.mutable_keep_away()->set_warns_wearer(warns_wearer);
  } else {
    condition.mutable_exclusion()->set_zone_id("zone");
  }
  return fact;
}

}  // namespace

void NaiveJudge::deliver(const Delivery& delivery, double now_s) {
  Last& last = delivery.hers ? hers_ : his_;
  if (last.known && delivery.fixed_s <= last.fixed_s) return;
  last = {true, delivery.fixed_s, delivery.place};
  if (!his_.known || (world_.pair() && !hers_.known)) return;
  const bool inside = world_.margin_m(his_.place, hers_.place) < 0;
  if (inside && !inside_) alerts_.push_back({now_s, std::nullopt, false, {}});
  if (!inside && inside_) alerts_.back().cleared_s = now_s;
  inside_ = inside;
}

EngineJudge::EngineJudge(const World& world, const Cell& cell, bool warns_wearer, const Weighing& weighing,
                         std::ostream* facts)
    : world_(world), facts_(facts) {
  int64_t at_us = (world.begins_s - 60) * 1'000'000;
  step(person("he", v1::ROLE_WEARER), ++at_us);
  step(device("his-ankle", "he", v1::DEVICE_KIND_ANKLE, cell.interval_s), ++at_us);
  if (world.pair()) {
    step(person("she", v1::ROLE_PROTECTED_PERSON), ++at_us);
    step(device("her-phone", "she", v1::DEVICE_KIND_PHONE, cell.interval_s), ++at_us);
  } else {
    step(zone(world), ++at_us);
  }
  step(order(world, warns_wearer, weighing), ++at_us);
}

void EngineJudge::tick(int64_t s) {
  v1::Fact fact;
  fact.mutable_clock_ticked();
  step(fact, s * 1'000'000);
}

void EngineJudge::deliver(const Delivery& delivery, int64_t s) {
  v1::Fact fact;
  v1::ReportReceived& received = *fact.mutable_report_received();
  const int64_t at_us = std::max(last_us_ + 1, s * 1'000'000);
  received.set_received_at_us(at_us);
  received.set_protocol("mqtt");
  v1::Report& report = *received.mutable_report();
  report.set_device_id(delivery.hers ? "her-phone" : "his-ankle");
  report.set_epoch(1);
  report.set_seq(delivery.seq);
  report.set_stored(delivery.stored);
  v1::Fix& fix = *report.mutable_fix();
  *fix.mutable_place() = place_of(delivery.place);
  fix.set_fixed_at_us(delivery.fixed_s * 1'000'000);
  fix.set_accuracy_mm(static_cast<uint32_t>(std::lround(delivery.accuracy_m * 1000)));
  fix.set_source(v1::FIX_SOURCE_GNSS);
  step(fact, at_us);
}

std::vector<EngineJudge::Command> EngineJudge::take_commands() {
  std::vector<Command> out;
  out.swap(commands_);
  return out;
}

void EngineJudge::step(const v1::Fact& fact, int64_t at_us) {
  last_us_ = at_us;
  if (facts_ != nullptr) {
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    std::string json;
    ENSURE(google::protobuf::util::MessageToJsonString(fact, &json, options).ok(), at_us);
    *facts_ << "{\"at_us\":" << at_us << ",\"fact\":" << json << "}\n";
  }
  for (const auto& effect : engine_.step(law::Entry{++entry_no_, Time{at_us}, fact})) take(*effect);
}

void EngineJudge::take(const v1::Effect& effect) {
  if (effect.has_command_device()) {
    const v1::DeviceCommand& command = effect.command_device();
    commands_.push_back({command.device_id() == "her-phone", command.interval_s()});
    return;
  }
  if (!effect.has_raise_alert() && !effect.has_clear_alert() && !effect.has_update_alert()) return;
  const v1::Alert& alert = effect.has_raise_alert()   ? effect.raise_alert()
                           : effect.has_clear_alert() ? effect.clear_alert()
                                                      : effect.update_alert();
  const bool violation = alert.kind() == v1::ALERT_KIND_KEEP_AWAY || alert.kind() == v1::ALERT_KIND_EXCLUSION;
  // Asked by name: an engine that has no such kind yet warns of nothing.
  const bool warning = v1::AlertKind_Name(alert.kind()) == "ALERT_KIND_APPROACHING";
  if (!violation && !warning) return;
  const double at_s = static_cast<double>(effect.at_us()) / 1e6;
  if (effect.has_raise_alert()) {
    alerts_.push_back({at_s, std::nullopt, warning, {}});
    ids_.push_back(alert.id());
  }
  const auto found = std::find(ids_.rbegin(), ids_.rend(), alert.id());
  if (found == ids_.rend()) return;
  Alert& known = alerts_[static_cast<size_t>(ids_.rend() - found) - 1];
  if (alert.code() <= kCallCodeMax && !known.called_s) known.called_s = at_s;
  if (effect.has_clear_alert()) known.cleared_s = at_s;
}

}  // namespace haechi::judge
