#include "notify/account_notices.h"

#include "base/digest.h"

namespace haechi::notify {

AccountNotices::AccountNotices(Letters& letters, std::unique_ptr<Carrier> carrier)
    : letters_(letters), carrier_(std::move(carrier)) {}

void AccountNotices::tell(const std::string& account, Time now) {
  const auto before = told_at_.find(account);
  if (before != told_at_.end() && now - before->second < kNoticeEvery) return;
  Result<Parcel> letter = letters_.account_notice(account, "account-" + hex(random_secret(16)));
  if (!letter.ok()) {
    ++counted_->not_sent;
    return;
  }
  told_at_[account] = now;
  carrier_->send(*std::move(letter), [counted = counted_](const Outcome& outcome) {
    ++(outcome.kind == Outcome::Kind::kTaken ? counted->sent : counted->not_sent);
  });
}

void AccountNotices::send(Parcel letter, std::function<void(const Outcome&)> done) {
  carrier_->send(std::move(letter), [counted = counted_, done = std::move(done)](const Outcome& outcome) {
    ++(outcome.kind == Outcome::Kind::kTaken ? counted->sent : counted->not_sent);
    done(outcome);
  });
}

AccountNotices::Counters AccountNotices::counters() const {
  return {counted_->sent, counted_->not_sent};
}

}  // namespace haechi::notify
