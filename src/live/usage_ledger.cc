#include "live/usage_ledger.h"

#include "base/canary.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "trust/audit.h"

namespace haechi::live {

UsageLedger::UsageLedger(net::Loop& loop, spine::Submit& submit,
                         std::function<void(const std::string&)> written)
    : loop_(loop),
      submit_(submit),
      written_(std::move(written)),
      self_(std::make_shared<UsageLedger*>(this)) {}

UsageLedger::Row UsageLedger::row(const trust::Viewer& viewer, const v1::View& view,
                                  const trust::Decision& decision, const trust::Source& source) {
  Key key{viewer.account, view.id()};
  State& state = states_[key];
  const int64_t point_us = view.wearer_fixed_at_us();
  if (state.written_us == point_us || canary(Canary::kPointBeforeRow)) return Row::kWritten;
  if (state.pending) return Row::kAsked;
  // An older one than was shown already: the newer is on its way.
  if (state.refused_us == point_us || point_us < state.written_us) return Row::kRefused;
  state.pending = true;
  std::weak_ptr<UsageLedger*> weak = self_;
  auto fact = trust::point_shown(viewer, view.wearer_id(), decision, point_us);
  trust::say_from_where(*fact, source);
  submit_.submit(std::move(fact),
                 [&loop = loop_, weak, key = std::move(key), point_us](Result<spine::Receipt> receipt) {
                   loop.post([weak, key, point_us, durable = receipt.ok()] {
                     if (auto self = weak.lock()) (*self)->answered(key, point_us, durable);
                   });
                 });
  return Row::kAsked;
}

void UsageLedger::answered(const Key& key, int64_t point_us, bool durable) {
  State& state = states_[key];
  state.pending = false;
  (durable ? state.written_us : state.refused_us) = point_us;
  written_(key.first);
}

void UsageLedger::sweep(const std::function<bool(const std::string&)>& is_open) {
  std::erase_if(states_, [&](const auto& one) { return !one.second.pending && !is_open(one.first.second); });
}

}  // namespace haechi::live
