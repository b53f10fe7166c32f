// Builds the fact that says who asked for what and what was answered. It must be durable before the answer
// leaves.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "trust/decide.h"

namespace haechi::v1 {
class Fact;
enum Hop : int;
}  // namespace haechi::v1

namespace haechi::trust {

// An AccessDecided fact. `shown_ids` names the persons (or objects) an answer about several of them holds; it
// is empty for a single subject.
std::unique_ptr<v1::Fact> access_decided(const Viewer& viewer, Action action, const Subject& subject,
                                         Purpose purpose, const Decision& decision,
                                         const std::vector<std::string>& shown_ids = {});

// From where somebody asks. `session`: as its holder is shown it at /account/; of a key name_of_key().
struct Source {
  std::string address{};
  std::string session{};
};
// Digits of its digest: they name it and open nothing.
std::string name_of_key(std::string_view key);
// The address as it may be kept and told: where a protected person is must not be found by that of her phone,
// so of hers nothing.
std::string kept_address(Role role, const std::string& address);
// Into an AccessDecided fact.
void say_from_where(v1::Fact& access_decided, const Source& source);

// The hop of an alert's ledger that is reached when a viewer of this role has been shown the alert;
// HOP_UNSPECIFIED for a role without a screen of its own.
// That the place of a wearer, as of `fixed_at_us`, is shown to a protected person: one row of the usage
// ledger.
std::unique_ptr<v1::Fact> point_shown(const Viewer& viewer, const std::string& wearer_id,
                                      const Decision& decision, int64_t fixed_at_us);

// That somebody signed in or out, was refused, or changed an account: `action` in the words of the audit
// trail, `account` the one it is about (empty: nobody's; what was typed is not kept, it may be a password).
std::unique_ptr<v1::Fact> account_event(const Viewer& by, const std::string& action,
                                        const std::string& account, bool allowed, const std::string& reason);

v1::Hop shown_hop(Role role);

}  // namespace haechi::trust
