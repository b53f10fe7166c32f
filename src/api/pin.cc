#include "api/pin.h"

#include <optional>
#include <sstream>
#include <utility>

#include "api/own.h"
#include "api/slow_work.h"
#include "haechi/v1/api.pb.h"
#include "law/shapes.h"
#include "trust/passwords.h"
#include "trust/personal.h"

namespace haechi::api {
namespace {

using store::AddressKind;
using store::Holder;
using trust::Action;

constexpr size_t kDigitsMin = 4, kDigitsMax = 8;
constexpr uint32_t kAwayMinutesMax = 60;
// Of numbers so short, a hash keeps nobody off who has it; it is sealed under her key. Enough that guessing
// at the door is slow.
constexpr trust::PasswordCost kCost = trust::kPasswordCostMin;

struct Kept {
  uint32_t away_minutes = 0;
  std::string opens, rings;  // hashes
};

std::string text_of(const Kept& kept) {
  return std::to_string(kept.away_minutes) + ' ' + kept.opens + ' ' + kept.rings;
}

Result<std::optional<Kept>> read_kept(const Exchange& exchange, const std::string& person_id) {
  TRY(const std::optional<store::Personal> value,
      exchange.world.records.address(Holder::kPerson, person_id, AddressKind::kPin));
  if (!value || value->empty()) return std::optional<Kept>();
  const trust::Viewer reader{.account = "pin", .role = trust::Role::kRegistrar};
  TRY(const std::string text, trust::reveal(reader, trust::Purpose::kRegistration, *value));
  Kept kept;
  std::istringstream in(text);
  if (!(in >> kept.away_minutes >> kept.opens >> kept.rings)) return std::optional<Kept>();
  return std::optional(kept);
}

Status check_digits(const std::string& pin, const char* field) {
  const bool digits = pin.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || pin.size() < kDigitsMin || pin.size() > kDigitsMax)
    return invalid(field, "must be 4 to 8 digits");
  return {};
}

Status check_input(const v1::PinInput& input) {
  TRY_STATUS(check_digits(input.pin(), "pin"));
  if (!input.duress_pin().empty()) TRY_STATUS(check_digits(input.duress_pin(), "duress_pin"));
  if (input.duress_pin() == input.pin()) return invalid("duress_pin", "must be another number");
  if (!input.duress_pin().empty() && input.duress_pin().size() != input.pin().size())
    return invalid("duress_pin", "must have as many digits as the other, so that requests are of one length");
  if (input.away_minutes() < 1 || input.away_minutes() > kAwayMinutesMax)
    return invalid("away_minutes", "must lie between 1 and 60");
  return {};
}

Plan keeping(const Exchange& exchange, const std::string& person_id, const std::string& text) {
  v1::Written written;
  written.set_entry_no(exchange.world.picture.entry_no());
  Plan plan = answering(written);
  plan.keep = [&records = exchange.world.records, person_id, text] {
    return records.put_address(Holder::kPerson, person_id, AddressKind::kPin, store::Personal(text));
  };
  return plan;
}

Result<Plan> state(const Exchange& exchange) {
  TRY(const std::optional<Kept> kept, read_kept(exchange, exchange.viewer.person_id));
  v1::PinState out;
  out.set_set(kept.has_value());
  if (kept) out.set_away_minutes(kept->away_minutes);
  return answering(out);
}

// Whoever holds the open app may not take the number off without knowing it.
Result<Plan> set(const Exchange& exchange) {
  TRY(const v1::PinInput input, exchange.body<v1::PinInput>());
  if (!input.pin().empty()) TRY_STATUS(check_input(input));
  const std::string person_id = exchange.viewer.person_id;
  if (person_id.empty()) return Error{Code::kNotFound, "", "numbers are for the app of a person"};
  TRY(const std::optional<Kept> kept, read_kept(exchange, person_id));
  PinGuesses& guesses = *exchange.world.pin_guesses;
  const bool closed = guesses.is_closed(person_id, exchange.now);
  Plan plan;
  plan.later = [slow = exchange.world.slow, input, kept, person_id, closed](Deliver deliver) {
    return slow->post([=] {
      const bool known = !kept || (trust::password_matches(kept->opens, input.current_pin()) && !closed);
      Result<std::string> opens = std::string(), rings = std::string();
      if (known && !input.pin().empty()) {
        opens = trust::hash_password(input.pin(), kCost);
        rings = input.duress_pin().empty() ? Result<std::string>(trust::unmatchable(kCost))
                                           : trust::hash_password(input.duress_pin(), kCost);
      }
      deliver([=](const Exchange& e) -> Result<Plan> {
        if (!known) {
          e.world.pin_guesses->wrong(person_id, e.now);
          return Error{Code::kForbidden, "current_pin", "is not the number that is set"};
        }
        if (!opens.ok()) return opens.error();
        if (!rings.ok()) return rings.error();
        if (input.pin().empty()) return keeping(e, person_id, "");
        return keeping(e, person_id, text_of({input.away_minutes(), *opens, *rings}));
      });
    });
  };
  return plan;
}

Result<Plan> opened(const Exchange& exchange, const v1::PinTry& pressed, bool opens, bool rings) {
  PinGuesses& guesses = *exchange.world.pin_guesses;
  const std::string& person_id = exchange.viewer.person_id;
  v1::PinAnswer answer;
  if (rings) {
    answer.set_page("LISTS");
  } else if (opens && !guesses.is_closed(person_id, exchange.now)) {
    guesses.right(person_id);
    answer.set_page("NOTES");
  } else {
    guesses.wrong(person_id, exchange.now);
    answer.set_page("WRONG");
  }
  TRY(Plan plan, own::opening(exchange, pressed, rings));
  plan.answer = [said = json_response(200, answer)](uint64_t) { return said; };
  return plan;
}

// Both hashes are tried whatever the first says.
Result<Plan> open(const Exchange& exchange) {
  TRY(const v1::PinTry pressed, exchange.body<v1::PinTry>());
  TRY_STATUS(own::check_press_id(pressed.id()));
  TRY(const std::optional<Kept> kept, read_kept(exchange, exchange.viewer.person_id));
  if (!kept) return Error{Code::kNotFound, "", "no number is set"};
  Plan plan;
  plan.later = [slow = exchange.world.slow, pressed, kept = *kept](Deliver deliver) {
    return slow->post([=] {
      const bool opens = trust::password_matches(kept.opens, pressed.pin());
      const bool rings = trust::password_matches(kept.rings, pressed.pin());
      deliver([=](const Exchange& e) { return opened(e, pressed, opens, rings); });
    });
  };
  return plan;
}

// For who has forgotten it: an officer takes it off, and can set none.
Result<Plan> take_off(const Exchange& exchange) {
  TRY_STATUS(law::check_id(exchange.id(), "id"));
  TRY(const v1::PinInput input, exchange.body<v1::PinInput>());
  if (!input.pin().empty() || !input.duress_pin().empty())
    return invalid("pin", "is hers alone to set: it can be taken off here");
  exchange.world.pin_guesses->right(exchange.id());
  return keeping(exchange, exchange.id(), "");
}

}  // namespace

