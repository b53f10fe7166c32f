#include "spine/engine.h"

#include <algorithm>

#include "base/archive.h"
#include "base/canary.h"
#include "haechi/v1/dispatch.pb.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::spine {
namespace {

// Rounds of question and answer between the two machines within one entry. An alarm needs two: the alarm and
// its answers, then the tracks that the answers open. More than this is a loop, hence a bug.
constexpr int kExchangesMax = 8;

// What Canary::kPoison makes of a report: a battery that says so.
constexpr uint32_t kPoisonPercent = 13;

bool is_alarm(int event) {
  switch (event) {
    case v1::DEVICE_EVENT_SOS:
    case v1::DEVICE_EVENT_STRAP_CUT:
    case v1::DEVICE_EVENT_CASE_OPENED:
    case v1::DEVICE_EVENT_UNPAIRED:
    case v1::DEVICE_EVENT_FALL:
      return true;
    default:
      return false;
  }
}

// Without any: a fact of nothing.
v1::Fact alarms_of(const v1::ReportReceived& received) {
  v1::Fact out;
  for (const int event : received.report().events()) {
    if (!is_alarm(event)) continue;
    v1::ReportReceived& told = *out.mutable_report_received();
    told.mutable_report()->add_events(static_cast<v1::DeviceEvent>(event));
  }
  if (!out.has_report_received()) return out;
  v1::ReportReceived& told = *out.mutable_report_received();
  told.set_received_at_us(received.received_at_us());
  told.set_protocol(received.protocol());
  told.set_silent(received.silent());
  told.set_duress(received.duress());
  v1::Report& report = *told.mutable_report();
  report.set_device_id(received.report().device_id());
  report.set_sent_at_us(received.report().sent_at_us());
  report.set_stored(true);
  return out;
}

}  // namespace

std::vector<std::shared_ptr<const v1::Effect>> Engine::step(const law::Entry& entry) {
  if (left_out_.contains(entry.no)) {
    pass_over(entry.no, entry.stamped_at);
    return {};
  }
  ENSURE(entry.no == last_no_ + 1, entry.no, last_no_);
  ENSURE(entry.stamped_at > last_stamp_, entry.no, entry.stamped_at, last_stamp_);
  last_no_ = entry.no;
  last_stamp_ = entry.stamped_at;
  ENSURE(
      !canary(Canary::kPoison) || entry.fact.report_received().report().battery_percent() != kPoisonPercent,
      "poison was let in", entry.no);

  fence_.see(entry);
  if (!entry.fact.has_report_received() || !fence_.behind(entry.fact.report_received())) return judge(entry);
  const v1::Fact alarms = alarms_of(entry.fact.report_received());
  return judge({entry.no, entry.stamped_at, alarms});
}

std::vector<std::shared_ptr<const v1::Effect>> Engine::judge(const law::Entry& entry) {
  names_by_subject_ |= entry.fact.process_started().names_by_subject();
  law::EffectSink effects(partition_, entry.no, entry.stamped_at, names_by_subject_);
  std::vector<v1::HandOffMessage> answers;
  // Units and their places first: an alarm raised by this entry is answered with them as they now are.
  dispatch_.step(entry, effects, answers);
  for (const v1::Fact& order : legal_.step(entry, effects))
    monitor_.step({entry.no, entry.stamped_at, order}, effects);
  for (size_t i = 0, end = effects.effects().size(); i < end; ++i) {
    const std::shared_ptr<const v1::Effect> effect = effects.effects()[i];
    if (!effect->case_effect().has_update_consent()) continue;
    const v1::Consent& consent = effect->case_effect().update_consent();
    monitor_.agree_to_view(consent.protected_id(), consent.view_allowed(), entry, effects);
  }
  if (!legal_.is_of_measure(entry.fact)) monitor_.step(entry, effects);
  size_t sent = 0;
  for (int exchange = 0;; ++exchange) {
    for (const auto& answer : answers) monitor_.receive_answer(answer, entry, effects);
    answers.clear();
    for (const size_t end = effects.effects().size(); sent < end; ++sent) {
      const std::shared_ptr<const v1::Effect> effect = effects.effects()[sent];
      if (effect->kind_case() == v1::Effect::kSendHandOff)
        dispatch_.receive(effect->send_hand_off(), entry, effects, answers);
    }
    if (answers.empty() && sent == effects.effects().size()) break;
    ENSURE(exchange < kExchangesMax, entry.no);
  }
  legal_.see(entry, effects);
  erasures_.step(entry, effects);
  return effects.take();
}

void Engine::pass_over(uint64_t no, Time stamped_at) {
  ENSURE(no == last_no_ + 1, no, last_no_);
  last_no_ = no;
  last_stamp_ = std::max(last_stamp_, stamped_at);
}

void Engine::save(Writer& out) const {
  write(out, partition_);
  write(out, last_no_);
  write(out, last_stamp_);
  write(out, names_by_subject_);
  write(out, legal_);
  write(out, monitor_);
  write(out, dispatch_);
  write(out, erasures_);
  write(out, fence_);
}

void Engine::load(Reader& in) {
  uint32_t partition = 0;
  read(in, partition);
  if (partition != partition_) return in.fail();
  read(in, last_no_);
  read(in, last_stamp_);
  read(in, names_by_subject_);
  read(in, legal_);
  read(in, monitor_);
  read(in, dispatch_);
  read(in, erasures_);
  read(in, fence_);
}

}  // namespace haechi::spine
