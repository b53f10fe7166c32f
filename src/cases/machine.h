// Machine: the state behind Cases, and what its parts do. For this room alone.
//
// Everything is kept in ordered maps by id, so that a replay walks it alike. A handler checks first and
// changes afterwards: what it refuses left no trace.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/archived.h"
#include "base/resting_map.h"
#include "cases/cases.h"
#include "haechi/v1/case.pb.h"
#include "haechi/v1/law.pb.h"
#include "law/legal_life.h"
#include "law/order.h"
#include "law/pack.h"

namespace haechi::cases {

// One step of the machine: when it is, what was stated, and where effects go.
struct Turn {
  Time now;
  Out& out;
  Time at;         // when it happened, as stated; at most `now`
  std::string by;  // account
};

struct OpenDuty {
  v1::Duty state;
  law::By deadline = law::By::kImmediately;
};

struct HeldMeasure {
  v1::LegalMeasure state;
  std::string emitted;  // as last published
  const law::Pack* pack = nullptr;
  law::LegalLife life;
  std::string time_zone;
  std::string holiday_calendar;
  std::string number;  // of the case, for the basis of the order
  v1::Order active;    // no id: none is
  Time active_until;
  std::map<law::Task, std::string> duties;
  Time next_look;        // set already
  bool settled = false;  // ended, and nothing is left to do: not looked at until it takes a step

  const law::OrderKind& kind() const { return life.kind(); }
};

struct Worn {
  std::string case_id;  // empty: known from outside
  Time ends_at;         // not known: open
  std::set<std::string> protected_ids;
};

struct Wearer {
  std::map<std::string, Worn> orders;
  std::string agency_id;
  std::string officer;
  std::string kind;  // of the first order known from outside: tells the country
};

// What a new duty is about; ids that are empty are not.
struct DutySpec {
  std::string code;
  law::Task task{};
  bool of_task = false;
  std::string case_id, measure_id, link_id, petition_id, wearer_id, alert_id, request_id;
  law::Words what;
  law::Party by{};
  law::Parties to = 0;
  law::By deadline{};
  Time since, due;
  law::Source source;
};

struct Recipient {
  law::Party party{};
  std::string person_id, account, agency_id;
  bool urgent = false;  // not by way of a screen that may be dark
};

class Machine {
 public:
  void know(const v1::TimeZone& zone);
  void know(const v1::HolidayCalendar& calendar);
  Status step(const v1::CaseFact& fact, Time now, Out& out);
  void advance(Time now, Out& out);
  void tell_unreached(const std::string& protected_id, Time now, Out& out);

 private:
  friend struct haechi::Fields<Machine>;
  static constexpr size_t kFieldCount = 27;
  struct Wake {
    enum class Kind : uint8_t { kMeasure, kDuty, kNotification, kWearer, kForget, kInquiry } kind;
    std::string id;
  };

  // cases.cc
  Status apply(const v1::CaseFact& fact, Turn& turn);
  Status close_case(const v1::CaseClosed& closed, Turn& turn);
  Status open_case(const v1::CaseOpened& opened, Turn& turn);
  void tell_of_other_station(const v1::Case& made, Turn& turn);
  Status add_report(const v1::CaseReported& reported, Turn& turn);
  void publish(const v1::Case& one, Turn& turn);
  void wake(Time at, Wake::Kind kind, const std::string& id);
  Result<const law::Calendar*> calendar(const std::string& zone, const std::string& holidays);
  const law::Calendar& calendar_of(const HeldMeasure& measure);

  // measures.cc
  Status begin_measure(const v1::MeasureBegun& begun, Turn& turn);
  Status step_measure(const v1::MeasureStepped& stepped, Turn& turn);
  Status take(HeldMeasure& measure, const law::LifeEvent& event);
  void supersede(const HeldMeasure& newer, Turn& turn);
  HeldMeasure& hold(HeldMeasure measure);
  // An ended measure for which nothing is left to do, once the law lets nobody keep it longer.
  void forget_measure(const std::string& id, Turn& turn);
  // Brings duties, orders, links of everything against one person up to `turn.now`.
  void sync_subject(const std::string& subject_id, Turn& turn);
  void sync_measure(HeldMeasure& measure, Turn& turn);
  void sync_duties(HeldMeasure& measure, Turn& turn);
  void note_life(HeldMeasure& measure, const std::vector<law::Deadline>& clocks, Turn& turn);

