#include "link/signature.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace haechi::link {
namespace {

const Key kKey{"police", "a secret of sixteen bytes"};
constexpr Time kNow{1'790'000'000'000'000};
const std::string kBody = R"({"id":"r-1","handOffId":"H-1","seq":4,"dispatched":{"unitIds":["U-1"]}})";

net::Request signed_request() {
  net::Request request;
  request.method = "POST";
  request.path = "/link/v1/answers";
  request.body = kBody;
  request.headers = signed_headers(kKey, kBody, kNow);
  return request;
}

bool holds(const net::Request& request) {
  return check_signature(kKey, request, kNow).ok();
}

TEST(Signature, HoldsForWhatWasSigned) {
  EXPECT_TRUE(holds(signed_request()));
}

TEST(Signature, HoldsForNothingInWhichOneBitIsAnother) {
  const net::Request good = signed_request();
  for (size_t bit = 0; bit < good.body.size() * 8; ++bit) {
    net::Request bad = good;
    bad.body[bit / 8] = static_cast<char>(bad.body[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(holds(bad)) << "bit " << bit << " of the body";
  }
  for (size_t header = 0; header < good.headers.size(); ++header) {
    const std::string& name = good.headers[header].first;
    if (!name.starts_with("x-haechi-")) continue;
    for (size_t bit = 0; bit < good.headers[header].second.size() * 8; ++bit) {
      net::Request bad = good;
      std::string& value = bad.headers[header].second;
      value[bit / 8] = static_cast<char>(value[bit / 8] ^ 1 << bit % 8);
      EXPECT_FALSE(holds(bad)) << "bit " << bit << " of " << name;
    }
  }
}

TEST(Signature, HoldsForNothingThatIsCutShortOrGrows) {
  const net::Request good = signed_request();
  for (size_t size = 0; size < good.body.size(); ++size) {
    net::Request bad = good;
    bad.body.resize(size);
    EXPECT_FALSE(holds(bad)) << size;
  }
  for (size_t header = 0; header < good.headers.size(); ++header) {
    for (size_t size = 0; size < good.headers[header].second.size(); ++size) {
      net::Request bad = good;
      bad.headers[header].second.resize(size);
      if (good.headers[header].first.starts_with("x-haechi-")) {
        EXPECT_FALSE(holds(bad)) << size;
      }
    }
    net::Request none = good;
    none.headers.erase(none.headers.begin() + static_cast<ptrdiff_t>(header));
    if (good.headers[header].first.starts_with("x-haechi-")) {
      EXPECT_FALSE(holds(none));
    }
  }
}

TEST(Signature, IsNotGuessedInAMillionTries) {
  Random random(1);
  net::Request request = signed_request();
  for (auto& [name, value] : request.headers) {
    if (name != "x-haechi-signature") continue;
    const std::string good = value;
    for (int tries = 0; tries < 1'000'000; ++tries) {
      // As it looks: a byte or more of it another.
      value = good;
      for (uint64_t changes = 1 + random.below(8); changes > 0; --changes) {
        char& digit = value[random.below(value.size())];
        digit = digit == '0' ? 'f' : '0';
      }
      ASSERT_TRUE(value == good || !holds(request)) << value;
    }
  }
}

TEST(Signature, IsOfOneKeyAndOfFiveMinutes) {
  const net::Request good = signed_request();
  EXPECT_FALSE(check_signature({"police", "a secret of another"}, good, kNow).ok());
  EXPECT_FALSE(check_signature({"other", kKey.secret}, good, kNow).ok());
  EXPECT_FALSE(check_signature({"police", ""}, good, kNow).ok());
  for (const int64_t s : {-300, 300}) {
    EXPECT_TRUE(check_signature(kKey, good, kNow + Duration::seconds(s)).ok()) << s;
    EXPECT_FALSE(check_signature(kKey, good, kNow + Duration::seconds(s > 0 ? s + 1 : s - 1)).ok()) << s;
  }
}

}  // namespace
}  // namespace haechi::link
