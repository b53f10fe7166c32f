// Change: one message that is never dropped (alert, incident, call, hand-off, alarm, view, unit, hop,
// revocation, that cases changed), with whom it concerns; and ChangeRing, the last of them, from which every
// socket is fed and resumed.
//
// Each text is written at most once per variant and shared by all sockets that get it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/picture.pb.h"
#include "picture/picture.h"
#include "trust/decide.h"

namespace haechi::live {

enum class Topic : uint8_t { kAlerts = 1, kPositions = 2, kCalls = 4, kViews = 8, kCases = 16 };
inline constexpr uint8_t kAllTopics = 31;

// Where a message stands: the entry it comes from and its place among the messages of that entry.
struct Cursor {
  uint64_t entry = 0;
  uint32_t part = 0;
  auto operator<=>(const Cursor&) const = default;
};
inline constexpr uint32_t kWholeEntry = 999'999;  // the part of a cursor behind all messages of its entry

// Whom a message concerned at its entry. Becomes trust::Relations for one viewer.
struct Audience {
  std::vector<std::string> agencies;  // with an open call, or owners of the object
  std::vector<std::string> informed;  // agencies told for information
  std::vector<std::string> units;     // assigned
  std::vector<std::string> owners;    // protected persons
  std::string wearer_id;
  std::vector<std::string> about;  // everybody it tells of: who is too close to one of them does not get it
  bool synthetic = false;          // it concerns a wearer whom a watchdog moves
  bool directed = false;           // only for those named here, whoever else may see such things
};

// What of the message is left out.
using Variant = uint8_t;
inline constexpr Variant kHideFirst =
    1;  // the place of the first person of `places`; of a view all it tells of him
inline constexpr Variant kHideSecond =
    2;  // ... of the second; of a view only the map place, not distance and direction
inline constexpr Variant kReduced =
    4;  // an alert, or the help that came of it, as its protected person sees it
// ... of the person at that index of `places`.
constexpr Variant hide_bit(size_t index) {
  return static_cast<Variant>(index == 0 ? kHideFirst : index == 1 ? kHideSecond : kReduced << (index - 1));
}
inline constexpr size_t kPlacesMax = 7;  // as many as there are bits

struct Change {
  Cursor cursor;
  bool resent = false;  // not from the ring: the current state again, without a cursor
  int64_t at_us = 0;
  int64_t durable_us = 0;  // 0 in replayed batches
  int64_t judged_us = 0;
  Topic topic = Topic::kAlerts;
  const char* name = "";  // key of the body in the JSON document
  std::string id;
  trust::Action action = trust::Action::kSeeAlert;
  std::shared_ptr<const google::protobuf::Message> body;
  Audience audience;
  std::vector<std::string> places;  // persons whose place the body holds, at most kPlacesMax
  uint64_t bytes_before = 0;        // of all messages before it in the ring

  // The body with that much left out, as JSON.
  std::string body_json(Variant variant) const;
  const std::shared_ptr<const std::string>& text(Variant variant) const;

 private:
  mutable std::map<Variant, std::shared_ptr<const std::string>> texts_;
};

// The change an effect makes for viewers, judged by the picture with the whole entry folded in; null for
// effects that nobody watches.
std::shared_ptr<Change> change_of(const picture::Picture& picture,
                                  const std::shared_ptr<const v1::Effect>& effect);
// The same for the current state of an object.
std::shared_ptr<Change> change_of_alert(const picture::Picture& picture, const v1::Alert& alert);
std::shared_ptr<Change> change_of_incident(const picture::Picture& picture, const v1::Incident& incident);
std::shared_ptr<Change> change_of_call(const picture::Picture& picture, const v1::Call& call);
std::shared_ptr<Change> change_of_hand_off(const picture::Picture& picture, const v1::HandOff& hand_off);
std::shared_ptr<Change> change_of_alarm(const picture::Picture& picture, const v1::Alarm& alarm);
std::shared_ptr<Change> change_of_view(const v1::View& view);
std::shared_ptr<Change> change_of_unit(const picture::Picture& picture, const std::string& unit_id);
std::shared_ptr<Change> change_of_hop(const picture::Picture& picture, const v1::HopObserved& hop);
// That something of some case changed, to everybody who may see cases at all. It names none.
std::shared_ptr<Change> cases_changed();
std::shared_ptr<Change> revocation(const char* kind, const std::string& id, const std::string& person_id,
                                   const char* reason, Audience audience);

// Everybody whom the incident is about; nobody if it has left the books.
std::vector<std::string> persons_of_incident(const picture::Picture& picture, const std::string& id);

using ObjectKey = std::pair<std::string, std::string>;  // name, id

// The current state of objects as messages, each written once for all who wait for it.
class CurrentChanges {
 public:
  explicit CurrentChanges(const picture::Picture& picture) : picture_(picture) {}

  // Of an alert, a call or a view; null if there is none any more.
  std::shared_ptr<const Change> of(const ObjectKey& object);

 private:
  const picture::Picture& picture_;
  uint64_t entry_no_ = 0;  // what is kept is as of this entry
  std::map<ObjectKey, std::shared_ptr<const Change>> kept_;
};

class ChangeRing {
 public:
  // Begins behind that entry.
  explicit ChangeRing(size_t messages_max, uint64_t entry_no = 0)
      : messages_max_(messages_max), forgotten_{entry_no, entry_no == 0 ? 0 : kWholeEntry} {}

  // The cursor must lie behind that of the newest.
  void push(std::shared_ptr<Change> change);
  uint64_t begin() const { return first_; }  // number of the oldest kept
  uint64_t end() const { return first_ + changes_.size(); }
  const Change& at(uint64_t number) const { return *changes_[number - first_]; }
  uint64_t bytes_from(uint64_t number) const;  // about as many bytes of text wait from there to the end
  // Number of the first message behind the cursor; nothing if some of those are no longer kept.
  std::optional<uint64_t> after(Cursor cursor) const;

 private:
  size_t messages_max_;
  std::deque<std::shared_ptr<const Change>> changes_;
  uint64_t first_ = 0;
  Cursor forgotten_;  // the newest that fell out, or that never was in it
  uint64_t bytes_ = 0;
};

}  // namespace haechi::live
