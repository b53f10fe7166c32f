#include "live/client.h"

#include <algorithm>
#include <charconv>

#include "live/json.h"
#include "live/said.h"
#include "picture/approach.h"
#include "trust/audit.h"

namespace haechi::live {
namespace {

constexpr int kBadMessagesMax = 10;
constexpr uint16_t kTryAgainLater = 1013;

std::string number(int64_t value) {
  return std::to_string(value);
}
std::string whole_entry_cursor(uint64_t entry) {
  return "\"" + std::to_string(entry) + '.' + std::to_string(kWholeEntry) + "\"";
}

uint8_t topics_of(const std::string& list) {
  if (list.empty()) return kAllTopics;
  uint8_t topics = 0;
  const std::string padded = "," + list + ",";
  const auto named = [&](const char* name) { return padded.find(name) != std::string::npos; };
  if (named(",alerts,")) topics |= static_cast<uint8_t>(Topic::kAlerts);
  if (named(",positions,")) topics |= static_cast<uint8_t>(Topic::kPositions);
  if (named(",calls,")) topics |= static_cast<uint8_t>(Topic::kCalls);
  if (named(",views,")) topics |= static_cast<uint8_t>(Topic::kViews);
  if (named(",cases,")) topics |= static_cast<uint8_t>(Topic::kCases);
  return topics;
}

// "<entry>" or "<entry>.<part>". A bare entry is taken as not wholly received: its messages come again.
std::optional<Cursor> read_cursor(std::string_view text) {
  Cursor cursor;
  const char* end = text.data() + text.size();
  auto [next, error] = std::from_chars(text.data(), end, cursor.entry);
  if (error != std::errc()) return std::nullopt;
  if (next == end) return cursor;
  if (*next != '.') return std::nullopt;
  auto [last, part_error] = std::from_chars(next + 1, end, cursor.part);
  if (part_error != std::errc() || last != end) return std::nullopt;
  return cursor;
}

}  // namespace

Client::Client(Shared& shared, std::shared_ptr<net::Socket> socket, trust::Viewer viewer, std::string key,
               std::string session)
    : shared_(shared),
      socket_(std::move(socket)),
      viewer_(std::move(viewer)),
      source_{socket_->request().peer, std::move(session)},
      key_(std::move(key)) {
  topics_ = topics_of(socket_->request().parameter("topics"));
  wants_positions_ = wants(Topic::kPositions) && sees_places(viewer_);
  binary_ = socket_->request().parameter("tracks") == "binary";
}

void Client::start() {
  send("{\"hello\":{\"epoch\":\"" + shared_.epoch + "\",\"entry\":" +
       std::to_string(shared_.picture.entry_no()) + ",\"server_time_us\":" + number(shared_.clock.now().us) +
       ",\"role\":\"" + trust::role_name(viewer_.role) + "\"}}");
  started_ = true;
  const bool wanted = !socket_->request().parameter("resume").empty();
  if (!wanted || !resume()) {
    // What it holds may be from before a recusal, however long it was away.
    anew_ = wanted && shared_.picture.case_book().recusals().contains(viewer_.account);
    send_snapshot();
  }
  owe_visible_positions();
  pump();
}

bool Client::resume() {
  const std::string wanted = socket_->request().parameter("resume");
  const size_t colon = wanted.rfind(':');
  if (colon == std::string::npos || wanted.substr(0, colon) != shared_.epoch) return false;
  const std::optional<Cursor> cursor = read_cursor(std::string_view(wanted).substr(colon + 1));
  if (!cursor || cursor->entry > shared_.picture.entry_no()) return false;
  if (const auto anew = shared_.anew.find(viewer_.account);
      anew != shared_.anew.end() && cursor->entry < anew->second)
    return false;
  const std::optional<uint64_t> next = shared_.ring.after(*cursor);
  if (!next) return false;
  next_ = *next;
  send("{\"resumed\":{\"recovered\":true,\"from_entry\":" + std::to_string(cursor->entry) +
       ",\"to_entry\":" + std::to_string(shared_.picture.entry_no()) + "}}");
  // What was sent without its place just before the cut may never have been completed: views are sent again.
  if (viewer_.role == trust::Role::kProtectedPerson) {
    for (const auto& [id, view] : shared_.picture.calls().views()) {
      if (view.protected_id() == viewer_.person_id) withheld_.insert({"view", id});
    }
  }
  return true;
}

Variant Client::hidden_places(const Change& change) {
  Variant hidden = 0;
  for (size_t i = 0; i < change.places.size(); ++i) {
    const std::string& person_id = change.places[i];
    if (person_id.empty()) continue;
    const Variant bit = hide_bit(i);
    const trust::Decision decision = shared_.rights.person_place(viewer_, person_id);
    if (!decision.allowed || decision.precision != trust::Precision::kFull) {
      hidden |= bit;
    } else if (!shared_.gate.open(viewer_, trust::Action::kSeePosition, person_id, decision, source_)) {
      hidden |= bit;
      withheld_.insert({change.name, change.id});
    }
  }
  return hidden;
}

std::optional<Variant> Client::variant_of(const Change& change) {
  if (!change.audience.directed && !wants(change.topic)) return std::nullopt;
  if (change.topic == Topic::kCases) return sees_cases(viewer_) ? std::optional<Variant>(0) : std::nullopt;
  const trust::Decision decision = shared_.rights.see(viewer_, change);
  if (!decision.allowed) {
    const std::string_view name = change.name;
    if ((name == "alert" || name == "hand_off") && viewer_.role == trust::Role::kProtectedPerson &&
        shared_.rights.see_reduced(viewer_, change).allowed) {
      return kReduced;
    }
    return std::nullopt;
  }
  if (change.action != trust::Action::kSeeView) return hidden_places(change);
  if (!shared_.gate.open(viewer_, change.action, change.places[0], decision, source_)) {
    withheld_.insert({change.name, change.id});
    return kHideFirst;
  }
  const auto& view = dynamic_cast<const v1::View&>(*change.body);
  if (view.mode() != v1::VIEW_MODE_MAP || decision.precision != trust::Precision::kFull) return kHideSecond;
  switch (shared_.ledger.row(viewer_, view, decision, source_)) {
    case UsageLedger::Row::kWritten:
      return Variant{0};
    case UsageLedger::Row::kRefused:
      return kHideSecond;
    case UsageLedger::Row::kAsked:
      withheld_.insert({change.name, change.id});
      return std::nullopt;
  }
  return std::nullopt;
}

void Client::pump() {
  if (closed_ || !started_) return;
  pump_ring();
  if (closed_) return;
  send_withheld();
  send_tracks();
  send_positions();
  send_approach();
}

void Client::pump_ring() {
  if (closed_ || !started_) return;
  const ChangeRing& ring = shared_.ring;
  if (next_ < ring.begin())
    return close(kTryAgainLater, "too slow: messages were missed, resume for a snapshot");
  for (bool room = has_room(); room && next_ < ring.end();) {
    const Change& change = ring.at(next_++);
    const auto variant = variant_of(change);
    if (!variant) continue;
    send(change.text(*variant));
    room = has_room();
  }
  if (next_ == ring.end()) caught_up_ = true;
  if (caught_up_ && ring.bytes_from(next_) > kLagBytesMax) {
    close(kTryAgainLater, "too slow: resume from the last cursor");
  }
}

void Client::send_withheld() {
  if (withheld_.empty() || next_ != shared_.ring.end()) return;
  for (const ObjectKey& object : std::exchange(withheld_, {})) {
    const std::shared_ptr<const Change> change = shared_.current.of(object);
    if (change == nullptr) continue;
    const auto variant = variant_of(*change);  // puts it back if a record is still missing
    if (variant && !withheld_.contains(object)) send(change->text(*variant));
  }
}

void Client::send_tracks() {
  if (!wants_positions() || viewer_.role != trust::Role::kUnit) return;
  std::set<std::pair<std::string, std::string>> live;
  for (const v1::TrackAccess* access : shared_.picture.calls().accesses(viewer_.unit_id)) {
    const std::pair<std::string, std::string> key{access->call_id(), access->person_id()};
    live.insert(key);
    if (tracks_sent_.contains(key)) continue;
    const auto holder = shared_.picture.positions().find_person(access->person_id());
    const trust::Decision decision = shared_.rights.person_place(viewer_, access->person_id());
    if (!holder || !decision.allowed) continue;
    if (!shared_.gate.open(viewer_, trust::Action::kSeePosition, access->person_id(), decision, source_))
      continue;
    const v1::Track track = shared_.picture.positions().track(*holder, Time{access->from_us()});
    send("{\"entry\":" + std::to_string(shared_.picture.entry_no()) + ",\"track\":" + json(track) + "}");
    tracks_sent_.insert(key);
  }
  std::erase_if(tracks_sent_, [&](const auto& key) { return !live.contains(key); });
}

void Client::owe(uint32_t holder) {
  if (is_owed_.size() <= holder) is_owed_.resize(shared_.picture.positions().size());
  if (is_owed_[holder]) return;
  is_owed_[holder] = true;
  owed_.push_back(holder);
}

void Client::heard(const Heard& heard) {
  if (!wants_places()) return;
  const std::optional<std::vector<uint32_t>> tied = shared_.rights.tied_holders(viewer_);
  for (const uint32_t holder : tied ? *tied : heard.holders) {
    if (holder >= heard.is.size() || !heard.is[holder]) continue;
    // In a frame the age of the last report stands beside the place: it changes though the place does not.
    if (wants_positions() && (heard.moved[holder] || binary_)) owe(holder);
    approach_due_ |= wants_approach() && heard.moved[holder];
  }
}

void Client::may_see_more(const std::vector<std::string>& person_ids) {
  approach_due_ |= wants_approach();
  if (!wants_positions()) return;
  const picture::Positions& positions = shared_.picture.positions();
  for (const std::string& id : person_ids) {
    if (const auto holder = positions.find_person(id); holder && positions.has_fix(*holder)) owe(*holder);
  }
}

void Client::owe_visible_positions() {
  approach_due_ |= wants_approach();
  if (!wants_positions()) return;
  const picture::Positions& positions = shared_.picture.positions();
  const auto see = [&](uint32_t holder) {
    if (positions.has_fix(holder)) owe(holder);
  };
  if (const auto tied = shared_.rights.tied_holders(viewer_)) {
    std::for_each(tied->begin(), tied->end(), see);
    return;
  }
  for (uint32_t holder = 0; holder < positions.size(); ++holder) see(holder);
}

void Client::send_positions() {
  const picture::Positions& positions = shared_.picture.positions();
  bool sent = true;
  while (sent && !owed_.empty() && socket_->queued_bytes() < kPositionBytesMax) {
    std::vector<uint32_t> waiting, full, coarse;
    size_t i = 0;
    const size_t at_most = binary_ ? kPositionsPerFrame : kPositionsPerMessage;
    for (; i < owed_.size() && full.size() + coarse.size() < at_most; ++i) {
      const uint32_t holder = owed_[i];
      const trust::Decision decision = shared_.rights.holder_place(viewer_, holder);
      const bool visible = decision.allowed && positions.has_fix(holder);
      if (visible && !positions.is_unit(holder) &&
          !shared_.gate.open(viewer_, trust::Action::kSeePosition, positions.id(holder), decision, source_)) {
        waiting.push_back(holder);
        continue;
      }
      is_owed_[holder] = false;
      if (visible) (decision.precision == trust::Precision::kFull ? full : coarse).push_back(holder);
    }
    sent = !full.empty() || !coarse.empty();
    waiting.insert(waiting.end(), owed_.begin() + static_cast<ptrdiff_t>(i), owed_.end());
    owed_ = std::move(waiting);
    if (binary_) {
      if (sent) send_frame(full, coarse);
      continue;
    }
    if (!full.empty()) send(shared_.texts.message(full, false));
    if (!coarse.empty()) send(shared_.texts.message(coarse, true));
  }
}

void Client::send_frame(const std::vector<uint32_t>& full, const std::vector<uint32_t>& coarse) {
  introduced_.resize(shared_.picture.positions().size());
  std::vector<uint32_t> unknown;
  for (const auto* holders : {&full, &coarse}) {
    for (const uint32_t holder : *holders) {
      if (!introduced_[holder]) unknown.push_back(holder);
      introduced_[holder] = true;
    }
  }
  if (!unknown.empty()) send(shared_.texts.holders(unknown));
  socket_->send_binary(shared_.texts.frame(full, coarse));
}

// The newest only: what was due and could not be sent is not made up for.
void Client::send_approach() {
  if (!approach_due_ || socket_->queued_bytes() >= kPositionBytesMax) return;
  approach_due_ = false;
  const picture::Picture& picture = shared_.picture;
  for (const v1::TrackAccess* access : picture.calls().accesses(viewer_.unit_id)) {
    const std::string& person_id = access->person_id();
    if (picture.following(viewer_.unit_id, person_id) != access) continue;
    const std::optional<v1::Approach> approach = picture::approach(picture, *access);
    const trust::Decision decision = shared_.rights.person_place(viewer_, person_id);
    if (!approach || !decision.allowed || decision.precision != trust::Precision::kFull) continue;
    if (!shared_.gate.open(viewer_, trust::Action::kSeePosition, person_id, decision, source_)) {
      approach_due_ = true;
      continue;
    }
    send("{\"entry\":" + std::to_string(picture.entry_no()) + ",\"approach\":" + json(*approach) + "}");
  }
}

void Client::heartbeat() {
  if (closed_ || !started_) return;
  std::string out = "{\"heartbeat\":{\"entry\":" + std::to_string(shared_.picture.entry_no()) +
                    ",\"server_time_us\":" + number(shared_.clock.now().us) + "}";
  if (next_ == shared_.ring.end()) out += ",\"cursor\":" + whole_entry_cursor(shared_.picture.entry_no());
  send(out + "}");
}

void Client::receive(const std::string& message) {
  const Result<Said> said = read_said(message);
  if (!said.ok()) return complain(said.error().reason);
  if (!said->alert_id.empty()) return shown(said->alert_id);
  const v1::Call* call = shared_.picture.calls().call(said->call_id);
  if (call == nullptr) return complain("shown needs the alert_id or call_id of something you see");
  for (const std::string& alert_id : shared_.picture.alerts().alert_ids(call->incident_id())) {
    if (!picture::has_ended(shared_.picture.alerts().alert(alert_id)->alert())) shown(alert_id);
  }
}

void Client::shown(const std::string& alert_id) {
  const v1::AlertRecord* record = shared_.picture.alerts().alert(alert_id);
  const v1::Hop hop = trust::shown_hop(viewer_.role);
  if (record == nullptr || hop == v1::HOP_UNSPECIFIED ||
      !shared_.rights.report_shown(viewer_, record->alert()).allowed) {
    return complain("shown needs the alert_id or call_id of something you see");
  }
  if (shown_.size() >= kShownMax) shown_.clear();
  if (shown_.insert(alert_id).second) shared_.report_shown(alert_id, hop, viewer_.account);
}

void Client::complain(const std::string& reason) {
  if (++bad_messages_ > kBadMessagesMax) return close(1008, "too many messages that make no sense");
  std::string out = "{\"error\":{\"reason\":";
  append_json_string(out, reason);
  send(out + "}}");
}

void Client::close(uint16_t code, const std::string& reason) {
  if (closed_) return;
  closed_ = true;
  slow_ = code == kTryAgainLater;
  socket_->close(code, reason);
}

}  // namespace haechi::live
