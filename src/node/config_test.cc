#include "node/config.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace haechi::node {
namespace {

Status read(const std::string& text, Config& config) {
  const std::string path = testing::TempDir() + "haechi-config-" + std::to_string(getpid()) + ".toml";
  std::ofstream(path) << text;
  const Status status = read_config(path, config);
  std::remove(path.c_str());
  return status;
}

TEST(Config, ReadsWhatIsWrittenAndKeepsTheRest) {
  Config config;
  ASSERT_TRUE(read("data = \"/srv/haechi\"\n[http]\nport = 9000\n", config).ok());
  EXPECT_EQ(config.data, "/srv/haechi");
  EXPECT_EQ(config.http_port, 9000);
  EXPECT_EQ(config.mqtt_port, 1883);
}

TEST(Config, NamesTheSettingAtFault) {
  Config config;
  EXPECT_EQ(read("[http]\nport = 70000\n", config).error().field, "http.port");
  EXPECT_EQ(read("dta = \"x\"\n", config).error().field, "dta");
  EXPECT_EQ(read("[devices]\nmqtt = 1\n", config).error().field, "devices.mqtt");
  EXPECT_EQ(read("data = 7\n", config).error().field, "data");
  EXPECT_FALSE(read("data = \n", config).ok());
}

TEST(Config, GivesDemonstrationKeysOnLoopbackOnly) {
  Config config;
  config.demo_keys_file = "keys.json";
  EXPECT_TRUE(check_config(config).ok());
  config.http_address = "0.0.0.0";
  EXPECT_FALSE(check_config(config).ok());
}

}  // namespace
}  // namespace haechi::node
