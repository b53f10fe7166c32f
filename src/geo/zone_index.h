// ZoneIndex: many zones, asked which of them are near a place.
//
// Zones are filed by the S2 cells that cover them. A question visits the few cells around the place, throws
// out what the bounding circles exclude, and asks each zone that is left, so an answer is always what the
// zone itself says. Nothing is built lazily: put and remove cost the same whenever they are called, questions
// change nothing, and the answer does not depend on the order of puts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "geo/place.h"
#include "geo/zone.h"

namespace haechi::geo {

class ZoneIndex {
 public:
  struct Hit {
    uint32_t key = 0;
    int64_t signed_distance_mm = 0;

    auto operator<=>(const Hit&) const = default;
  };

  ZoneIndex();
  ~ZoneIndex();
  ZoneIndex(ZoneIndex&&) noexcept;
  ZoneIndex& operator=(ZoneIndex&&) noexcept;

  void put(uint32_t key, Zone zone);  // replaces the zone under that key
  void remove(uint32_t key);          // a key that is not there is no error

  // All zones whose signed distance is at most limit_mm (0: those that contain the place), sorted by key.
  // `out` is replaced.
  void within(Place place, int64_t limit_mm, std::vector<Hit>& out) const;

  // The smallest signed distance above limit_mm and at most search_mm: how far to the next zone of which
  // within() did not tell. INT64_MAX if there is none.
  int64_t nearest_beyond_mm(Place place, int64_t limit_mm, int64_t search_mm) const;

  size_t size() const;

 private:
  struct Cells;
  std::unique_ptr<Cells> cells_;
};

}  // namespace haechi::geo
