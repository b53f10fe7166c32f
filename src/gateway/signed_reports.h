// Signed reports: what a SignedReport proves before anything is believed.
//
// 1. Nothing of the report is read before its MAC held; comparing takes the same time wherever it differs.
// 2. A signed report is counted (epoch and seq, 1 or more), and its epoch is never less than the newest of
//    the device's signed reports, so that none can be played back. Within it the spine drops what it knows.
// 3. What was proven is logged as such: its protocol is "mqtt-signed" or "http-signed".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "gateway/devices.h"
#include "gateway/verify.h"
#include "haechi/v1/device.pb.h"

namespace haechi::gateway {

// HMAC-SHA-256 under `key` of (device id | 0 | generation, 4 bytes, big endian | report).
Digest mac_of_report(std::string_view key, std::string_view device_id, uint32_t generation,
                     std::string_view report);

// Our fault, not the sender's: what this is said of is to be sent again.
inline constexpr const char* kNoKey = "no_key";

// Opens what came from the device of that id into `report`, not verified otherwise. Codes: not_signing,
// unknown_generation, no_key, bad_mac, bad_payload, device_id_mismatch, not_counted, epoch_went_back.
std::optional<Rejection> open_signed(const v1::SignedReport& from, const std::string& device_id, Time now,
                                     const Devices& devices, v1::Report& report);

}  // namespace haechi::gateway
