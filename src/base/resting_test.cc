// What lies at rest comes back as it was: RestingList, RestingMap and the moulds that they use.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>
#include <vector>

#include "base/moulds.h"
#include "base/random.h"
#include "base/resting_list_body.h"
#include "base/resting_map.h"

namespace haechi {
namespace {

struct Spot;

}  // namespace

template <>
inline constexpr bool resting::kIsPlace<Spot> = true;

namespace {

struct Spot {
  int32_t one = 0, other = 0;

  bool operator==(const Spot&) const = default;
};

struct Held {
  std::string name;
  Time at, later;
  double exact = 0;
  std::vector<int64_t> numbers;
  bool odd = false;
  std::vector<uint8_t> row;
  Spot spot, other_spot;

  bool operator==(const Held&) const = default;
};

Held drawn(Random& random) {
  Held made;
  made.name = "held-" + std::to_string(random.below(1'000));
  for (size_t i = random.below(6); i > 0; --i)
    made.numbers.push_back(random.between(-1'000, INT64_MAX / 2) >> random.below(64));
  made.odd = random.chance(0.5);
  const auto moment = [&] {
    const std::array<int64_t, 7> moments{
        0, 1, -1, INT64_MIN, INT64_MIN + 1, INT64_MAX, random.between(0, INT64_MAX / 2)};
    return Time{moments.at(random.below(moments.size()))};
  };
  made.at = moment();
  made.later = random.chance(0.3) ? made.at : moment();
  const auto number = [&] {
    const std::array<int32_t, 6> numbers{
        0, 1, -1, INT32_MIN, INT32_MAX, static_cast<int32_t>(random.between(-1'000, 1'000))};
    return numbers.at(random.below(numbers.size()));
  };
  made.spot = {number(), number()};
  made.other_spot = random.chance(0.3) ? made.spot : Spot{number(), number()};
  made.exact = random.unit();
  made.row.resize(random.chance(0.1) ? random.below(3'000) : random.below(300));
  if (random.chance(0.9))
    for (uint8_t& byte : made.row) byte = static_cast<uint8_t>(random.below(256));
  return made;
}

Held named(const std::string& name) {
  Held made;
  made.name = name;
  made.numbers = {1, 2};
  made.odd = true;
  return made;
}

template <typename T>
std::string archived(const T& value) {
  Writer out;
  write(out, value);
  return out.take();
}

TEST(Moulds, GiveBackWhatTheyWereGivenAtAnyLengthAndKeepTheSameHoweverTheyMoveIt) {
  Random random(1);
  Moulds moulds, in_steps(Moulds::Moves::kInSteps);
  std::string room, cast;
  for (int step = 0; step < 20'000; ++step) {
    std::string raw(random.chance(0.01) ? random.below(10'000) : random.below(60), '\0');
    for (char& byte : raw)
      if (random.chance(0.3)) byte = static_cast<char>(random.below(256));
    const size_t size = moulds.press(raw, room, 0);
    const std::string pressed = room.substr(0, size);
    ASSERT_EQ(moulds.cast(pressed.data(), cast), raw);
    ASSERT_EQ(room.substr(0, in_steps.press(raw, room, 0)), pressed);
    ASSERT_EQ(in_steps.cast(pressed.data(), cast), raw);
  }
}

TEST(Moulds, KeepOfWhatIsAlikeHardlyMoreThanWhatDiffers) {
  Moulds moulds;
  std::string room;
  const std::string first(400, 'a');
  std::string second = first;
  second[200] = 'b';
  moulds.press(first, room, 0);
  // The length, a byte for each 64, one for the word that differs, and the byte.
  EXPECT_EQ(moulds.press(second, room, 0), 2u + 7 + 1 + 1);
}

TEST(Block, GivesBackWhatItWasGivenAtAnySize) {
  Random random(5);
  std::string room;
  for (const size_t glance_bytes : {size_t{0}, size_t{8}, size_t{22}})
    for (size_t size = glance_bytes + resting::Block::kSizeBytes; size < 2'500; ++size) {
      std::string bytes(size, '\0');
      for (char& byte : bytes) byte = static_cast<char>(random.below(256));
      char* const block = resting::Block::make(bytes, glance_bytes);
      ASSERT_EQ(std::string_view(block, glance_bytes), std::string_view(bytes).substr(0, glance_bytes));
      const size_t begin = glance_bytes + resting::Block::kSizeBytes;
      const char* const content = resting::Block::content(block, glance_bytes, room);
      ASSERT_EQ(std::string_view(content, size - begin), std::string_view(bytes).substr(begin));
      resting::Block::give_back(block, glance_bytes);
    }
  const std::string large(100'000, 'a');
  char* const block = resting::Block::make(large, 0);
  ASSERT_EQ(resting::Block::content(block, 0, room)[50'000], 'a');
  resting::Block::give_back(block, 0);
}

TEST(RestingList, HoldsTheSameAsAVectorWhicheverRest) {
  Random random(2);
  RestingList<Held> list;
  std::vector<Held> all;
  for (int step = 0; step < 20'000; ++step) {
    if (random.chance(0.1)) {
      all.push_back(drawn(random));
      list.emplace_back() = all.back();
    } else if (!all.empty()) {
      const size_t i = random.below(all.size());
      ASSERT_EQ(list[i], all[i]);
      if (random.chance(0.3)) list[i] = all[i] = drawn(random);
    }
    list.rest();
  }
  list.extend(all.size() + 3);
  all.resize(all.size() + 3);
  ASSERT_EQ(archived(list), archived(all));
  RestingList<Held> loaded;
  const std::string bytes = archived(all);
  Reader in(bytes);
  read(in, loaded);
  ASSERT_TRUE(in.done());
  EXPECT_EQ(archived(loaded), bytes);
  for (size_t i = 0; i < all.size(); ++i) ASSERT_EQ(loaded[i], all[i]);
}

TEST(RestingList, RefusesBytesThatAreCutOff) {
  const std::string bytes = archived(std::vector<Held>(300, named("name")));
  for (size_t size = 0; size < bytes.size(); size += 7) {
    Reader in(std::string_view(bytes).substr(0, size));
    RestingList<Held> list;
    read(in, list);
    ASSERT_FALSE(in.done());
  }
}

TEST(RestingMap, HoldsTheSameAsAMap) {
  Random random(3);
  RestingMap<Held> map;
  std::map<std::string, Held> all;
  for (int step = 0; step < 20'000; ++step) {
    const std::string name =
        "name-" + std::to_string(random.below(2'000)) + std::string(random.below(3), 'x');
    if (random.chance(0.5)) {
      const Held value = drawn(random);
      map.put(name, value);
      all[name] = value;
    } else if (random.chance(0.3)) {
      ASSERT_EQ(map.erase(name), all.erase(name) == 1);
    } else if (random.chance(0.3)) {
      map.change(name, [](Held& held) { held.odd = !held.odd; });
      all[name].odd = !all[name].odd;
    }
    ASSERT_EQ(map.contains(name), all.contains(name));
    ASSERT_EQ(map.size(), all.size());
    const auto known = all.find(name);
    ASSERT_EQ(map.get(name), known == all.end() ? Held() : known->second);
  }
  ASSERT_EQ(archived(map), archived(all));
  RestingMap<Held> loaded;
  const std::string bytes = archived(all);
  Reader in(bytes);
  read(in, loaded);
  ASSERT_TRUE(in.done());
  EXPECT_EQ(archived(loaded), bytes);
}

TEST(RestingMap, AsksInTheOrderOfNames) {
  RestingMap<Held> map;
  for (const char* name : {"b", "c", "a"}) map.put(name, named(name));
  std::string seen;
  EXPECT_FALSE(map.any_of([&](std::string_view name, const Held& held) {
    EXPECT_EQ(held.name, name);
    seen += name;
    return false;
  }));
  EXPECT_EQ(seen, "abc");
}

}  // namespace
}  // namespace haechi
