#include "trust/audit.h"

#include "base/digest.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::trust {

std::unique_ptr<v1::Fact> access_decided(const Viewer& viewer, Action action, const Subject& subject,
                                         Purpose purpose, const Decision& decision,
                                         const std::vector<std::string>& shown_ids) {
  auto fact = std::make_unique<v1::Fact>();
  v1::AccessDecided& access = *fact->mutable_access_decided();
  access.set_viewer(viewer.account);
  access.set_viewer_role(role_name(viewer.role));
  access.set_viewer_agency(viewer.agency_id);
  access.set_action(action_name(action));
  access.set_subject_kind(subject.kind);
  access.set_subject_id(subject.id);
  access.set_purpose(purpose_name(purpose));
  access.set_allowed(decision.allowed);
  access.set_reason(std::string(decision.reason));
  access.set_basis(decision.basis);
  access.set_precision(precision_name(decision.precision));
  for (const std::string& id : shown_ids) access.add_shown_ids(id);
  return fact;
}

std::unique_ptr<v1::Fact> point_shown(const Viewer& viewer, const std::string& wearer_id,
                                      const Decision& decision, int64_t fixed_at_us) {
  auto fact = access_decided(viewer, Action::kSeeView, {.kind = "person", .id = wearer_id},
                             purpose_of(viewer.role), decision, {});
  fact->mutable_access_decided()->set_shown_fixed_at_us(fixed_at_us);
  return fact;
}

std::unique_ptr<v1::Fact> account_event(const Viewer& by, const std::string& action,
                                        const std::string& account, bool allowed, const std::string& reason) {
  auto fact = std::make_unique<v1::Fact>();
  v1::AccessDecided& access = *fact->mutable_access_decided();
  access.set_viewer(by.account);
  access.set_viewer_role(role_name(by.role));
  access.set_viewer_agency(by.agency_id);
  access.set_action(action);
  access.set_subject_kind("account");
  access.set_subject_id(account);
  access.set_purpose(purpose_name(purpose_of(by.role)));
  access.set_allowed(allowed);
  access.set_reason(reason);
  return fact;
}

std::string kept_address(Role role, const std::string& address) {
  return role == Role::kProtectedPerson ? std::string() : address;
}

std::string name_of_key(std::string_view key) {
  constexpr size_t kDigits = 12;
  return "key-" + hex(view(sha256(key))).substr(0, kDigits);
}

void say_from_where(v1::Fact& access_decided, const Source& source) {
  v1::AccessDecided& access = *access_decided.mutable_access_decided();
  access.set_address(kept_address(parse_role(access.viewer_role()).value_or(Role::kNone), source.address));
  access.set_session(source.session);
}

v1::Hop shown_hop(Role role) {
  switch (role) {
    case Role::kControl:
      return v1::HOP_SHOWN_CONTROL;
    case Role::kDispatch:
      return v1::HOP_SHOWN_DISPATCH;
    case Role::kUnit:
      return v1::HOP_SHOWN_FIELD;
    case Role::kProtectedPerson:
      return v1::HOP_SHOWN_PROTECTED;
    default:
      return v1::HOP_UNSPECIFIED;
  }
}

}  // namespace haechi::trust
