// WakeUps: that an alert concerns her, told to a phone that lies in a pocket. A push at once; a text message
// where the push failed or nobody was shown the alert within ten seconds; a call twenty seconds later. It
// says that there is something new, never what.
//
//   push --10 s or failed--> text message --20 s or failed--> voice --60 s or failed--> unseen: noted in the
//   incident, and an officer is paged
//    |                        |
//    +---- an alert about her is shown to her, or it is over ----> ended
//
// Invariants:
//   1. A start goes on with what of the log was neither shown to her nor given up, and is not over: from the
//   push on.
//   2. Every notice is pushed; a person gets one text message and one call in ten minutes, and is noted once.
//   What comes when all of that was used up is pushed again each minute until it is seen, over, or noted.
//   3. Time is counted in looks, a second each, so that a clock that is set changes nothing.
//   4. Whoever has called silently is sent nothing: her phone must not ring or light up.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "haechi/v1/case.pb.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::spine {
struct Batch;
}

namespace haechi::notify {

// Notices of open alerts that their persons were not shown, by wake-up, as the log has them; and who is
// calling silently.
struct Unshown {
  struct Notice {
    std::string person_id;
    std::string alert_id;        // whose being shown or over ends it; empty: it is many persons'
    std::string paged_alert_id;  // that an officer is told of when she cannot be reached; empty: nobody is
    std::string incident_id;
    int64_t queued_at_us = 0;
  };
  std::map<std::string, Notice> notices;
  std::map<std::string, std::string> silent_calls;  // open alert -> who called

  void fold(const spine::Batch& batch);
  bool calls_silently(const std::string& person_id) const;
};

class WakeUps {
 public:
  // What to send because of a batch that just became durable.
  std::vector<v1::Notification> fold(const spine::Batch& batch);
  // The same where no phone is woken.
  void observe(const spine::Batch& batch) { unshown_.fold(batch); }
  // What to send when the log has been read back.
  std::vector<v1::Notification> resume();
  // For snapshots.
  const Unshown& unshown() const { return unshown_; }
  void take(Unshown unshown) { unshown_ = std::move(unshown); }
  // A second is over: what to send because nobody was shown an alert.
  std::vector<v1::Notification> look();
  // It did not leave on its channel: what to send instead.
  std::optional<v1::Notification> failed(const std::string& id);

  // Also of one that has ended.
  static bool is_of_wake_up(std::string_view id);
  // That they were not shown an alert, whatever was tried; each is given once.
  std::vector<v1::ContactLogged> take_unseen() { return std::exchange(noted_, {}); }
  bool holds(const std::string& id) const { return waiting_.contains(id); }
  bool calls_silently(const std::string& person_id) const { return unshown_.calls_silently(person_id); }
  // What is heard of a channel that was left behind says nothing of the one that is tried now.
  bool is_tried_on(const std::string& id, v1::NotificationChannel channel) const {
    const auto found = waiting_.find(id);
    return found != waiting_.end() && found->second.about.channel() == channel;
  }
  bool any() const { return !waiting_.empty() || !quiet_.empty(); }
  uint64_t unseen() const { return unseen_; }

 private:
  struct Wake {
    v1::Notification about;
    std::string alert_id;  // whose being shown or over ends it; empty: it is many persons'
    std::string paged_alert_id, incident_id;
    int looks_left = 0;
    bool unseen = false;  // counted as such
  };
  using Waiting = std::map<std::string, Wake>;

  v1::Notification begin(const std::string& id, const Unshown::Notice& notice);
  // The next channel that this person may be told on now; nothing: it was the last, and the wake-up is gone.
  std::optional<v1::Notification> next(Waiting::iterator wake);
  void over(const std::string& alert_id);
  void shown(const std::string& alert_id);

  Unshown unshown_;
  Waiting waiting_;
  // Looks until the person may be told on that channel again; without a channel: be noted.
  std::map<std::pair<std::string, v1::NotificationChannel>, int> quiet_;
  std::vector<v1::ContactLogged> noted_;
  uint64_t unseen_ = 0;
};

}  // namespace haechi::notify
