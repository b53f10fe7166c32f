#include "base/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace haechi {
namespace {

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::string name = testing::TempDir() + "haechi-files-XXXXXX";
    top_ = ::mkdtemp(name.data());
  }
  ~FilesTest() override { std::filesystem::remove_all(top_); }
  static mode_t mode_of(const std::string& path) {
    struct stat about {};
    EXPECT_EQ(::stat(path.c_str(), &about), 0);
    return about.st_mode & 0777;
  }
  static std::string content_of(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string top_;
};

TEST_F(FilesTest, ADirectoryIsMadeWithThoseAboveItForItsOwnerOnly) {
  EXPECT_TRUE(make_directory(top_ + "/a/b/c").ok());
  EXPECT_EQ(mode_of(top_ + "/a"), 0700u);
  EXPECT_EQ(mode_of(top_ + "/a/b/c"), 0700u);
  EXPECT_TRUE(make_directory(top_ + "/a/b/c/").ok()) << "it is there already";
}

TEST_F(FilesTest, WhatStandsInTheWayOfADirectoryIsNamed) {
  ASSERT_TRUE(replace_file(top_ + "/file", "").ok());
  const Status made = make_directory(top_ + "/file/below");
  ASSERT_FALSE(made.ok());
  EXPECT_NE(made.error().reason.find(top_ + "/file"), std::string::npos) << made.error().text();
}

TEST_F(FilesTest, AFileIsReplacedWholeForItsOwnerOnlyAndLeavesNothingBeside) {
  const std::string path = top_ + "/key";
  ASSERT_TRUE(replace_file(path, "a long first content").ok());
  ASSERT_TRUE(replace_file(path, "second").ok());
  EXPECT_EQ(content_of(path), "second");
  EXPECT_EQ(mode_of(path), 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(top_), {}), 1);
}

TEST_F(FilesTest, AFileThatCannotBeWrittenLeavesTheOldOne) {
  const std::string path = top_ + "/key";
  ASSERT_TRUE(replace_file(path, "old").ok());
  ASSERT_EQ(::mkdir((path + ".new").c_str(), 0700), 0);
  EXPECT_FALSE(replace_file(path, "new").ok());
  EXPECT_EQ(content_of(path), "old");
}

}  // namespace
}  // namespace haechi
