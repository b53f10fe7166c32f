#include "node/bundle.h"

#include <algorithm>
#include <bit>
#include <boost/json.hpp>

#include "api/json.h"
#include "base/base64.h"
#include "evidence/notary.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "log/files.h"
#include "vault/sealer.h"

namespace haechi::node {
namespace {

namespace json = boost::json;

constexpr size_t kEntryBytes = 160;  // of the line of an entry, beside its fact and proof
constexpr size_t kHashBytes = 47;    // of its proof, in base64 with quotes and comma

std::string text(int64_t number) {
  return std::to_string(number);
}
std::string number_of(const log::Record& record) {
  return text(static_cast<int64_t>(record.no));
}

std::string line(const char* kind, json::object what) {
  return json::serialize(json::object{{kind, std::move(what)}}) + "\n";
}

json::value json_of(const google::protobuf::Message& message) {
  return json::parse(api::write_said_json(message));
}

bool names(const v1::Order& order, const std::string& her) {
  return std::any_of(order.conditions().begin(), order.conditions().end(), [&](const v1::Condition& one) {
    return one.keep_away().protected_id() == her || one.exclusion().protected_id() == her;
  });
}

}  // namespace

Result<std::unique_ptr<Bundle>> Bundle::begin(const api::BundleQuery& query, const BundleSource& source,
                                              size_t bytes_max) {
  std::unique_ptr<Bundle> made(new Bundle(query, source.build, bytes_max));
  TRY(made->checkpoint_text_,
      log::read_file(source.evidence + "/" + evidence::kCheckpointName, evidence::kNoteBytesMax));
  TRY(const evidence::Note note, evidence::read_note(made->checkpoint_text_));
  TRY(made->checkpoint_, evidence::read_checkpoint(note.body));
  const evidence::KeyPlace place =
      source.key.named() ? source.key : evidence::KeyPlace{source.evidence + "/key"};
  TRY(evidence::SigningKey key,
      evidence::SigningKey::open(place, made->checkpoint_.origin, evidence::KeyUse::kLog));
  made->key_.emplace(std::move(key));
  made->engine_.leave_out(source.passed_over);
  if (!made->key_->verifier().signed_at(note))
    return Error{Code::kCorrupt, "evidence", "the checkpoint is not signed by this key"};
  TRY(made->tree_, evidence::Tree::open(source.evidence, made->checkpoint_.size, false));
  return made;
}

Status Bundle::take(const log::Record& record, const v1::Fact& fact, const vault::Keeper* ring) {
  if (fact.has_device_registered())
    holders_[fact.device_registered().id()] = fact.device_registered().person_id();
  if (fact.has_order_registered()) take_order(record, fact.order_registered(), true);
  if (fact.has_report_received()) take_report(record, fact.report_received(), ring);
  if (fact.has_violation_taken_over()) take_violation(record, fact.violation_taken_over(), ring);
  for (const auto& effect : engine_.step({record.no, record.stamp, fact})) take_effect(record, *effect);
  const size_t proof_bytes = static_cast<size_t>(std::bit_width(checkpoint_.size)) * kHashBytes;
  if (told_.size() + fact_bytes_ + proven_.size() * (kEntryBytes + proof_bytes) <= bytes_max_) return {};
  return invalid("from_us",
                 "the file would be over " + std::to_string(bytes_max_ >> 20) + " MiB: ask for less time");
}

void Bundle::take_order(const log::Record& record, const v1::Order& order, bool in_entry) {
  for (InForce& earlier : in_force_)
    if (earlier.order_id == order.id() && (!earlier.to.known() || earlier.to > record.stamp))
      earlier.to = record.stamp;
  if (!query_.worn_as.contains(order.wearer_id()) || !names(order, query_.protected_id)) return;
  prove(record, in_entry);
  told_ += line(
      "order",
      {{"entry_no", number_of(record)}, {"entered_at_us", text(record.stamp.us)}, {"order", json_of(order)}});
  if (!order.withdrawn())
    in_force_.push_back(
        {order.id(), std::max(Time{order.starts_at_us()}, record.stamp), Time{order.ends_at_us()}});
}

void Bundle::take_report(const log::Record& record, const v1::ReportReceived& received,
                         const vault::Keeper* ring) {
  const v1::Report& report = received.report();
  const Time fixed_at{report.fix().fixed_at_us()};
  if (!report.has_fix() || !query_.worn_as.contains(holders_[report.device_id()]) || !in_time(fixed_at))
    return;
  const bool lawful = std::any_of(in_force_.begin(), in_force_.end(), [fixed_at](const InForce& one) {
    return fixed_at >= one.from && (!one.to.known() || fixed_at < one.to);
  });
  if (!lawful) return;
  prove(record, true);
  show_place(record, ring);
  ++points_;
  told_ += line("track", {{"entry_no", number_of(record)},
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

void Bundle::take_violation(const log::Record& record, const v1::ViolationTakenOver& violation,
                            const vault::Keeper* ring) {
  if (!about_both(violation.wearer_id(), violation.protected_id()) ||
      !in_time(Time{violation.happened_at_us()}))
    return;
  prove(record, true);
  show_place(record, ring);
  told_ += line("violation", {{"entry_no", number_of(record)}, {"violation", json_of(violation)}});
}

void Bundle::take_effect(const log::Record& record, const v1::Effect& effect) {
  if (effect.case_effect().has_activate_order())
    take_order(record, effect.case_effect().activate_order().order(), false);
  const v1::Alert* alert = effect.has_raise_alert()    ? &effect.raise_alert()
                           : effect.has_update_alert() ? &effect.update_alert()
                           : effect.has_clear_alert()  ? &effect.clear_alert()
                                                       : nullptr;
  if (alert == nullptr || !about_both(alert->wearer_id(), alert->protected_id()) || !in_time(record.stamp))
    return;
  prove(record, false);
  alerts_ += effect.has_raise_alert();
  told_ +=
      line("alert",
           {{"entry_no", number_of(record)}, {"at_us", text(record.stamp.us)}, {"effect", json_of(effect)}});
}

void Bundle::prove(const log::Record& record, bool with_fact) {
  Proven& proven = proven_[record.no];
  proven.stamp = record.stamp;
  proven.digest = hex(view(sha256(record.fact)));
  if (!with_fact || proven.fact) return;
  proven.fact = record.fact;
  fact_bytes_ += record.fact.size() * 4 / 3;
}

void Bundle::show_place(const log::Record& record, const vault::Keeper* ring) {
  v1::Fact kept;
  if (ring == nullptr || !kept.ParseFromString(record.fact) || kept.sealed_size() == 0) return;
  const auto parts = vault::opened_parts(*ring, record.no, kept);
  if (!parts.ok()) return;
  for (const std::string& part : *parts) {
    v1::Fact said;
    if (part.size() <= vault::kSaltBytes || !said.ParseFromString(part.substr(vault::kSaltBytes))) continue;
    if (!said.report_received().report().has_fix() && !said.has_violation_taken_over()) continue;
    proven_[record.no].place = part;
    fact_bytes_ += part.size() * 4 / 3;
  }
}

std::string Bundle::head() const {
  json::object said{{"version", 1},
                    {"key", key_->verifier().text()},
                    {"checkpoint", checkpoint_text_},
                    {"wearer_id", query_.wearer_id},
                    {"protected_id", query_.protected_id},
                    {"from_us", text(query_.from.us)},
                    {"to_us", text(query_.to.us)},
                    {"build", build_}};
  if (query_.worn_as.size() > 1) said["worn_as"] = json::array(query_.worn_as.begin(), query_.worn_as.end());
  return line("bundle", std::move(said));
}

Result<std::string> Bundle::signed_text(const std::function<bool()>& go_on) {
  std::string out = head();
  TRY_STATUS(write_entries(out, go_on));
  for (const auto& [device_id, clock] : clocks_)
    told_ += line("clock", {{"entry_no", text(static_cast<int64_t>(clock.entry_no))},
                            {"device_id", device_id},
                            {"reports", text(static_cast<int64_t>(clock.reports))},
                            {"received_after_sent_min_us", text(clock.min_us)},
                            {"received_after_sent_max_us", text(clock.max_us)}});
  out += told_;
  evidence::Note note{checkpoint_.origin + "/bundle\n" + hex(view(sha256(out))) + "\n", {}};
  TRY_STATUS(key_->sign(note, Time{}));
  return out + json::serialize(json::object{{"signature", evidence::text_of(note)}}) + "\n";
}

Status Bundle::write_entries(std::string& out, const std::function<bool()>& go_on) const {
  // The proofs of one bundle share most of their hashes.
  std::map<std::pair<int, uint64_t>, Digest> known;
  const evidence::Subtrees subtrees = [&](int height, uint64_t index) -> Result<Digest> {
    const auto found = known.find({height, index});
    if (found != known.end()) return found->second;
    TRY(const Digest hash, tree_->subtree(height, index));
    return known[{height, index}] = hash;
  };
  for (const auto& [no, proven] : proven_) {
    if (!go_on()) return Error{Code::kUnavailable, "", "it was stopped"};
    TRY(const std::vector<Digest> proof, evidence::inclusion_proof(subtrees, no - 1, checkpoint_.size));
    json::object entry{{"no", text(static_cast<int64_t>(no))}, {"stamp_us", text(proven.stamp.us)}};
    if (proven.fact) {
      entry["fact"] = base64(*proven.fact);
      if (!proven.place.empty()) entry["place"] = base64(proven.place);
    } else {
      entry["fact_sha256"] = proven.digest;
    }
    json::array& hashes = entry["proof"].emplace_array();
    for (const Digest& hash : proof) hashes.emplace_back(base64(view(hash)));
    out += line("entry", std::move(entry));
  }
  return {};
}

}  // namespace haechi::node
