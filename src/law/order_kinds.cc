#include "law/order_kinds.h"

#include <algorithm>

#include "law/order.h"
#include "law/pack.h"

namespace haechi::law {
namespace {

std::string_view tag(Trust trust) {
  switch (trust) {
    case Trust::kStatute:
      return "";
    case Trust::kSecondary:
      return " [2nd]";
    case Trust::kBackground:
      return " [BG]";
    case Trust::kReading:
      return " [D]";
  }
  return " [?]";
}

template <typename Row>
const Row* find_row(std::span<const Row> rows, std::string_view name, std::string_view Row::*key) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.*key == name; });
  return found == rows.end() ? nullptr : &*found;
}

uint32_t needed(const Condition& condition) {
  struct Visitor {
    uint32_t operator()(const KeepAway&) const { return kAllowsKeepAway; }
    uint32_t operator()(const Exclusion&) const { return kAllowsExclusion; }
    uint32_t operator()(const Inclusion&) const { return kAllowsInclusion; }
    uint32_t operator()(const NoContact&) const { return kAllowsNoContact; }
  };
  return std::visit(Visitor{}, condition.rule);
}

class Doubts {
 public:
  void add(std::string_view row, Source source) {
    if (source.text.empty() || source.verified()) return;
    found_.push_back(std::string(row) + ": " + cited(source));
  }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  std::vector<std::string> found_;
};

}  // namespace

std::string cited(Source source) {
  return std::string(source.text) + std::string(tag(source.trust));
}

Words words(Party party) {
  switch (party) {
    case Party::kPolice:
      return {"police", "경찰"};
    case Party::kControlRoom:
      return {"police control room", "112치안종합상황실"};
    case Party::kProsecutor:
      return {"prosecutor", "검사"};
    case Party::kCourt:
      return {"court", "법원"};
    case Party::kProbation:
      return {"probation office", "보호관찰소"};
    case Party::kMonitoringCentre:
      return {"monitoring centre", "위치추적 관제센터"};
    case Party::kReviewBoard:
      return {"review board", "심사위원회"};
    case Party::kPrison:
      return {"prison", "교정시설"};
    case Party::kProtectedPerson:
      return {"protected person", "피해자"};
    case Party::kHousehold:
      return {"household of the protected person", "피해자의 동거인·가족"};
    case Party::kWearer:
      return {"wearer", "대상자"};
    case Party::kProtectionOfficer:
      return {"protection officer", "피해자 보호 담당 경찰관"};
    case Party::kLocalGovernment:
      return {"local government", "지방자치단체"};
    case Party::kDataHandler:
      return {"whoever uses the data", "자료 이용자"};
    case Party::kPrivacyOfficer:
      return {"privacy officer", "개인정보 보호책임자"};
  }
  return {"?", "?"};
}

bool supersedes(const OrderKind& newer, const OrderKind& older) {
  return (older.lapses & kLapsesOnSupersession) != 0 &&
         std::find(older.superseded_by.begin(), older.superseded_by.end(), newer.code) !=
             older.superseded_by.end();
}

bool in_force_on(const OrderKind& kind, Date date) {
  return !kind.in_force_from.known() || date >= kind.in_force_from;
}

Period longest(const OrderKind& kind) {
  if (kind.total_max.known()) return kind.total_max;
  if (kind.extensions_max == 0) return kind.initial;
  if (kind.extensions_max == kExtensionsUnlimited || kind.extension.unit != kind.initial.unit) return {};
  return {kind.initial.unit,
          kind.initial.count + kind.extension.count * static_cast<int32_t>(kind.extensions_max)};
}

Status check_conditions(const Pack& pack, std::span<const std::string_view> kinds, const Order& order) {
  uint32_t allowed = 0;
  for (size_t i = 0; i < kinds.size(); ++i) {
    const OrderKind* kind = find_kind(pack, kinds[i]);
    if (kind == nullptr)
      return invalid("kinds[" + std::to_string(i) + "]",
                     "is not a kind of order of the pack " + std::string(pack.id));
    allowed |= kind->allows;
  }
  for (size_t i = 0; i < order.conditions.size(); ++i)
    if ((needed(order.conditions[i]) & allowed) == 0)
      return invalid("conditions[" + std::to_string(i) + "]",
                     "may not be ordered by a measure of these kinds");
  return {};
}

