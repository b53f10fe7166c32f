// The link: a case against somebody who wears a device for another reason. Both agencies are told at once,
// the missing step is proposed, and its clock runs until an order in force names her, or a human declines.
#include <algorithm>

#include "cases/convert.h"
#include "cases/machine.h"
#include "law/shapes.h"

namespace haechi::cases {
namespace {

constexpr size_t kTextMax = 128;
constexpr int kProtectedMax = 1000;
// No statute names these: our choice, for the agencies to decide.
constexpr Duration kDecideWithin = Duration::seconds(24 * 3'600);
constexpr Duration kActWithin = Duration::seconds(48 * 3'600);
constexpr law::Source kOurs{"no statute asks for it: the gap of Namyangju", law::Trust::kReading};
constexpr law::Words kIdentity{"say whether they are one person", "동일인 여부 확인"};
constexpr law::Words kApply{"apply for the device, or say why not", "전자장치 부착 조치 신청 여부 결정"};
constexpr law::Words kAdd{"add the protected person to his conditions, or say why not",
                          "준수사항에 피해자 접근금지 추가 여부 결정"};

bool stands(const v1::CaseLink& link) {
  return link.state() != v1::LINK_STATE_CLOSED && link.state() != v1::LINK_STATE_DECLINED &&
         link.state() != v1::LINK_STATE_IDENTITY;
}

// The kind of measure that would put her under the protection of a device; null: the country has none that
// the police or she can ask for. Where the police ask (kr: measure 3-2), it is for stalking.
const law::OrderKind* device_kind(const law::Pack& pack, v1::CaseKind kind) {
  for (const law::OrderKind& one : pack.kinds) {
    const bool police = one.path == law::Path::kApplication && kind == v1::CASE_KIND_STALKING;
    const bool herself = one.path == law::Path::kDirect &&
                         (kind == v1::CASE_KIND_STALKING || kind == v1::CASE_KIND_DOMESTIC_VIOLENCE);
    if (one.carries_device() && (police || herself)) return &one;
  }
  return nullptr;
}

}  // namespace

std::string Machine::wearer_of(const std::string& subject_id) const {
  const auto found = same_as_.find(subject_id);
  return found == same_as_.end() ? subject_id : found->second;
}

bool Machine::wears_for_other(const std::string& wearer_id, const std::string& case_id, Time now) const {
  const auto found = wearers_.find(wearer_id);
  if (!found) return false;
  return std::any_of(found->orders.begin(), found->orders.end(), [&](const auto& one) {
    const Worn& worn = one.second;
    return (worn.case_id.empty() || worn.case_id != case_id) && (!worn.ends_at.known() || worn.ends_at > now);
  });
}

law::Match Machine::match(const std::string& a, const std::string& b) const {
  law::Match made;
  if (a == b) {
    made.certainty = law::Certainty::kCertain;
    made.score = 100;
    return made;
  }
  const auto one = identities_.find(a);
  const auto other = identities_.find(b);
  if (one == identities_.end() || other == identities_.end()) return made;
  return compare_keys(one->second, other->second);
}

// Persons who share a document or a name with this one, and himself.
std::set<std::string> Machine::like(const std::string& person_id) const {
  std::set<std::string> found{person_id};
  const auto identity = identities_.find(person_id);
  if (identity == identities_.end()) return found;
  const auto add = [&](const std::string& key) {
    const auto persons = persons_by_key_.find(key);
    if (persons != persons_by_key_.end()) found.insert(persons->second.begin(), persons->second.end());
  };
  const v1::IdentityRecorded& keys = identity->second;
  if (!keys.document().empty()) add("d:" + keys.document());
  if (!keys.name_key().empty()) add("n:" + keys.name_key());
  for (const std::string& sound : keys.sound_keys()) add("s:" + sound);
  return found;
}

void Machine::link_case(const std::string& case_id, Turn& turn) {
  v1::Case& one = cases_.at(case_id);
  for (const std::string& person : like(one.subject_id())) hold_against(one, person, turn);
}

void Machine::link_person(const std::string& person_id, Turn& turn) {
  for (const std::string& person : like(person_id)) {
    const auto against = cases_by_subject_.find(person);
    if (against == cases_by_subject_.end()) continue;
    for (const std::string& case_id : against->second) hold_against(cases_.at(case_id), person_id, turn);
  }
}

void Machine::link_wearer(const std::string& wearer_id, Turn& turn) {
  link_person(wearer_id, turn);
  const auto links = links_by_wearer_.find(wearer_id);
  if (links == links_by_wearer_.end()) return;
  for (const std::string& link_id : links->second) settle_link(links_.at(link_id), turn);
}

void Machine::hold_against(v1::Case& one, const std::string& wearer_id, Turn& turn) {
  if (one.closed_at_us() != 0 || !wears_for_other(wearer_id, one.id(), turn.now)) return;
  const law::Match found = match(one.subject_id(), wearer_id);
  if (found.certainty == law::Certainty::kNone) return;
  const bool certain = found.certainty == law::Certainty::kCertain;
  for (const std::string& link_id : links_by_case_[one.id()]) {
    v1::CaseLink& known = links_.at(link_id);
    if (known.wearer_id() != wearer_id || known.state() == v1::LINK_STATE_CLOSED) continue;
    if (known.certain() || !certain) return;
    // What was a proposal is certain now, whatever was decided about the proposal.
    known.set_certain(true);
    known.set_score(found.score);
    if (!stands(known)) {
      known.set_state(v1::LINK_STATE_OPEN);
      tell_of_link(known, turn);
    }
    settle_link(known, turn);
    return;
  }
  v1::CaseLink made;
  made.set_id(turn.out.new_id("link"));
  made.set_case_id(one.id());
  made.set_subject_id(one.subject_id());
  made.set_wearer_id(wearer_id);
  made.set_certain(certain);
  made.set_score(found.score);
  for (const law::Ground ground : found.grounds) made.add_grounds(std::string(law::words(ground).en));
  if (one.subject_id() == wearer_id) made.add_grounds("same person in the register");
  made.set_state(certain ? v1::LINK_STATE_OPEN : v1::LINK_STATE_IDENTITY);
  const law::OrderKind* kind = device_kind(*law::find_pack(one.country()), one.kind());
  made.set_step(kind != nullptr ? v1::LINK_STEP_APPLY_FOR_DEVICE : v1::LINK_STEP_ADD_PROTECTED_PERSON);
  if (kind != nullptr) made.set_step_kind(std::string(kind->code));
  made.set_opened_at_us(turn.now.us);
  one.add_link_ids(made.id());
  links_by_case_[one.id()].insert(made.id());
  links_by_wearer_[wearer_id].insert(made.id());
  const std::string id = made.id();
  v1::CaseLink& link = links_.emplace(id, std::move(made)).first->second;
  const Wearer wearer = wearers_.get(wearer_id);
  for (const auto& [order_id, worn] : wearer.orders)
    if (worn.case_id != one.id()) link.add_worn_order_ids(order_id);
  *turn.out.add().mutable_propose_link() = link;
  publish(one, turn);
  if (certain) tell_of_link(link, turn);
  if (!certain) {
    v1::Notification about;
    about.set_kind(v1::NOTIFICATION_KIND_IDENTITY_TO_DECIDE);
    about.set_case_id(one.id());
    about.set_link_id(id);
    notify(about, recipient(law::Party::kPolice, one.id(), {}, {}, {}), turn);
  }
  settle_link(link, turn);
}

// Both at once: probation gets the case, police the fact of wearing.
void Machine::tell_of_link(v1::CaseLink& link, Turn& turn) {
  const auto own = wearers_.find(link.subject_id());
  if (link.subject_id() != link.wearer_id() && (!own || own->orders.empty()))
    same_as_.emplace(link.subject_id(), link.wearer_id());
  v1::Notification about;
  about.set_case_id(link.case_id());
  about.set_link_id(link.id());
  about.set_kind(v1::NOTIFICATION_KIND_CASE_ON_WEARER);
  notify(about, recipient(law::Party::kProbation, link.case_id(), link.wearer_id(), {}, {}), turn);
  about.set_kind(v1::NOTIFICATION_KIND_SUBJECT_WEARS_DEVICE);
  notify(about, recipient(law::Party::kPolice, link.case_id(), link.wearer_id(), {}, {}), turn);
}

// Do orders in force make him keep away from everybody whom that case protects?
bool Machine::covered(const v1::CaseLink& link, Time now) const {
  const v1::Case& one = cases_.at(link.case_id());
  const auto wearer = wearers_.find(link.wearer_id());
  if (!wearer || one.protected_ids().empty()) return false;
  std::set<std::string> left{one.protected_ids().begin(), one.protected_ids().end()};
  for (const auto& [order_id, worn] : wearer->orders) {
    if (worn.ends_at.known() && worn.ends_at <= now) continue;
    for (const std::string& id : worn.protected_ids) left.erase(id);
  }
  return left.empty();
}

bool Machine::under_way(const v1::CaseLink& link, Time now) const {
  for (const std::string& id : cases_.at(link.case_id()).measure_ids()) {
    const HeldMeasure& measure = measures_.at(id);
    const law::Stage stage = measure.life.stage(now);
    // An active one that does not name her has left the gap open.
    if (measure.kind().carries_device() && stage != law::Stage::kNew && stage < law::Stage::kActive)
      return true;
  }
  return false;
}

// The clock that its state asks for, and no other.
void Machine::set_clock(v1::CaseLink& link, Turn& turn) {
  std::string code;
  if (link.state() == v1::LINK_STATE_IDENTITY) code = "LINK-IDENTITY";
  if (link.state() == v1::LINK_STATE_OPEN) code = "LINK-STEP";
  if (link.state() == v1::LINK_STATE_ACCEPTED) code = "LINK-ACT";
  const auto now = duties_.find(link.duty_id());
  if (now != duties_.end() && now->second.state.code() == code) return;
  if (now != duties_.end()) close_duty(link.duty_id(), "link_moved_on", turn);
  link.clear_duty_id();
  if (code.empty()) return;
  const bool apply = link.step() == v1::LINK_STEP_APPLY_FOR_DEVICE;
  DutySpec spec;
  spec.code = code;
  spec.case_id = link.case_id();
  spec.link_id = link.id();
  spec.wearer_id = link.wearer_id();
  spec.what = link.state() == v1::LINK_STATE_IDENTITY ? kIdentity : apply ? kApply : kAdd;
  // Conditions of an order that is served already are the probation office's to ask for.
  spec.by = apply || link.state() == v1::LINK_STATE_IDENTITY ? law::Party::kPolice : law::Party::kProbation;
  spec.to = law::parties(law::Party::kPolice, law::Party::kProbation);
  spec.deadline = law::By::kWithin;
  spec.since = turn.now;
  spec.due = turn.now + (link.state() == v1::LINK_STATE_ACCEPTED ? kActWithin : kDecideWithin);
  spec.source = kOurs;
  link.set_duty_id(open_duty(spec, turn));
}

void Machine::settle_link(v1::CaseLink& link, Turn& turn) {
  if (link.state() == v1::LINK_STATE_CLOSED) return;
  const std::string before = link.SerializeAsString();
  const bool over =
      cases_.at(link.case_id()).closed_at_us() != 0 ||
      (!wears_for_other(link.wearer_id(), link.case_id(), turn.now) && !covered(link, turn.now));
  if (link.state() != v1::LINK_STATE_DECLINED && over) link.set_state(v1::LINK_STATE_CLOSED);
  if (stands(link)) {
    if (covered(link, turn.now))
      link.set_state(v1::LINK_STATE_COVERED);
    else if (under_way(link, turn.now))
      link.set_state(v1::LINK_STATE_UNDER_WAY);
    else if (link.state() == v1::LINK_STATE_COVERED || link.state() == v1::LINK_STATE_UNDER_WAY)
      link.set_state(v1::LINK_STATE_OPEN);  // what was asked for came to nothing: the gap is there again
  }
  set_clock(link, turn);
  if (link.SerializeAsString() != before) *turn.out.add().mutable_update_link() = link;
}

Status Machine::decide_link(const v1::LinkDecided& decided, Turn& turn) {
  const auto found = links_.find(decided.link_id());
  if (found == links_.end()) return Error{Code::kNotFound, "link_id", "is not the id of a link"};
  v1::CaseLink& link = found->second;
  const bool identity = link.state() == v1::LINK_STATE_IDENTITY;
  if (!identity && link.state() != v1::LINK_STATE_OPEN && link.state() != v1::LINK_STATE_ACCEPTED)
    return Error{Code::kConflict, "link_id", "waits for no decision"};
  if (decided.accepted() && link.state() == v1::LINK_STATE_ACCEPTED)
    return Error{Code::kConflict, "link_id", "was accepted already"};
  if (!decided.accepted() && decided.reason_code().empty())
    return invalid("reason_code", "must be given to decline");
  if (decided.reason_code().size() > kTextMax) return invalid("reason_code", "must be at most 128 bytes");
  link.set_decided_by(turn.by);
  link.set_reason_code(decided.reason_code());
  if (decided.accepted()) {
    link.set_state(identity ? v1::LINK_STATE_OPEN : v1::LINK_STATE_ACCEPTED);
    if (identity) tell_of_link(link, turn);
  } else {
    link.set_state(v1::LINK_STATE_DECLINED);
    const auto alias = same_as_.find(link.subject_id());
    if (!link.certain() && alias != same_as_.end() && alias->second == link.wearer_id())
      same_as_.erase(alias);
  }
  settle_link(link, turn);
  *turn.out.add().mutable_update_link() = link;
  sync_subject(link.subject_id(), turn);
  if (identity) return {};
  v1::Notification about;
  about.set_kind(v1::NOTIFICATION_KIND_LINK_DECIDED);
  about.set_case_id(link.case_id());
  about.set_link_id(link.id());
  for (const law::Party party : {law::Party::kProbation, law::Party::kPolice})
    notify(about, recipient(party, link.case_id(), link.wearer_id(), {}, {}), turn);
  return {};
}

Status Machine::record_identity(const v1::IdentityRecorded& identity, Turn& turn) {
  TRY_STATUS(check_identity(identity));
  const auto keys_of = [](const v1::IdentityRecorded& one) {
    std::vector<std::string> keys;
    if (!one.document().empty()) keys.push_back("d:" + one.document());
    if (!one.name_key().empty()) keys.push_back("n:" + one.name_key());
    for (const std::string& sound : one.sound_keys()) keys.push_back("s:" + sound);
    return keys;
  };
  const std::string& id = identity.person_id();
  if (const auto known = identities_.find(id); known != identities_.end())
    for (const std::string& key : keys_of(known->second)) persons_by_key_[key].erase(id);
  identities_[id] = identity;
  for (const std::string& key : keys_of(identity)) persons_by_key_[key].insert(id);
  link_person(id, turn);
  if (const auto against = cases_by_subject_.find(id); against != cases_by_subject_.end())
    for (const std::string& case_id : against->second) link_case(case_id, turn);
  return {};
}

Status Machine::know_wearer(const v1::WearerKnown& known, Turn& turn) {
  TRY_STATUS(law::check_id(known.wearer_id(), "wearer_id"));
  TRY_STATUS(law::check_id(known.order_id(), "order_id"));
  if (!known.agency_id().empty()) TRY_STATUS(law::check_id(known.agency_id(), "agency_id"));
  if (known.kind().size() > kTextMax) return invalid("kind", "must be at most 128 bytes");
  if (known.protected_ids_size() > kProtectedMax) return invalid("protected_ids", "must be at most 1000");
  TRY(const Time ends_at, moment(known.ends_at_us(), "ends_at_us"));
  Wearer wearer = wearers_.get(known.wearer_id());
  const auto held = wearer.orders.find(known.order_id());
  if (held != wearer.orders.end() && !held->second.case_id.empty())
    return Error{Code::kConflict, "order_id", "is of a measure that is kept here"};
  if (!known.agency_id().empty()) wearer.agency_id = known.agency_id();
  if (known.withdrawn()) {
    wearer.orders.erase(known.order_id());
  } else {
    if (wearer.kind.empty()) wearer.kind = known.kind();
    Worn& worn = wearer.orders[known.order_id()];
    worn.ends_at = ends_at;
    worn.protected_ids = {known.protected_ids().begin(), known.protected_ids().end()};
    if (ends_at > turn.now) wake(ends_at, Wake::Kind::kWearer, known.wearer_id());
  }
  wearers_.put(known.wearer_id(), wearer);
  link_wearer(known.wearer_id(), turn);
  return {};
}

void Machine::publish_caseload(const std::string& officer, const std::string& agency_id, Turn& turn) {
  if (officer.empty()) return;
  auto& load = *turn.out.add().mutable_update_caseload();
  load.set_officer(officer);
  load.set_agency_id(agency_id);
  for (const std::string& wearer_id : wearers_by_officer_[officer]) load.add_wearer_ids(wearer_id);
  for (const law::Figure& figure : law::kr().figures)
    if (figure.name == "caseload_guideline") load.set_guideline_thousandths(figure.thousandths);
}

Status Machine::assign_supervisor(const v1::SupervisorAssigned& assigned, Turn& turn) {
  TRY_STATUS(law::check_id(assigned.wearer_id(), "wearer_id"));
  if (!assigned.officer().empty()) TRY_STATUS(law::check_id(assigned.officer(), "officer"));
  if (!assigned.agency_id().empty()) TRY_STATUS(law::check_id(assigned.agency_id(), "agency_id"));
  Wearer wearer = wearers_.get(assigned.wearer_id());
  const std::string before = wearer.officer;
  if (!before.empty()) wearers_by_officer_[before].erase(assigned.wearer_id());
  wearer.officer = assigned.officer();
  if (!assigned.agency_id().empty()) wearer.agency_id = assigned.agency_id();
  wearers_.put(assigned.wearer_id(), wearer);
  if (!wearer.officer.empty()) wearers_by_officer_[wearer.officer].insert(assigned.wearer_id());
  if (before != wearer.officer) publish_caseload(before, wearer.agency_id, turn);
  publish_caseload(wearer.officer, wearer.agency_id, turn);
  if (before == wearer.officer || wearer.officer.empty()) return {};
  // Whoever takes him over learns of the cases that stand against him.
  for (const std::string& link_id : links_by_wearer_[assigned.wearer_id()]) {
    const v1::CaseLink& link = links_.at(link_id);
    if (!stands(link)) continue;
    v1::Notification about;
    about.set_kind(v1::NOTIFICATION_KIND_CASE_ON_WEARER);
    about.set_case_id(link.case_id());
    about.set_link_id(link_id);
    notify(about, recipient(law::Party::kProbation, link.case_id(), link.wearer_id(), {}, {}), turn);
  }
  return {};
}

}  // namespace haechi::cases
