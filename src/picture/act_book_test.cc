#include "picture/act_book.h"

#include <gtest/gtest.h>

namespace haechi::picture {
namespace {

constexpr Time kNow{1'000'000'000};
constexpr Time kEnd{2'000'000'000};

v1::Fact requested(const std::string& id, const std::string& what = "{}") {
  v1::Fact fact;
  v1::ActRequested& asked = *fact.mutable_act_requested();
  asked.set_id(id);
  asked.set_by("privacy-1");
  asked.set_by_role("privacy");
  asked.set_method("POST");
  asked.set_path("/api/v1/persons/W-1/erase");
  asked.set_what(what);
  asked.set_ends_at_us(kEnd.us);
  return fact;
}
v1::Fact answered(const std::string& id, const std::string& by, bool approved) {
  v1::Fact fact;
  fact.mutable_act_answered()->set_request_id(id);
  fact.mutable_act_answered()->set_by(by);
  fact.mutable_act_answered()->set_approved(approved);
  return fact;
}
v1::Fact done(const std::string& id) {
  v1::Fact fact;
  fact.mutable_act_done()->set_request_id(id);
  return fact;
}
v1::ActState state(const ActBook& book, const std::string& id, Time now = kNow) {
  return ActBook::at(*book.find(id), now).state();
}

TEST(ActBook, TakesAnAnswerOfAnotherOnceAndNoneOfWhoAsked) {
  ActBook book;
  book.fold(kNow, requested("r-1"));
  book.fold(kNow, answered("r-1", "privacy-1", true));
  EXPECT_EQ(state(book, "r-1"), v1::ACT_STATE_WAITING) << "nobody is one's own second";
  book.fold(kNow, answered("r-1", "", true));
  EXPECT_EQ(state(book, "r-1"), v1::ACT_STATE_WAITING);
  book.fold(kNow, answered("r-1", "privacy-2", false));
  EXPECT_EQ(state(book, "r-1"), v1::ACT_STATE_REFUSED);
  book.fold(kNow, answered("r-1", "privacy-3", true));
  EXPECT_EQ(state(book, "r-1"), v1::ACT_STATE_REFUSED) << "nobody asks around until somebody agrees";
  EXPECT_EQ(book.find("r-1")->answered_by(), "privacy-2");
}

TEST(ActBook, EndsWhatNobodyAnsweredInTimeAndWhatWasNotDoneInTime) {
  ActBook book;
  book.fold(kNow, requested("r-1"));
  book.fold(kNow, requested("r-2", "{\"reason\":\"x\"}"));
  book.fold(kNow, answered("r-2", "privacy-2", true));
  const Time before{kEnd.us - 1};
  EXPECT_EQ(state(book, "r-1", before), v1::ACT_STATE_WAITING);
  EXPECT_EQ(state(book, "r-2", before), v1::ACT_STATE_APPROVED);
  EXPECT_EQ(state(book, "r-1", kEnd), v1::ACT_STATE_ENDED);
  EXPECT_EQ(state(book, "r-2", kEnd), v1::ACT_STATE_ENDED);
  book.fold(kEnd, answered("r-1", "privacy-2", true));
  EXPECT_EQ(book.find("r-1")->state(), v1::ACT_STATE_WAITING) << "an answer that late counts for nothing";
  EXPECT_EQ(book.standing(book.find("r-2")->asked(), kEnd), nullptr);
}

TEST(ActBook, KnowsTheVeryActAndNoOtherUntilItWasDone) {
  ActBook book;
  book.fold(kNow, requested("r-1", "{\"reason\":\"a\"}"));
  const v1::ActRequested asked = book.find("r-1")->asked();
  EXPECT_NE(book.standing(asked, kNow), nullptr);
  for (const char* field : {"by", "by_role", "method", "path", "what"}) {
    v1::ActRequested other = asked;
    other.GetReflection()->SetString(&other, other.GetDescriptor()->FindFieldByName(field), "other");
    EXPECT_EQ(book.standing(other, kNow), nullptr) << field;
  }
  book.fold(kNow, done("r-1"));
  EXPECT_EQ(state(book, "r-1"), v1::ACT_STATE_WAITING) << "nothing is done that nobody approved";
  book.fold(kNow, answered("r-1", "privacy-2", true));
  book.fold(kNow, done("r-1"));
  EXPECT_EQ(state(book, "r-1"), v1::ACT_STATE_DONE);
  EXPECT_EQ(book.standing(asked, kNow), nullptr) << "an approval is good once";
}

TEST(ActBook, KeepsTheNewest) {
  ActBook book;
  for (size_t i = 0; i <= kActsMax; ++i) book.fold(kNow, requested("r-" + std::to_string(i)));
  EXPECT_EQ(book.requests().size(), kActsMax);
  EXPECT_EQ(book.find("r-0"), nullptr);
}

}  // namespace
}  // namespace haechi::picture