  // orders.cc
  void sync_order(HeldMeasure& measure, Turn& turn);
  void end_order(HeldMeasure& measure, Turn& turn);
  v1::Order build_order(HeldMeasure& measure, Turn& turn);
  Status change_places(const v1::PlacesChanged& changed, Turn& turn);

  // duties.cc
  std::string open_duty(const DutySpec& spec, Turn& turn);
  void close_duty(const std::string& id, std::string_view void_reason, Turn& turn);
  void finish_duty(const std::string& id, const v1::DutyDone& done, Turn& turn);
  void look_at_duty(const std::string& id, Turn& turn);
  void publish(const OpenDuty& duty, Turn& turn);
  std::string protected_of(const std::string& measure_id) const;
  void tell_of_duty(const OpenDuty& duty, v1::NotificationKind kind, Turn& turn);
  Status done(const v1::DutyDone& done, Turn& turn);
  void after_telling(const v1::Duty& told, Turn& turn);
  struct Ground {
    const law::Pack* pack = nullptr;
    const law::Calendar* days = nullptr;
  };
  // The country and calendar of a duty about these; refuses ids that are not known.
  Result<Ground> ground_of(const std::string& measure_id, const std::string& case_id,
                           const std::string& wearer_id);
  Status see_trigger(const v1::TriggerSeen& seen, Turn& turn);
  void raise(law::Trigger trigger, const law::Pack& pack, const law::Calendar* calendar,
             const DutySpec& about, Turn& turn);

  // links.cc
  Status record_identity(const v1::IdentityRecorded& identity, Turn& turn);
  Status know_wearer(const v1::WearerKnown& known, Turn& turn);
  Status assign_supervisor(const v1::SupervisorAssigned& assigned, Turn& turn);
  Status decide_link(const v1::LinkDecided& decided, Turn& turn);
  void publish_caseload(const std::string& officer, const std::string& agency_id, Turn& turn);
  // Holds the subject of a case, or a wearer, against all others.
  void link_case(const std::string& case_id, Turn& turn);
  void link_wearer(const std::string& wearer_id, Turn& turn);
  void link_person(const std::string& person_id, Turn& turn);
  void hold_against(v1::Case& one, const std::string& wearer_id, Turn& turn);
  std::set<std::string> like(const std::string& person_id) const;
  law::Match match(const std::string& a, const std::string& b) const;
  bool wears_for_other(const std::string& wearer_id, const std::string& case_id, Time now) const;
  void tell_of_link(v1::CaseLink& link, Turn& turn);
  void settle_link(v1::CaseLink& link, Turn& turn);
  void set_clock(v1::CaseLink& link, Turn& turn);
  bool covered(const v1::CaseLink& link, Time now) const;
  bool under_way(const v1::CaseLink& link, Time now) const;
  std::string wearer_of(const std::string& subject_id) const;

  // petitions.cc
  Status file_petition(const v1::PetitionFiled& filed, Turn& turn);
  Status docket_petition(const v1::PetitionDocketed& docketed, Turn& turn);
  Status decide_petition(const v1::PetitionDecided& decided, Turn& turn);
  Status decide_interim(v1::Petition& petition, const v1::PetitionDecided& decided, Turn& turn);
  void publish(const v1::Petition& petition, Turn& turn);
  Status give_notice(const v1::NoticeGiven& given, Turn& turn);
  Status record_consent(const v1::ConsentRecorded& recorded, Turn& turn);
  void keep_consent(const std::string& protected_id, v1::Consent& consent, Turn& turn);