bool PinGuesses::is_closed(const std::string& person_id, Time now) const {
  const auto found = wrong_.find(person_id);
  return found != wrong_.end() && found->second.count >= kWrongMax && now - found->second.last < kClosedFor;
}

void PinGuesses::wrong(const std::string& person_id, Time now) {
  Wrong& of = wrong_[person_id];
  if (of.count >= kWrongMax && now - of.last >= kClosedFor) of.count = 0;
  if (is_closed(person_id, now)) return;  // it does not close for longer the more is tried
  ++of.count;
  of.last = now;
}

void add_pin_routes(std::vector<Route>& r) {
  r.push_back({"GET", "/api/v1/me/pin", "self", "Whether a number opens my app", Access::kKey,
               Action::kSeeSelf, "self", nullptr, state, nullptr, v1::PinState::descriptor()});
  r.push_back({"PUT", "/api/v1/me/pin", "self",
               "The number that opens my app, and the one that rings; for who knows the one that is set",
               Access::kKey, Action::kReportOwn, "self", own::subject, set, v1::PinInput::descriptor(),
               v1::Written::descriptor()});
  r.push_back({"POST", "/api/v1/me/pin/open", "self", "Open my app after it was away", Access::kKey,
               Action::kRaiseSos, "self", own::subject, open, v1::PinTry::descriptor(),
               v1::PinAnswer::descriptor()});
  r.push_back({"PUT", "/api/v1/persons/{id}/pin", "registers",
               "Take the number off the app of somebody who has forgotten it: an empty one", Access::kKey,
               Action::kRegister, "person", nullptr, take_off, v1::PinInput::descriptor(),
               v1::Written::descriptor()});
}

}  // namespace haechi::api
