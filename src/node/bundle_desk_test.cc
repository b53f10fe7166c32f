// One bundle at a time, off the threads of others; what is in one, tests/e2e/evidence_e2e.py looks at.
#include "node/bundle_desk.h"

#include <gtest/gtest.h>

#include <future>

#include "evidence/notary.h"
#include "log/test_log.h"
#include "vault/key_ring.h"

namespace haechi::node {
namespace {

// A log that lets nobody read it until it is told to.
class HeldReader final : public log::Reader {
 public:
  explicit HeldReader(log::Log& log) : reader_(log.reader()) {}
  uint64_t next_no() override { return reader_->next_no(); }
  Result<uint64_t> find(Time at) override { return reader_->find(at); }
  Status pick(std::span<const uint64_t> numbers,
              const std::function<bool(const log::Record&)>& each) override {
    go.get_future().wait();
    return reader_->pick(numbers, each);
  }
  Status read(uint64_t from_no, const std::function<bool(const log::Record&)>& each) override {
    go.get_future().wait();
    return reader_->read(from_no, each);
  }
  std::promise<void> go;

 private:
  const std::unique_ptr<log::Reader> reader_;
};

class BundleDeskTest : public testing::Test {
 protected:
  BundleDeskTest() {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    const std::string fact = tick.SerializeAsString();
    for (int64_t no = 1; no <= 3; ++no) {
      const log::NewRecord record{Time{no}, fact};
      EXPECT_TRUE(log_->append({&record, 1}).ok());
    }
    const std::string evidence = directory_.file("evidence");
    const auto reader = log_->reader();
    auto notary = *evidence::Notary::open({evidence, evidence + "/key"}, *reader, log_->id());
    EXPECT_TRUE(notary->round().ok());
    auto held = std::make_unique<HeldReader>(*log_);
    held_ = held.get();
    desk_ = std::make_unique<BundleDesk>(BundleSource{evidence, {}, "test"}, std::move(held), *ring_);
  }

  const log::TestDirectory directory_{true};
  std::unique_ptr<log::Log> log_ = *log::open_at(directory_.file("log"));
  std::unique_ptr<vault::KeyRing> ring_ = *vault::KeyRing::open(
      directory_.file("ring"), vault::Key(std::string(32, 'm')), vault::RingMode::kWrite);
  HeldReader* held_ = nullptr;
  std::unique_ptr<BundleDesk> desk_;
  const api::BundleQuery query_{"w-1", {"w-1"}, "p-1", {}, {}};
};

TEST_F(BundleDeskTest, MakesOneAtATimeAndIsThenFreeForTheNext) {
  std::promise<Result<std::string>> made;
  ASSERT_TRUE(desk_->begin(query_, [&](Result<std::string> text) { made.set_value(std::move(text)); }));
  EXPECT_FALSE(desk_->begin(query_, [](const Result<std::string>&) { FAIL() << "nobody stands in line"; }));
  held_->go.set_value();
  const Result<std::string> text = made.get_future().get();
  ASSERT_TRUE(text.ok()) << text.error().text();
  EXPECT_EQ(text->rfind("{\"bundle\":{\"version\":1,", 0), 0u) << *text;
  EXPECT_NE(text->find("{\"signature\":"), std::string::npos);
  held_->go = {};
  EXPECT_TRUE(desk_->begin(query_, [](const Result<std::string>&) {}));
  held_->go.set_value();
}

}  // namespace
}  // namespace haechi::node
