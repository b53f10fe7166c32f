// Who may know roughly where somebody is, and tries to know better. The same attacks find people within a few
// metres of a border in plain squares, so they can find something.
#include "trust/coarse.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <set>
#include <vector>

#include "base/random.h"

namespace haechi::trust {
namespace {

constexpr int kPersons = 101;
constexpr int kQueries = 10'000;
constexpr double kMetresPerE7 = 0.0111195;
constexpr double kJitterM = 8;

struct Point {
  double east_m = 0, north_m = 0;
};

v1::Place place_of(int32_t lat_e7, int32_t lng_e7) {
  v1::Place out;
  out.set_lat_e7(lat_e7);
  out.set_lng_e7(lng_e7);
  return out;
}

double width_at(const v1::Place& place) {
  return kMetresPerE7 * std::cos(place.lat_e7() / 1e7 * std::numbers::pi / 180);
}

v1::Place moved(const v1::Place& from, Point by) {
  return place_of(from.lat_e7() + static_cast<int32_t>(std::lround(by.north_m / kMetresPerE7)),
                  from.lng_e7() + static_cast<int32_t>(std::lround(by.east_m / width_at(from))));
}

Point between(const v1::Place& from, const v1::Place& to) {
  return {(to.lng_e7() - from.lng_e7()) * width_at(from), (to.lat_e7() - from.lat_e7()) * kMetresPerE7};
}

double length(Point p) {
  return std::hypot(p.east_m, p.north_m);
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

v1::Place somewhere(Random& random) {
  return place_of(static_cast<int32_t>(random.between(331'000'000, 386'000'000)),
                  static_cast<int32_t>(random.between(1'250'000'000, 1'297'000'000)));
}

Point jitter(Random& random) {
  const auto one = [&] { return (random.unit() + random.unit() + random.unit() - 1.5) * 2 * kJitterM; };
  return {one(), one()};
}

using Coarsen = std::function<v1::Place(const std::string& person, const v1::Place&)>;

Coarsen ours(const std::string& secret = "a secret of this node") {
  return [places = CoarsePlaces(secret)](const std::string& person, const v1::Place& place) {
    return places.of(person, place);
  };
}

// What one would build first: the middle of a square of the map.
v1::Place plain_square(const std::string&, const v1::Place& place) {
  constexpr int32_t kSquareE7 = 57'600;
  const auto middle = [](int32_t e7) { return e7 / kSquareE7 * kSquareE7 + kSquareE7 / 2; };
  return place_of(middle(place.lat_e7()), middle(place.lng_e7()));
}

// A place on the way east where the answer changes, or the start itself where none does.
v1::Place border_east_of(const v1::Place& start, const std::string& person, const Coarsen& coarsen) {
  double near_m = 0, far_m = 0;
  const auto answer = [&](double east_m) {
    const v1::Place one = coarsen(person, moved(start, {east_m, 0}));
    return std::pair(one.lat_e7(), one.lng_e7());
  };
  while (answer(far_m) == answer(0)) far_m += kCoarseCellM / 8;
  while (far_m - near_m > 0.5) {
    const double middle_m = (near_m + far_m) / 2;
    (answer(middle_m) == answer(0) ? near_m : far_m) = middle_m;
  }
  return moved(start, {near_m, 0});
}

// How wrong is who takes the mean of the different answers he got, and of all answers: the better of both.
double error_of(const v1::Place& truth, const std::vector<v1::Place>& answers) {
  Point all, each;
  std::set<std::pair<int32_t, int32_t>> seen;
  for (const v1::Place& answer : answers) {
    const Point off = between(truth, answer);
    all.east_m += off.east_m / static_cast<double>(answers.size());
    all.north_m += off.north_m / static_cast<double>(answers.size());
    if (!seen.emplace(answer.lat_e7(), answer.lng_e7()).second) continue;
    each.east_m += off.east_m;
    each.north_m += off.north_m;
  }
  const auto count = static_cast<double>(seen.size());
  return std::min(length(all), length({each.east_m / count, each.north_m / count}));
}

using Walk = std::function<v1::Place(Random&, const v1::Place& home)>;

double median_error(const Coarsen& coarsen, bool at_border, const Walk& walk) {
  Random random(7);
  std::vector<double> errors;
  for (int person = 0; person < kPersons; ++person) {
    const std::string id = "W-" + std::to_string(person);
    v1::Place home = somewhere(random);
    if (at_border) home = border_east_of(home, id, coarsen);
    std::vector<v1::Place> answers;
    for (int i = 0; i < kQueries; ++i) answers.push_back(coarsen(id, walk(random, home)));
    errors.push_back(error_of(home, answers));
  }
  return median(errors);
}

v1::Place rests(Random& random, const v1::Place& home) {
  return moved(home, jitter(random));
}

// As far as five squares, as often in each direction.
v1::Place goes_about(Random& random, const v1::Place& home) {
  const double far_m = random.unit() * 5 * kCoarseCellM, angle = random.unit() * 2 * std::numbers::pi;
  return moved(home, {far_m * std::cos(angle), far_m * std::sin(angle)});
}

TEST(CoarsePlace, IsTheSameForEverAndForWhoeverAsks) {
  Random random(1);
  const v1::Place home = somewhere(random);
  const v1::Place answer = ours()("W-1", home);
  std::set<std::pair<int32_t, int32_t>> answers;
  for (int i = 0; i < kQueries; ++i) {
    const v1::Place one = ours()("W-1", home);
    answers.emplace(one.lat_e7(), one.lng_e7());
  }
  EXPECT_EQ(answers.size(), 1u);
  const v1::Place next_door = ours()("W-1", moved(home, {1, 1}));
  EXPECT_EQ(next_door.lat_e7(), answer.lat_e7());
  EXPECT_EQ(next_door.lng_e7(), answer.lng_e7());
}

TEST(CoarsePlace, IsAllThatIsLeftOfAFix) {
  v1::Fix fix;
  *fix.mutable_place() = place_of(375'665'001, 1'269'780'002);
  fix.set_fixed_at_us(7);
  fix.set_accuracy_mm(5'000);
  fix.set_altitude_mm(5);
  fix.set_speed_mmps(5);
  fix.set_course_cdeg(5);
  const v1::Fix left = CoarsePlaces("secret").of("W-1", fix);
  v1::Fix wanted;
  wanted.set_fixed_at_us(7);
  wanted.set_accuracy_mm(kCoarseAccuracyMm);
  *wanted.mutable_place() = CoarsePlaces("secret").of("W-1", fix.place());
  EXPECT_EQ(left.SerializeAsString(), wanted.SerializeAsString());
  fix.set_accuracy_mm(2'000'000);
  EXPECT_EQ(CoarsePlaces("secret").of("W-1", fix).accuracy_mm(), 2'000'000u);
}

TEST(CoarsePlace, IsElsewhereForEachPersonAndEachSecret) {
  Random random(2);
  const v1::Place home = somewhere(random);
  std::set<std::pair<int32_t, int32_t>> answers;
  for (int i = 0; i < 100; ++i) {
    const v1::Place one = ours()("W-" + std::to_string(i), home);
    const v1::Place other = ours("secret " + std::to_string(i))("W-1", home);
    answers.emplace(one.lat_e7(), one.lng_e7());
    answers.emplace(other.lat_e7(), other.lng_e7());
  }
  EXPECT_EQ(answers.size(), 200u);
}

TEST(CoarsePlace, IsNeverFartherThanItsAccuracySays) {
  Random random(3);
  for (int i = 0; i < 20'000; ++i) {
    const v1::Place place = place_of(static_cast<int32_t>(random.between(-800'000'000, 800'000'000)),
                                     static_cast<int32_t>(random.between(-1'799'000'000, 1'799'000'000)));
    const double off_m = length(between(place, ours()("W-" + std::to_string(i % 50), place)));
    ASSERT_LT(off_m, kCoarseAccuracyMm / 1000.0) << place.ShortDebugString();
  }
  for (const auto& [lat, lng] :
       {std::pair(900'000'000, 0), {-900'000'000, 1'800'000'000}, {0, -1'800'000'000}}) {
    const v1::Place one = ours()("W-1", place_of(lat, lng));
    EXPECT_LE(std::abs(int64_t{one.lat_e7()}), 900'000'000);
    EXPECT_LE(std::abs(int64_t{one.lng_e7()}), 1'800'000'000);
  }
}

TEST(CoarsePlace, IsNotFoundByAskingOften) {
  EXPECT_GE(median_error(ours(), false, rests), kCoarseCellM);
}

TEST(CoarsePlace, IsNotFoundWhereSomebodyRestsAtABorder) {
  EXPECT_LT(median_error(plain_square, true, rests), kCoarseCellM / 2) << "the attack is worth something";
  EXPECT_GE(median_error(ours(), true, rests), kCoarseCellM);
}

TEST(CoarsePlace, IsNotFoundFromTheMiddleOfWhereSomebodyGoes) {
  EXPECT_LT(median_error(plain_square, false, goes_about), kCoarseCellM / 4)
      << "the attack is worth something";
  EXPECT_GE(median_error(ours(), false, goes_about), kCoarseCellM);
}

// Where answers change along a line is a border of squares; who knew how one person's squares lie would know
// those of all, if they were not apart.
TEST(CoarsePlace, HasBordersThatAreElsewhereForEachPerson) {
  Random random(5);
  const v1::Place start = somewhere(random);
  std::vector<int> of_eighth(8);
  constexpr int kNeighbours = 400;
  for (int i = 0; i < kNeighbours; ++i) {
    const double m = between(start, border_east_of(start, "W-" + std::to_string(i), ours())).east_m;
    ++of_eighth[static_cast<size_t>(std::clamp(m / kCoarseCellM * 8, 0.0, 7.0))];
  }
  for (const int count : of_eighth) EXPECT_NEAR(count, kNeighbours / 8, 25);
}

// Who knows all of this but the secret guesses best; he weighs each place by the answers that it could give.
TEST(CoarsePlace, IsNotFoundByWhoKnowsHowItIsMade) {
  Random random(6);
  constexpr int kSecrets = 200;
  std::vector<double> errors;
  for (int person = 0; person < 100; ++person) {
    const std::string id = "W-" + std::to_string(person);
    const v1::Place home = somewhere(random), answer = ours()(id, home);
    // With a secret of his own he draws how far from an answer somebody can be, and takes the place from
    // which half of those are nearest.
    std::vector<Point> could;
    for (int i = 0; i < kSecrets; ++i)
      could.push_back(between(ours("guess " + std::to_string(i))(id, answer), answer));
    Point best;
    double best_m = 1e9;
    for (const Point& guess : could) {
      std::vector<double> off;
      for (const Point& one : could)
        off.push_back(length({one.east_m - guess.east_m, one.north_m - guess.north_m}));
      if (const double m = median(off); m < best_m) {
        best_m = m;
        best = guess;
      }
    }
    errors.push_back(length(between(home, moved(answer, best))));
  }
  EXPECT_GE(median(errors), kCoarseCellM);
}

}  // namespace
}  // namespace haechi::trust
