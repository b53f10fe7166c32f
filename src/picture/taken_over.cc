#include "picture/taken_over.h"

#include <algorithm>

namespace haechi::picture {
namespace {

constexpr uint32_t kLeastUrgent = 3;  // nothing is to be done about it any more

v1::PastAlert past_alert(uint64_t entry_no, const v1::ViolationTakenOver& violation) {
  v1::PastAlert out;
  out.set_id(violation.id());
  out.set_source(violation.source());
  out.set_kind(violation.kind());
  out.set_code(kLeastUrgent);
  out.set_wearer_id(violation.wearer_id());
  out.set_protected_id(violation.protected_id());
  out.set_order_id(violation.order_id());
  out.set_opened_at_us(violation.happened_at_us());
  out.set_happened_at_us(violation.happened_at_us());
  out.set_cleared_at_us(violation.ended_at_us());
  out.set_distance_m(static_cast<uint32_t>(violation.distance_mm() / 1'000));
  out.set_outcome(violation.outcome());
  out.set_entry_no(entry_no);
  return out;
}

}  // namespace

Digest TakenOver::digest_of(const v1::ViolationTakenOver& violation) {
  return sha256(violation.SerializeAsString());
}

void TakenOver::put(uint64_t entry_no, const v1::ViolationTakenOver& violation) {
  if (!told_.try_emplace({violation.source(), violation.id()}, digest_of(violation)).second) return;
  Of& of = by_wearer_[violation.wearer_id()];
  of[{violation.happened_at_us(), violation.source(), violation.id()}] = past_alert(entry_no, violation);
  if (violation.protected_id().empty()) drop_oldest_of_nobody(of);
}

void TakenOver::drop_oldest_of_nobody(Of& of) {
  const auto of_nobody = [](const auto& one) { return one.second.protected_id().empty(); };
  if (static_cast<size_t>(std::count_if(of.begin(), of.end(), of_nobody)) <= kTakenOverMax) return;
  const auto oldest = std::find_if(of.begin(), of.end(), of_nobody);
  told_.erase({oldest->second.source(), oldest->second.id()});
  of.erase(oldest);
}

void TakenOver::forget(const std::string& person_id) {
  for (auto& [wearer_id, of] : by_wearer_)
    std::erase_if(of, [&](const auto& one) {
      const v1::PastAlert& alert = one.second;
      if (alert.wearer_id() != person_id && alert.protected_id() != person_id) return false;
      told_.erase({alert.source(), alert.id()});
      return true;
    });
}

const TakenOver::Of* TakenOver::of(std::string_view wearer_id) const {
  const auto found = by_wearer_.find(wearer_id);
  return found == by_wearer_.end() ? nullptr : &found->second;
}

const Digest* TakenOver::told(const v1::ViolationTakenOver& violation) const {
  const auto found = told_.find({violation.source(), violation.id()});
  return found == told_.end() ? nullptr : &found->second;
}

}  // namespace haechi::picture
