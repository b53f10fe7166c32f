#include "tools/bundle.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "base/base64.h"
#include "evidence/notary.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "log/files.h"
#include "log/log.h"
#include "sim/api_client.h"
#include "spine/engine.h"
#include "tools/cli_log.h"
#include "vault/sealer.h"

namespace haechi::tools {
namespace {

namespace json = boost::json;

constexpr size_t kNoteBytesMax = 1 << 16;

std::string text(int64_t number) {
  return std::to_string(number);
}

// An entry as the bundle holds it; without its fact, its digest stands for it.
struct Proven {
  Time stamp;
  std::optional<std::string> fact;
  std::string digest;
  std::string place;  // of a sealed report: the part with the place, which the fact holds the digest of
};

// When one version of an order about the two was in force.
struct InForce {
  std::string order_id;
  Time from, to;  // to unknown: further notice
};

struct ClockOffsets {
  uint64_t entry_no = 0, reports = 0;
  int64_t min_us = INT64_MAX, max_us = INT64_MIN;
};

class Bundler {
 public:
  explicit Bundler(const BundleOptions& options)
      : options_(options), evidence_(options.data + "/evidence"), unsealer_(options.data, options.keys) {}

  Result<BundleResult> run() {
    TRY_STATUS(open());
    Status unreadable;
    TRY_STATUS(log::read_directory(log_in(options_.data), 1, [&](const log::Record& record) {
      const Result<v1::Fact> fact = unsealer_.fact(record);
      if (!fact.ok())
        unreadable = fact.error();
      else if (record.no <= checkpoint_.size)
        step(record, *fact);
      return unreadable.ok() && record.no < checkpoint_.size;
    }));
    TRY_STATUS(unreadable);
    TRY_STATUS(write());
    result_.records = checkpoint_.size;
    result_.entries = proven_.size();
    return result_;
  }

 private:
  Status open() {
    TRY(checkpoint_text_, log::read_file(evidence_ + "/" + evidence::kCheckpointName, kNoteBytesMax));
    TRY(const evidence::Note note, evidence::read_note(checkpoint_text_));
    TRY(checkpoint_, evidence::read_checkpoint(note.body));
    TRY(evidence::SigningKey key,
        evidence::SigningKey::open(options_.key.empty() ? evidence_ + "/key" : options_.key,
                                   checkpoint_.origin, evidence::KeyUse::kLog));
    key_.emplace(std::move(key));
    if (!key_->verifier().signed_at(note))
      return Error{Code::kCorrupt, "evidence", "the checkpoint is not signed by this key"};
    TRY(tree_, evidence::Tree::open(evidence_, checkpoint_.size, false));
    return {};
  }

  bool in_time(Time at) const { return at >= options_.from && (!options_.to.known() || at < options_.to); }

  bool about_both(const std::string& wearer_id, const std::string& protected_id) const {
    return wearer_id == options_.wearer_id && protected_id == options_.protected_id;
  }

  void step(const log::Record& record, const v1::Fact& fact) {
    if (fact.has_device_registered())
      holders_[fact.device_registered().id()] = fact.device_registered().person_id();
    if (fact.has_order_registered()) take_order(record, fact.order_registered(), true);
    if (fact.has_report_received()) take_report(record, fact.report_received());
    for (const auto& effect : engine_.step({record.no, record.stamp, fact})) take_effect(record, *effect);
  }

  void take_order(const log::Record& record, const v1::Order& order, bool in_entry) {
    for (InForce& earlier : in_force_)
      if (earlier.order_id == order.id() && (!earlier.to.known() || earlier.to > record.stamp))
        earlier.to = record.stamp;
    const bool names_her =
        std::any_of(order.conditions().begin(), order.conditions().end(), [this](const v1::Condition& one) {
          return one.keep_away().protected_id() == options_.protected_id ||
                 one.exclusion().protected_id() == options_.protected_id;
        });
    if (order.wearer_id() != options_.wearer_id || !names_her) return;
    prove(record, in_entry);
    tell("order", {{"entry_no", text(static_cast<int64_t>(record.no))},
                   {"entered_at_us", text(record.stamp.us)},
                   {"order", json::parse(sim::to_json(order))}});
    if (!order.withdrawn())
      in_force_.push_back(
          {order.id(), std::max(Time{order.starts_at_us()}, record.stamp), Time{order.ends_at_us()}});
  }

  void take_report(const log::Record& record, const v1::ReportReceived& received) {
    const v1::Report& report = received.report();
    const Time fixed_at{report.fix().fixed_at_us()};
    if (!report.has_fix() || holders_[report.device_id()] != options_.wearer_id || !in_time(fixed_at)) return;
    const bool lawful = std::any_of(in_force_.begin(), in_force_.end(), [fixed_at](const InForce& one) {
      return fixed_at >= one.from && (!one.to.known() || fixed_at < one.to);
    });
    if (!lawful) return;
    prove(record, true);
    show_place(record);
    ++result_.points;
    tell("track", {{"entry_no", text(static_cast<int64_t>(record.no))},
                   {"device_id", report.device_id()},
                   {"fixed_at_us", text(fixed_at.us)},
                   {"sent_at_us", text(report.sent_at_us())},
                   {"received_at_us", text(received.received_at_us())},
                   {"lat_e7", report.fix().place().lat_e7()},
                   {"lng_e7", report.fix().place().lng_e7()},
                   {"accuracy_mm", report.fix().accuracy_mm()},
                   {"stored", report.stored()}});
    if (report.sent_at_us() == 0) return;
    ClockOffsets& clock = clocks_[report.device_id()];
    clock.entry_no = record.no;
    ++clock.reports;
    clock.min_us = std::min(clock.min_us, received.received_at_us() - report.sent_at_us());
    clock.max_us = std::max(clock.max_us, received.received_at_us() - report.sent_at_us());
  }