const OrderKind* find_kind(const Pack& pack, std::string_view code) {
  return find_row(pack.kinds, code, &OrderKind::code);
}

const Duty* find_duty(const Pack& pack, std::string_view code) {
  return find_row(pack.duties, code, &Duty::code);
}

const Penalty* find_penalty(const Pack& pack, std::string_view code) {
  return find_row(pack.penalties, code, &Penalty::code);
}

const Retention* find_retention(const Pack& pack, std::string_view object) {
  return find_row(pack.retention, object, &Retention::object);
}

const Pack* find_notice(std::string_view code) {
  for (const Pack* one : {&kr(), &es(), &us()})
    if (one->exposure.notice_code == code) return one;
  return nullptr;
}

const StatedDistance* find_distance(const Pack& pack, std::string_view name) {
  return find_row(pack.distances, name, &StatedDistance::name);
}

const Offence* find_offence(const Pack& pack, std::string_view code) {
  return find_row(pack.offences, code, &Offence::code);
}

const PermittedUse* find_use(const Pack& pack, std::string_view code) {
  return find_row(pack.uses, code, &PermittedUse::code);
}

const ProvisionRule* find_provision(const Pack& pack, std::string_view recipient) {
  return find_row(pack.provisions, recipient, &ProvisionRule::recipient);
}

Status check_offence(std::string_view kind, std::string_view offence) {
  if (offence.empty()) return {};
  const Pack* own = pack_of_kind(kind);
  std::string known;
  for (const Pack* one : {&kr(), &es(), &us()}) {
    if (own != nullptr && one != own) continue;
    if (find_offence(*one, offence) != nullptr) return {};
    for (const Offence& row : one->offences)
      if (known.find(row.code) == std::string::npos)
        known += (known.empty() ? "" : ", ") + std::string(row.code);
  }
  return invalid("offence", "is not known to " +
                                (own == nullptr ? "any pack" : "the pack " + std::string(own->id)) +
                                "; must be one of " + known);
}

std::string_view offence_of(std::string_view kind, std::string_view stated) {
  if (!stated.empty()) return stated;
  const Pack* pack = pack_of_kind(kind);
  return pack == nullptr ? std::string_view() : find_kind(*pack, kind)->offence;
}

std::optional<Standing> standing_of(std::string_view kind) {
  const Pack* pack = pack_of_kind(kind);
  if (pack == nullptr) return std::nullopt;
  return find_kind(*pack, kind)->standing;
}

std::vector<std::string> unverified(const Pack& pack) {
  Doubts doubts;
  for (const OrderKind& kind : pack.kinds) {
    const NoticeSources& notices = kind.notices;
    for (const Source& source :
         {kind.basis, kind.term_source, kind.counting_source, kind.approval_source, kind.lapse_source,
          kind.appeal_source, kind.petition_source, notices.declined, notices.told, notices.served,
          notices.sent, notices.changed, notices.refused, notices.fitted, notices.device, notices.lapsed})
      doubts.add(kind.code, source);
  }
  for (const Offence& offence : pack.offences) doubts.add(offence.code, offence.source);
  for (const Duty& duty : pack.duties) doubts.add(duty.code, duty.source);
  for (const Penalty& penalty : pack.penalties) doubts.add(penalty.code, penalty.source);
  for (const ResponseCode& code : pack.codes) doubts.add("code " + std::to_string(code.code), code.source);
  for (const CodeRule& rule : pack.code_rules) doubts.add(rule.event.en, rule.source);
  for (const StatedDistance& distance : pack.distances) doubts.add(distance.name, distance.source);
  for (const Retention& retention : pack.retention) doubts.add(retention.object, retention.source);
  for (const PermittedUse& use : pack.uses) doubts.add(use.code, use.source);
  for (const Figure& figure : pack.figures) doubts.add(figure.name, figure.source);
  for (const ProvisionRule& rule : pack.provisions)
    doubts.add("given to " + std::string(rule.recipient), rule.source);
  doubts.add("urgent inquiry", pack.urgent_inquiry.source);
  doubts.add("picture notice", pack.picture_notice.source);
  doubts.add("exposure", pack.exposure.source);
  doubts.add("exposure notice", pack.exposure.notice_source);
  doubts.add("direct petition", pack.direct_petition.source);
  doubts.add("direct petition venue", pack.direct_petition.venue);
  doubts.add("acts", pack.acts_source);
  return doubts.take();
}

}  // namespace haechi::law
