#include "vault/patient.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace haechi::vault {
namespace {

const Key kMaster(std::string(32, 'm')), kKey(std::string(32, 'k'));

// Does not come back while it is told to hang.
class Hanging : public Master {
 public:
  explicit Hanging(std::shared_future<void> until) : until_(std::move(until)) {}
  Result<std::string> wrap(const Key& key) override { return inner_->wrap(key); }
  std::optional<Key> unwrap(std::string_view wrapped) override {
    until_.wait();
    return inner_->unwrap(wrapped);
  }

 private:
  std::shared_future<void> until_;
  std::unique_ptr<Master> inner_ = master_of(kMaster);
};

TEST(Patient, SaysWhatItIsTold) {
  std::promise<void> goes;
  goes.set_value();
  const auto master = patient(std::make_unique<Hanging>(goes.get_future().share()));
  const Result<std::string> wrapped = master->wrap(kKey);
  ASSERT_TRUE(wrapped.ok());
  EXPECT_EQ(master->unwrap(*wrapped)->view(), kKey.view());
  EXPECT_FALSE(master->unwrap("not wrapped"));
}

TEST(Patient, WaitsForNobodyWhoHangsAndAsksAgainOnceItIsBack) {
  std::promise<void> comes_back;
  const auto master =
      patient(std::make_unique<Hanging>(comes_back.get_future().share()), Duration::millis(20));
  const std::string wrapped = *master->wrap(kKey);
  EXPECT_FALSE(master->unwrap(wrapped));
  EXPECT_EQ(master->wrap(kKey).error().code, Code::kUnavailable)
      << "at once: the question before still hangs";
  comes_back.set_value();
  std::optional<Key> key;
  while (!(key = master->unwrap(wrapped))) std::this_thread::yield();
  EXPECT_EQ(key->view(), kKey.view());
}

TEST(Patient, EndsThoughItsTokenHangsForEver) {
  std::promise<void> never;
  auto master = patient(std::make_unique<Hanging>(never.get_future().share()), Duration::millis(20));
  EXPECT_FALSE(master->unwrap("anything"));
  master.reset();
  never.set_value();  // so that the thread ends before the program
}

}  // namespace
}  // namespace haechi::vault
