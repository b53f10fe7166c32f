#include "picture/act_book.h"

#include <algorithm>

namespace haechi::picture {

void ActBook::fold(Time at, const v1::Fact& fact) {
  if (fact.has_act_requested()) {
    if (find(fact.act_requested().id()) != nullptr) return;
    v1::ActRequest& made = requests_.emplace_back();
    *made.mutable_asked() = fact.act_requested();
    made.set_state(v1::ACT_STATE_WAITING);
    made.set_asked_at_us(at.us);
    if (requests_.size() > kActsMax) requests_.pop_front();
  } else if (fact.has_act_answered()) {
    const v1::ActAnswered& answered = fact.act_answered();
    v1::ActRequest* waiting = open(answered.request_id(), v1::ACT_STATE_WAITING, at);
    if (waiting == nullptr || answered.by().empty() || answered.by() == waiting->asked().by()) return;
    waiting->set_state(answered.approved() ? v1::ACT_STATE_APPROVED : v1::ACT_STATE_REFUSED);
    waiting->set_answered_by(answered.by());
    waiting->set_answered_at_us(at.us);
  } else if (fact.has_act_done()) {
    v1::ActRequest* approved = open(fact.act_done().request_id(), v1::ACT_STATE_APPROVED, at);
    if (approved != nullptr) approved->set_state(v1::ACT_STATE_DONE);
  }
}

v1::ActRequest* ActBook::open(std::string_view id, v1::ActState state, Time at) {
  const auto found = std::find_if(requests_.begin(), requests_.end(),
                                  [id](const v1::ActRequest& one) { return one.asked().id() == id; });
  if (found == requests_.end() || found->state() != state || at.us >= found->asked().ends_at_us())
    return nullptr;
  return &*found;
}

const v1::ActRequest* ActBook::find(std::string_view id) const {
  const auto found = std::find_if(requests_.begin(), requests_.end(),
                                  [id](const v1::ActRequest& one) { return one.asked().id() == id; });
  return found == requests_.end() ? nullptr : &*found;
}

const v1::ActRequest* ActBook::standing(const v1::ActRequested& act, Time now) const {
  const auto same = [&](const v1::ActRequest& one) {
    const v1::ActRequested& asked = one.asked();
    return (one.state() == v1::ACT_STATE_WAITING || one.state() == v1::ACT_STATE_APPROVED) &&
           now.us < asked.ends_at_us() && asked.by() == act.by() && asked.by_role() == act.by_role() &&
           asked.method() == act.method() && asked.path() == act.path() && asked.what() == act.what();
  };
  const auto found = std::find_if(requests_.rbegin(), requests_.rend(), same);
  return found == requests_.rend() ? nullptr : &*found;
}

v1::ActRequest ActBook::at(const v1::ActRequest& request, Time now) {
  v1::ActRequest out = request;
  const bool open = request.state() == v1::ACT_STATE_WAITING || request.state() == v1::ACT_STATE_APPROVED;
  if (open && now.us >= request.asked().ends_at_us()) out.set_state(v1::ACT_STATE_ENDED);
  return out;
}

}  // namespace haechi::picture
