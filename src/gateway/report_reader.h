// From a payload to facts: reads haechi.v1.Report or ReportBatch, as protobuf or as canonical proto3 JSON
// (first byte
// '{', which no protobuf message of ours can begin with), and admits each report.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "gateway/verify.h"

namespace haechi::gateway {

struct ReadReports {
  // One per report, in order; nullptr for a refused one. Empty when the payload could not be read at all.
  std::vector<std::unique_ptr<v1::Fact>> facts;
  std::vector<Rejection> rejections;  // also of reports admitted without their fix
  size_t admitted = 0;
};

// `device_id` is who the sender proved to be: a report without a device id gets it, one with another is
// refused (device_id_mismatch). Codes of the payload itself: empty_payload, bad_payload, empty_batch,
// batch_too_long. The same arguments give the same facts.
ReadReports read_reports(std::string_view payload, bool batch, std::string_view device_id, Time received_at,
                         std::string_view protocol, const Devices& devices);

}  // namespace haechi::gateway
