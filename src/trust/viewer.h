// Viewer: who is asking. Every question about a place, a person or a record is asked by one, for a purpose.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haechi::trust {

enum class Role {
  kNone,             // no role: may do nothing
  kControl,          // an operator of the control centre
  kDispatch,         // a dispatcher of one responding agency
  kUnit,             // a patrol in the field
  kProtectedPerson,  // a person who is to be protected, and nobody else's view
  kProbation,        // an officer who supervises named wearers
  kRegistrar,        // registers persons, devices, orders, zones, agencies, units; sees no live place
  kConnector,        // the outside computer-aided dispatch of one agency
  kAuditor,          // reads the audit trail; sees no live data
  kPolice,           // an officer of the station that runs a case; not the room that sends patrols
  kCourt,            // decides what is petitioned
  kPrivacy,          // the privacy officer: holds and erasures; sees no place and no record
  kAdministrator,    // invites people and ends their sessions; sees nobody and no place
};
inline constexpr std::array kRoles = {Role::kControl,         Role::kDispatch,      Role::kUnit,
                                      Role::kProtectedPerson, Role::kProbation,     Role::kRegistrar,
                                      Role::kConnector,       Role::kAuditor,       Role::kPolice,
                                      Role::kCourt,           Role::kAdministrator, Role::kPrivacy};

// "control", "dispatch", "unit", "protected_person", "probation", "registrar", "connector", "auditor",
// "police", "court", "administrator", "privacy"; "none".
const char* role_name(Role role);
std::optional<Role> parse_role(std::string_view name);  // "none" and unknown names: nullopt

// What the data is wanted for. A role has its own purposes; asking for another is refused.
enum class Purpose {
  kNone,
  kMonitoring,
  kResponse,
  kProtection,
  kSupervision,
  kRegistration,
  kIntegration,
  kAudit,
  kInvestigation,
  kAdjudication,
  kAdministration,
  kDataProtection
};
const char* purpose_name(Purpose purpose);  // "monitoring", "response", ...
std::optional<Purpose> parse_purpose(std::string_view name);
Purpose purpose_of(Role role);  // the purpose a role acts for

struct Viewer {
  std::string account{};  // named in every audit record; never a person's name
  Role role = Role::kNone;
  std::string person_id{};                // of a protected person
  std::string unit_id{};                  // of a unit
  std::string agency_id{};                // of a dispatcher, a unit, a connector, police, a court
  std::vector<std::string> wearer_ids{};  // whose cases a probation officer has

  bool operator==(const Viewer&) const = default;
};

}  // namespace haechi::trust
