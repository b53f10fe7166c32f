// The parts of the Korean pack, for pack_kr.cc alone; everyone else asks kr() of pack.h.
#pragma once

#include <span>

#include "law/order_kinds.h"

namespace haechi::law {

// K1 to K14 are the duties of electronic monitoring, N1 on the notices around orders.
std::span<const Duty> kr_duties();
std::span<const Penalty> kr_penalties();
std::span<const Retention> kr_retention();
std::span<const PermittedUse> kr_uses();
std::span<const ProvisionRule> kr_provisions();
UrgentInquiry kr_urgent_inquiry();
PictureNotice kr_picture_notice();

}  // namespace haechi::law
