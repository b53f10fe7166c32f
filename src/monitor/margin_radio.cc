// Radio: how far a neighbour is that was heard so loud. Log-distance path loss with log-normal shadowing.
//
//   distance = 1 m * 10 ^ ((power at 1 m - power received) / (10 * exponent))
//
// Power at 1 m, where the neighbour does not announce it: -59 dBm, the calibration that Bluetooth beacons
// commonly advertise. Exponent 2.2 and shadowing 6 dB: between free space (2.0) and an office through soft
// partitions (2.4 to 2.6, 9 to 14 dB) of the usual tables (Rappaport, Wireless Communications, on indoor path
// loss); published fits of Bluetooth in homes give 2.0 to 2.4. Bodies and walls only weaken a signal, so who
// is heard is rather nearer than it says: the error is on the side of an alert.
#include <algorithm>
#include <cmath>

#include "monitor/margin.h"

namespace haechi::monitor {
namespace {

constexpr double kExponent = 2.2;
constexpr double kShadowingDb = 6.0;
constexpr int32_t kPowerAt1mDbm = -59;
// The weakest that receivers hear: stands for a strength that was not said.
constexpr int32_t kWeakestDbm = -95;
constexpr int32_t kLossMinDb = -22;  // 10 cm
constexpr int32_t kLossMaxDb = 60;   // 534 m: no such radio is heard farther

}  // namespace

Measure radio_measure(int32_t rssi_dbm, std::optional<int32_t> power_at_1m_dbm, Time at) {
  const bool said = rssi_dbm < 0 && rssi_dbm >= -127;
  const int64_t loss_db = int64_t{power_at_1m_dbm.value_or(kPowerAt1mDbm)} - (said ? rssi_dbm : kWeakestDbm);
  const auto bounded = static_cast<double>(std::clamp<int64_t>(loss_db, kLossMinDb, kLossMaxDb));
  const double distance_mm = 1'000 * std::pow(10.0, bounded / (10 * kExponent));
  // So many decibels up or down are so many parts of the distance.
  const double sigma_mm = distance_mm * kShadowingDb * std::log(10.0) / (10 * kExponent);
  Measure made{std::llround(distance_mm), std::llround(sigma_mm), at};
  made.radio = true;
  return made;
}

}  // namespace haechi::monitor
