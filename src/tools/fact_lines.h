// FactLines: facts as newline-delimited JSON, as an outsider writes them, checked as the server checks what
// it logs.
//
// A line is {"at_us": 1773446400000000, "fact": {...}}, or flat: {"at": "2026-03-14T00:00:00Z",
// "report_received":
// {...}}. Lines that replay itself prints are read back: {"effect": ...} is passed over, entry_no is not
// needed. docs/replay.md says more.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/references.h"
#include "base/result.h"
#include "base/time.h"
#include "gateway/devices.h"
#include "haechi/v1/fact.pb.h"
#include "picture/picture.h"
#include "spine/report_filter.h"

namespace haechi::tools {

struct StampedFact {
  Time at;
  v1::Fact fact;
};

class FactLines {
 public:
  // The facts of a line, in order, their stamps strictly above all before: none for an empty line, an effect,
  // a duplicate report or a violation that was taken over already; two for the first order in a time zone,
  // whose rules go first. A refused line changes nothing. Refused: what is no JSON of a fact, a stamp before
  // the line above, what the server would refuse to log.
  Result<std::vector<StampedFact>> read(const std::string& line);
  // The same for one fact that was read already. Its stamp must not be before that of the fact above.
  Result<std::vector<StampedFact>> take(StampedFact stamped);

 private:
  Status admit(StampedFact& stamped, std::vector<StampedFact>& out);
  Status admit_report(v1::ReportReceived& received, Time at);
  Result<v1::Fact> time_zone_of(const v1::Order& order) const;

  Time said_at_;  // by the line above
  Time last_at_;  // given to the fact above: the same, or just after where several say the same
  picture::Picture nothing_;
  api::References references_{nothing_};
  gateway::Devices devices_;
  spine::ReportFilter filter_;
  std::map<std::string, uint32_t> versions_;  // of orders
  std::set<std::string> time_zones_;
};

}  // namespace haechi::tools