  // watching.cc
  Status break_glass(const v1::GlassBroken& broken, Turn& turn);
  Status answer_glass(const v1::GlassAnswered& answered, Turn& turn);
  Status recuse(const v1::Recused& recused, Turn& turn);
  Status exceed_looks(const v1::LooksExceeded& exceeded, Turn& turn);
  Status lift_looks(const v1::LooksLifted& lifted, Turn& turn);
  Status change_her_phone(const v1::HerPhoneChanged& changed, Turn& turn);
  Status review_look_ups(const v1::LookUpsReviewed& reviewed, Turn& turn);

  // inquiries.cc
  Status request_history(const v1::HistoryRequested& asked, Turn& turn);
  Status decide_history(const v1::HistoryDecided& decided, Turn& turn);
  Status confirm_history(const v1::HistoryConfirmed& confirmed, Turn& turn);
  Status check_first_in_urgency(const v1::HistoryRequested& asked, const Turn& turn) const;
  void tell_of_urgency(const v1::Inquiry& inquiry, Turn& turn);
  Status destroy_history(const v1::HistoryDestroyed& destroyed, Turn& turn);
  void raise_about(const v1::Inquiry& inquiry, law::Trigger trigger, Time due, Turn& turn);
  void tell_probation(const v1::Inquiry& inquiry, Turn& turn);
  void publish(const v1::Inquiry& inquiry, Turn& turn);
  void end_duties_about(const std::string& request_id, std::string_view void_reason, const v1::DutyDone& done,
                        Turn& turn);
  void shut_inquiry(v1::Inquiry& inquiry, v1::InquiryState state, Turn& turn);
  void close_inquiries(const std::string& case_id, Turn& turn);
  void look_at_inquiry(const std::string& id, Turn& turn);

  // pictures.cc
  Status request_pictures(const v1::PicturesRequested& asked, Turn& turn);
  Status view_pictures(const v1::PicturesViewed& viewed, Turn& turn);
  Status send_picture_notice(const v1::PictureNoticeSent& sent, Turn& turn);

  // notifications.cc
  void notify(v1::Notification about, const Recipient& to, Turn& turn);
  Recipient recipient(law::Party party, const std::string& case_id, const std::string& wearer_id,
                      const std::string& protected_id, const std::string& petition_id) const;
  Status report_notification(const v1::NotificationReported& reported, Turn& turn);
  void look_at_notification(const std::string& id, Turn& turn);
  void next_channel(v1::Notification& one, Turn& turn);

  std::map<std::string, law::LocalRules> zones_;
  std::map<std::string, std::vector<int64_t>> holidays_;
  std::map<std::pair<std::string, std::string>, law::Calendar> calendars_;

  std::map<std::string, v1::Case> cases_;
  std::map<std::string, HeldMeasure> measures_;
  std::map<std::string, OpenDuty> duties_;  // open ones
  std::set<std::string> raised_;            // open duties of triggers, by what they are about
  std::map<std::string, v1::CaseLink> links_;
  std::map<std::string, v1::Petition> petitions_;
  RestingMap<v1::Consent> consents_;
  std::map<std::string, v1::Notification> notifications_;  // not opened or failed yet
  std::map<std::string, v1::BrokenGlass> glasses_;         // not answered yet
  std::map<std::string, v1::Inquiry> inquiries_;           // undecided, open, or with data to destroy
  std::set<std::string> inquiry_ids_;                      // ever used
  std::map<std::string, v1::PictureRequest> pictures_;
  std::map<std::string, v1::IdentityRecorded> identities_;
  RestingMap<Wearer> wearers_;

  std::map<std::string, std::string> measure_by_order_;  // of active orders
  std::map<std::string, std::set<std::string>> cases_by_subject_;
  std::map<std::string, std::set<std::string>> measures_by_subject_;
  std::map<std::string, std::set<std::string>> persons_by_key_;  // "d:" document, "n:" name, "s:" sound
  std::map<std::string, std::set<std::string>> links_by_case_;
  std::map<std::string, std::set<std::string>> links_by_wearer_;
  std::map<std::string, std::set<std::string>> wearers_by_officer_;
  // Accepted or certain: this subject wears a device under that id.
  std::map<std::string, std::string> same_as_;

  std::map<std::pair<Time, uint64_t>, Wake> wakes_;
  uint64_t wakes_set_ = 0;
};

}  // namespace haechi::cases
