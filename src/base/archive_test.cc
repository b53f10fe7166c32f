#include "base/archive.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>
#include <set>

#include "base/time.h"

namespace haechi {
namespace {

enum class Colour : uint8_t { kRed, kGreen };

struct Inner {
  Time at;
  std::optional<Duration> wait;
  std::array<int, 3> numbers{};
  bool operator==(const Inner&) const = default;
};

struct alignas(64) Whole {
  uint32_t small = 7;
  Colour colour = Colour::kRed;
  double ratio = 0;
  std::string name;
  std::vector<Inner> inners;
  std::vector<bool> flags;
  std::vector<int64_t> bulk;
  std::deque<std::string> queue;
  std::map<std::pair<int, std::string>, std::set<uint16_t>> sets;
  std::variant<Inner, std::string> either;
  bool operator==(const Whole&) const = default;
};
static_assert(Fields<Inner>::count() == 3);
static_assert(Fields<Whole>::count() == 10);

class Hidden {
 public:
  Hidden() = default;
  explicit Hidden(int a) : a_(a), b_(std::to_string(a)) {}
  bool operator==(const Hidden&) const = default;

 private:
  friend struct haechi::Fields<Hidden>;
  static constexpr size_t kFieldCount = 2;
  int a_ = 0;
  std::string b_;
};

Whole whole() {
  Whole out;
  out.colour = Colour::kGreen;
  out.ratio = -0.1;
  out.name = std::string("a\0b", 3);
  out.inners = {{Time{5}, Duration{6}, {1, 2, 3}}, {Time{7}, {}, {}}};
  out.flags = {true, false, true};
  out.bulk = {INT64_MIN, 0, INT64_MAX};
  out.queue = {"x", ""};
  out.sets = {{{1, "one"}, {1, 2}}, {{2, ""}, {}}};
  out.either = "second";
  return out;
}

template <typename T>
std::string bytes_of(const T& value) {
  Writer out;
  write(out, value);
  return out.take();
}

TEST(Archive, GivesBackWhatWasWritten) {
  const Whole written = whole();
  const std::string bytes = bytes_of(written);
  Whole back;
  back.inners.resize(9);  // whatever was there before
  back.sets[{0, ""}] = {1};
  Reader in(bytes);
  read(in, back);
  EXPECT_TRUE(in.done());
  EXPECT_EQ(back, written);
  EXPECT_EQ(bytes_of(back), bytes);
}

TEST(Archive, ReachesThePrivateMembersOfAClassThatSaysHowManyItHas) {
  Hidden back;
  const std::string bytes = bytes_of(Hidden(42));
  Reader in(bytes);
  read(in, back);
  EXPECT_EQ(back, Hidden(42));
}

TEST(Archive, FollowsPointersToWhatTheyHold) {
  std::map<int, std::shared_ptr<const std::string>> shared{{1, std::make_shared<std::string>("one")},
                                                           {2, {}}};
  const std::string bytes = bytes_of(shared);
  std::map<int, std::shared_ptr<const std::string>> back;
  Reader in(bytes);
  read(in, back);
  ASSERT_TRUE(in.done());
  EXPECT_EQ(*back.at(1), "one");
  EXPECT_EQ(back.at(2), nullptr);
}

TEST(Archive, WritesNothingOfAnEmptyPieceThatIsNowhere) {
  Writer to;
  to.bytes(nullptr, 0);
  EXPECT_EQ(to.take(), "");
}

TEST(Archive, RefusesEveryTruncation) {
  const std::string bytes = bytes_of(whole());
  for (size_t size = 0; size < bytes.size(); ++size) {
    Whole back;
    Reader in(std::string_view(bytes).substr(0, size));
    read(in, back);
    EXPECT_TRUE(in.failed()) << size;
  }
}

TEST(Archive, ReadsDamagedBytesToAnEnd) {
  const std::string bytes = bytes_of(whole());
  std::mt19937 random(1);
  size_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = bytes;
    for (int k = 0; k < 3; ++k) damaged[random() % damaged.size()] = static_cast<char>(random());
    Whole back;
    Reader in(damaged);
    read(in, back);
    refused += in.failed();
  }
  EXPECT_GT(refused, 1'000U);
}

}  // namespace
}  // namespace haechi
