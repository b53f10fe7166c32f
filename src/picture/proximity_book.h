// ProximityBook: how far the two persons of each open incident were from each other, over time. Measured with
// the engine's own functions from the same fixes, so that a plot never says other than an alert did.
//
// Bounds: kProximityPointsMax points for each pair (then every second one goes), the newest
// kClosedSeriesMax incidents that have ended.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/archived.h"
#include "haechi/v1/api.pb.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "picture/device_book.h"
#include "picture/positions.h"

namespace haechi::picture {

inline constexpr size_t kProximityPointsMax = 600;
inline constexpr size_t kClosedSeriesMax = 300;

class ProximityBook {
 public:
  ProximityBook();
  ~ProximityBook();
  ProximityBook(ProximityBook&&) noexcept;
  ProximityBook& operator=(ProximityBook&&) noexcept;

  // All of it, as bytes and back (base/archive.h).
  void save(Writer& out) const;
  void load(Reader& in);

  // Opened, changed or closed. Positions hold what is known of both by now.
  void put_incident(const v1::Incident& incident, const Positions& positions);
  // How far that person was from anybody.
  void forget(const std::string& person_id);
  void report(const v1::ReportReceived& received, const v1::Device& device, const DeviceBook& devices);

  // Oldest first, of every protected person of the incident; empty when nothing is known.
  v1::ProximitySeries series(std::string_view incident_id) const;

 private:
  struct Pair;
  struct Series;
  void close(const std::string& id, Series& series);
  static void observe(const Series& series, Pair& pair);

  std::map<std::string, std::unique_ptr<Series>, std::less<>> series_;
  std::map<std::string, std::set<std::string>, std::less<>> open_by_person_;
  std::deque<std::string> closed_;  // oldest first
};

}  // namespace haechi::picture
