// Orders: what active measures give the monitoring machine, and its end; places and views under them.
#include <algorithm>

#include "cases/convert.h"
#include "cases/drafts.h"
#include "cases/machine.h"
#include "law/shapes.h"

namespace haechi::cases {
namespace {

constexpr size_t kBasisMax = 256;
constexpr int kPlacesMax = 64;

// Places of one person in a draft: old ones replaced, dropped or joined by new ones.
void replace_places(v1::Order& draft, const std::string& protected_id,
                    const google::protobuf::RepeatedPtrField<v1::ReplacedPlace>& places) {
  int added = 0;
  for (const v1::ReplacedPlace& place : places) {
    auto& conditions = *draft.mutable_conditions();
    const auto hers = [&](const v1::Condition& one) {
      return one.has_exclusion() && one.exclusion().protected_id() == protected_id;
    };
    if (place.old_zone_id().empty()) {
      const auto like = std::find_if(conditions.begin(), conditions.end(), hers);
      if (like == conditions.end()) continue;
      v1::Condition made = *like;
      const auto used = [&](const std::string& id) {
        return std::any_of(conditions.begin(), conditions.end(),
                           [&id](const v1::Condition& one) { return one.id() == id; });
      };
      do {
        made.set_id("place-" + std::to_string(added++));
      } while (used(made.id()));
      made.mutable_exclusion()->set_zone_id(place.new_zone_id());
      *conditions.Add() = made;
      continue;
    }
    for (v1::Condition& one : conditions)
      if (hers(one) && one.exclusion().zone_id() == place.old_zone_id())
        one.mutable_exclusion()->set_zone_id(place.new_zone_id());
  }
  auto& conditions = *draft.mutable_conditions();
  for (int i = conditions.size() - 1; i >= 0; --i)
    if (conditions[i].has_exclusion() && conditions[i].exclusion().zone_id().empty())
      conditions.DeleteSubrange(i, 1);
}

void keep_place_set(v1::Case& one, const v1::PlacesChanged& changed, Time at) {
  auto& sets = *one.mutable_places();
  auto known = std::find_if(sets.begin(), sets.end(), [&](const v1::PlaceSet& set) {
    return set.protected_id() == changed.protected_id();
  });
  v1::PlaceSet& set = known == sets.end() ? *sets.Add() : *known;
  set.set_protected_id(changed.protected_id());
  set.set_version(set.version() + 1);
  set.set_since_us(at.us);
  for (const v1::ReplacedPlace& place : changed.places()) {
    auto& ids = *set.mutable_zone_ids();
    const auto old = std::find(ids.begin(), ids.end(), place.old_zone_id());
    if (old != ids.end()) ids.erase(old);
    if (!place.new_zone_id().empty() && std::find(ids.begin(), ids.end(), place.new_zone_id()) == ids.end())
      ids.Add(std::string(place.new_zone_id()));
  }
}

// A witness is protected and shown nothing of him, whatever was asked for.
void shield_witnesses(const v1::Case& one, google::protobuf::RepeatedPtrField<v1::Condition>& conditions) {
  const auto& witnesses = one.witness_ids();
  for (v1::Condition& condition : conditions)
    if (condition.has_keep_away() && std::find(witnesses.begin(), witnesses.end(),
                                               condition.keep_away().protected_id()) != witnesses.end())
      condition.mutable_keep_away()->set_no_view(true);
}

}  // namespace

v1::Order draft_of(const v1::Order& stated) {
  v1::Order draft;
  *draft.mutable_conditions() = stated.conditions();
  if (stated.has_policy()) *draft.mutable_policy() = stated.policy();
  draft.set_offence(stated.offence());
  return draft;
}

void restate(v1::LegalMeasure& measure, const v1::Order& stated) {
  const std::string offence = measure.stated().offence();
  *measure.mutable_stated() = draft_of(stated);
  if (stated.offence().empty()) measure.mutable_stated()->set_offence(offence);
}

Status check_draft(const v1::Order& stated, const std::string& wearer_id, const std::string& kind) {
  v1::Order filled = draft_of(stated);
  filled.set_id("draft");
  filled.set_version(1);
  filled.set_kind(kind);
  filled.set_legal_basis("draft");
  filled.set_wearer_id(wearer_id);
  filled.set_starts_at_us(1);
  Status checked = law::check_order(filled);
  if (checked.ok()) return checked;
  Error error = checked.error();
  error.field = "stated." + error.field;
  return error;
}

// The order as it would be now, without a version. Conditions that no measure in force may order are left
// out.
v1::Order Machine::build_order(HeldMeasure& measure, Turn& turn) {
  v1::Order made = measure.state.stated();
  const law::LegalLife& life = measure.life;
  made.set_kind(measure.state.kind());
  made.set_legal_basis(
      (std::string(measure.kind().basis.text) + (measure.number.empty() ? "" : ", " + measure.number))
          .substr(0, kBasisMax));
  made.set_wearer_id(wearer_of(measure.state.subject_id()));
  made.set_time_zone(measure.time_zone);
  made.set_ends_at_us(life.ends_at().us);
  made.set_id(measure.active.id().empty() ? "new" : measure.active.id());
  made.set_starts_at_us(measure.active.id().empty() ? turn.now.us : measure.active.starts_at_us());
  made.set_version(1);

  std::vector<std::string_view> kinds{measure.kind().code};
  for (const std::string& id : measures_by_subject_[measure.state.subject_id()]) {
    const HeldMeasure& beside = measures_.at(id);
    if (beside.pack == measure.pack && beside.life.in_force(turn.now) &&
        beside.state.protected_id() == measure.state.protected_id())
      kinds.push_back(beside.kind().code);
  }
  measure.state.clear_left_out_ids();
  auto& conditions = *made.mutable_conditions();
  if (const auto owner = cases_.find(measure.state.case_id()); owner != cases_.end())
    shield_witnesses(owner->second, conditions);
  for (int i = 0; i < conditions.size();) {
    v1::Order alone = made;
    alone.clear_conditions();
    *alone.add_conditions() = conditions[i];
    const Result<law::Order> order = law::order_from(alone);
    if (order.ok() && law::check_conditions(*measure.pack, kinds, *order).ok()) {
      ++i;
      continue;
    }
    measure.state.add_left_out_ids(conditions[i].id());
    conditions.DeleteSubrange(i, 1);
  }
  return made;
}

void Machine::sync_order(HeldMeasure& measure, Turn& turn) {
  const law::LegalLife& life = measure.life;
  measure.state.clear_not_activated();
  const bool live = life.stage(turn.now) == law::Stage::kActive && life.in_force(turn.now) &&
                    measure.kind().carries_device();
  if (!live) {
    end_order(measure, turn);
    return;
  }
  v1::Order wanted = build_order(measure, turn);
  const bool other_wearer = !measure.active.id().empty() && wanted.wearer_id() != measure.active.wearer_id();
  if (const Status fits = law::check_order(wanted); !fits.ok() || other_wearer) {
    end_order(measure, turn);
    if (!fits.ok()) {
      measure.state.set_not_activated(fits.error().text());
      return;
    }
    wanted.set_starts_at_us(turn.now.us);
  }
  const bool first = measure.active.id().empty();
  if (first) wanted.set_id(turn.out.new_id("ord"));
  wanted.set_version(measure.active.version());
  if (!first && wanted.SerializeAsString() == measure.active.SerializeAsString()) return;
  wanted.set_version(measure.active.version() + 1);
  measure.active = wanted;
  auto& activated = *turn.out.add().mutable_activate_order();
  *activated.mutable_order() = wanted;
  activated.set_measure_id(measure.state.id());
  activated.set_case_id(measure.state.case_id());

  Worn worn{measure.state.case_id(), life.ends_at(), {}};
  for (const v1::Condition& one : wanted.conditions())
    if (one.has_keep_away()) worn.protected_ids.insert(one.keep_away().protected_id());
  wearers_.change(wanted.wearer_id(), [&](Wearer& wearer) { wearer.orders[wanted.id()] = worn; });
  measure_by_order_[wanted.id()] = measure.state.id();
  if (!first) return;
  v1::Notification about;
  about.set_kind(v1::NOTIFICATION_KIND_ORDER_ACTIVE);
  about.set_case_id(measure.state.case_id());
  about.set_measure_id(measure.state.id());
  for (const law::Party party : {law::Party::kProbation, law::Party::kPolice, law::Party::kProtectedPerson})
    notify(about,
           recipient(party, measure.state.case_id(), wanted.wearer_id(), measure.state.protected_id(), {}),
           turn);
  link_wearer(wanted.wearer_id(), turn);
}

void Machine::end_order(HeldMeasure& measure, Turn& turn) {
  if (measure.active.id().empty()) return;
  v1::Order ended = std::move(measure.active);
  measure.active.Clear();
  ended.set_version(ended.version() + 1);
  ended.set_withdrawn(true);
  const law::End end = measure.life.end(turn.now);
  auto& out = *turn.out.add().mutable_end_order();
  *out.mutable_order() = ended;
  out.set_measure_id(measure.state.id());
  out.set_reason(end == law::End::kNone ? "replaced" : std::string(law::words(end).en));
  const std::string wearer_id = ended.wearer_id();
  wearers_.change(wearer_id, [&](Wearer& wearer) { wearer.orders.erase(ended.id()); });
  measure_by_order_.erase(ended.id());
  v1::Notification about;
  about.set_kind(v1::NOTIFICATION_KIND_ORDER_ENDED);
  about.set_case_id(measure.state.case_id());
  about.set_measure_id(measure.state.id());
  for (const law::Party party : {law::Party::kProbation, law::Party::kPolice, law::Party::kProtectedPerson})
    notify(about, recipient(party, measure.state.case_id(), wearer_id, measure.state.protected_id(), {}),
           turn);
  for (const std::string& link_id : links_by_wearer_[wearer_id]) settle_link(links_.at(link_id), turn);
}

// The ban protects her home and daily places wherever they are (Stalking Act 4(1)1, 9(1)2), so a new one
// counts at once: a reading. Police tell the probation office (EM Decree 23-13(3)).
Status Machine::change_places(const v1::PlacesChanged& changed, Turn& turn) {
  const auto found = cases_.find(changed.case_id());
  if (found == cases_.end()) return Error{Code::kNotFound, "case_id", "is not the id of a case"};
  v1::Case& one = found->second;
  TRY_STATUS(law::check_id(changed.protected_id(), "protected_id"));
  const auto& ids = one.protected_ids();
  if (std::find(ids.begin(), ids.end(), changed.protected_id()) == ids.end())
    return invalid("protected_id", "is not protected in this case");
  if (changed.places_size() == 0 || changed.places_size() > kPlacesMax)
    return invalid("places", "must be 1..64");
  for (const v1::ReplacedPlace& place : changed.places()) {
    if (place.old_zone_id().empty() && place.new_zone_id().empty())
      return invalid("places", "must name an old or a new zone");
    for (const std::string* id : {&place.old_zone_id(), &place.new_zone_id()})
      if (!id->empty()) TRY_STATUS(law::check_id(*id, "places.zone_id"));
  }
  std::map<std::string, v1::Order> drafts;
  for (const std::string& id : one.measure_ids()) {
    const v1::LegalMeasure& state = measures_.at(id).state;
    v1::Order draft = state.stated();
    replace_places(draft, changed.protected_id(), changed.places());
    TRY_STATUS(check_draft(draft, state.subject_id(), state.kind()));
    drafts.emplace(id, std::move(draft));
  }
  for (auto& [id, draft] : drafts) {
    HeldMeasure& measure = measures_.at(id);
    *measure.state.mutable_stated() = std::move(draft);
    const law::Stage stage = measure.life.stage(turn.now);
    if (!measure.kind().carries_device() || measure.state.protected_id() != changed.protected_id() ||
        (stage != law::Stage::kFitted && stage != law::Stage::kActive))
      continue;
    DutySpec about;
    about.case_id = one.id();
    about.measure_id = id;
    about.wearer_id = one.subject_id();
    about.since = turn.at;
    raise(law::Trigger::kVictimDataChanged, *measure.pack, &calendar_of(measure), about, turn);
  }
  keep_place_set(one, changed, turn.at);
  publish(one, turn);
  sync_subject(one.subject_id(), turn);
  return {};
}

}  // namespace haechi::cases
