#include "law/archived.h"

#include <gtest/gtest.h>

#include "base/archive.h"
#include "law/order.h"

namespace haechi::law {
namespace {

template <typename T>
T back(const T& value, bool* whole = nullptr) {
  Writer out;
  write(out, value);
  const std::string bytes = out.take();
  Reader in(bytes);
  T made{};
  read(in, made);
  if (whole != nullptr) *whole = in.done();
  return made;
}

TEST(Archived, APackAndAKindOfOrderAreTheSameOnesAfterwards) {
  for (const Pack* pack : {&kr(), &es(), &us()}) {
    EXPECT_EQ(back<const Pack*>(pack), pack);
    for (const OrderKind& kind : pack->kinds) EXPECT_EQ(back<const OrderKind*>(&kind), &kind) << kind.code;
  }
  EXPECT_EQ(back<const Pack*>(nullptr), nullptr);
  EXPECT_EQ(back<const OrderKind*>(nullptr), nullptr);
}

TEST(Archived, WhatThisProgramDoesNotKnowAnyMoreIsNotReadAsSomethingElse) {
  for (const char* name : {"xx", "kr2"}) {
    Writer out;
    write(out, std::string(name));
    const std::string bytes = out.take();
    Reader of_pack(bytes);
    const Pack* pack = &kr();
    read(of_pack, pack);
    EXPECT_EQ(pack, nullptr);
    EXPECT_TRUE(of_pack.failed()) << name;
    Reader of_kind(bytes);
    const OrderKind* kind = nullptr;
    read(of_kind, kind);
    EXPECT_TRUE(of_kind.failed()) << name;
  }
}

TEST(Archived, WordsAndTheirSourceComeBackWithTheirTrust) {
  bool whole = false;
  const Words words = back(Words{"told", "통지"}, &whole);
  EXPECT_TRUE(whole);
  EXPECT_EQ(words.en, "told");
  EXPECT_EQ(words.ko, "통지");
  const Source source = back(Source{"EM Act 9-2", Trust::kReading}, &whole);
  EXPECT_TRUE(whole);
  EXPECT_EQ(cited(source), "EM Act 9-2 [D]");
}

v1::Order stated() {
  v1::Order order;
  order.set_id("o-1");
  order.set_version(1);
  order.set_kind("ST_PROV_3_2");
  order.set_legal_basis("Stalking Act 9(1)3-2");
  order.set_wearer_id("w-1");
  order.set_starts_at_us(1);
  v1::Condition* condition = order.add_conditions();
  condition->set_id("c-1");
  condition->mutable_exclusion()->set_zone_id("z-1");
  condition->mutable_exclusion()->set_protected_id("p-1");
  condition = order.add_conditions();
  condition->set_id("c-2");
  condition->mutable_inclusion()->set_zone_id("z-2");
  condition = order.add_conditions();
  condition->set_id("c-3");
  condition->mutable_no_contact()->set_person_id("p-2");
  return order;
}

TEST(Order, IsUnchangedWhereEveryConditionIs) {
  const Order order = *order_from(stated());
  const auto differs = [&](auto change) {
    v1::Order other = stated();
    change(other);
    const Result<Order> made = order_from(other);
    EXPECT_TRUE(made.ok());
    return !(made->conditions == order.conditions && made->judgement == order.judgement);
  };
  EXPECT_FALSE(differs([](v1::Order&) {}));
  const auto barred = [](v1::Order& o) { return o.mutable_conditions(0)->mutable_exclusion(); };
  EXPECT_TRUE(differs([&](v1::Order& o) { barred(o)->set_zone_id("z-9"); }));
  EXPECT_TRUE(differs([&](v1::Order& o) { barred(o)->set_protected_id("p-9"); }));
  EXPECT_TRUE(differs([&](v1::Order& o) { barred(o)->set_buffer_mm(7'000); }));
  EXPECT_TRUE(differs([&](v1::Order& o) { barred(o)->set_police_mm(9'000); }));
  const auto home = [](v1::Order& o) { return o.mutable_conditions(1)->mutable_inclusion(); };
  EXPECT_TRUE(differs([&](v1::Order& o) { home(o)->set_zone_id("z-9"); }));
  EXPECT_TRUE(differs([&](v1::Order& o) { home(o)->set_purpose(v1::Inclusion::RESIDENCE); }));
  const auto nobody = [](v1::Order& o) { return o.mutable_conditions(2)->mutable_no_contact(); };
  EXPECT_TRUE(differs([&](v1::Order& o) { nobody(o)->set_person_id("p-9"); }));
  EXPECT_TRUE(differs([&](v1::Order& o) { nobody(o)->set_radius_mm(900'000); }));
  EXPECT_TRUE(differs([](v1::Order& o) { o.mutable_conditions(0)->set_id("c-9"); }));
  using Set = void (v1::JudgementPolicy::*)(uint32_t);
  using P = v1::JudgementPolicy;
  for (const auto& [set, value] : {std::pair<Set, uint32_t>{&P::set_band_mm, 5'000},
                                   {&P::set_confirm_ppm, 700'000},
                                   {&P::set_dwell_s, 60},
                                   {&P::set_clear_hold_s, 60},
                                   {&P::set_hysteresis_mm, 5'000},
                                   {&P::set_foresight_s, 0},
                                   {&P::set_speed_max_mmps, 20'000}})
    EXPECT_TRUE(differs([&](v1::Order& o) { (o.mutable_policy()->*set)(value); })) << value;
}

}  // namespace
}  // namespace haechi::law
