#include "gateway/rejections.h"

#include "haechi/v1/fact.pb.h"

namespace haechi::gateway {
namespace {

constexpr Duration kPeriod = Duration::seconds(60);
constexpr size_t kKindsMax = 10'000;  // beyond it a new kind is told without its device

}  // namespace

void Rejections::note(std::string_view device_id, std::string_view protocol, const Rejection& rejection,
                      Time now) {
  ++total_;
  if (kinds_.size() >= kKindsMax) device_id = {};
  const Key key{std::string(device_id), std::string(protocol), rejection.code};
  const auto [it, fresh] = kinds_.try_emplace(key);
  Kind& kind = it->second;
  kind.last = rejection;
  if (kind.untold < UINT32_MAX) ++kind.untold;
  if (fresh || now >= kind.next_at) tell(key, kind, now);
}

void Rejections::flush(Time now) {
  for (auto it = kinds_.begin(); it != kinds_.end();) {
    if (now < it->second.next_at) {
      ++it;
    } else if (it->second.untold > 0) {
      tell(it->first, it->second, now);
      ++it;
    } else {
      it = kinds_.erase(it);
    }
  }
}

void Rejections::tell(const Key& key, Kind& kind, Time now) {
  auto fact = std::make_unique<v1::Fact>();
  v1::InputRejected& rejected = *fact->mutable_input_rejected();
  rejected.set_device_id(std::get<0>(key));
  rejected.set_protocol(std::get<1>(key));
  rejected.set_field(kind.last.field);
  rejected.set_reason(kind.last.code + ": " + kind.last.reason);
  rejected.set_count(kind.untold);
  kind.untold = 0;
  kind.next_at = now + kPeriod;
  submit_.submit(std::move(fact), [lost = lost_](Result<spine::Receipt> receipt) {
    if (!receipt.ok()) ++*lost;
  });
}

}  // namespace haechi::gateway
