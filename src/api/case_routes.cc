#include "api/case_routes.h"

#include "api/bundles.h"
#include "api/cameras.h"
#include "api/cases.h"
#include "api/duties.h"
#include "api/inquiries.h"
#include "api/legal.h"
#include "api/own.h"
#include "api/petitions.h"
#include "api/provisions.h"
#include "api/publication.h"
#include "api/risk.h"
#include "api/told.h"
#include "api/watching.h"
#include "haechi/v1/api.pb.h"

namespace haechi::api {
namespace {

using trust::Action;

trust::Subject case_of(const Exchange& e) {
  return legal::case_subject(e, e.id());
}
trust::Subject measure_of(const Exchange& e) {
  return legal::measure_subject(e, e.id());
}
trust::Subject link_of(const Exchange& e) {
  return legal::link_subject(e, e.id());
}
trust::Subject duty_of(const Exchange& e) {
  return legal::duty_subject(e, e.id());
}
trust::Subject petition_of(const Exchange& e) {
  return legal::petition_subject(e, e.id());
}
trust::Subject risk_of(const Exchange& e) {
  return legal::risk_subject(e, e.id());
}

template <typename Message>
const google::protobuf::Descriptor* of() {
  return Message::descriptor();
}

// One row; `Input` void: no body.
template <typename Input, typename Output>
Route row(const char* method, const char* path, const char* summary, Action action, const char* kind,
          SubjectOf subject, Run run, std::vector<const char*> parameters = {}) {
  Route route{method, path, "cases", summary, Access::kKey, action, kind, subject, run};
  if constexpr (!std::is_void_v<Input>) route.request = of<Input>();
  if constexpr (!std::is_void_v<Output>) route.response = of<Output>();
  route.parameters = std::move(parameters);
  return route;
}

void add_cases(std::vector<Route>& r) {
  r.push_back(row<void, v1::LawKindList>("GET", "/api/v1/law/kinds", "Kinds of measures of a country",
                                         Action::kSeeSelf, "self", nullptr, cases::kinds, {"country"}));
  r.push_back(row<v1::CaseInput, v1::CaseAnswer>("POST", "/api/v1/cases", "Open a police case",
                                                 Action::kRunCase, "case", nullptr, cases::open));
  r.back().asks_factor = true;
  r.push_back(row<void, v1::CaseList>("GET", "/api/v1/cases", "Cases the viewer is tied to", Action::kSeeCase,
                                      "case", nullptr, cases::list,
                                      {"state", "person_id", "after", "limit"}));
  r.push_back(row<void, v1::CaseAnswer>("GET", "/api/v1/cases/{id}",
                                        "A case with its measures, links, petitions, duties and reports",
                                        Action::kSeeCase, "case", case_of, cases::get));
  r.push_back(row<v1::CaseReportInput, v1::CaseAnswer>(
      "POST", "/api/v1/cases/{id}/reports", "Note a further report; what was said stays out of the log",
      Action::kRunCase, "case", case_of, cases::report));
  r.push_back(row<v1::CaseCloseInput, v1::CaseAnswer>("POST", "/api/v1/cases/{id}/close",
                                                      "Close a case, and what ends with it", Action::kRunCase,
                                                      "case", case_of, cases::close));
  r.push_back(row<v1::PlacesInput, v1::CaseAnswer>("POST", "/api/v1/cases/{id}/places",
                                                   "She lives, works or learns elsewhere; counts at once",
                                                   Action::kRunCase, "case", case_of, cases::places));
  r.push_back(row<void, v1::PlaceHistory>("GET", "/api/v1/cases/{id}/places",
                                          "Which places of hers counted when, and under which order",
                                          Action::kSeeCase, "case", case_of, cases::place_history));
  r.push_back(row<v1::BundleInput, void>("POST", "/api/v1/cases/{id}/bundle",
                                         "The signed file about the subject and one whom the case protects",
                                         Action::kTakeEvidence, "case", case_of, bundles::of_case));
  r.back().asks_factor = true;
  r.back().second = bundles::second;
  r.push_back(row<v1::LegalMeasureInput, v1::LegalMeasureAnswer>(
      "POST", "/api/v1/cases/{id}/measures", "Begin a measure, and apply for it", Action::kRunCase, "case",
      case_of, cases::begin_measure));
  r.push_back(row<void, v1::LegalMeasureList>("GET", "/api/v1/measures", "Measures the viewer is tied to",
                                              Action::kSeeCase, "measure", nullptr, cases::measures,
                                              {"state", "person_id", "after", "limit"}));
  r.push_back(row<v1::JudgementInput, v1::LegalMeasureAnswer>(
      "POST", "/api/v1/measures", "Write down what a judgement, a parole or a bail decision ordered",
      Action::kStepMeasure, "measure", nullptr, cases::judgement));
  r.back().asks_factor = true;
  r.push_back(row<void, v1::LegalMeasureAnswer>("GET", "/api/v1/measures/{id}",
                                                "A measure, its clocks and the steps the viewer may take",
                                                Action::kSeeCase, "measure", measure_of, cases::measure));
  r.push_back(row<v1::MeasureStepInput, v1::LegalMeasureAnswer>(
      "POST", "/api/v1/measures/{id}/steps", "Take one step of a measure's life", Action::kStepMeasure,
      "measure", measure_of, cases::step));
}

void add_duties(std::vector<Route>& r) {
  r.push_back(row<void, v1::LinkList>("GET", "/api/v1/links",
                                      "Cases against somebody who wears a device already", Action::kSeeCase,
                                      "link", nullptr, duties::links, {"state", "after", "limit"}));
  r.push_back(row<void, v1::LinkAnswer>("GET", "/api/v1/links/{id}", "A link with its clock and its step",
                                        Action::kSeeCase, "link", link_of, duties::link));
  r.push_back(row<v1::LinkDecisionInput, v1::LinkAnswer>(
      "POST", "/api/v1/links/{id}/decision", "One person or not; take the missing step or not",
      Action::kDecideLink, "link", link_of, duties::decide_link));
  r.push_back(row<v1::LinkStepInput, v1::LinkStepAnswer>("POST", "/api/v1/links/{id}/step",
                                                         "Carry the missing step out", Action::kDecideLink,
                                                         "link", link_of, duties::take_step));
  r.push_back(row<void, v1::DutyList>(
      "GET", "/api/v1/duties", "Duties of the viewer's agency with their clocks", Action::kDoDuty, "duty",
      nullptr, duties::list, {"state", "case_id", "person_id", "after", "limit"}));
  r.push_back(row<v1::DutyDoneInput, v1::DutyAnswer>("POST", "/api/v1/duties/{id}/done",
                                                     "Say that a duty is done, with proof", Action::kDoDuty,
                                                     "duty", duty_of, duties::done));
  r.push_back(row<void, v1::NotificationList>(
      "GET", "/api/v1/notifications", "What the viewer's agency was told, newest first", Action::kSeeCase,
      "notification", nullptr, duties::notifications, {"after", "limit"}));
  r.push_back(row<v1::ShownInput, v1::Notification>("POST", "/api/v1/notifications/{id}/opened",
                                                    "A human has read it", Action::kReadNotification,
                                                    "notification", nullptr, duties::opened));
}

void add_told(std::vector<Route>& r) {
  r.push_back(row<void, v1::PushAnswer>("GET", "/api/v1/me/push", "What a browser needs to be pushed to",
                                        Action::kSeeSelf, "self", nullptr, told::push));
  r.push_back(row<v1::PushInput, v1::Written>("PUT", "/api/v1/me/push",
                                              "My browser's subscription; the newest one counts",
                                              Action::kSeeSelf, "self", nullptr, told::subscribe));
  r.push_back(row<v1::OwnNotificationInput, v1::Written>("POST", "/api/v1/me/notifications/{id}",
                                                         "A notification came to my browser, or I opened it",
                                                         Action::kSeeSelf, "self", nullptr, told::report));
  r.push_back(row<v1::AddressInput, v1::Written>("PUT", "/api/v1/accounts/{id}/address",
                                                 "Where the holder of an account is told", Action::kRegister,
                                                 "account", nullptr, told::put_account_address));
  r.back().asks_factor = true;
  r.back().second = told::second_of_account_address;
  r.push_back(row<v1::AddressInput, v1::Written>("PUT", "/api/v1/agencies/{id}/address",
                                                 "Where an agency is told", Action::kRegister, "agency",
                                                 nullptr, told::put_agency_address));
  r.back().asks_factor = true;
  r.back().second = told::second_of_agency_address;
}

void add_petitions(std::vector<Route>& r) {
  r.push_back(row<void, v1::MyCases>("GET", "/api/v1/me/cases", "What I may do and wait for",
                                     Action::kFilePetition, "self", own::subject, petitions::my_cases));
  r.push_back(row<v1::ConsentInput, v1::ConsentAnswer>(
      "POST", "/api/v1/me/consent", "I have read the penalty notice, and agree or no longer do",
      Action::kFilePetition, "self", own::subject, petitions::consent));
  r.push_back(row<v1::PetitionInput, v1::PetitionAnswer>(
      "POST", "/api/v1/petitions", "Petition the court myself; the same id files once", Action::kFilePetition,
      "self", own::subject, petitions::file));
  r.push_back(row<void, v1::PetitionList>("GET", "/api/v1/petitions", "The docket; of a person, her own",
                                          Action::kSeePetition, "petition", nullptr, petitions::list,
                                          {"state", "after", "limit"}));
  r.push_back(row<void, v1::PetitionAnswer>("GET", "/api/v1/petitions/{id}", "A petition with its statement",
                                            Action::kSeePetition, "petition", petition_of, petitions::get));
  r.push_back(row<void, v1::FileAnswer>("GET", "/api/v1/petitions/{id}/files/{file}",
                                        "A file that came with a petition", Action::kSeePetition, "petition",
                                        petition_of, petitions::attachment));
  r.push_back(row<void, v1::EvidenceBundle>("GET", "/api/v1/petitions/{id}/evidence",
                                            "What the system knows of the two", Action::kSeeEvidence,
                                            "petition", petition_of, petitions::evidence));
  r.push_back(
      row<v1::BundleInput, void>("POST", "/api/v1/petitions/{id}/bundle",
                                 "The signed file about the two, made from the whole log (docs/evidence.md)",
                                 Action::kTakeEvidence, "petition", petition_of, bundles::of_petition));
  r.back().asks_factor = true;
  r.back().second = bundles::second;
  r.push_back(row<v1::DocketInput, v1::PetitionAnswer>("POST", "/api/v1/petitions/{id}/docket",
                                                       "Take a petition in", Action::kDecideMeasure,
                                                       "petition", petition_of, petitions::docket));
  r.push_back(row<v1::InterimInput, v1::PetitionAnswer>(
      "POST", "/api/v1/petitions/{id}/interim", "Order for the time until the decision",
      Action::kDecideMeasure, "petition", petition_of, petitions::interim));
  r.back().asks_factor = true;
  r.push_back(row<v1::PetitionDecisionInput, v1::PetitionAnswer>("POST", "/api/v1/petitions/{id}/decision",
                                                                 "Decide and sign", Action::kDecideMeasure,
                                                                 "petition", petition_of, petitions::decide));
  r.back().asks_factor = true;
}

void add_risk(std::vector<Route>& r) {
  r.push_back(row<v1::IdentityInput, v1::Written>("PUT", "/api/v1/persons/{id}/identity",
                                                  "Digests of a person's documents, name and address",
                                                  Action::kIdentify, "person", nullptr, risk::identity));
  r.push_back(row<v1::SupervisorInput, v1::Written>("PUT", "/api/v1/persons/{id}/supervisor",
                                                    "Who supervises a wearer", Action::kAssign, "person",
                                                    nullptr, risk::supervisor));
  r.push_back(row<void, v1::RiskView>("GET", "/api/v1/persons/{id}/risk",
                                      "Orders, clocks, past alerts, devices, supervision and contacts",
                                      Action::kSeeRisk, "person", risk_of, risk::of_person));
  r.push_back(row<void, v1::Statistics>("GET", "/api/v1/statistics", "Numbers from the data as they are",
                                        Action::kSeeStatistics, "statistics", nullptr, risk::statistics,
                                        {"from_us", "to_us"}));
  r.push_back(row<void, v1::StatisticsText>("GET", "/api/v1/statistics.csv", "The same as a table",
                                            Action::kSeeStatistics, "statistics", nullptr,
                                            risk::statistics_csv, {"from_us", "to_us"}));
  r.push_back(row<void, v1::Publication>(
      "GET", "/api/v1/statistics/publication", "Numbers of a year that may leave the officials of the cases",
      Action::kSeeStatistics, "statistics", nullptr, publication::run, {"year"}));
  r.push_back(row<v1::ProvisionsInput, v1::ProvisionRecord>(
      "POST", "/api/v1/persons/{id}/provisions", "To whom this person's places were given, for that person",
      Action::kTellProvisions, "provisions", provisions::subject, provisions::of_person));
  r.push_back(row<v1::ProvisionsInput, v1::ProvisionRecord>(
      "POST", "/api/v1/me/provisions", "To whom my places were given", Action::kFilePetition, "self",
      own::subject, provisions::of_self));
}

void add_inquiries(std::vector<Route>& r) {
  const SubjectOf of_inquiry = inquiries::subject;
  r.push_back(row<void, v1::LawUseList>("GET", "/api/v1/law/uses",
                                        "For what positions may be used, and what a court has to permit",
                                        Action::kSeeSelf, "self", nullptr, inquiries::uses, {"country"}));
  r.push_back(row<v1::InquiryInput, v1::InquiryAnswer>(
      "POST", "/api/v1/cases/{id}/inquiries",
      "Ask a court where the wearer was; in urgency it opens at once, permission pending", Action::kRunCase,
      "case", case_of, inquiries::request));
  r.back().asks_factor = true;
  r.push_back(row<void, v1::InquiryList>("GET", "/api/v1/inquiries", "Inquiries the viewer is tied to",
                                         Action::kSeeCase, "inquiry", nullptr, inquiries::list,
                                         {"case_id", "limit"}));
  r.push_back(row<void, v1::InquiryAnswer>("GET", "/api/v1/inquiries/{id}",
                                           "An inquiry, its decision, and to whom something was handed over",
                                           Action::kSeeCase, "inquiry", of_inquiry, inquiries::get));
  r.push_back(row<v1::InquiryDecisionInput, v1::InquiryAnswer>(
      "POST", "/api/v1/inquiries/{id}/decision", "Permit or refuse, and sign", Action::kDecideMeasure,
      "inquiry", of_inquiry, inquiries::decide));
  r.push_back(row<v1::HistoryConfirmationInput, v1::InquiryAnswer>(
      "POST", "/api/v1/inquiries/{id}/confirmation", "I approved what is open in urgency, or I did not",
      Action::kRunCase, "inquiry", of_inquiry, inquiries::confirm));
  r.back().asks_factor = true;
  r.push_back(row<v1::DestroyedInput, v1::InquiryAnswer>(
      "POST", "/api/v1/inquiries/{id}/destroyed", "What was seen without the permission is destroyed",
      Action::kRunCase, "inquiry", of_inquiry, inquiries::destroyed));
  r.push_back(row<void, v1::PlaybackAnswer>(
      "GET", "/api/v1/inquiries/{id}/track", "Where he was, within what is permitted and while it is",
      Action::kSeeHistory, "inquiry", of_inquiry, inquiries::track, {"from_us", "to_us", "step_s", "after"}));
}

void add_cameras(std::vector<Route>& r) {
  const SubjectOf of_request = cameras::subject;
  r.push_back(row<v1::PicturesInput, v1::PicturesAnswer>(
      "POST", "/api/v1/pictures", "Ask a local government for pictures of its cameras", Action::kAskPictures,
      "pictures", nullptr, cameras::request));
  r.push_back(row<void, v1::PicturesList>("GET", "/api/v1/pictures", "What was asked for, newest first",
                                          Action::kAskPictures, "pictures", nullptr, cameras::list,
                                          {"person_id", "limit"}));
  r.push_back(row<void, v1::PicturesAnswer>("GET", "/api/v1/pictures/{id}",
                                            "A request with its viewings and the notice to the wearer",
                                            Action::kAskPictures, "pictures", of_request, cameras::get));
  r.push_back(row<v1::PicturesViewedInput, v1::PicturesAnswer>(
      "POST", "/api/v1/pictures/{id}/viewed", "They were viewed; the wearer must be told",
      Action::kAskPictures, "pictures", of_request, cameras::viewed));
  r.push_back(row<v1::PictureNoticeInput, v1::PicturesAnswer>("POST", "/api/v1/pictures/{id}/notice",
                                                              "The wearer was told", Action::kAskPictures,
                                                              "pictures", of_request, cameras::noticed));
}

void add_watching(std::vector<Route>& r) {
  r.push_back(row<v1::BreakGlassInput, v1::BrokenGlass>(
      "POST", "/api/v1/break-glass",
      "See one person for minutes without a tie; a second person is told at once", Action::kBreakGlass,
      "person", nullptr, watching::break_glass));
  r.back().asks_factor = true;
  r.push_back(row<void, v1::GlassList>("GET", "/api/v1/break-glass", "Glass that was broken, newest first",
                                       Action::kWatch, "glass", nullptr, watching::glasses, {"limit"}));
  r.push_back(row<v1::GlassAnswerInput, v1::BrokenGlass>(
      "POST", "/api/v1/break-glass/{id}/answer", "Justified or not; what was not is closed at once",
      Action::kWatch, "glass", nullptr, watching::answer_glass));
  r.push_back(row<v1::Recused, v1::Recused>(
      "POST", "/api/v1/recusals", "An account is too close to a person to see anything, or no longer",
      Action::kRecuse, "recusal", nullptr, watching::recuse));
  r.push_back(row<void, v1::RecusalList>("GET", "/api/v1/recusals", "Who is recused from whom",
                                         Action::kRecuse, "recusal", nullptr, watching::recusals));
  r.push_back(row<void, v1::LookUpsReport>(
      "GET", "/api/v1/look-ups", "Who looked at how many in a month, and what to ask about", Action::kWatch,
      "look_ups", nullptr, watching::look_ups, {"month"}));
  r.push_back(row<v1::LookUpsReviewInput, v1::LookUpsReview>(
      "POST", "/api/v1/look-ups/review", "A second person has reviewed a month of an account", Action::kWatch,
      "look_ups", nullptr, watching::review));
  r.push_back(row<v1::LooksLifted, v1::LooksLift>(
      "POST", "/api/v1/look-ups/lift",
      "An account that has looked at too many in an hour may go on for another", Action::kWatch, "look_ups",
      nullptr, watching::lift));
}

}  // namespace

void add_case_routes(std::vector<Route>& routes) {
  add_cases(routes);
  add_duties(routes);
  add_told(routes);
  add_petitions(routes);
  add_risk(routes);
  add_watching(routes);
  add_inquiries(routes);
  add_cameras(routes);
}

}  // namespace haechi::api
