#include "node/account_ends.h"

#include <spdlog/spdlog.h>

#include "haechi/v1/fact.pb.h"
#include "trust/audit.h"

namespace haechi::node {
namespace {

constexpr Duration kLookEvery = Duration::seconds(3'600);
constexpr const char* kAccount = "retention";

}  // namespace

AccountEnds::AccountEnds(net::Loop& front, trust::AccountLife life, store::Records& records,
                         const picture::Picture& picture, spine::Submit& submit, const Clock& clock)
    : front_(front),
      life_(std::move(life)),
      records_(records),
      submit_(submit),
      clock_(clock),
      gone_([&picture](const std::string& person_id) {
        const auto person = picture.persons().find(person_id);
        const v1::ErasureOutcome* outcome = picture.erasure_book().of(person_id);
        return outcome != nullptr && outcome->erased() && person != picture.persons().end() &&
               person->second.removed();
      }) {}

void AccountEnds::start() {
  front_.every(kLookEvery, [this] { look(); });
  look();
}

void AccountEnds::look() {
  if (stopped_) return;
  const auto over = life_.look(gone_, clock_.now());
  if (!over.ok()) return spdlog::warn("which accounts end is looked at again later: {}", over.error().text());
  for (const trust::AccountLife::Over& one : *over) {
    trust::Viewer by;
    by.account = kAccount;
    submit_.submit(trust::account_event(by, "end_account", one.account, true, one.reason),
                   [this, account = one.account](const Result<spine::Receipt>& receipt) {
                     if (receipt.ok()) front_.post([this, account] { end(account); });
                   });
  }
}

// The addresses first: what fails is tried again while the account is there.
void AccountEnds::end(const std::string& account) {
  if (stopped_) return;
  Status status = life_.still_over(account, gone_, clock_.now());
  for (const store::AddressKind kind : {store::AddressKind::kPost, store::AddressKind::kPush})
    if (status.ok()) status = records_.put_address(store::Holder::kAccount, account, kind, store::Personal());
  if (status.ok()) status = life_.end(account, clock_.now());
  if (!status.ok()) return spdlog::warn("an account is not ended yet: {}", status.error().text());
  ++ended_;
}

void AccountEnds::count(Metrics& metrics) const {
  metrics.add({"haechi_accounts_ended_total",
               "Accounts that ended by the clock or with their person.",
               {},
               true,
               [this] { return static_cast<double>(ended_.load()); }});
}

}  // namespace haechi::node
