#include "sim/patrol.h"

#include "haechi/v1/api.pb.h"

namespace haechi::sim {
namespace {

constexpr Duration kReadsTheCall = Duration::millis(1'500);
constexpr Duration kSetsOff = Duration::millis(2'000);
constexpr int64_t kBeforeHimMm = 60'000;  // near enough to stand before someone
constexpr int64_t kStandsMmps = 2'000;    // slower is standing
constexpr int64_t kElsewhereMm = 20'000;  // his place has changed by so much: turn

}  // namespace

Patrol::Patrol(net::Loop& loop, Board& board, ApiClient& api, Resident& car, PatrolOptions options)
    : loop_(loop), board_(board), api_(api), car_(car), options_(std::move(options)) {}

std::shared_ptr<Patrol> Patrol::create(net::Loop& loop, Board& board, ApiClient& api, Resident& car,
                                       PatrolOptions options) {
  return std::shared_ptr<Patrol>(new Patrol(loop, board, api, car, std::move(options)));
}

void Patrol::start() {
  watch_ = LiveWatch::open(loop_, board_, options_.live_url, options_.key, "calls,positions");
  watch_->on_message = [weak = weak_from_this()](const v1::LiveMessage& message) {
    if (const auto self = weak.lock()) self->receive(message);
  };
}

void Patrol::receive(const v1::LiveMessage& message) {
  for (const v1::Call& call : message.snapshot().calls()) take(call);
  if (message.has_call()) take(message.call());
  for (const v1::LivePosition& position : message.positions()) take(position);
  if (message.has_revoked() && message.revoked().kind() == "call" && message.revoked().id() == call_id_)
    leave();
}

void Patrol::take(const v1::Call& call) {
  if (call.state() == v1::CALL_STATE_CLOSED) {
    if (call.id() == call_id_) leave();
    return;
  }
  for (const v1::Assignment& assignment : call.assignments()) {
    if (assignment.unit_id() != car_.unit_id || assignment.status() >= v1::UNIT_STATUS_CLEARED) continue;
    if (call.id() != call_id_) {
      call_id_ = call.id();
      person_id_ = assignment.person_id();
      status_ = v1::UNIT_STATUS_ASSIGNED;
      next_step_at_ = {};
      target_.reset();
    }
  }
  if (call.id() != call_id_) return;
  for (const v1::Destination& destination : call.destinations()) {
    if (destination.person_id() != person_id_ || !destination.has_place()) continue;
    const Time fixed_at{destination.fixed_at_us()};
    if (target_ && target_->fixed_at >= fixed_at) continue;
    target_ = {{destination.place().lat_e7(), destination.place().lng_e7()}, kStandsMmps, fixed_at};
  }
}

void Patrol::take(const v1::LivePosition& position) {
  if (call_id_.empty() || position.person_id() != person_id_) return;
  const v1::Fix& fix = position.fix();
  if (target_ && target_->fixed_at >= Time{fix.fixed_at_us()}) return;
  target_ = {{fix.place().lat_e7(), fix.place().lng_e7()}, fix.speed_mmps(), Time{fix.fixed_at_us()}};
}

void Patrol::press(v1::UnitStatus status) {
  v1::UnitStatusInput input;
  input.set_status(status);
  if (status != v1::UNIT_STATUS_AVAILABLE) input.set_call_id(call_id_);
  status_ = status;
  api_.send(options_.key, "POST", "/api/v1/units/" + car_.unit_id + "/status", to_json(input),
            [weak = weak_from_this(), status](Result<std::string> answer) {
              const auto self = weak.lock();
              if (!self || answer.ok() || self->call_id_.empty()) return;
              // Nothing was noted: press again.
              self->status_ = static_cast<v1::UnitStatus>(static_cast<int>(status) - 1);
            });
}

void Patrol::step(Time now) {
  if (call_id_.empty()) return;
  if (!next_step_at_.known()) next_step_at_ = now + kReadsTheCall;
  if (status_ == v1::UNIT_STATUS_ASSIGNED && now >= next_step_at_) {
    press(v1::UNIT_STATUS_ACKNOWLEDGED);
    next_step_at_ = now + kSetsOff;
  } else if (status_ == v1::UNIT_STATUS_ACKNOWLEDGED && now >= next_step_at_) {
    press(v1::UNIT_STATUS_EN_ROUTE);
  }
  if (status_ >= v1::UNIT_STATUS_EN_ROUTE && status_ <= v1::UNIT_STATUS_ON_SCENE) drive();
}

void Patrol::drive() {
  if (!target_) return;
  if (!driving_to_ || geo::distance_mm(*driving_to_, target_->place) > kElsewhereMm) {
    driving_to_ = target_->place;
    car_.walker.go_to(target_->place, options_.response_mmps);
  }
  const bool before_him = geo::distance_mm(car_.walker.place(), target_->place) <= kBeforeHimMm;
  if (status_ == v1::UNIT_STATUS_EN_ROUTE && before_him && target_->speed_mmps <= kStandsMmps)
    press(v1::UNIT_STATUS_ON_SCENE);
}

void Patrol::clear() {
  if (call_id_.empty()) return;
  press(v1::UNIT_STATUS_CLEARED);
}

void Patrol::leave() {
  call_id_.clear();
  person_id_.clear();
  target_.reset();
  driving_to_.reset();
  press(v1::UNIT_STATUS_AVAILABLE);
  car_.walker.release();
}

}  // namespace haechi::sim
