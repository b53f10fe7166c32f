#include "vault/sealer.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/archive.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::vault {
namespace {

const std::string kHouse = Keeper::kHouse;

// What can be sealed of a fact. Moving a part out and back leaves the fact as it was.
struct Part {
  v1::Fact::KindCase kind;
  bool (*has)(const v1::Fact& fact);
  void (*move)(v1::Fact& from, v1::Fact& to);
};

bool has_places(const v1::Fact& fact) {
  const v1::Report& report = fact.report_received().report();
  return report.has_fix() || report.has_network_fix();
}
void move_places(v1::Fact& from, v1::Fact& to) {
  v1::Report& source = *from.mutable_report_received()->mutable_report();
  v1::Report& target = *to.mutable_report_received()->mutable_report();
  if (source.has_fix()) target.set_allocated_fix(source.release_fix());
  if (source.has_network_fix()) target.set_allocated_network_fix(source.release_network_fix());
}

bool has_neighbours(const v1::Fact& fact) {
  return fact.report_received().report().contacts_size() > 0;
}
void move_neighbours(v1::Fact& from, v1::Fact& to) {
  from.mutable_report_received()->mutable_report()->mutable_contacts()->Swap(
      to.mutable_report_received()->mutable_report()->mutable_contacts());
}

bool has_shape(const v1::Fact& fact) {
  return fact.zone_registered().has_shape();
}
void move_shape(v1::Fact& from, v1::Fact& to) {
  to.mutable_zone_registered()->set_allocated_shape(from.mutable_zone_registered()->release_shape());
}

bool has_alert_note(const v1::Fact& fact) {
  return !fact.alert_handled().note().empty();
}
void move_alert_note(v1::Fact& from, v1::Fact& to) {
  from.mutable_alert_handled()->mutable_note()->swap(*to.mutable_alert_handled()->mutable_note());
}

bool has_call_note(const v1::Fact& fact) {
  return !fact.call_closed_by_hand().note().empty();
}
void move_call_note(v1::Fact& from, v1::Fact& to) {
  from.mutable_call_closed_by_hand()->mutable_note()->swap(*to.mutable_call_closed_by_hand()->mutable_note());
}

// What an outside agency wrote: the words of its message, whose kind and numbers stay.
std::string* words_of(v1::HandOffMessage& message) {
  switch (message.body_case()) {
    case v1::HandOffMessage::kRejected:
      return message.mutable_rejected()->mutable_text();
    case v1::HandOffMessage::kClosed:
      return message.mutable_closed()->mutable_note();
    case v1::HandOffMessage::kCancelAnswer:
      return message.mutable_cancel_answer()->mutable_text();
    default:
      return nullptr;
  }
}
bool has_answer_words(const v1::Fact& fact) {
  const v1::HandOffMessage& message = fact.hand_off_answered().message();
  return !message.rejected().text().empty() || !message.closed().note().empty() ||
         !message.cancel_answer().text().empty();
}
void move_answer_words(v1::Fact& from, v1::Fact& to) {
  v1::HandOffMessage& source = *from.mutable_hand_off_answered()->mutable_message();
  v1::HandOffMessage& target = *to.mutable_hand_off_answered()->mutable_message();
  if (source.has_rejected()) target.mutable_rejected();
  if (source.has_closed()) target.mutable_closed();
  if (source.has_cancel_answer()) target.mutable_cancel_answer();
  words_of(source)->swap(*words_of(target));
}

bool has_identity(const v1::Fact& fact) {
  return fact.case_fact().has_identity_recorded();
}
void move_identity(v1::Fact& from, v1::Fact& to) {
  v1::IdentityRecorded& source = *from.mutable_case_fact()->mutable_identity_recorded();
  v1::IdentityRecorded& target = *to.mutable_case_fact()->mutable_identity_recorded();
  source.Swap(&target);
  source.mutable_person_id()->swap(*target.mutable_person_id());
}

bool has_violation_place(const v1::Fact& fact) {
  return fact.violation_taken_over().has_place() || fact.violation_taken_over().distance_mm() != 0;
}
void move_violation_place(v1::Fact& from, v1::Fact& to) {
  v1::ViolationTakenOver& source = *from.mutable_violation_taken_over();
  v1::ViolationTakenOver& target = *to.mutable_violation_taken_over();
  if (source.has_place()) target.set_allocated_place(source.release_place());
  target.set_distance_mm(source.distance_mm());
  source.clear_distance_mm();
}

enum PartIndex : size_t {
  kPlaces,
  kNeighbours,
  kShape,
  kAlertNote,
  kCallNote,
  kAnswerWords,
  kIdentity,
  kViolationPlace,
  kPartCount
};
constexpr Part kParts[kPartCount] = {
    {v1::Fact::kReportReceived, has_places, move_places},
    {v1::Fact::kReportReceived, has_neighbours, move_neighbours},
    {v1::Fact::kZoneRegistered, has_shape, move_shape},
    {v1::Fact::kAlertHandled, has_alert_note, move_alert_note},
    {v1::Fact::kCallClosedByHand, has_call_note, move_call_note},
    {v1::Fact::kHandOffAnswered, has_answer_words, move_answer_words},
    {v1::Fact::kCaseFact, has_identity, move_identity},
    {v1::Fact::kViolationTakenOver, has_violation_place, move_violation_place},
};

// What a box is bound to.
void write_beside_of(const v1::Sealed& sealed, uint64_t no, std::string& out) {
  write_beside(out, no, std::span(sealed.key_ids().data(), static_cast<size_t>(sealed.key_ids_size())),
               sealed.commitment());
}

Error corrupt(uint64_t no, const char* what) {
  return Error{Code::kCorrupt, "keys", "entry " + std::to_string(no) + ": " + what};
}

Keeper::Box box_of(const v1::Sealed& sealed, std::string_view beside) {
  return {{sealed.key_ids().data(), static_cast<size_t>(sealed.key_ids_size())},
          sealed.nonce(),
          beside,
          sealed.box()};
}

Status check(uint64_t no, const v1::Sealed& sealed, const Keeper::Answer& answer) {
  if (sealed.key_ids_size() == 0) return corrupt(no, "a sealed part names no key");
  if (answer.key == KeyState::kUnknown)
    return corrupt(
        no, "the key ring does not know a key of it: it is not the ring of this log, or an older copy");
  if (answer.key == KeyState::kLiving && (!answer.intact || answer.bytes.size() < kSaltBytes))
    return corrupt(no, "a sealed part is not what was sealed");
  return {};
}

}  // namespace

