#include "live/hub.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "base/ensure.h"
#include "base/saved.h"
#include "haechi/v1/fact.pb.h"
#include "live/access_gate.h"
#include "live/change.h"
#include "live/client.h"
#include "live/rights.h"
#include "live/sign_in.h"
#include "live/usage_ledger.h"
#include "net/run_on.h"
#include "picture/persons_of.h"
#include "picture/synthetic.h"

namespace haechi::live {
namespace {

constexpr uint16_t kServiceRestart = 1012;
constexpr size_t kAddressesMax = 20'000;
constexpr int kHopTries = 5;
constexpr Duration kHopRetry = Duration::seconds(1);
constexpr Duration kSweepPeriod = Duration::seconds(10);

// Who perhaps may see more of whom: an agency, or a unit.
struct Grown {
  std::string agency_id, unit_id;
  std::vector<std::string> person_ids;
};

// A right to follow that may end with the entry being folded.
struct Held {
  std::string unit_id, call_id, person_id;
  auto operator<=>(const Held&) const = default;
};

}  // namespace

struct Hub::Core : std::enable_shared_from_this<Core> {
  Core(net::Loop& the_loop, spine::Submit& the_submit, const Clock& the_clock, Identify the_identify,
       HubOptions the_options)
      : loop(the_loop),
        submit(the_submit),
        clock(the_clock),
        identify(std::move(the_identify)),
        options(std::move(the_options)),
        wrong_keys(options.wrong_keys, kAddressesMax),
        ring(options.ring_messages_max),
        rights(picture, clock),
        gate(loop, submit, clock, [this](const std::string& account) { gate_opened(account); }),
        ledger(loop, submit, [this](const std::string& account) { gate_opened(account); }),
        texts(picture, clock, options.coarse_secret),
        current(picture),
        shared{picture,
               ring,
               rights,
               gate,
               ledger,
               texts,
               clock,
               options.epoch,
               current,
               anew,
               [this](const std::string& alert_id, v1::Hop hop, const std::string& who) {
                 submit_hop(alert_id, hop, clock.now(), who, kHopTries);
               }} {}

  void fold(const spine::Batch& batch);
  void fold_entry(const spine::PublishedEntry& entry, const spine::Batch& batch);
  void begin_anew(const std::string& account, uint64_t entry_no);
  std::set<Held> rights_at_stake(const spine::PublishedEntry& entry) const;
  void add_revocations(const spine::PublishedEntry& entry, const std::set<Held>& before,
                       std::vector<std::shared_ptr<Change>>& changes) const;
  void add_introductions(const v1::Call& opened, std::vector<std::shared_ptr<Change>>& changes) const;
  void show_grown();
  void observe_hops(const spine::Batch& batch);
  void submit_hop(const std::string& alert_id, v1::Hop hop, Time at, const std::string& who, int tries);
  void accept(std::shared_ptr<net::Socket> socket);
  void gate_opened(const std::string& account);
  void pump_opened();
  void flush();
  void check_keys();
  void drop_closed();
  bool log_stands_still() const { return options.log_stands_still && options.log_stands_still(); }
  void note_heard(const std::optional<uint32_t>& moved);

