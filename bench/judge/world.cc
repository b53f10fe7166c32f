#include "bench/judge/world.h"

#include <algorithm>

namespace haechi::judge {
namespace {

constexpr double kTurn = 6.283185307179586;
// He rests where the stretch begins and ends, so that no episode is cut off by the end of a recording.
constexpr int64_t kLeadS = 120, kTailS = 240;
constexpr int64_t kBeforeSMax = 900, kAfterSMax = 600;

Metres somewhere(Random& random, double length_m) {
  const double angle = random.unit() * kTurn;
  return {length_m * std::cos(angle), length_m * std::sin(angle)};
}

// Three in four are near enough to be met, the others test that nearness alone does not ring.
double draw_miss_m(Random& random) {
  return random.chance(0.75) ? random.unit() * 150 : 150 + random.unit() * 350;
}

// Longer stretches are drawn more often: every second of the recordings has the same chance.
const Stretch& draw_stretch(const std::vector<Stretch>& traces, Random& random) {
  int64_t total = 0;
  for (const Stretch& one : traces) total += one.seconds();
  int64_t left = random.between(0, total - 1);
  for (const Stretch& one : traces) {
    if (left < one.seconds()) return one;
    left -= one.seconds();
  }
  return traces.back();
}

std::vector<Sample> part(const std::vector<Sample>& samples, int64_t from_s, int64_t to_s) {
  std::vector<Sample> out;
  for (const Sample& one : samples)
    if (one.s >= from_s && one.s <= to_s) out.push_back(one);
  return out;
}

// Another person's way, moved in time and space so that she is at `meeting` at `s`.
Path draw_her_way(const std::vector<Stretch>& traces, const std::string& him, Point meeting, int64_t s,
                  Random& random) {
  const Stretch* hers = &draw_stretch(traces, random);
  for (int tries = 0; hers->person == him && tries < 50; ++tries) hers = &draw_stretch(traces, random);
  const int64_t at_s = random.between(hers->samples.front().s, hers->samples.back().s);
  const Point there = Path(hers->samples).at(static_cast<double>(at_s));
  const Scale from = scale_at(there.lat), to = scale_at(meeting.lat);
  std::vector<Sample> samples = part(hers->samples, at_s - kBeforeSMax - kLeadS, at_s + kAfterSMax + kTailS);
  if (samples.empty()) samples = hers->samples;
  for (Sample& one : samples) {
    one.s += s - at_s;
    one.at.lat = meeting.lat + (one.at.lat - there.lat);
    one.at.lng = meeting.lng + (one.at.lng - there.lng) * from.east / to.east;
  }
  return Path(std::move(samples));
}

uint64_t seed_of(uint64_t seed, uint64_t number) {
  return Random(seed * 0x9E3779B97F4A7C15u + number).next();
}

}  // namespace

double Block::margin_m(Metres off) const {
  const double along = std::abs(off.east * std::cos(turn) + off.north * std::sin(turn)) - half_length_m;
  const double across = std::abs(-off.east * std::sin(turn) + off.north * std::cos(turn)) - half_width_m;
  if (along <= 0 && across <= 0) return std::max(along, across);
  return std::hypot(std::max(along, 0.0), std::max(across, 0.0));
}

std::vector<Point> Block::corners() const {
  std::vector<Point> out;
  for (const auto& [x, y] : {std::pair{1, 1}, {-1, 1}, {-1, -1}, {1, -1}}) {
    const double a = x * half_length_m, b = y * half_width_m;
    out.push_back(
        moved(centre, {a * std::cos(turn) - b * std::sin(turn), a * std::sin(turn) + b * std::cos(turn)}));
  }
  return out;
}

double World::margin_m(Point his_place, Point her_place) const {
  if (kind == Kind::kSquareZone) return block.margin_m(his_place);
  return between(pair() ? her_place : centre, his_place).length() - kRadiusM;
}

World draw_world(const std::vector<Stretch>& traces, uint64_t seed, uint64_t number) {
  World world;
  world.seed = seed_of(seed, number);
  Random random(world.seed);
  const double lot = random.unit();
  world.kind = lot < 0.4    ? Kind::kHerAtRest
               : lot < 0.7  ? Kind::kHerMoving
               : lot < 0.85 ? Kind::kRoundZone
                            : Kind::kSquareZone;
  const Stretch& his = draw_stretch(traces, random);
  const int64_t meeting_s = random.between(his.samples.front().s, his.samples.back().s);
  const Point he = Path(his.samples).at(static_cast<double>(meeting_s));
  std::vector<Sample> samples = part(his.samples, meeting_s - kBeforeSMax, meeting_s + kAfterSMax);
  world.begins_s = samples.front().s - kLeadS;
  world.ends_s = samples.back().s + kTailS;
  world.his = Path(std::move(samples));
  const Point target = moved(he, somewhere(random, draw_miss_m(random)));
  world.centre = target;
  world.block = {target, 40 + random.unit() * 110, 40 + random.unit() * 60, random.unit() * kTurn};
  world.hers = world.kind == Kind::kHerMoving ? draw_her_way(traces, his.person, target, meeting_s, random)
                                              : Path({{meeting_s, target}});
  return world;
}

World resting_world(uint64_t seed, uint64_t number, bool inside) {
  World world;
  world.seed = seed_of(~seed, number);
  Random random(world.seed);
  world.kind = Kind::kResting;
  world.begins_s = 1'230'000'000;
  world.ends_s = world.begins_s + 86'400;
  world.centre = {39.9, 116.4};
  const Point he = moved(world.centre, somewhere(random, kRadiusM + (inside ? -15 : 15)));
  world.his = Path({{world.begins_s, he}});
  world.hers = Path({{world.begins_s, world.centre}});
  return world;
}

}  // namespace haechi::judge
