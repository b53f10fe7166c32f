// What a country pack is made of: the kinds of order a country knows, who must do what by when, penalties,
// codes, distances, retention. Rows of reviewed data, read by small pure functions.
//
// Every row names what it rests on (`Source`). What a statute read in full text does not carry says so: a
// reviewer finds every doubtful number by its `Trust`, and people see the tag behind it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "law/calendar.h"

namespace haechi::law {

struct Order;
struct Pack;

enum class Trust : uint8_t {
  kStatute,     // read in the text of the statute or decree itself
  kSecondary,   // press, agency pages, quotations: [2nd]
  kBackground,  // general knowledge, not looked up: [BG]
  kReading,     // a choice or a reading of ours, for the agencies to decide: [D]
};

struct Source {
  std::string_view text;
  Trust trust = Trust::kStatute;

  constexpr bool verified() const { return trust == Trust::kStatute; }
};

// As people see it: "Stalking Punishment Act 9(7)", "press 2025-03-18 [2nd]".
std::string cited(Source source);

struct Words {
  std::string_view en;
  std::string_view ko;
};

enum class Party : uint8_t {
  kPolice,            // the police station or officer in charge
  kControlRoom,       // the police control room (112)
  kProsecutor,        //
  kCourt,             //
  kProbation,         // the probation office or officer
  kMonitoringCentre,  // location tracking control centre
  kReviewBoard,       // parole and treatment boards
  kPrison,            //
  kProtectedPerson,   // or her legal representative
  kHousehold,         // cohabitants and family of the protected person
  kWearer,            //
  kProtectionOfficer,
  kLocalGovernment,
  kDataHandler,  // whoever uses or keeps received data
  kPrivacyOfficer,
};
Words words(Party party);

using Parties = uint32_t;
constexpr Parties party_bit(Party party) {
  return 1u << static_cast<uint32_t>(party);
}
template <typename... More>
constexpr Parties parties(More... more) {
  return (party_bit(more) | ... | 0u);
}

// How a measure of a kind comes to be.
enum class Path : uint8_t {
  kOnScene,      // done on the spot, leaves nothing in force
  kUrgent,       // the police impose it, a judge is asked afterwards
  kApplication,  // police apply, prosecutor petitions, court decides
  kDirect,       // the protected person petitions the court
  kJudgement,    // ordered with a sentence, bail or release
};

enum class Term : uint8_t {
  kNone,           // nothing stays in force
  kAtMost,         // the statute names the longest duration; the decision may name less
  kUntilDecision,  // until the main petition is decided
  kStated,         // the decision names it, between `initial_min` and `initial` where those are given
  kOpen,           // until something ends it
};

enum class CountedFrom : uint8_t { kDecision, kExecution };

// What a measure of a kind may order, as far as positions can show a breach of it.
enum Allows : uint32_t {
  kAllowsKeepAway = 1u << 0,
  kAllowsExclusion = 1u << 1,
  kAllowsInclusion = 1u << 2,  // curfew, residence limits, travel area
  kAllowsNoContact = 1u << 3,  // a device near another device; telecommunication itself is not seen
  kAllowsDevice = 1u << 4,     // the measure itself puts on an electronic device
};

// What ends a measure of a kind besides its time.
enum Lapses : uint32_t {
  kLapsesOnNonIndictment = 1u << 0,
  kLapsesOnSupersession = 1u << 1,  // by a kind of `superseded_by`, for the same protected person
  kLapsesOnDecision = 1u << 2,      // when the petition it belongs to is decided
  kLapsesWithBasis = 1u << 3,       // when the sentence, parole or warrant it hangs on ends
};

// Somebody whom no court has found guilty of what the measure is for, or whom one has.
enum class Standing : uint8_t { kSuspect, kConvict };

inline constexpr uint32_t kExtensionsUnlimited = UINT32_MAX;

// What the notices around a measure of a kind rest on. Empty: no rule was found, and no clock runs.
struct NoticeSources {
  Source declined;  // to the protected person, that nobody asked for the measure
  Source told;      // to the protected person and others, of the decision
  Source served;    // to the wearer, of its content and how to object
  Source sent;      // to police and probation office, of an order to wear a device
  Source changed;   // of extension, change, cancellation
  Source refused;   // to the police, that he does not come to be fitted
  Source fitted;    // to the police, of the fitting; from them, of the protected person's data
  Source device;    // to the protected person, her device
  Source lapsed;    // to the probation office
};

struct OrderKind {
  std::string_view code;
  Words name;
  Source basis;
  Party issuer = Party::kCourt;
  Path path = Path::kApplication;
  uint32_t allows = 0;  // of Allows
  Date in_force_from;   // not known: in force already

