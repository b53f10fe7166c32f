// AccountNotices: tells the holder of an account, outside of the pages, that something happened to it. What
// it was stands at /account/, for who is signed in; the letter says no more than that there is something.
//
// At most one letter an hour for each account, so that nobody can fill a mailbox by guessing. A letter that
// cannot be sent is counted and not tried again: the page has it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "notify/carrier.h"
#include "notify/letters.h"

namespace haechi::notify {

inline constexpr Duration kNoticeEvery = Duration::seconds(3600);

class AccountNotices {
 public:
  // `letters` outlives it.
  AccountNotices(Letters& letters, std::unique_ptr<Carrier> carrier);

  // A letter that somebody waits for; at once, and whoever sent it is told what came of it.
  void send(Parcel letter, std::function<void(const Outcome&)> done);
  // One thread at a time.
  void tell(const std::string& account, Time now);

  // Any thread. `sent`: the other side took it. `not_sent`: no address, no server, or it was refused.
  struct Counters {
    uint64_t sent = 0, not_sent = 0;
  };
  Counters counters() const;

 private:
  struct Counted {
    std::atomic<uint64_t> sent{0}, not_sent{0};
  };

  Letters& letters_;
  const std::shared_ptr<Counted> counted_ = std::make_shared<Counted>();
  std::map<std::string, Time> told_at_;  // of accounts there are
  const std::unique_ptr<Carrier> carrier_;
};

}  // namespace haechi::notify
