// Approach: how far a unit is from the person it may follow, in what direction, since when nearer or farther.
#pragma once

#include <optional>

#include "picture/picture.h"

namespace haechi::picture {

inline constexpr Duration kTrendSpan = Duration::seconds(30);
// Less change than this is standing: half a metre per second.
inline constexpr int64_t kTrendSteadyMm = 15'000;
// With more noise than this, no change to be seen does not mean that there is none.
inline constexpr int64_t kTrendNoiseMaxMm = 100'000;

// Of the newest places of both, whatever their age: the times of both fixes are in it. Nothing when either
// has no place, or one that its device says an app made up. Does not ask whether the right still holds.
//
// The trend compares the distances at two moments half a minute apart at which both places are known, the
// later one as late as possible. It is unknown without such moments, when the two newest places lie further
// apart in time than the older of the devices counts as live, and when the noise of the fixes hides the
// answer.
std::optional<v1::Approach> approach(const Picture& picture, const v1::TrackAccess& access);

}  // namespace haechi::picture
