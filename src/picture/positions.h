// Positions: the newest place and the recent track of every holder, person or unit.
//
// A fix replaces another only when it was taken later; when it arrived does not matter. A fix that claims to
// be from the future counts as taken when it was received, so one wrong clock cannot freeze a person on the
// map. Bounds: one position and kTrackPointsMax points for each holder that has a device; holders come from
// the registers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/archived.h"
#include "base/chunks.h"
#include "base/time.h"
#include "geo/place.h"
#include "haechi/v1/device.pb.h"
#include "haechi/v1/fact.pb.h"
#include "haechi/v1/law.pb.h"
#include "haechi/v1/picture.pb.h"
#include "picture/track_points.h"

namespace haechi::picture {

inline constexpr Duration kTrackSpan = Duration::seconds(20 * 60);
inline constexpr Duration kTrackSpacing = Duration::seconds(10);
inline constexpr size_t kTrackPointsMax = 128;  // 20 min at the spacing, and room for the uneven
inline constexpr Duration kTrackGapMax = Duration::seconds(3 * 60);  // over more than this nothing is told

// What a report changed: whose device it was of, and whether that holder's newest place changed.
struct Reported {
  std::optional<uint32_t> holder;
  bool moved = false;
};

// Where a holder was at a moment, with the standard deviation per axis.
struct PlaceAt {
  geo::Place place;
  int64_t sigma_mm = 0;
};

class Positions {
 public:
  // Registers. A removed person loses place and track at once.
  void put_person(const v1::Person& person);
  void put_unit(const v1::Unit& unit);

  // Applies a report of that device; a retired one reports for nobody. Home beacons tell where a home is, not
  // where a person is: they move nobody, and nobody is heard through them.
  Reported report(uint64_t entry_no, const v1::ReportReceived& received, const v1::Device& device);
  // One that says nothing of now: a point of the track, and no more.
  void report_past(const v1::ReportReceived& received, const v1::Device& device);

  // Holders are numbered from 0 in order of first registration; numbers stay valid, also after removal.
  uint32_t size() const { return static_cast<uint32_t>(holders_.size()); }
  std::optional<uint32_t> find_person(std::string_view id) const;
  std::optional<uint32_t> find_unit(std::string_view id) const;
  const std::string& id(uint32_t holder) const { return holders_[holder].id; }
  bool is_unit(uint32_t holder) const { return holders_[holder].unit; }
  v1::Role role(uint32_t holder) const { return holders_[holder].role; }
  bool has_fix(uint32_t holder) const { return holders_[holder].has_fix; }
  uint64_t entry_no(uint32_t holder) const { return holders_[holder].entry_no; }  // of the newest fix

  // The newest place; nothing if there is none.
  std::optional<v1::LivePosition> live(uint32_t holder) const;
  // When the newest place was taken, never after it was received; not known if there is none.
  Time fixed_at(uint32_t holder) const { return Time{holders_[holder].order_us}; }
  // Between two points of the recent track no more than kTrackGapMax apart, along the straight line; nothing
  // outside them.
  std::optional<PlaceAt> place_at(uint32_t holder, Time at) const;
  // Points taken at or after `from`, oldest first.
  v1::Track track(uint32_t holder, Time from) const;
  size_t track_points(uint32_t holder) const { return holders_[holder].track.size(); }

 private:
  friend struct haechi::Fields<Positions>;
  static constexpr size_t kFieldCount = 3;
  struct Holder {
    std::string id;
    bool unit = false;
    bool removed = false;
    bool has_fix = false;
    bool stored = false;
    v1::Role role = v1::ROLE_UNSPECIFIED;
    v1::Fix fix;
    int64_t order_us = 0;  // what the newest fix is compared by
    int64_t received_us = 0;
    int64_t heard_us = 0;
    uint64_t entry_no = 0;
    uint32_t stale_after_s = 0;
    std::optional<uint32_t> battery_percent;
    std::optional<bool> charging;
    std::string device_id;
    TrackPoints track;  // at least kTrackSpacing apart
  };
  using Index = std::map<std::string, uint32_t, std::less<>>;

  uint32_t intern(Index& index, const std::string& id, bool unit);
  Holder* holder_of(const v1::Device& device, uint32_t& number);
  static void hear(Holder& holder, const v1::ReportReceived& received);
  static void extend_track(Holder& holder, const v1::Fix& fix, int64_t at_us);
  static void forget(Holder& holder);

  Chunks<Holder> holders_;
  Index persons_, units_;
};

}  // namespace haechi::picture
