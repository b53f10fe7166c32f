#include "geo/zone_index.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "geo/sphere.h"
#include "geo/zone_shape.h"

namespace haechi::geo {
namespace {

struct Entry {
  Zone zone;
  std::vector<S2CellId> cover;
};

}  // namespace

struct ZoneIndex::Cells {
  using Filed = std::vector<const std::pair<const uint32_t, Entry>*>;

  std::map<uint32_t, Entry> entries;              // nodes stay where they are
  std::map<S2CellId, Filed> cells;                // which zones each cell of a cover belongs to
  uint32_t levels[S2CellId::kMaxLevel + 1] = {};  // how many cells of each level are in `cells`

  void file(const std::pair<const uint32_t, Entry>& entry);
  void unfile(const std::pair<const uint32_t, Entry>& entry);
  template <typename Visit>
  void visit_cells(const S2Cap& around, Visit visit) const;
};

void ZoneIndex::Cells::file(const std::pair<const uint32_t, Entry>& entry) {
  for (const S2CellId cell : entry.second.cover) {
    Filed& filed = cells[cell];
    if (filed.empty()) ++levels[cell.level()];
    filed.push_back(&entry);
  }
}

void ZoneIndex::Cells::unfile(const std::pair<const uint32_t, Entry>& entry) {
  for (const S2CellId cell : entry.second.cover) {
    const auto at = cells.find(cell);
    std::erase(at->second, &entry);
    if (!at->second.empty()) continue;
    cells.erase(at);
    --levels[cell.level()];
  }
}

// Calls visit for the zones of every cell that touches the cells that hold the cap. A cell may be visited
// twice.
template <typename Visit>
void ZoneIndex::Cells::visit_cells(const S2Cap& around, Visit visit) const {
  std::vector<S2CellId> holding;
  around.GetCellUnionBound(&holding);
  S2CellId last_parents[S2CellId::kMaxLevel + 1];
  std::fill(std::begin(last_parents), std::end(last_parents), S2CellId::None());
  for (const S2CellId cell : holding) {
    const auto end = cells.upper_bound(cell.range_max());
    for (auto at = cells.lower_bound(cell.range_min()); at != end; ++at) visit(at->second);
    for (int level = 0; level < cell.level(); ++level) {
      if (levels[level] == 0) continue;
      const S2CellId parent = cell.parent(level);
      if (std::exchange(last_parents[level], parent) == parent) continue;
      if (const auto at = cells.find(parent); at != cells.end()) visit(at->second);
    }
  }
}

ZoneIndex::ZoneIndex() : cells_(std::make_unique<Cells>()) {}
ZoneIndex::~ZoneIndex() = default;
ZoneIndex::ZoneIndex(ZoneIndex&&) noexcept = default;
ZoneIndex& ZoneIndex::operator=(ZoneIndex&&) noexcept = default;

void ZoneIndex::put(uint32_t key, Zone zone) {
  remove(key);
  std::vector<S2CellId> cover = zone.shape().cover();
  const auto [at, added] = cells_->entries.emplace(key, Entry{std::move(zone), std::move(cover)});
  ENSURE(added, key);
  cells_->file(*at);
}

void ZoneIndex::remove(uint32_t key) {
  const auto at = cells_->entries.find(key);
  if (at == cells_->entries.end()) return;
  cells_->unfile(*at);
  cells_->entries.erase(at);
}

void ZoneIndex::within(Place place, int64_t limit_mm, std::vector<Hit>& out) const {
  out.clear();
  const S2Point point = point_of(place);
  // A millimetre more, so that rounding cannot lose a zone that touches the limit.
  const int64_t reach_mm = std::clamp<int64_t>(limit_mm, 0, kDistanceMmMax) + 1;
  const S1ChordAngle reach = angle_holding(static_cast<double>(reach_mm) / 1000.0);
  Cells::Filed near;
  cells_->visit_cells(S2Cap(point, reach), [&](const Cells::Filed& filed) {
    for (const auto* entry : filed) {
      const S2Cap& cap = entry->second.zone.shape().cap();
      if (S1ChordAngle(point, cap.center()) <= cap.radius() + reach) near.push_back(entry);
    }
  });
  const auto by_key = [](const auto* a, const auto* b) { return a->first < b->first; };
  std::sort(near.begin(), near.end(), by_key);
  near.erase(std::unique(near.begin(), near.end()), near.end());
  for (const auto* entry : near) {
    const int64_t mm = entry->second.zone.shape().signed_distance_mm(point);
    if (mm <= limit_mm) out.push_back({entry->first, mm});
  }
}

int64_t ZoneIndex::nearest_beyond_mm(Place place, int64_t limit_mm, int64_t search_mm) const {
  // Rings that grow, because the nearest zone is usually near and asking all of a wide ring is dear.
  int64_t ring_mm = std::max<int64_t>(limit_mm, 250'000);
  std::vector<Hit> hits;
  while (true) {
    ring_mm = std::min(ring_mm, search_mm);
    within(place, ring_mm, hits);
    int64_t nearest_mm = std::numeric_limits<int64_t>::max();
    for (const Hit& hit : hits) {
      if (hit.signed_distance_mm > limit_mm) nearest_mm = std::min(nearest_mm, hit.signed_distance_mm);
    }
    if (nearest_mm != std::numeric_limits<int64_t>::max() || ring_mm >= search_mm ||
        ring_mm >= kDistanceMmMax) {
      return nearest_mm;
    }
    ring_mm *= 4;
  }
}

size_t ZoneIndex::size() const {
  return cells_->entries.size();
}

}  // namespace haechi::geo