  net::Loop& loop;
  spine::Submit& submit;
  const Clock& clock;
  const Identify identify;
  const HubOptions options;
  Guesses wrong_keys;
  picture::Picture picture;
  ChangeRing ring;
  Rights rights;
  AccessGate gate;
  UsageLedger ledger;
  PositionTexts texts;
  CurrentChanges current;
  Shared shared;
  std::vector<std::shared_ptr<Client>> clients;
  // Accounts that were recused from somebody, or are no more, and when: what stood on their screens before
  // that goes.
  std::map<std::string, uint64_t> anew;
  std::set<std::string> opened;  // accounts that may see more, and whose clients were not told yet
  bool places_wanted = false;    // by some client since the last flush
  Heard heard;
  std::vector<Grown> grown;  // by the batch that is being folded
  uint64_t refused = 0, closed_slow = 0;
};

void Hub::Core::note_heard(const std::optional<uint32_t>& moved) {
  const std::optional<uint32_t> holder = picture.heard();
  if (!holder || !places_wanted) return;
  if (heard.is.size() <= *holder) {
    heard.is.resize(picture.positions().size());
    heard.moved.resize(picture.positions().size());
  }
  if (!heard.is[*holder]) heard.holders.push_back(*holder);
  heard.is[*holder] = true;
  if (moved) heard.moved[*holder] = true;
}

void Hub::Core::fold(const spine::Batch& batch) {
  const uint64_t before = ring.end();
  for (const spine::PublishedEntry& entry : batch.entries) fold_entry(entry, batch);
  if (!batch.replayed) observe_hops(batch);
  if (ring.end() == before && grown.empty()) return;
  show_grown();
  gate.flush();
  for (const auto& client : clients) client->pump_ring();
  gate.flush();
  drop_closed();
}

// Who is sent is told before everybody else, then who sent them; a right that grew shows places that had not
// moved, and at once.
void Hub::Core::show_grown() {
  std::stable_partition(grown.begin(), grown.end(), [](const Grown& more) { return !more.unit_id.empty(); });
  for (const Grown& more : std::exchange(grown, {})) {
    for (const auto& client : clients) {
      const trust::Viewer& viewer = client->viewer();
      const bool agency = viewer.role == trust::Role::kDispatch && viewer.agency_id == more.agency_id;
      const bool unit = viewer.role == trust::Role::kUnit && viewer.unit_id == more.unit_id;
      if (!agency && !unit) continue;
      client->may_see_more(more.person_ids);
      client->pump();
    }
  }
}

// Rights to follow that the entry's effects may end, with the assignments of the calls they touch.
std::set<Held> Hub::Core::rights_at_stake(const spine::PublishedEntry& entry) const {
  std::set<Held> held;
  const auto call_units = [&](const std::string& call_id) {
    const v1::Call* call = picture.calls().call(call_id);
    if (call == nullptr) return;
    for (const v1::Assignment& assignment : call->assignments()) {
      if (!picture::is_assigned(*call, assignment.unit_id())) continue;
      held.insert({assignment.unit_id(), call_id, ""});
      for (const v1::TrackAccess* access : picture.calls().accesses(assignment.unit_id())) {
        if (access->call_id() == call_id) held.insert({assignment.unit_id(), call_id, access->person_id()});
      }
    }
  };
  for (const auto& effect : entry.effects) {
    if (effect->has_update_call()) call_units(effect->update_call().id());
    if (effect->has_close_call()) call_units(effect->close_call().id());
    if (effect->has_revoke_track()) {
      const v1::TrackAccess& revoked = effect->revoke_track();
      if (picture.following(revoked.unit_id(), revoked.person_id()) != nullptr) {
        held.insert({revoked.unit_id(), revoked.call_id(), revoked.person_id()});
      }
    }
  }
  return held;
}

void Hub::Core::add_revocations(const spine::PublishedEntry& entry, const std::set<Held>& before,
                                std::vector<std::shared_ptr<Change>>& changes) const {
  for (const Held& right : before) {
    Audience unit;
    unit.units.push_back(right.unit_id);
    const v1::Call* call = picture.calls().call(right.call_id);
    if (right.person_id.empty()) {
      if (call != nullptr && picture::is_assigned(*call, right.unit_id)) continue;
      changes.push_back(revocation("call", right.call_id, "", "assignment ended", std::move(unit)));
    } else if (picture.following(right.unit_id, right.person_id) == nullptr) {
      changes.push_back(
          revocation("track", right.call_id, right.person_id, "assignment ended", std::move(unit)));
    }
  }
  for (const auto& effect : entry.effects) {
    if (effect->has_close_view()) {
      Audience owner;
      owner.owners.push_back(effect->close_view().protected_id());
      changes.push_back(revocation("view", effect->close_view().view_id(), effect->close_view().wearer_id(),
                                   "view closed", std::move(owner)));
    }
    if (!effect->has_close_call()) continue;
    const v1::Call& call = effect->close_call();
    std::set<std::string> persons{call.wearer_id(), call.protected_id()};
    for (const v1::Destination& to : call.destinations()) persons.insert(to.person_id());
    for (const std::string& person_id : persons) {
      if (person_id.empty() || picture.call_about(call.agency_id(), person_id) != nullptr) continue;
      Audience agency;
      agency.agencies.push_back(call.agency_id());
      agency.synthetic = picture::is_synthetic(picture, person_id);
      changes.push_back(revocation("track", call.id(), person_id, "call closed", std::move(agency)));
    }
  }
}

// With a call an agency begins to see its incident: it gets the alerts that were raised before.
void Hub::Core::add_introductions(const v1::Call& opened,
                                  std::vector<std::shared_ptr<Change>>& changes) const {
  const auto only_for_agency = [&](std::shared_ptr<Change> change) {
    Audience agency;
    agency.agencies.push_back(opened.agency_id());
    agency.synthetic = change->audience.synthetic;
    agency.about = std::move(change->audience.about);
    agency.directed = true;
    change->audience = std::move(agency);
    changes.push_back(std::move(change));
  };
  if (const v1::Incident* incident = picture.alerts().incident(opened.incident_id())) {
    only_for_agency(change_of_incident(picture, *incident));
  }
  for (const std::string& id : picture.alerts().alert_ids(opened.incident_id())) {
    const v1::AlertRecord& record = *picture.alerts().alert(id);
    if (record.opened_entry_no() == picture.entry_no() || picture::has_ended(record.alert())) continue;
    only_for_agency(change_of_alert(picture, record.alert()));
  }
}

void Hub::Core::fold_entry(const spine::PublishedEntry& entry, const spine::Batch& batch) {
  if (entry.no <= picture.entry_no()) return;
  const std::set<Held> before = rights_at_stake(entry);
  note_heard(picture.fold(entry.no, entry.stamped_at, *entry.fact, entry.effects));
  std::vector<std::shared_ptr<Change>> changes;
  if (entry.fact->has_hop_observed()) changes.push_back(change_of_hop(picture, entry.fact->hop_observed()));
  for (const auto& effect : entry.effects) {
    if (auto change = change_of(picture, effect)) changes.push_back(std::move(change));
    if (effect->settle_erasure().erased()) texts.forget();
    if (effect->case_effect().has_update_recusal())
      begin_anew(effect->case_effect().update_recusal().account(), entry.no);
    if (effect->has_open_call()) add_introductions(effect->open_call(), changes);
    if (effect->has_grant_track())
      grown.push_back({"", effect->grant_track().unit_id(), {effect->grant_track().person_id()}});
    if (effect->has_open_call())
      grown.push_back({effect->open_call().agency_id(), "", picture::persons_of(effect->open_call())});
    if (effect->has_update_hand_off())
      grown.push_back({effect->update_hand_off().agency_id(), "",
                       persons_of_incident(picture, effect->update_hand_off().incident_id())});
  }
  add_revocations(entry, before, changes);
  if (std::any_of(entry.effects.begin(), entry.effects.end(),
                  [](const auto& effect) { return effect->has_case_effect(); })) {
    changes.push_back(cases_changed());
  }
  uint32_t part = 0;
  for (auto& change : changes) {
    change->cursor = Cursor{entry.no, ++part};
    change->at_us = entry.stamped_at.us;
    if (!batch.replayed) {
      change->durable_us = batch.durable_at.us;
      change->judged_us = batch.judged_at.us;
    }
    ring.push(std::move(change));
  }
}

// Its screens come again at once and are shown afresh what they may see.
void Hub::Core::begin_anew(const std::string& account, uint64_t entry_no) {
  anew[account] = entry_no;
  for (const auto& client : clients)
    if (client->viewer().account == account) client->close(kServiceRestart, "what may be seen has changed");
}

// Kept as facts, so that the ledger of an alert survives a restart.
void Hub::Core::observe_hops(const spine::Batch& batch) {
  for (const spine::PublishedEntry& entry : batch.entries) {
    for (const auto& effect : entry.effects) {
      if (!effect->has_raise_alert()) continue;
      submit_hop(effect->raise_alert().id(), v1::HOP_DURABLE, batch.durable_at, "spine", kHopTries);
      submit_hop(effect->raise_alert().id(), v1::HOP_JUDGED, batch.judged_at, "spine", kHopTries);
    }
  }
}

void Hub::Core::submit_hop(const std::string& alert_id, v1::Hop hop, Time at, const std::string& who,
                           int tries) {
  auto fact = std::make_unique<v1::Fact>();
  v1::HopObserved& observed = *fact->mutable_hop_observed();
  observed.set_alert_id(alert_id);
  observed.set_hop(hop);
  observed.set_at_us(at.us);
  observed.set_who(who);
  submit.submit(std::move(fact), [weak = weak_from_this(), &loop = loop, alert_id, hop, at, who,
                                  tries](Result<spine::Receipt> receipt) {
    if (receipt.ok() || receipt.error().code != Code::kExhausted || tries <= 1) return;
    loop.after(kHopRetry, [weak, alert_id, hop, at, who, tries] {
      if (auto self = weak.lock()) self->submit_hop(alert_id, hop, at, who, tries - 1);
    });
  });
}

void Hub::Core::accept(std::shared_ptr<net::Socket> socket) {
  ENSURE(loop.is_current());
  std::string key = sign_in(socket->request()).key;
  const std::optional<trust::Viewer> viewer = identify(key);
  if (!viewer || !sees_live_data(*viewer)) return socket->close(1008, "no right to live data");
  if (clients.size() >= options.clients_max) {
    ++refused;
    return socket->close(1013, "too many viewers");
  }
  std::string session = options.session_of ? options.session_of(key) : std::string();
  if (session.empty()) session = trust::name_of_key(key);
  auto client = std::make_shared<Client>(shared, socket, *viewer, std::move(key), std::move(session));
  std::weak_ptr<Client> weak = client;
  std::weak_ptr<Core> weak_core = weak_from_this();
  socket->on_message = [weak](std::string message) {
    if (auto alive = weak.lock()) alive->receive(message);
  };
  socket->on_drained = [weak, weak_core] {
    auto core = weak_core.lock();
    auto alive = weak.lock();
    if (core == nullptr || alive == nullptr) return;
    alive->pump();
    core->gate.flush();
  };
  socket->on_close = [weak, weak_core] {
    auto core = weak_core.lock();
    auto gone = weak.lock();
    if (core != nullptr && gone != nullptr) std::erase(core->clients, gone);
  };
  clients.push_back(client);
  places_wanted |= client->wants_places();
  client->start();
  gate.flush();
}

// An alert opens it for every viewer at once: they are looked for together.
void Hub::Core::gate_opened(const std::string& account) {
  opened.insert(account);
  if (opened.size() > 1) return;
  loop.post([weak = weak_from_this()] {
    if (auto self = weak.lock()) self->pump_opened();
  });
}

void Hub::Core::pump_opened() {
  const std::set<std::string> accounts = std::exchange(opened, {});
  for (const auto& client : clients) {
    if (accounts.contains(client->viewer().account)) client->pump();
  }
  gate.flush();
}

void Hub::Core::flush() {
  texts.begin_round();
  for (const auto& client : clients) client->heard(heard);
  for (const uint32_t holder : heard.holders) heard.is[holder] = heard.moved[holder] = false;
  heard.holders.clear();
  for (const auto& client : clients) client->pump();
  gate.flush();
  drop_closed();
  places_wanted = std::any_of(clients.begin(), clients.end(), std::mem_fn(&Client::wants_places));
}

void Hub::Core::check_keys() {
  for (const auto& client : clients) {
    const auto viewer = identify(client->key());
    if (!viewer || !(*viewer == client->viewer())) client->close(1008, "the key no longer holds");
  }
  drop_closed();
}

void Hub::Core::drop_closed() {
  for (const auto& client : clients) closed_slow += client->closed_as_slow();
  std::erase_if(clients, [](const auto& client) { return client->closed(); });
}

Hub::Hub(net::Loop& loop, spine::Submit& submit, const Clock& clock, Identify identify, HubOptions options)
    : core_(std::make_shared<Core>(loop, submit, clock, std::move(identify), std::move(options))) {
  const auto repeat = [&](Duration period, void (*task)(Core&)) {
    loop.every(period, [weak = std::weak_ptr<Core>(core_), task] {
      if (auto core = weak.lock()) task(*core);
    });
  };
  repeat(core_->options.flush_period, [](Core& core) { core.flush(); });
  repeat(core_->options.key_check_period, [](Core& core) { core.check_keys(); });
  repeat(kSweepPeriod, [](Core& core) {
    core.gate.sweep();
    core.ledger.sweep([&core](const std::string& id) { return core.picture.calls().view(id) != nullptr; });
  });
  repeat(core_->options.heartbeat_period, [](Core& core) {
    if (core.log_stands_still()) return;
    for (const auto& client : core.clients) client->heartbeat();
  });
}

Hub::~Hub() = default;

void Hub::on_batch(std::shared_ptr<const spine::Batch> batch) {
  core_->loop.post([weak = std::weak_ptr<Core>(core_), batch = std::move(batch)] {
    if (auto core = weak.lock()) core->fold(*batch);
  });
}

namespace {

void fold_picture(picture::Picture& picture, const spine::Batch& batch) {
  for (const spine::PublishedEntry& entry : batch.entries)
    picture.fold(entry.no, entry.stamped_at, *entry.fact, entry.effects);
}

}  // namespace

spine::SnapshotPart Hub::part() {
  return {"picture",
          [weak = std::weak_ptr<Core>(core_)](spine::SaveDone done) {
            const auto core = weak.lock();
            if (core == nullptr) return;
            core->loop.post([core, done = std::move(done)] { done(saved(core->picture)); });
          },
          [core = core_](Reader& in) {
            Status status;
            net::run_on(core->loop, [&] {
              status = take_saved(in, core->picture);
              if (status.ok())
                core->ring = ChangeRing(core->options.ring_messages_max, core->picture.entry_no());
            });
            return status;
          },
          spine::copies_of<fold_picture, picture::Picture>()};
}

void Hub::mount(net::HttpServer& server) {
  std::weak_ptr<Core> weak = core_;
  const auto guard = [weak](net::Request request, std::function<void(net::SocketRefusal)> answer) {
    net::SocketRefusal refusal;
    auto core = weak.lock();
    const SignIn asking = sign_in(request);
    const auto viewer = core != nullptr ? core->identify(asking.key) : std::nullopt;
    if (asking.foreign) {
      refusal = {true, net::problem(403, "forbidden", "origin", "the page is not of this host")};
    } else if (!viewer && core != nullptr && !asking.key.empty() &&
               core->wrong_keys.take(request.peer, asking.key, core->clock.now()).us > 0) {
      refusal = {true, net::problem(429, "too_many", "", "too many wrong keys; wait, then try again")};
    } else if (core != nullptr && core->log_stands_still()) {
      refusal = {true, net::problem(503, "unavailable", "", "the log stands still: nothing here is live")};
    } else if (!viewer) {
      refusal = {true, net::problem(401, "unauthorized", "authorization", "a valid key is needed")};
    } else if (!sees_live_data(*viewer)) {
      refusal = {true, net::problem(403, "forbidden", "", "this role sees no live data")};
    }
    answer(std::move(refusal));
  };
  server.handle_socket("/live", guard, [weak](std::shared_ptr<net::Socket> socket) {
    if (auto core = weak.lock()) return core->accept(std::move(socket));
    socket->close(1001, "going away");
  });
}

void Hub::open(std::shared_ptr<net::Socket> socket) {
  core_->accept(std::move(socket));
}

void Hub::end_account(const std::string& account, const std::string& reason) {
  core_->loop.post([weak = std::weak_ptr<Core>(core_), account, reason] {
    auto core = weak.lock();
    if (core == nullptr) return;
    for (const auto& client : core->clients) {
      if (client->viewer().account == account) client->close(1008, reason);
    }
    core->drop_closed();
  });
}

const picture::Picture& Hub::picture() const {
  return core_->picture;
}

HubCounters Hub::counters() const {
  HubCounters out;
  out.clients = core_->clients.size();
  out.clients_refused = core_->refused;
  out.closed_slow = core_->closed_slow;
  out.messages_kept = core_->ring.end() - core_->ring.begin();
  out.gate_entries = core_->gate.size();
  return out;
}

}  // namespace haechi::live
