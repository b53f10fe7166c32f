// Our own protocol: haechi.v1.Report or ReportBatch, as canonical proto3 JSON or as protobuf.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "haechi/v1/device.pb.h"

namespace haechi::gateway {

inline constexpr int kBatchReportsMax = 1000;

// 1 to 1000 reports, not verified. JSON with a member "reports" is a batch, any other a single report.
// Unknown members are refused: the sender must learn that they would be lost.
Result<std::vector<v1::Report>> read_native_json(std::string_view body);

// As above from protobuf; `single` says that the body is a Report and no ReportBatch, which bytes cannot
// tell.
Result<std::vector<v1::Report>> read_native_protobuf(std::string_view body, bool single);

// One haechi.v1.SignedReport, of which nothing is believed yet.
Result<v1::SignedReport> read_signed_json(std::string_view body);
Result<v1::SignedReport> read_signed_protobuf(std::string_view body);

}  // namespace haechi::gateway
