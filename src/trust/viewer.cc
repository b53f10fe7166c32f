#include "trust/viewer.h"

#include "base/ensure.h"

namespace haechi::trust {

const char* role_name(Role role) {
  switch (role) {
    case Role::kNone:
      return "none";
    case Role::kControl:
      return "control";
    case Role::kDispatch:
      return "dispatch";
    case Role::kUnit:
      return "unit";
    case Role::kProtectedPerson:
      return "protected_person";
    case Role::kProbation:
      return "probation";
    case Role::kRegistrar:
      return "registrar";
    case Role::kConnector:
      return "connector";
    case Role::kAuditor:
      return "auditor";
    case Role::kPolice:
      return "police";
    case Role::kCourt:
      return "court";
    case Role::kPrivacy:
      return "privacy";
    case Role::kAdministrator:
      return "administrator";
  }
  ENSURE(false, static_cast<int>(role));
}

std::optional<Role> parse_role(std::string_view name) {
  for (Role role : kRoles) {
    if (name == role_name(role)) return role;
  }
  return std::nullopt;
}

const char* purpose_name(Purpose purpose) {
  switch (purpose) {
    case Purpose::kNone:
      return "none";
    case Purpose::kMonitoring:
      return "monitoring";
    case Purpose::kResponse:
      return "response";
    case Purpose::kProtection:
      return "protection";
    case Purpose::kSupervision:
      return "supervision";
    case Purpose::kRegistration:
      return "registration";
    case Purpose::kIntegration:
      return "integration";
    case Purpose::kAudit:
      return "audit";
    case Purpose::kInvestigation:
      return "investigation";
    case Purpose::kAdjudication:
      return "adjudication";
    case Purpose::kDataProtection:
      return "data_protection";
    case Purpose::kAdministration:
      return "administration";
  }
  ENSURE(false, static_cast<int>(purpose));
}

std::optional<Purpose> parse_purpose(std::string_view name) {
  for (Purpose purpose :
       {Purpose::kMonitoring, Purpose::kResponse, Purpose::kProtection, Purpose::kSupervision,
        Purpose::kRegistration, Purpose::kIntegration, Purpose::kAudit, Purpose::kInvestigation,
        Purpose::kAdjudication, Purpose::kAdministration, Purpose::kDataProtection}) {
    if (name == purpose_name(purpose)) return purpose;
  }
  return std::nullopt;
}

Purpose purpose_of(Role role) {
  switch (role) {
    case Role::kNone:
      return Purpose::kNone;
    case Role::kControl:
      return Purpose::kMonitoring;
    case Role::kDispatch:
    case Role::kUnit:
      return Purpose::kResponse;
    case Role::kProtectedPerson:
      return Purpose::kProtection;
    case Role::kProbation:
      return Purpose::kSupervision;
    case Role::kRegistrar:
      return Purpose::kRegistration;
    case Role::kConnector:
      return Purpose::kIntegration;
    case Role::kAuditor:
      return Purpose::kAudit;
    case Role::kPolice:
      return Purpose::kInvestigation;
    case Role::kCourt:
      return Purpose::kAdjudication;
    case Role::kPrivacy:
      return Purpose::kDataProtection;
    case Role::kAdministrator:
      return Purpose::kAdministration;
  }
  ENSURE(false, static_cast<int>(role));
}

}  // namespace haechi::trust
