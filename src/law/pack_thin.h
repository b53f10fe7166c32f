// What the packs of thin countries say alike, until rules of their own are entered.
#pragma once

#include "law/order_kinds.h"

namespace haechi::law {

// What she reads before she is first shown where he is.
inline constexpr Words kThinNotice{
    // clang-format off
    "You may be shown how far away the person is, and near you where, only while an alert is open and only to protect "
    "yourself. Do not pass it on and do not use it for anything else: that may be a crime. The app can be late or wrong: "
    "that nothing is shown does not mean that nobody is near.",
    "경보가 진행되는 동안 본인의 보호를 위해서만 상대방과의 거리와, 가까운 경우 위치가 제공됩니다. 다른 사람에게 알리거나 "
    "다른 목적으로 사용하지 마십시오. 범죄가 될 수 있습니다. 표시가 늦거나 틀릴 수 있으며, 아무것도 표시되지 않는다고 해서 "
    "주변에 아무도 없다는 뜻은 아닙니다."
    // clang-format on
};

}  // namespace haechi::law
