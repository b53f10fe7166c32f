#include "live/json.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "haechi/v1/law.pb.h"
#include "haechi/v1/picture.pb.h"

namespace haechi::live {
namespace {

TEST(Json, IsReadBackByTheLibraryAsTheSameMessage) {
  v1::LivePosition position;
  position.set_person_id("W\"1\\\n한");
  position.mutable_fix()->mutable_place()->set_lat_e7(-371234567);
  position.mutable_fix()->set_fixed_at_us(1'700'000'000'000'000);
  position.mutable_fix()->set_source(v1::FIX_SOURCE_GNSS);
  position.mutable_fix()->set_speed_mmps(0);  // present though zero
  position.set_stored(true);
  v1::LivePosition back;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json(position), &back).ok()) << json(position);
  EXPECT_EQ(back.SerializeAsString(), position.SerializeAsString());

  for (const std::string& bytes :
       {std::string(), std::string("a"), std::string("ab"), std::string("\0\xff\x10x", 4)}) {
    v1::Device device;
    device.set_secret_sha256(bytes);
    v1::Device device_back;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json(device), &device_back).ok());
    EXPECT_EQ(device_back.secret_sha256(), bytes);
  }
}

TEST(Json, WritesListsEnumsAndLongNumbersAsProto3JsonDoes) {
  v1::Incident incident;
  incident.set_id("I");
  incident.add_alert_ids("a");
  incident.add_alert_ids("b");
  incident.set_opened_at_us(5);
  EXPECT_EQ(json(incident), R"({"id":"I","alert_ids":["a","b"],"opened_at_us":"5"})");
  v1::UnitState state;
  state.set_status(v1::UNIT_STATUS_EN_ROUTE);
  EXPECT_EQ(json(state), R"({"status":"UNIT_STATUS_EN_ROUTE"})");
}

}  // namespace
}  // namespace haechi::live
