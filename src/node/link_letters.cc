#include "node/link_letters.h"

#include "haechi/v1/fact.pb.h"
#include "trust/audit.h"

namespace haechi::node {

api::PostLetter posting(net::Loop& notify, const std::unique_ptr<notify::AccountNotices>& notices,
                        spine::Submit& submit) {
  return [&notify, &notices, &submit](notify::Parcel letter, const std::string& account) {
    notify.post([&notices, &submit, letter = std::move(letter), account]() mutable {
      notices->send(std::move(letter), [&submit, account](const notify::Outcome& outcome) {
        if (outcome.kind == notify::Outcome::Kind::kTaken) return;
        submit.submit(
            trust::account_event({.account = "notify"}, "send_link", account, false, outcome.reason), {});
      });
    });
  };
}

}  // namespace haechi::node
