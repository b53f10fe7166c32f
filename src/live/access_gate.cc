#include "live/access_gate.h"

#include <utility>

#include "base/canary.h"
#include "haechi/v1/fact.pb.h"
#include "trust/audit.h"

namespace haechi::live {
namespace {

constexpr Duration kOpenFor = Duration::seconds(70);
constexpr Duration kRenewBefore =
    Duration::seconds(10);  // so that a record is made once a minute, without a gap

}  // namespace

AccessGate::AccessGate(net::Loop& loop, spine::Submit& submit, const Clock& clock,
                       std::function<void(const std::string&)> opened)
    : loop_(loop),
      submit_(submit),
      clock_(clock),
      opened_(std::move(opened)),
      self_(std::make_shared<AccessGate*>(this)) {}

Time AccessGate::look() {
  const Time now = clock_.now();
  if (now < seen_)
    for (auto& [from, states] : states_)
      for (auto& [key, state] : states) state.until = Time{};
  return seen_ = now;
}

bool AccessGate::open(const trust::Viewer& viewer, trust::Action action, const std::string& person_id,
                      const trust::Decision& decision, const trust::Source& source) {
  const Time now = look();
  const From from{viewer.account, source.session, source.address};
  State& state = states_[from][Key{person_id, action, decision.precision}];
  const bool holds = now < state.until;
  const bool is_open = holds || canary(Canary::kShowBeforeRow);
  if (state.pending || (holds && now < state.until - kRenewBefore)) return is_open;
  state.pending = true;
  for (Asked& asked : asked_) {
    if (asked.viewer.account != viewer.account || asked.source.session != source.session ||
        asked.source.address != source.address || asked.action != action ||
        asked.decision.basis != decision.basis || asked.decision.precision != decision.precision ||
        asked.persons.size() >= kPersonsPerFact) {
      continue;
    }
    asked.persons.push_back(person_id);
    return is_open;
  }
  asked_.push_back(Asked{viewer, action, decision, source, {person_id}});
  return is_open;
}

void AccessGate::flush() {
  for (const Asked& asked : std::exchange(asked_, {})) submit(asked);
}

void AccessGate::submit(const Asked& asked) {
  // A list, also of one: who is on a screen is shown, and was not looked up.
  auto fact = trust::access_decided(asked.viewer, asked.action, {.kind = "person"},
                                    trust::purpose_of(asked.viewer.role), asked.decision, asked.persons);
  trust::say_from_where(*fact, asked.source);
  std::vector<Key> keys;
  for (const std::string& person : asked.persons)
    keys.emplace_back(person, asked.action, asked.decision.precision);
  std::weak_ptr<AccessGate*> weak = self_;
  const From from{asked.viewer.account, asked.source.session, asked.source.address};
  submit_.submit(std::move(fact),
                 [&loop = loop_, weak, from, keys = std::move(keys)](Result<spine::Receipt> receipt) {
                   loop.post([weak, from, keys, durable = receipt.ok()] {
                     if (auto self = weak.lock()) (*self)->answered(from, keys, durable);
                   });
                 });
}

void AccessGate::answered(const From& from, const std::vector<Key>& keys, bool durable) {
  States& states = states_[from];
  const Time until = look() + kOpenFor;
  for (const Key& key : keys) {
    State& state = states[key];
    state.pending = false;
    if (durable) state.until = until;
  }
  if (durable) opened_(std::get<0>(from));
}

void AccessGate::sweep() {
  const Time now = look();
  for (auto from = states_.begin(); from != states_.end();) {
    std::erase_if(from->second,
                  [&](const auto& entry) { return !entry.second.pending && entry.second.until < now; });
    from = from->second.empty() ? states_.erase(from) : std::next(from);
  }
}

size_t AccessGate::size() const {
  size_t total = 0;
  for (const auto& [from, states] : states_) total += states.size();
  return total;
}

}  // namespace haechi::live
