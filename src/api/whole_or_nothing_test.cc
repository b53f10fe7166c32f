// A write goes to the record store and to the log: to both, or to neither.
#include "api/test_world.h"

namespace haechi::api {
namespace {

TEST(WholeOrNothing, NoRecordIsWrittenWhereTheLogHasNoRoomForWhatBelongsToIt) {
  TestWorld world;
  const auto put = [&](const char* name) {
    return world
        .ask(trust::Role::kRegistrar, "PUT", "/api/v1/persons/W-9",
             std::string(R"({"role":"ROLE_WEARER","record":{"name":")") + name + R"("}})")
        .status;
  };
  ASSERT_EQ(put("before"), 201);
  world.on_loop([&] { world.submit.full = true; });
  EXPECT_EQ(put("after"), 503);
  const net::Response kept = world.ask(trust::Role::kRegistrar, "GET", "/api/v1/persons/W-9");
  EXPECT_NE(kept.body.find("before"), std::string::npos) << kept.body;
}

}  // namespace
}  // namespace haechi::api