std::string person_owner(const std::string& person_id) {
  return "person/" + person_id;
}
std::string zone_owner(const std::string& zone_id) {
  return "zone/" + zone_id;
}

void Sealer::note(const v1::Fact& fact) {
  if (!fact.has_device_registered()) return;
  const v1::Device& device = fact.device_registered();
  if (!device.person_id().empty())
    holders_[device.id()] = person_owner(device.person_id());
  else if (!device.unit_id().empty())
    holders_[device.id()] = "unit/" + device.unit_id();
}

void Sealer::note(const v1::Effect& effect) {
  if (effect.has_raise_alert()) {
    const v1::Alert& alert = effect.raise_alert();
    remember(alert.id(), alert.wearer_id(), alert.protected_id());
  } else if (effect.has_open_call()) {
    const v1::Call& call = effect.open_call();
    remember(call.id(), call.wearer_id(), call.protected_id());
  } else if (effect.send_hand_off().has_alarm_new()) {
    const v1::HandOffMessage& message = effect.send_hand_off();
    remember(message.hand_off_id(), message.alarm_new().wearer_id(), message.alarm_new().protected_id());
  }
}

void Sealer::remember(const std::string& id, const std::string& wearer_id, const std::string& protected_id) {
  const auto [known, added] = subjects_.try_emplace(id);
  if (!added) return;
  for (const std::string& person : {wearer_id, protected_id})
    if (!person.empty()) known->second.push_back(person_owner(person));
  subjects_in_order_.push_back(id);
  if (subjects_in_order_.size() <= kSubjectsMax) return;
  subjects_.erase(subjects_in_order_.front());
  subjects_in_order_.pop_front();
}

std::string Sealer::holder_of(const std::string& device_id) const {
  const auto found = holders_.find(device_id);
  return found == holders_.end() ? kHouse : found->second;
}

Sealer::Owners Sealer::owners_of_subject(const std::string& id) const {
  const auto found = subjects_.find(id);
  return found == subjects_.end() || found->second.empty() ? Owners{kHouse} : found->second;
}

Sealer::Owners Sealer::owners_of(const v1::Fact& fact, size_t part) const {
  switch (part) {
    case kPlaces:
      return {holder_of(fact.report_received().report().device_id())};
    case kNeighbours: {
      Owners owners{holder_of(fact.report_received().report().device_id())};
      for (const v1::Contact& one : fact.report_received().report().contacts())
        owners.push_back(holder_of(one.device_id()));
      return owners;
    }
    case kShape:
      return {zone_owner(fact.zone_registered().id())};
    case kAlertNote:
      return owners_of_subject(fact.alert_handled().alert_id());
    case kCallNote:
      return owners_of_subject(fact.call_closed_by_hand().call_id());
    case kAnswerWords:
      return owners_of_subject(fact.hand_off_answered().message().hand_off_id());
    case kViolationPlace: {
      Owners owners{person_owner(fact.violation_taken_over().wearer_id())};
      const std::string& protected_id = fact.violation_taken_over().protected_id();
      if (!protected_id.empty()) owners.push_back(person_owner(protected_id));
      return owners;
    }
    default:
      return {person_owner(fact.case_fact().identity_recorded().person_id())};
  }
}

