#include "picture/case_book.h"

#include <algorithm>
#include <array>

#include "haechi/v1/fact.pb.h"

namespace haechi::picture {
namespace {

template <typename T>
const T* find(const CaseBook::Book<T>& book, std::string_view id) {
  const auto found = book.find(id);
  return found == book.end() ? nullptr : &found->second;
}

}  // namespace

void CaseBook::fold(At at, const v1::CaseEffect& effect) {
  switch (effect.kind_case()) {
    case v1::CaseEffect::kUpdateCase:
      cases_[effect.update_case().id()] = effect.update_case();
      break;
    case v1::CaseEffect::kUpdateMeasure:
      measures_[effect.update_measure().id()] = effect.update_measure();
      break;
    case v1::CaseEffect::kUpdateDuty:
      put_duty(at, effect.update_duty());
      break;
    case v1::CaseEffect::kProposeLink:
      links_[effect.propose_link().id()] = effect.propose_link();
      links_by_subject_[effect.propose_link().subject_id()].insert(effect.propose_link().id());
      break;
    case v1::CaseEffect::kUpdateLink:
      links_[effect.update_link().id()] = effect.update_link();
      break;
    case v1::CaseEffect::kActivateOrder:
      measure_by_order_[effect.activate_order().order().id()] = effect.activate_order().measure_id();
      break;
    case v1::CaseEffect::kQueueNotification:
      put_notification(at, effect.queue_notification());
      break;
    case v1::CaseEffect::kUpdateNotification:
      put_notification(at, effect.update_notification());
      break;
    case v1::CaseEffect::kUpdatePetition:
      petitions_[effect.update_petition().id()] = effect.update_petition();
      break;
    case v1::CaseEffect::kUpdateConsent:
      consents_[effect.update_consent().protected_id()] = effect.update_consent();
      break;
    case v1::CaseEffect::kUpdateCaseload:
      caseloads_[effect.update_caseload().officer()] = effect.update_caseload();
      break;
    case v1::CaseEffect::kRefuse:
      refusals_[at.entry_no] = effect.refuse();
      if (refusals_.size() > kRefusalsMax) refusals_.erase(refusals_.begin());
      break;
    case v1::CaseEffect::kForgetMeasure:
      measures_.erase(effect.forget_measure().measure_id());
      std::erase_if(measure_by_order_,
                    [&](const auto& one) { return one.second == effect.forget_measure().measure_id(); });
      break;
    case v1::CaseEffect::kUpdateGlass:
      put_glass(effect.update_glass());
      break;
    case v1::CaseEffect::kUpdateRecusal: {
      const v1::Recused& recused = effect.update_recusal();
      recusals_[recused.account()][recused.person_id()] = recused;
      break;
    }
    case v1::CaseEffect::kUpdateReview:
      reviews_[effect.update_review().account() + "\n" + effect.update_review().month()] =
          effect.update_review();
      break;
    case v1::CaseEffect::kTellLookAlarm:
      look_alarms_.push_back(effect.tell_look_alarm());
      if (look_alarms_.size() > kLookAlarmsMax) look_alarms_.pop_front();
      break;
    case v1::CaseEffect::kUpdateLookLift:
      look_lifts_[effect.update_look_lift().account()] = effect.update_look_lift();
      break;
    case v1::CaseEffect::kUpdateInquiry:
      put_inquiry(effect.update_inquiry());
      break;
    case v1::CaseEffect::kUpdatePictures:
      put_pictures(effect.update_pictures());
      break;
    case v1::CaseEffect::kEndOrder:  // the measure itself says so too
    case v1::CaseEffect::KIND_NOT_SET:
      break;
  }
}

void CaseBook::fold(const v1::CaseFact& fact) {
  if (!fact.has_supervisor_assigned()) return;
  const v1::SupervisorAssigned& assigned = fact.supervisor_assigned();
  Supervision& known = supervisions_[assigned.wearer_id()];
  known.officer = assigned.officer();
  if (!assigned.agency_id().empty()) known.agency_id = assigned.agency_id();
}

void CaseBook::put_glass(const v1::BrokenGlass& glass) {
  v1::BrokenGlass& newest = newest_glass_[glass.account()][glass.person_id()];
  if (glass.broken_at_us() >= newest.broken_at_us()) newest = glass;
  for (v1::BrokenGlass& known : glasses_) {
    if (known.id() != glass.id()) continue;
    known = glass;
    return;
  }
  glasses_.push_back(glass);
  if (glasses_.size() > kGlassesMax) glasses_.pop_front();
}

const v1::BrokenGlass* CaseBook::glass(std::string_view id) const {
  for (const v1::BrokenGlass& one : glasses_) {
    if (one.id() == id) return &one;
  }
  return nullptr;
}

const v1::BrokenGlass* CaseBook::open_glass(std::string_view account, std::string_view person_id,
                                            Time now) const {
  const auto of_account = newest_glass_.find(account);
  if (of_account == newest_glass_.end()) return nullptr;
  const v1::BrokenGlass* newest = find(of_account->second, person_id);
  return newest != nullptr && now.us < newest->ends_at_us() ? newest : nullptr;
}

std::vector<std::string> CaseBook::behind_open_glass(std::string_view account, Time now) const {
  std::vector<std::string> out;
  const auto of_account = newest_glass_.find(account);
  if (of_account == newest_glass_.end()) return out;
  for (const auto& [person_id, newest] : of_account->second) {
    if (now.us < newest.ends_at_us()) out.push_back(person_id);
  }
  return out;
}

bool CaseBook::recused(std::string_view account, std::string_view person_id) const {
  const auto known = recusals_.find(account);
  if (known == recusals_.end()) return false;
  const auto found = known->second.find(person_id);
  return found != known->second.end() && !found->second.ended();
}

const v1::LookUpsReview* CaseBook::review(std::string_view account, std::string_view month) const {
  return find(reviews_, std::string(account) + "\n" + std::string(month));
}

// The engine does not know what was handed over: the records of access do.
void CaseBook::put_inquiry(const v1::Inquiry& inquiry) {
  const auto [known, made] = inquiries_.try_emplace(inquiry.id());
  const auto handed_over = known->second.handed_over();
  known->second = inquiry;
  *known->second.mutable_handed_over() = handed_over;
  if (!made) return;
  inquired_.push_back(inquiry.id());
  if (inquired_.size() <= kRequestsMax) return;
  inquiries_.erase(inquired_.front());
  inquired_.pop_front();
}

void CaseBook::put_pictures(const v1::PictureRequest& request) {
  if (!pictures_.insert_or_assign(request.id(), request).second) return;
  pictured_.push_back(request.id());
  if (pictured_.size() <= kRequestsMax) return;
  pictures_.erase(pictured_.front());
  pictured_.pop_front();
}

void CaseBook::handed_over(Time at, const v1::AccessDecided& access) {
  const auto found = inquiries_.find(access.subject_id());
  if (found == inquiries_.end()) return;
  auto& all = *found->second.mutable_handed_over();
  auto known = std::find_if(all.begin(), all.end(),
                            [&](const v1::HandedOver& one) { return one.account() == access.viewer(); });
  v1::HandedOver& row = known == all.end() ? *all.Add() : *known;
  row.set_account(access.viewer());
  if (row.answers() == 0) row.set_first_at_us(at.us);
  row.set_last_at_us(at.us);
  row.set_answers(row.answers() + 1);
}

void CaseBook::put_duty(At, const v1::Duty& duty) {
  const bool known = duties_.contains(duty.id());
  duties_[duty.id()] = duty;
  const std::array about = {&duty.case_id(), &duty.measure_id(), &duty.link_id(), &duty.petition_id(),
                            &duty.wearer_id()};
  for (const std::string* id : about) {
    if (id->empty()) continue;
    if (duty.done_at_us() == 0) {
      open_by_subject_[*id].insert(duty.id());
    } else if (const auto open = open_by_subject_.find(*id); open != open_by_subject_.end()) {
      open->second.erase(duty.id());
      if (open->second.empty()) open_by_subject_.erase(open);
    }
  }
  if (duty.done_at_us() == 0 || !known) return;
  done_duties_.push_back(duty.id());
  if (done_duties_.size() <= kDoneDutiesMax) return;
  duties_.erase(done_duties_.front());
  done_duties_.pop_front();
}

void CaseBook::put_notification(At, const v1::Notification& notification) {
  const auto [one, made] = notifications_.insert_or_assign(notification.id(), notification);
  (void)one;
  if (!made) return;
  notified_.push_back(notification.id());
  if (notified_.size() <= kNotificationsMax) return;
  notifications_.erase(notified_.front());
  notified_.pop_front();
}

const v1::Case* CaseBook::find_case(std::string_view id) const {
  return find(cases_, id);
}
const v1::LegalMeasure* CaseBook::measure(std::string_view id) const {
  return find(measures_, id);
}
const v1::CaseLink* CaseBook::link(std::string_view id) const {
  return find(links_, id);
}
const v1::Duty* CaseBook::duty(std::string_view id) const {
  return find(duties_, id);
}
const v1::Petition* CaseBook::petition(std::string_view id) const {
  return find(petitions_, id);
}
const v1::Inquiry* CaseBook::inquiry(std::string_view id) const {
  return find(inquiries_, id);
}
const v1::PictureRequest* CaseBook::picture_request(std::string_view id) const {
  return find(pictures_, id);
}
const v1::Notification* CaseBook::notification(std::string_view id) const {
  return find(notifications_, id);
}
const Supervision* CaseBook::supervision(std::string_view wearer_id) const {
  return find(supervisions_, wearer_id);
}

const v1::LegalMeasure* CaseBook::measure_of_order(std::string_view order_id) const {
  const std::string* id = find(measure_by_order_, order_id);
  return id == nullptr ? nullptr : measure(*id);
}

const std::set<std::string>& CaseBook::open_duties(std::string_view about_id) const {
  static const std::set<std::string> kNone;
  const std::set<std::string>* found = find(open_by_subject_, about_id);
  return found == nullptr ? kNone : *found;
}

std::set<std::string> CaseBook::worn_as(std::string_view subject_id) const {
  std::set<std::string> found{std::string(subject_id)};
  const std::set<std::string>* ids = find(links_by_subject_, subject_id);
  if (ids == nullptr) return found;
  for (const std::string& id : *ids) {
    const v1::CaseLink& link = links_.at(id);
    const bool told = link.state() != v1::LINK_STATE_IDENTITY && link.state() != v1::LINK_STATE_DECLINED;
    if (told) found.insert(link.wearer_id());
  }
  return found;
}

const v1::CaseRefusal* CaseBook::refusal(uint64_t entry_no) const {
  const auto found = refusals_.find(entry_no);
  return found == refusals_.end() ? nullptr : &found->second;
}

}  // namespace haechi::picture