  Term term = Term::kNone;
  Period initial_min;  // kStated only
  Period initial;
  Period extension;
  uint32_t extensions_max = 0;
  Period total_max;  // over all extensions, where the statute names one
  Source term_source;

  Counting counting = kKoreaMeasure;
  CountedFrom counted_from = CountedFrom::kDecision;
  Source counting_source;
  // Time during which the device was defeated is added to the end.
  bool defeated_time_not_counted = false;

  Period approval_within;  // kUrgent: the judge must be asked by then, or the police cancel at once
  Source approval_source;

  uint32_t lapses = 0;  // of Lapses
  std::span<const std::string_view> superseded_by = {};
  Source lapse_source;

  Period appeal_within;
  Source appeal_source;

  Period petition_within;  // kDirect: after she was told that nobody asked for a provisional measure
  Source petition_source;

  NoticeSources notices;
  std::string_view retention;  // name of the row of the pack for position data; empty: there are none
  std::string_view offence;    // for which every measure of the kind is ordered; empty: the order states it
  Standing standing = Standing::kSuspect;  // of whoever is under it

  constexpr bool carries_device() const { return (allows & kAllowsDevice) != 0; }
};

// Does a decision of kind `newer` end a measure of kind `older` that protects the same person?
bool supersedes(const OrderKind& newer, const OrderKind& older);
bool in_force_on(const OrderKind& kind, Date date);
// Initial term and all extensions together, or what the statute names; not known: no bound.
Period longest(const OrderKind& kind);

enum class Trigger : uint8_t {
  kFittingRefused,
  kBanBreach,         // of the keep-away distance, or likely
  kTampering,         // or suspected
  kNearBarredPlace,   //
  kDeviceRemoved,     // with permission, for a time
  kPoliceNotified,    // the police got one of the notices above
  kMeasureLapsed,     //
  kMeasureChanged,    // extended, changed, cancelled by the court
  kOtherBanBreach,    // of a wearer under a judgement, bail or parole
  kUrgentNearness,    // a breach that distance and risk make urgent
  kDataUsed,          //
  kDataForInquiry,    // police or prosecutor want positions for an investigation
  kPermissionDenied,  // the court refused that afterwards
  kViolationSuspected,
  kFitted,
  kVictimDataChanged,
  kMeasureOrdered,
  kUrgentMeasure,
  kUrgentChanged,
  kNotApplied,     // the police do not apply although she asked
  kNotPetitioned,  // the prosecutor does not petition although she asked
  kDirectDecision,
  kReleased,        // from prison, or his judgement became final
  kMoved,           // the wearer, into the area of another probation office
  kInquiryRefused,  // positions were seen in urgency, and the court refused or the time for it ran out
  kPicturesViewed,  // of cameras, about the wearer
};

enum class By : uint8_t {
  kImmediately,
  kWithoutDelay,
  kWithin,  // `within`
  kMay,     // a power, not a duty
};

struct Duty {
  std::string_view code;
  Trigger trigger;
  Words when;
  Words what;
  Party by;
  Parties to = 0;
  By deadline = By::kImmediately;
  Period within;
  Source source;
};

// What somebody may be made to wear a device for, or is ordered to keep away for.
struct Offence {
  std::string_view code;
  Words name;
  Source source;
};

struct Penalty {
  std::string_view code;
  Words conduct;
  uint32_t prison_months_min = 0;
  uint32_t prison_months_max = 0;  // 0: none is named
  uint64_t fine_max = 0;           // in the pack's currency; 0: none is named
  Source source;
};

struct ResponseCode {
  uint32_t code;
  Words meaning;
  Duration target;  // zero: none
  Source source;
};

struct CodeRule {
  uint32_t code;
  Words event;
  Source source;
};

struct StatedDistance {
  std::string_view name;
  int64_t mm;
  Words meaning;
  Source source;
};

enum class OnDue : uint8_t { kDestroy, kMayDestroy, kNotify, kReview };

struct Retention {
  std::string_view object;
  Words what;
  Words from;  // the event the period starts with
  Period keep;
  OnDue on_due;
  Source source;
};

// One purpose for which received position data may be used at all.
struct PermittedUse {
  std::string_view code;
  Words purpose;
  bool court_permission = false;
  bool ledger = true;
  Source source;
};

// Positions seen for an investigation before a court has permitted it.
struct UrgentInquiry {
  Period permission_within;  // of the request; not known: nobody sees them before
  Source source;
};

// How a wearer is told that pictures of cameras were viewed.
struct PictureNotice {
  Words text;  // empty: the country knows no such pictures
  std::span<const std::string_view> channels = {};
  Source source;
};

// Why one kind of recipient was given somebody's places without consent or notice, or why the record of who
// was does not name it.
struct ProvisionRule {
  std::string_view recipient;  // a role, or what withholds: "running_inquiry", "open_call"
  Words why;
  Source source;
  bool own_use = false;   // whoever monitors him: nothing was given to another
  bool withheld = false;  // never listed to a wearer, whether or not there was any
  bool by_month = false;  // a wearer is told by the month: the moment would tell where somebody else was
};

struct Figure {
  std::string_view name;
  int64_t thousandths;
  Words meaning;
  Source source;
};

// When a protected person may be shown where a wearer is.
struct ExposurePolicy {
  bool needs_open_alert = true;
  bool needs_urgency = true;
  bool needs_ledger_row = true;
  bool needs_penalty_notice = true;  // shown and accepted before the first use
  bool needs_consent = true;
  Source source;
  // What she reads before the first use. Another text takes another code.
  std::string_view notice_code;
  Words notice;
  Source notice_source;
};

struct DirectPetition {
  Period within;  // not known: the country has none
  Words from;
  Date in_force_from;
  Source source;
  Source venue;
};

// May measures of these kinds, in force together, order every condition of this order? A distance under a
// device rests on the ban beside it (Korea: 2 with 3-2). Refuses a kind that the pack does not know, and
// names the first condition that none of them carries.
Status check_conditions(const Pack& pack, std::span<const std::string_view> kinds, const Order& order);

// Rows of one pack by code; null: there is none.
const OrderKind* find_kind(const Pack& pack, std::string_view code);
const Duty* find_duty(const Pack& pack, std::string_view code);
const Penalty* find_penalty(const Pack& pack, std::string_view code);
const Retention* find_retention(const Pack& pack, std::string_view object);
// The pack whose penalty notice has this code; null: no such text is known.
const Pack* find_notice(std::string_view code);
const StatedDistance* find_distance(const Pack& pack, std::string_view name);
const Offence* find_offence(const Pack& pack, std::string_view code);
const PermittedUse* find_use(const Pack& pack, std::string_view code);
const ProvisionRule* find_provision(const Pack& pack, std::string_view recipient);

// Refuses an offence that the pack of this kind of order does not know; where no pack has such a kind, one
// that none knows. Empty is not stated, and passes.
Status check_offence(std::string_view kind, std::string_view offence);
// For what an order is: as it states, else as its kind says; empty: nobody says.
std::string_view offence_of(std::string_view kind, std::string_view stated);
// Of whoever is under an order of this kind; none: no pack has such a kind.
std::optional<Standing> standing_of(std::string_view kind);

// Every source of a pack that a reviewer has to look at: "<row>: <source> [tag]", in the order of the tables.
std::vector<std::string> unverified(const Pack& pack);

}  // namespace haechi::law
