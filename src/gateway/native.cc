#include "gateway/native.h"

#include <google/protobuf/util/json_util.h>

#include <exception>
#include <string>

#include "net/json_form.h"

namespace haechi::gateway {
namespace {

Result<std::vector<v1::Report>> reports_of(v1::ReportBatch batch) {
  if (batch.reports_size() == 0) return invalid("reports", "must hold at least one report");
  if (batch.reports_size() > kBatchReportsMax) return invalid("reports", "must hold at most 1000 reports");
  std::vector<v1::Report> reports;
  reports.reserve(static_cast<size_t>(batch.reports_size()));
  for (v1::Report& report : *batch.mutable_reports()) reports.push_back(std::move(report));
  return reports;
}

Status read_json(std::string_view body, google::protobuf::Message& into) {
  TRY_STATUS(net::check_json_form(body));
  try {
    google::protobuf::StringPiece text(body.data(), body.size());
    auto status = google::protobuf::util::JsonStringToMessage(text, &into);
    if (!status.ok()) return invalid("", "not the JSON of haechi.v1: " + std::string(status.message()));
  } catch (const std::exception&) {
    return invalid("", "the body cannot be read");
  }
  return {};
}

}  // namespace

Result<std::vector<v1::Report>> read_native_json(std::string_view body) {
  // No text inside a valid report can hold this: ids have no quotes, and a quote within a text is escaped.
  bool is_batch = body.find("\"reports\"") != std::string_view::npos;
  v1::ReportBatch batch;
  google::protobuf::Message* target = &batch;
  if (!is_batch) target = batch.add_reports();
  TRY_STATUS(read_json(body, *target));
  return reports_of(std::move(batch));
}

Result<std::vector<v1::Report>> read_native_protobuf(std::string_view body, bool single) {
  v1::ReportBatch batch;
  google::protobuf::Message* target = &batch;
  if (single) target = batch.add_reports();
  if (!target->ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return invalid("", single ? "not a haechi.v1.Report" : "not a haechi.v1.ReportBatch");
  }
  return reports_of(std::move(batch));
}

Result<v1::SignedReport> read_signed_json(std::string_view body) {
  v1::SignedReport out;
  TRY_STATUS(read_json(body, out));
  return out;
}

Result<v1::SignedReport> read_signed_protobuf(std::string_view body) {
  v1::SignedReport out;
  if (!out.ParseFromArray(body.data(), static_cast<int>(body.size())))
    return invalid("", "not a haechi.v1.SignedReport");
  return out;
}

}  // namespace haechi::gateway
