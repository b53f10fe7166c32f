// CaseBook: what the legal machine last said of every case, measure, link, duty, petition, notification; and
// who supervises whom.
//
// Bounds: cases, links, petitions and open duties stay, measures until the law lets nobody keep them; of
// duties that ended the newest kDoneDutiesMax, of notifications kNotificationsMax, of refusals kRefusalsMax,
// of broken glass kGlassesMax, of alarms about looks kLookAlarmsMax; of inquiries and requests for pictures
// each the newest kRequestsMax.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/archived.h"
#include "haechi/v1/case.pb.h"
#include "picture/alert_book.h"

namespace haechi::v1 {
class AccessDecided;
}

namespace haechi::picture {

inline constexpr size_t kDoneDutiesMax = 20'000;
inline constexpr size_t kNotificationsMax = 20'000;
inline constexpr size_t kRefusalsMax = 1'000;
inline constexpr size_t kGlassesMax = 5'000;
inline constexpr size_t kLookAlarmsMax = 5'000;
inline constexpr size_t kRequestsMax = 20'000;

struct Supervision {
  std::string officer;
  std::string agency_id;
};

class CaseBook {
 public:
  template <typename T>
  using Book = std::map<std::string, T, std::less<>>;

  void fold(At at, const v1::CaseEffect& effect);
  void fold(const v1::CaseFact& fact);

  const Book<v1::Case>& cases() const { return cases_; }
  const Book<v1::LegalMeasure>& measures() const { return measures_; }
  const Book<v1::CaseLink>& links() const { return links_; }
  const Book<v1::Duty>& duties() const { return duties_; }  // open ones and the newest that ended
  const Book<v1::Petition>& petitions() const { return petitions_; }
  const Book<v1::Consent>& consents() const { return consents_; }     // by protected person
  const Book<v1::Caseload>& caseloads() const { return caseloads_; }  // by officer
  const Book<v1::Notification>& notifications() const { return notifications_; }
  const std::deque<v1::BrokenGlass>& glasses() const { return glasses_; }  // oldest first
  // By account, by person; those that ended as well, for the review of looks.
  const Book<Book<v1::Recused>>& recusals() const { return recusals_; }
  const Book<v1::Inquiry>& inquiries() const { return inquiries_; }
  const Book<v1::PictureRequest>& pictures() const { return pictures_; }
  // Something of the inquiry was shown, as this record of access says.
  void handed_over(Time at, const v1::AccessDecided& access);
  const v1::LookUpsReview* review(std::string_view account, std::string_view month) const;  // null: none yet
  const std::deque<v1::LookAlarm>& look_alarms() const { return look_alarms_; }             // oldest first
  const Book<v1::LooksLift>& look_lifts() const { return look_lifts_; }  // by account, the newest
  const v1::BrokenGlass* glass(std::string_view id) const;
  // What this account broke last to see this person; null: it opens nothing at `now`.
  const v1::BrokenGlass* open_glass(std::string_view account, std::string_view person_id, Time now) const;
  // Every person for whom there is one.
  std::vector<std::string> behind_open_glass(std::string_view account, Time now) const;
  bool recused(std::string_view account, std::string_view person_id) const;

  const v1::Case* find_case(std::string_view id) const;
  const v1::LegalMeasure* measure(std::string_view id) const;
  const v1::CaseLink* link(std::string_view id) const;
  const v1::Duty* duty(std::string_view id) const;
  const v1::Petition* petition(std::string_view id) const;
  const v1::Inquiry* inquiry(std::string_view id) const;
  const v1::PictureRequest* picture_request(std::string_view id) const;
  const v1::Notification* notification(std::string_view id) const;
  // The measure that made this order; null: an agency stated it.
  const v1::LegalMeasure* measure_of_order(std::string_view order_id) const;
  // Open duties about this case, measure, link, petition or person.
  const std::set<std::string>& open_duties(std::string_view about_id) const;
  // Of a wearer; null: nobody was named.
  const Supervision* supervision(std::string_view wearer_id) const;
  // Whom the subject of a case wears a device as, by the links that stand; himself where there is none.
  std::set<std::string> worn_as(std::string_view subject_id) const;
  // What the entry's fact was refused for; null: it was taken.
  const v1::CaseRefusal* refusal(uint64_t entry_no) const;

 private:
  friend struct haechi::Fields<CaseBook>;
  static constexpr size_t kFieldCount = 25;
  void put_duty(At at, const v1::Duty& duty);
  void put_glass(const v1::BrokenGlass& glass);
  void put_inquiry(const v1::Inquiry& inquiry);
  void put_pictures(const v1::PictureRequest& request);
  void put_notification(At at, const v1::Notification& notification);

  Book<v1::Case> cases_;
  Book<v1::LegalMeasure> measures_;
  Book<v1::CaseLink> links_;
  Book<v1::Duty> duties_;
  Book<v1::Petition> petitions_;
  Book<v1::Consent> consents_;
  Book<v1::Caseload> caseloads_;
  Book<v1::Notification> notifications_;
  Book<std::string> measure_by_order_;
  Book<std::set<std::string>> open_by_subject_;
  Book<std::set<std::string>> links_by_subject_;
  Book<Supervision> supervisions_;
  std::deque<v1::BrokenGlass> glasses_;
  Book<Book<v1::BrokenGlass>> newest_glass_;  // by account, by person
  Book<Book<v1::Recused>> recusals_;
  Book<v1::LookUpsReview> reviews_;  // by account and month
  std::deque<v1::LookAlarm> look_alarms_;
  Book<v1::LooksLift> look_lifts_;
  std::deque<std::string> done_duties_;
  std::deque<std::string> notified_;
  std::map<uint64_t, v1::CaseRefusal> refusals_;
  Book<v1::Inquiry> inquiries_;
  Book<v1::PictureRequest> pictures_;
  std::deque<std::string> inquired_, pictured_;  // as they came
};

}  // namespace haechi::picture