  void take_effect(const log::Record& record, const v1::Effect& effect) {
    if (effect.has_case_effect() && effect.case_effect().has_activate_order())
      take_order(record, effect.case_effect().activate_order().order(), false);
    const v1::Alert* alert = effect.has_raise_alert()    ? &effect.raise_alert()
                             : effect.has_update_alert() ? &effect.update_alert()
                             : effect.has_clear_alert()  ? &effect.clear_alert()
                                                         : nullptr;
    if (alert == nullptr || !about_both(alert->wearer_id(), alert->protected_id()) || !in_time(record.stamp))
      return;
    prove(record, false);
    result_.alerts += effect.has_raise_alert();
    tell("alert", {{"entry_no", text(static_cast<int64_t>(record.no))},
                   {"at_us", text(record.stamp.us)},
                   {"effect", json::parse(sim::to_json(effect))}});
  }

  void prove(const log::Record& record, bool with_fact) {
    Proven& proven = proven_[record.no];
    proven.stamp = record.stamp;
    proven.digest = hex(view(sha256(record.fact)));
    if (with_fact) proven.fact = record.fact;
  }

  // The place of this report and nothing else that is sealed: no key leaves.
  void show_place(const log::Record& record) {
    v1::Fact sealed;
    sealed.ParseFromString(record.fact);
    if (sealed.sealed_size() == 0) return;
    const auto parts = vault::opened_parts(**unsealer_.ring(), record.no, sealed);
    if (!parts.ok()) return;
    for (const std::string& part : *parts) {
      v1::Fact said;
      const bool reads =
          part.size() > vault::kSaltBytes && said.ParseFromString(part.substr(vault::kSaltBytes));
      if (reads && said.report_received().report().has_fix()) proven_[record.no].place = part;
    }
  }

  void tell(const char* kind, json::object what) {
    told_ += json::serialize(json::object{{kind, std::move(what)}}) + "\n";
  }

  Status write() {
    json::object head{{"version", 1},
                      {"key", key_->verifier().text()},
                      {"checkpoint", checkpoint_text_},
                      {"wearer_id", options_.wearer_id},
                      {"protected_id", options_.protected_id},
                      {"from_us", text(options_.from.us)},
                      {"to_us", text(options_.to.us)},
                      {"build", options_.build}};
    std::string out = json::serialize(json::object{{"bundle", std::move(head)}}) + "\n";
    TRY_STATUS(write_entries(out));
    for (const auto& [device_id, clock] : clocks_)
      tell("clock", {{"entry_no", text(static_cast<int64_t>(clock.entry_no))},
                     {"device_id", device_id},
                     {"reports", text(static_cast<int64_t>(clock.reports))},
                     {"received_after_sent_min_us", text(clock.min_us)},
                     {"received_after_sent_max_us", text(clock.max_us)}});
    out += told_;
    evidence::Note note{checkpoint_.origin + "/bundle\n" + hex(view(sha256(out))) + "\n", {}};
    key_->sign(note, Time{});
    out += json::serialize(json::object{{"signature", evidence::text_of(note)}}) + "\n";
    return log::replace_file(std::filesystem::absolute(options_.out).string(), out);
  }

  Status write_entries(std::string& out) const {
    for (const auto& [no, proven] : proven_) {
      TRY(const std::vector<Digest> proof, tree_->inclusion(no - 1, checkpoint_.size));
      json::object entry{{"no", text(static_cast<int64_t>(no))}, {"stamp_us", text(proven.stamp.us)}};
      if (proven.fact) {
        entry["fact"] = base64(*proven.fact);
        if (!proven.place.empty()) entry["place"] = base64(proven.place);
      } else {
        entry["fact_sha256"] = proven.digest;
      }
      json::array& hashes = entry["proof"].emplace_array();
      for (const Digest& hash : proof) hashes.emplace_back(base64(view(hash)));
      out += json::serialize(json::object{{"entry", std::move(entry)}}) + "\n";
    }
    return {};
  }

  const BundleOptions& options_;
  const std::string evidence_;
  const Unsealer unsealer_;
  std::string checkpoint_text_;
  evidence::Checkpoint checkpoint_;
  std::optional<evidence::SigningKey> key_;
  std::unique_ptr<evidence::Tree> tree_;
  spine::Engine engine_{0};
  std::map<std::string, std::string> holders_;
  std::vector<InForce> in_force_;
  std::map<uint64_t, Proven> proven_;
  std::map<std::string, ClockOffsets> clocks_;
  std::string told_;
  BundleResult result_;
};

}  // namespace

Result<BundleResult> bundle_log(const BundleOptions& options) {
  return Bundler(options).run();
}

int run_bundle(const BundleOptions& options) {
  const Result<BundleResult> done = bundle_log(options);
  if (!done.ok()) return std::fprintf(stderr, "bundle: %s\n", done.error().text().c_str()), 1;
  std::printf("%llu alerts and %llu points, on %llu entries of a log of %llu\n",
              static_cast<unsigned long long>(done->alerts), static_cast<unsigned long long>(done->points),
              static_cast<unsigned long long>(done->entries), static_cast<unsigned long long>(done->records));
  return 0;
}

}  // namespace haechi::tools
