#include "gateway/report_reader.h"

#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/json_util.h>

#include <utility>

#include "gateway/native.h"
#include "haechi/v1/fact.pb.h"
#include "net/json_form.h"

namespace haechi::gateway {
namespace {

// Payloads are shorter than 2 GiB: every intake bounds them far below.
bool parse(std::string_view payload, google::protobuf::Message& into) {
  // The library writes a line to stderr for every text that is not UTF-8: a device could flood our log with
  // it.
  static const google::protobuf::LogSilencer silence;
  if (payload.front() != '{') return into.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
  if (!net::check_json_form(payload).ok()) return false;
  const google::protobuf::StringPiece json(payload.data(), payload.size());
  return google::protobuf::util::JsonStringToMessage(json, &into).ok();
}

std::unique_ptr<v1::Fact> new_fact(Time received_at, std::string_view protocol) {
  auto fact = std::make_unique<v1::Fact>();
  v1::ReportReceived& received = *fact->mutable_report_received();
  received.set_received_at_us(received_at.us);
  received.set_protocol(protocol.data(), protocol.size());
  return fact;
}

// `fact` already holds the report.
void take(std::unique_ptr<v1::Fact> fact, std::string_view device_id, Time received_at,
          const Devices& devices, ReadReports& out) {
  v1::ReportReceived& received = *fact->mutable_report_received();
  v1::Report& report = *received.mutable_report();
  if (report.device_id().empty()) report.set_device_id(device_id.data(), device_id.size());
  Admission admission;
  if (report.device_id() == device_id) {
    admission = admit(report, received_at, devices, received.protocol());
  } else {
    admission.rejection = Rejection{"device_id_mismatch", "device_id",
                                    "the report names another device than the one that sent it"};
  }
  if (admission.rejection) out.rejections.push_back(std::move(*admission.rejection));
  if (admission.admitted) ++out.admitted;
  out.facts.push_back(admission.admitted ? std::move(fact) : nullptr);
}

void refuse(const char* code, const char* reason, ReadReports& out) {
  out.rejections.push_back({code, "", reason});
}

void read_batch(std::string_view payload, std::string_view device_id, Time received_at,
                std::string_view protocol, const Devices& devices, ReadReports& out) {
  v1::ReportBatch batch;
  if (!parse(payload, batch)) return refuse("bad_payload", "not a haechi.v1.ReportBatch", out);
  if (batch.reports().empty()) return refuse("empty_batch", "a batch holds 1 to 1000 reports", out);
  if (batch.reports_size() > kBatchReportsMax) {
    return refuse("batch_too_long", "a batch holds 1 to 1000 reports", out);
  }
  for (v1::Report& report : *batch.mutable_reports()) {
    auto fact = new_fact(received_at, protocol);
    fact->mutable_report_received()->mutable_report()->Swap(&report);
    take(std::move(fact), device_id, received_at, devices, out);
  }
}

}  // namespace

ReadReports read_reports(std::string_view payload, bool batch, std::string_view device_id, Time received_at,
                         std::string_view protocol, const Devices& devices) {
  ReadReports out;
  if (payload.empty()) {
    refuse("empty_payload", "the payload is empty", out);
  } else if (batch) {
    read_batch(payload, device_id, received_at, protocol, devices, out);
  } else {
    auto fact = new_fact(received_at, protocol);
    if (!parse(payload, *fact->mutable_report_received()->mutable_report())) {
      refuse("bad_payload", "not a haechi.v1.Report", out);
    } else {
      take(std::move(fact), device_id, received_at, devices, out);
    }
  }
  return out;
}

}  // namespace haechi::gateway
