// The OsmAnd protocol, as spoken by OsmAnd, Traccar Client and many trackers: a query or form, or JSON.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "haechi/v1/device.pb.h"

namespace haechi::gateway {

// The decoded pairs of a query or form as one report, not verified. Speed is in knots. Without a timestamp
// the fix is of `received_at`; without lat, lon or location, or with valid=false, there is no fix. Cells and
// Wi-Fi neighbours are not looked up. kInvalid: no id.
Result<v1::Report> read_osmand_form(const std::vector<std::pair<std::string, std::string>>& pairs,
                                    Time received_at);

// JSON of Traccar Client and of background-geolocation libraries; `location` is an object or an array of
// them. Speed is in m/s, -1 means not known, mock:true a made-up position. kInvalid: not such JSON, no
// device_id, no location.
Result<std::vector<v1::Report>> read_osmand_json(std::string_view body);

}  // namespace haechi::gateway
