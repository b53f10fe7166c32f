// decide: the one place where it is decided who may see or do what. Pure, and closed by default: what no row
// of the table allows is denied. `api`, `live` and `link` ask it; none of them has a rule of its own.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "trust/viewer.h"

namespace haechi::trust {

enum class Action {
  kSeePosition,       // where a person is
  kSeeAlert,          // an alert, its incident and its timeline
  kHandleAlert,       // acknowledge, act, shelve, resolve, close
  kSeeCall,           // a call for service with its destinations
  kRunCall,           // assign units to it, close it
  kSeeUnit,           // a unit's status and place
  kReportUnitStatus,  // a unit's step: en route, on scene, ...
  kSeeView,           // what a protected person may see of a wearer
  kSeeRecord,         // name, telephone, address of a person
  kSeeRegister,       // devices, orders, zones, persons by id
  kSeeOrganisation,   // agencies and jurisdictions
  kRegister,          // write any of the registers
  kReportShown,       // say that an alert was shown to a human
  kAnswerHandOff,     // answer a hand-off for the responding agency
  kLogContact,        // note that somebody was spoken to because of an incident
  kSeeContacts,       // with whom was spoken because of an incident, and what was said
  kSearch,            // look for an id or a name; what is found is decided one by one
  kReportOwn,         // say where one's own phone or unit is
  kRaiseSos,          // call for help
  kMeasure,           // distances between places one names oneself
  kSeeAudit,          // who saw what
  kSeeSelf,           // one's own account and capabilities
  kSeeCase,           // a case with its measures, links and duties
  kRunCase,           // open a case, report to it, ask for measures
  kStepMeasure,       // take some step of a measure; which one is decided by what it is
  kDecideMeasure,     // grant, deny, extend, cancel; docket and decide petitions
  kCarryOut,          // fit a device, and what else makes a measure real
  kDecideLink,        // one person or not; take the missing step or not
  kDoDuty,            // say that a duty is done
  kSeeHistory,        // where a person was, in the span of an inquiry
  kAskPictures,       // pictures of cameras: ask, view, tell the wearer
  kTellProvisions,    // to whom somebody's places were given
  kSeePetition,       // a petition with its statement
  kSeeEvidence,       // what the system knows of the two of a petition
  kTakeEvidence,      // the signed file about the two of a case, with his track
  kReadNotification,  // say that a notification of one's agency was read
  kFilePetition,      // petition for oneself; consent to be shown anything
  kSeeRisk,           // everything about one person that an officer must know
  kSeeStatistics,     // numbers about nobody in particular
  kIdentify,          // give digests of identity documents
  kAssign,            // say who supervises whom
  kErase,             // end the keys of a person; hold that, and release it
  kBreakGlass,        // see one person for minutes without a tie, while a second person is told
  kRecuse,            // say who is too close to whom to see anything
  kWatch,             // answer for broken glass, review look-ups
  kRunAccounts,       // invite people, lock them out, end their sessions
  kRunOwnAccount,     // one's own sessions, password and second factor
  kAnswerAct,  // see what acts of one's own and of others wait for a second person; answer those one could do
};
inline constexpr std::array kActions = {
    Action::kSeePosition,      Action::kSeeAlert,        Action::kHandleAlert,
    Action::kSeeCall,          Action::kRunCall,         Action::kSeeUnit,
    Action::kReportUnitStatus, Action::kSeeView,         Action::kSeeRecord,
    Action::kSeeRegister,      Action::kSeeOrganisation, Action::kRegister,
    Action::kReportShown,      Action::kAnswerHandOff,   Action::kLogContact,
    Action::kSeeContacts,      Action::kSearch,          Action::kReportOwn,
    Action::kRaiseSos,         Action::kMeasure,         Action::kSeeAudit,
    Action::kSeeSelf,          Action::kSeeCase,         Action::kRunCase,
    Action::kStepMeasure,      Action::kDecideMeasure,   Action::kCarryOut,
    Action::kDecideLink,       Action::kDoDuty,          Action::kSeeHistory,
    Action::kAskPictures,      Action::kTellProvisions,  Action::kSeePetition,
    Action::kSeeEvidence,      Action::kTakeEvidence,    Action::kReadNotification,
    Action::kFilePetition,     Action::kSeeRisk,         Action::kSeeStatistics,
    Action::kIdentify,         Action::kAssign,          Action::kBreakGlass,
    Action::kRecuse,           Action::kWatch,           Action::kRunAccounts,
    Action::kRunOwnAccount,    Action::kErase,           Action::kAnswerAct};
const char* action_name(Action action);  // "see_position", ...

// What ties the viewer to the subject at this moment. The caller finds it in the Picture; all false when in
// doubt.
struct Relations {
  bool own = false;        // the subject is the viewer: her own view, its own unit
  bool agency = false;     // the subject belongs to the viewer's agency
  bool asked = false;      // it waits for a court, and no other court was named
  bool in_call = false;    // the subject is part of an open call of the viewer's agency
  bool informed = false;   // another agency runs the call, the viewer's agency was told for information
  bool assigned = false;   // the viewer's unit is assigned to an open call with this subject
  bool case_link = false;  // the subject is a wearer (or his alert, order) among the viewer's cases
  bool view_open = false;  // a view of this wearer is open to the viewer: distance and direction
  bool view_map = false;   // ... and it includes the map
  bool permitted =
      false;  // an inquiry of the viewer's agency that is open: a court's permission, or pending in urgency
  bool glass = false;    // the viewer broke the glass to see this person, and it has not ended
  bool recused = false;  // the viewer is too close to somebody in it: denied whatever else ties them
};

struct Subject {
  std::string kind{};  // "person", "alert", "call", ...; goes to the audit record
  std::string id{};    // empty: the collection
  Relations relations{};
  std::string basis{};   // order, call or alert under which the relation holds; empty if none
  Time basis_ends_at{};  // first moment at which the relation no longer holds; 0 = open ended
};

enum class Precision {
  kNone,      // no place at all
  kDistance,  // distance, direction and trend only
  kCoarse,    // place to about a kilometre
  kFull,
};
const char* precision_name(Precision precision);  // "none", "distance", "coarse", "full"

struct Decision {
  bool allowed = false;
  Precision precision = Precision::kNone;
  std::string_view reason{};  // a sentence without personal values; lasts for ever
  std::string basis{};        // copied from the subject when the relation was needed, else the rule's own
  bool two_persons = false;   // not without a second who could do the same
};

Decision decide(const Viewer& viewer, Action action, const Subject& subject, Purpose purpose, Time now);

// May this role do this to at least some subject, for this purpose? For collections: ask this once, then
// decide() for each member and leave out what is denied.
Decision decide_collection(const Viewer& viewer, Action action, Purpose purpose);

// Accounts of this role give rights to others, are the second person of somebody, or see people, be it only
// through broken glass: nobody makes one alone. A patrol sees whom it was sent to, she sees herself.
bool is_made_by_two(Role role);

// Every action the role may do to at least some subject; what a user interface may offer.
std::vector<Action> capabilities(Role role);

}  // namespace haechi::trust
