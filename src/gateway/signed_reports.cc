#include "gateway/signed_reports.h"

namespace haechi::gateway {
namespace {

// What is signed.
std::string signed_bytes(std::string_view device_id, uint32_t generation, std::string_view report) {
  std::string bytes(device_id);
  bytes += '\0';
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(generation >> shift);
  bytes += report;
  return bytes;
}

std::optional<Rejection> check_mac(const v1::SignedReport& from, const Devices::Known& device, Time now,
                                   const Devices& devices) {
  if (device.generation == 0)
    return Rejection{"not_signing", "generation", "no signing key was made for this device"};
  if (!device.signs_with(from.generation(), now))
    return Rejection{"unknown_generation", "generation",
                     "the device does not sign with a key of this generation"};
  const Result<Digest> mac =
      devices.mac(device.id, from.generation(), signed_bytes(device.id, from.generation(), from.report()));
  if (!mac.ok()) return Rejection{kNoKey, "generation", "the key cannot be derived at this moment"};
  if (!equal_secret(view(*mac), from.mac()))
    return Rejection{"bad_mac", "mac", "the signature does not fit device, generation and report"};
  return std::nullopt;
}

}  // namespace

Digest mac_of_report(std::string_view key, std::string_view device_id, uint32_t generation,
                     std::string_view report) {
  return hmac_sha256(key, signed_bytes(device_id, generation, report));
}

std::optional<Rejection> open_signed(const v1::SignedReport& from, const std::string& device_id, Time now,
                                     const Devices& devices, v1::Report& report) {
  const Devices::Known* device = devices.find(device_id);
  if (device == nullptr)
    return Rejection{"unknown_device", "device_id", "no device of this id is registered"};
  if (auto bad = check_mac(from, *device, now, devices)) return bad;
  if (!report.ParseFromString(from.report()))
    return Rejection{"bad_payload", "report", "not a haechi.v1.Report"};
  if (report.device_id().empty()) report.set_device_id(device_id);
  if (report.device_id() != device_id)
    return Rejection{"device_id_mismatch", "report.device_id",
                     "the report names another device than the one that sent it"};
  if (report.epoch() == 0 || report.seq() == 0)
    return Rejection{"not_counted", report.epoch() == 0 ? "report.epoch" : "report.seq",
                     "a signed report has an epoch and a sequence number, both 1 or more"};
  if (report.epoch() < device->newest_epoch)
    return Rejection{"epoch_went_back", "report.epoch", "the device has signed reports of a later epoch"};
  return std::nullopt;
}

}  // namespace haechi::gateway
