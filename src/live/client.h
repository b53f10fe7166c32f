// Client: one socket of /live. It walks along the ring of changes as fast as its reader reads, so it holds no
// queue of its own; of positions it remembers only whose newest one is still owed.
//
// Everything here runs on the loop of the hub.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "live/access_gate.h"
#include "live/change.h"
#include "live/position_texts.h"
#include "live/rights.h"
#include "live/usage_ledger.h"
#include "net/server.h"
#include "picture/picture.h"

namespace haechi::live {

inline constexpr size_t kQueuedBytesMax = 256 << 10;   // handed to the socket at once
inline constexpr size_t kLagBytesMax = 1 << 20;        // behind the ring, once caught up: closed with 1013
inline constexpr size_t kPositionBytesMax = 64 << 10;  // no further positions while so much is queued
inline constexpr size_t kPositionsPerMessage = 256;
inline constexpr size_t kPositionsPerFrame = 1'024;  // 32 KiB
inline constexpr size_t kShownMax = 10'000;          // alerts remembered as reported shown

// Holders whose devices were heard since places were last sent.
struct Heard {
  std::vector<uint32_t> holders;  // each once
  std::vector<bool> is, moved;    // by holder: heard at all, from a new place
};

// What all clients share.
struct Shared {
  const picture::Picture& picture;
  const ChangeRing& ring;
  const Rights& rights;
  AccessGate& gate;
  UsageLedger& ledger;
  PositionTexts& texts;
  const Clock& clock;
  const std::string& epoch;
  CurrentChanges& current;
  const std::map<std::string, uint64_t>& anew;  // accounts that are not resumed from before that entry
  // Submits that a human was shown the alert.
  std::function<void(const std::string& alert_id, v1::Hop hop, const std::string& who)> report_shown;
};

class Client {
 public:
  Client(Shared& shared, std::shared_ptr<net::Socket> socket, trust::Viewer viewer, std::string key,
         std::string session);

  // Says hello, then resumes behind the cursor of the request or sends a snapshot.
  void start();
  // Sends what is due and the socket takes: messages of the ring, what waited for its audit record,
  // positions.
  void pump();
  // Only the messages of the ring: cheap, for after every batch.
  void pump_ring();
  // What is owed of what was heard.
  void heard(const Heard& heard);
  // It perhaps may see more of these persons now: their newest places are owed, to a unit also how far it has
  // to go.
  void may_see_more(const std::vector<std::string>& person_ids);
  void heartbeat();
  void receive(const std::string& message);
  void close(uint16_t code, const std::string& reason);

  bool wants_positions() const { return wants_positions_; }
  bool wants_approach() const { return viewer_.role == trust::Role::kUnit && wants(Topic::kCalls); }
  bool wants_places() const { return wants_positions() || wants_approach(); }
  bool closed() const { return closed_; }
  bool closed_as_slow() const { return slow_; }
  const trust::Viewer& viewer() const { return viewer_; }
  const std::string& key() const { return key_; }

 private:
  bool has_room() const { return socket_->queued_bytes() < kQueuedBytesMax; }
  bool resume();
  void send_snapshot();
  void send_cover();
  void send(std::shared_ptr<const std::string> text) { socket_->send_text(std::move(text)); }
  void send(std::string text) { send(std::make_shared<const std::string>(std::move(text))); }
  // How much of the message this viewer may see now; nothing if none of it. Places that only lack their audit
  // record are remembered, to be sent when they have it.
  std::optional<Variant> variant_of(const Change& change);
  Variant hidden_places(const Change& change);
  bool wants(Topic topic) const { return (topics_ & static_cast<uint8_t>(topic)) != 0; }
  void send_withheld();
  void send_tracks();
  void send_positions();
  void send_approach();
  void send_frame(const std::vector<uint32_t>& full, const std::vector<uint32_t>& coarse);
  void owe(uint32_t holder);
  void owe_visible_positions();
  void shown(const std::string& alert_id);
  void complain(const std::string& reason);

  Shared& shared_;
  std::shared_ptr<net::Socket> socket_;
  trust::Viewer viewer_;
  const trust::Source source_;
  std::string key_;
  uint8_t topics_ = kAllTopics;
  bool wants_positions_ = false;
  bool binary_ = false;  // places as binary frames
  bool started_ = false;
  bool closed_ = false;
  bool slow_ = false;
  bool caught_up_ = false;
  bool anew_ = false;  // not resumed, for less may be seen than before
  uint64_t next_ = 0;  // in the ring
  std::set<ObjectKey> withheld_;
  std::vector<uint32_t> owed_;
  std::vector<bool> is_owed_;
  std::vector<bool> introduced_;  // holders whose index this reader knows
  bool approach_due_ = false;
  std::set<std::pair<std::string, std::string>> tracks_sent_;  // call, person
  std::set<std::string> shown_;
  int bad_messages_ = 0;
};

}  // namespace haechi::live
