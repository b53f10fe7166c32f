// HttpIntake: devices that speak HTTP. Bytes become unverified reports (native.h, osmand.h, owntracks.h,
// traccar.h), pass admit(), and are answered when every fact of the request is durable.
//
//   POST     /ingest/v1/reports          haechi.v1.Report or ReportBatch: application/json,
//   application/x-protobuf
//                                        (with ";type=report": a single Report)
//   POST     /ingest/v1/signed-reports   haechi.v1.SignedReport, as either
//   GET|POST /ingest/osmand              OsmAnd, Traccar Client: query, form or JSON
//   POST     /ingest/owntracks           OwnTracks in HTTP mode
//   POST     /ingest/traccar/positions   forwarded by a Traccar server
//   POST     /ingest/traccar/events
//
// A device proves itself with HTTP Basic (device id, secret) or "Authorization: Bearer <device id>.<secret>",
// over OsmAnd also with the parameter key=SECRET because that protocol has no other place for it; it may then
// report for itself only. A Traccar server proves itself with the forwarder's token and may report for every
// known device.
//
// A request is taken whole or not at all: one bad report refuses it with 400 naming
// "reports[3].fix.place.lat_e7". The exception is that of admit(): a report with an event (SOS, strap cut)
// loses its bad fix and stays. Duplicates count as success. 503 with retry-after: nothing or a part was kept,
// send the same again.
//
// 429 with retry-after: more than `reports_per_s` of one device. Requests with an event (SOS, strap cut) are
// counted apart from those without, so that no number of the others keeps an alarm out.
//
// No report is answered for by anything but the spine's word that it is durable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/throttle.h"
#include "base/time.h"
#include "gateway/devices.h"
#include "gateway/rejections.h"
#include "gateway/suspects.h"
#include "gateway/verify.h"
#include "net/http.h"
#include "net/loop.h"
#include "spine/submit.h"

namespace haechi::v1 {
class Report;
}  // namespace haechi::v1

namespace haechi::gateway {

struct HttpIntakeOptions {
  std::string forwarder_token_sha256 = {};           // 32 raw bytes; empty: nobody may forward
  std::string former_forwarder_token_sha256 = {};    // the one before, while that is good
  std::function<bool()> former_forwarder_good = {};  // on the loop; empty: it is not
  bool certificates = false;      // a device must also have shown one that bears its id as name
  bool osmand_addresses = false;  // OsmAnd's place and secret may stand in the address
  uint32_t reports_per_s = 50;    // of one device, sustained, ten times that at once
  Duration answer_after = {};     // MqttLimits::answer_after, of what is kept
};

// What came in, for /metrics.
struct HttpIntakeCounters {
  using ByProtocolAndCode = std::map<std::pair<std::string, std::string>, uint64_t>;
  ByProtocolAndCode refused;                  // ("osmand", "unknown_device") -> reports or requests
  std::map<std::string, uint64_t> durable;    // by protocol: reports that are now in the log
  std::map<std::string, uint64_t> duplicate;  // by protocol: reports that had been there before
};

class HttpIntake {
 public:
  // `loop` is the one `devices` and `rejections` belong to. All must live until the loop has stopped.
  HttpIntake(net::Loop& loop, const Clock& clock, spine::Submit& submit, const Devices& devices,
             Rejections& rejections, HttpIntakeOptions options);

  // Before the loop runs. Whose bytes are not heard; it outlives the intake. Nullptr: nobody's.
  void heed(const Suspects* suspects) { suspects_ = suspects; }
  // Is the path one of ours? Any thread.
  static bool serves(std::string_view path);

  // A net::Handler for paths of ours, 404 for others. Any thread.
  void handle(net::Request request, net::Respond respond);

  HttpIntakeCounters counters() const;  // any thread

 private:
  struct Call;      // one request on its way
  struct Delivery;  // its facts, on their way to the log
  struct Ledger {   // shared with deliveries, which may end after us
    mutable std::mutex mutex;
    HttpIntakeCounters counters;
  };

  void run(const std::shared_ptr<Call>& call);
  void run_native(Call& call);
  void run_signed(Call& call);
  void run_osmand(Call& call);
  void run_owntracks(Call& call);
  void run_traccar_position(Call& call);
  void run_traccar_event(Call& call);

  // The device that the request proves to come from; false if it has been answered instead.
  bool authenticate(Call& call, std::string_view claimed_id, std::string& device_id);
  bool authenticate_forwarder(Call& call);
  // Of a forwarder: may it report for this device? False: it has been answered.
  bool forwards(Call& call, const std::string& device_id);
  bool shuns(Call& call, const std::string& who);  // then it has been answered
  // Checks all reports, then submits all.
  void take(Call& call, std::vector<v1::Report> reports, bool indexed);
  bool within_rate(Call& call, const std::vector<v1::Report>& reports);
  net::Respond not_before(Time due, net::Respond respond) const;
  void refuse(Call& call, int status, std::string_view device_id, const Rejection& rejection);
  void answer_refused(Call& call, int status, const Rejection& rejection);
  void note(const Call& call, std::string_view device_id, const Rejection& rejection);

  net::Loop& loop_;
  const Clock& clock_;
  spine::Submit& submit_;
  const Devices& devices_;
  Rejections& rejections_;
  HttpIntakeOptions options_;
  const Suspects* suspects_ = nullptr;
  Throttle reports_, alarms_;  // by device
  std::shared_ptr<Ledger> ledger_ = std::make_shared<Ledger>();
};

}  // namespace haechi::gateway
