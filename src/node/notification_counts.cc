#include "node/notification_counts.h"

namespace haechi::node {

void count_notifications(Metrics& metrics, const notify::Sender& sender,
                         const notify::AccountNotices& notices) {
  using N = notify::AccountNotices::Counters;
  for (const auto& [label, field] : {std::pair("sent", &N::sent), std::pair("not_sent", &N::not_sent)})
    metrics.add({"haechi_account_notices_total",
                 "Letters that something happened to an account.",
                 {{"outcome", label}},
                 true,
                 [&notices, field = field] { return static_cast<double>(notices.counters().*field); }});
  using C = notify::ChannelCounters;
  using S = notify::SenderCounters;
  const auto of_channels = [&](const char* name, const char* help, uint64_t C::*field, bool counter) {
    for (const auto& [label, channel] : {std::pair("push", &S::push), std::pair("sms", &S::sms),
                                         std::pair("email", &S::email), std::pair("voice", &S::voice)})
      metrics.add({name, help, {{"channel", label}}, counter, [&sender, field, channel = channel] {
                     return static_cast<double>(sender.counters().*channel.*field);
                   }});
  };
  of_channels("haechi_notify_waiting", "Notifications to be sent on this channel, or being sent.",
              &C::waiting, false);
  of_channels("haechi_notify_sent_total", "Notifications that the other side took.", &C::sent, true);
  of_channels("haechi_notify_failed_total", "Notifications given up on this channel.", &C::failed, true);
  of_channels("haechi_notify_failed_tries_total", "Tries that did not succeed.", &C::failed_tries, true);
  of_channels("haechi_notify_unknown_total", "Tries of which nobody knows whether they succeeded.",
              &C::unknown, true);
  const auto of_all = [&](const char* name, const char* help, uint64_t S::*field) {
    metrics.add(
        {name, help, {}, true, [&sender, field] { return static_cast<double>(sender.counters().*field); }});
  };
  of_all("haechi_notify_unseen_total",
         "Alerts that a protected person was not shown, whatever channel was tried.", &S::unseen);
  of_all("haechi_notify_receipts_total", "Receipts of text messages.", &S::receipts);
  of_all("haechi_notify_receipts_refused_total", "Receipts that were not signed or not readable.",
         &S::receipts_refused);
  of_all("haechi_notify_dropped_total", "Notifications beyond the bound.", &S::dropped);
}

}  // namespace haechi::node
