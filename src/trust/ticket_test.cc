#include "trust/ticket.h"

#include <gtest/gtest.h>

namespace haechi::trust {
namespace {

const Time kNow{1'800'000'000'000'000};
const Time kEnd = kNow + Duration::seconds(300);

TEST(Ticket, IsTakenOnceForItsPurposeBeforeItEnds) {
  Tickets tickets;
  const std::string ticket = tickets.issue("sign in", kEnd), other = tickets.issue("sign in", kEnd);
  EXPECT_EQ(ticket.size(), Tickets::kTicketBytes);
  EXPECT_NE(ticket, other);
  EXPECT_FALSE(tickets.take(ticket, "add", kNow));
  EXPECT_TRUE(tickets.take(ticket, "sign in", kEnd - Duration{1}));
  EXPECT_FALSE(tickets.take(ticket, "sign in", kEnd - Duration{1}));
  EXPECT_FALSE(tickets.take(other, "sign in", kEnd)) << "its time is over";
}

TEST(Ticket, OfAnotherProcessOrChangedIsNone) {
  Tickets tickets;
  EXPECT_FALSE(tickets.take(Tickets().issue("sign in", kEnd), "sign in", kNow));
  EXPECT_FALSE(tickets.take("", "sign in", kNow));
  const std::string ticket = tickets.issue("sign in", kEnd);
  for (size_t at = 0; at < ticket.size(); ++at) {
    std::string changed = ticket;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(tickets.take(changed, "sign in", kNow)) << at;
  }
  EXPECT_TRUE(tickets.take(ticket, "sign in", kNow));
}

TEST(Ticket, ThatWasTakenIsForgottenWhenItEndsSoThatRoomIsNeverLost) {
  Tickets tickets;
  for (size_t i = 0; i < Tickets::kTakenMax; ++i)
    ASSERT_TRUE(tickets.take(tickets.issue("sign in", kEnd), "sign in", kNow));
  EXPECT_FALSE(tickets.take(tickets.issue("sign in", kEnd), "sign in", kNow)) << "full";
  EXPECT_TRUE(tickets.take(tickets.issue("sign in", kEnd + Duration::seconds(1)), "sign in", kEnd));
}

}  // namespace
}  // namespace haechi::trust