void Sealer::add(uint64_t no, v1::Fact& fact) {
  note(fact);
  added_.push_back({no, &fact, {}});
  Added& added = added_.back();
  for (size_t i = 0; i < kPartCount; ++i) {
    if (fact.kind_case() != kParts[i].kind || !kParts[i].has(fact)) continue;
    parts_.push_back({no, owners_of(fact, i), {}});
    Keeper::Part& part = parts_.back();
    for (std::string& owner : part.owners)
      if (owner.size() > Keeper::kOwnerBytesMax) owner = kHouse;
    v1::Fact& moved = added.moved.emplace_back(i, v1::Fact()).second;
    kParts[i].move(fact, moved);
    moved.AppendToString(&part.text);
  }
}

Result<std::vector<std::string>> Sealer::finish() {
  std::vector<std::string> out;
  if (added_.empty()) return out;
  std::vector<Added> added = std::exchange(added_, {});
  auto sealed = keeper_.seal(std::exchange(parts_, {}), added.back().no);
  size_t next = 0;
  for (auto& [no, fact, moved] : added) {
    for (size_t i = 0; sealed.ok() && i < moved.size(); ++i) {
      Keeper::SealedPart& from = (*sealed)[next++];
      v1::Sealed& to = *fact->add_sealed();
      to.mutable_key_ids()->Add(from.key_ids.begin(), from.key_ids.end());
      to.set_nonce(std::move(from.nonce));
      to.set_commitment(std::move(from.commitment));
      to.set_box(std::move(from.box));
    }
    if (sealed.ok()) out.push_back(fact->SerializeAsString());
    fact->clear_sealed();
    for (auto& [index, part] : moved) kParts[index].move(part, *fact);
  }
  if (!sealed.ok()) return sealed.error();
  return out;
}

Result<std::string> Sealer::seal(uint64_t no, v1::Fact& fact) {
  add(no, fact);
  TRY(std::vector<std::string> bytes, finish());
  return std::move(bytes.front());
}

Status open(const Keeper& keeper, std::span<const FactAt> facts) {
  std::vector<std::string> beside;
  std::vector<std::pair<uint64_t, const v1::Sealed*>> sealed;
  for (const FactAt& one : facts)
    for (const v1::Sealed& part : one.fact->sealed()) {
      sealed.emplace_back(one.no, &part);
      write_beside_of(part, one.no, beside.emplace_back());
    }
  if (sealed.empty()) return {};
  std::vector<Keeper::Box> boxes;
  for (size_t i = 0; i < sealed.size(); ++i) boxes.push_back(box_of(*sealed[i].second, beside[i]));
  const std::vector<Keeper::Answer> answers = keeper.open(boxes);
  for (size_t i = 0; i < sealed.size(); ++i)
    TRY_STATUS(check(sealed[i].first, *sealed[i].second, answers[i]));
  size_t next = 0;
  for (const auto& [no, fact] : facts) {
    google::protobuf::RepeatedPtrField<v1::Sealed> parts;
    parts.Swap(fact->mutable_sealed());
    for (v1::Sealed& part : parts) {
      const Keeper::Answer& answer = answers[next++];
      if (!answer.whole())
        fact->add_sealed()->Swap(&part);
      else if (!fact->MergeFromString(answer.bytes.substr(kSaltBytes)))
        return corrupt(no, "a sealed part is not of a fact");
    }
  }
  return {};
}

Status open(const Keeper& keeper, uint64_t no, v1::Fact& fact) {
  const FactAt one{no, &fact};
  return open(keeper, {&one, 1});
}

KeyId key_of_places(const v1::Fact& fact) {
  if (fact.sealed_size() == 0 || has_places(fact)) return 0;
  // They come first, and are of the holder alone.
  const v1::Sealed& first = fact.sealed(0);
  return first.key_ids_size() == 1 ? first.key_ids(0) : 0;
}

Result<std::vector<std::string>> opened_parts(const Keeper& keeper, uint64_t no, const v1::Fact& fact) {
  std::vector<std::string> out;
  std::string beside;
  for (const v1::Sealed& sealed : fact.sealed()) {
    write_beside_of(sealed, no, beside);
    const Keeper::Box box = box_of(sealed, beside);
    Keeper::Answer answer = std::move(keeper.open({&box, 1}).front());
    TRY_STATUS(check(no, sealed, answer));
    out.push_back(answer.whole() ? std::move(answer.bytes) : std::string());
  }
  return out;
}

void Sealer::save(Writer& out) const {
  write(out, std::map<std::string, std::string>(holders_.begin(), holders_.end()));
  write(out, uint64_t{subjects_in_order_.size()});
  for (const std::string& id : subjects_in_order_) {
    write(out, id);
    write(out, subjects_.at(id));
  }
}

void Sealer::load(Reader& in) {
  std::map<std::string, std::string> holders;
  std::vector<std::pair<std::string, Owners>> subjects;
  read(in, holders);
  read(in, subjects);
  holders_ = {holders.begin(), holders.end()};
  subjects_.clear();
  subjects_in_order_.clear();
  for (auto& [id, owners] : subjects) {
    subjects_in_order_.push_back(id);
    subjects_[id] = std::move(owners);
  }
}

}  // namespace haechi::vault
