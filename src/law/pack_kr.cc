// The Republic of Korea: kinds of order, distances, codes. Duties, penalties, retention and purposes are in
// pack_kr_duties.cc. Statutes as in force on 2026-10-02; "Stalking Act" is the Act on Punishment of Stalking
// Crimes, "EM Act" and "EM Decree" the Act on Attachment of Electronic Devices and its decree, "DV Act" the
// Act on Special Cases concerning the Punishment of Crimes of Domestic Violence.
#include "law/pack_kr.h"
#include "law/pack.h"

namespace haechi::law {
namespace {

constexpr Source kSevenDays{"Stalking Act 12(2)"};
constexpr Source kDvSevenDays{"DV Act 49(3)"};
constexpr Source kMeasureCounting{
    "Criminal Procedure Act 66(1): first day excluded; that a day off does not lengthen a measure is a "
    "reading",
    Trust::kReading};
constexpr Source kCustodyCounting{"Criminal Procedure Act 66(1)(3), applied to this custody by analogy",
                                  Trust::kReading};
constexpr Source kWearingCounting{"EM Act 32(1): from the day of execution, the first day counts as one"};
constexpr Source kStatedCounting{"the decision states the end"};

constexpr uint32_t kBan = kAllowsKeepAway | kAllowsExclusion;
// EM Act 9-2(1): 1 curfew, 2 barred places, 2-2 residence limits, 3 no approach.
constexpr uint32_t kWearingConditions =
    kAllowsDevice | kAllowsKeepAway | kAllowsExclusion | kAllowsInclusion | kAllowsNoContact;

constexpr std::string_view kByProvisional2[] = {"ST_PROV_2"};
constexpr std::string_view kByProvisional3[] = {"ST_PROV_3"};
constexpr std::string_view kByDvTemporary[] = {"DV_TEMP_1", "DV_TEMP_2", "DV_TEMP_3"};

constexpr std::string_view kStalking = "STALKING";
constexpr std::string_view kDomesticViolence = "DOMESTIC_VIOLENCE";

// EM Act 2 no. 1: "specific crimes" are the first five.
constexpr Offence kOffences[] = {
    {"SEXUAL_VIOLENCE", {"sexual violence", "성폭력범죄"}, {"EM Act 2 no. 2"}},
    {"KIDNAPPING_OF_MINOR", {"kidnapping of a minor", "미성년자 대상 유괴범죄"}, {"EM Act 2 no. 3"}},
    {"MURDER", {"murder", "살인범죄"}, {"EM Act 2 no. 3-2"}},
    {"ROBBERY", {"robbery", "강도범죄"}, {"EM Act 2 no. 3-3"}},
    {kStalking, {"stalking", "스토킹범죄"}, {"EM Act 2 no. 3-4"}},
    {kDomesticViolence, {"domestic violence", "가정폭력범죄"}, {"DV Act 2 no. 3"}},
    {"OTHER",
     {"another crime: parole, bail", "그 밖의 범죄(가석방·보석)"},
     {"EM Act 22(2): parole from a sentence for another crime; 31-2(1): bail names none"}},
};

constexpr OrderKind urgent(std::string_view code, Words name, Source basis, uint32_t allows,
                           std::span<const std::string_view> superseded_by, Source lapse) {
  OrderKind kind;
  kind.code = code;
  kind.name = name;
  kind.basis = basis;
  kind.issuer = Party::kPolice;
  kind.path = Path::kUrgent;
  kind.allows = allows;
  kind.term = Term::kAtMost;
  kind.initial = months(1);
  kind.term_source = {"Stalking Act 5(5)"};
  kind.counting_source = kMeasureCounting;
  kind.approval_within = hours(48);
  kind.approval_source = {"Stalking Act 5(2)(4)"};
  kind.lapses = kLapsesOnSupersession;
  kind.superseded_by = superseded_by;
  kind.lapse_source = lapse;
  kind.appeal_within = days(7);
  kind.appeal_source = kSevenDays;
  kind.notices.told = {"Stalking Act 6(1)"};
  kind.notices.served = {"Stalking Act 6(2)"};
  kind.notices.changed = {"Stalking Act 7(5)"};
  kind.offence = kStalking;
  return kind;
}

constexpr OrderKind provisional(std::string_view code, Words name, Source basis, uint32_t allows) {
  OrderKind kind;
  kind.code = code;
  kind.name = name;
  kind.basis = basis;
  kind.allows = allows;
  kind.term = Term::kAtMost;
  kind.initial = months(3);
  kind.extension = months(3);
  kind.extensions_max = 2;
  kind.term_source = {"Stalking Act 9(7): three months, extended twice by up to three each"};
  kind.counting_source = kMeasureCounting;
  kind.lapses = kLapsesOnNonIndictment;
  kind.lapse_source = {"Stalking Act 11(5)"};
  kind.appeal_within = days(7);
  kind.appeal_source = kSevenDays;
  kind.notices.declined = {"Stalking Act 8(3)(4)"};
  kind.notices.told = {"Stalking Act 9(5)"};
  kind.notices.served = {"Stalking Act 10(2)"};
  kind.notices.changed = {"Stalking Act 11(4)"};
  kind.offence = kStalking;
  return kind;
}

constexpr OrderKind with_stalking_device(OrderKind kind) {
  kind.allows = kAllowsDevice;
  kind.notices.sent = {"EM Act 31-6(1); EM Decree 23-10"};
  kind.notices.changed = {"Stalking Act 11(4); EM Act 31-6(7)"};
  kind.notices.refused = {"EM Act 31-6(4)1"};
  kind.notices.fitted = {"EM Act 31-6(3); EM Decree 23-13(1)"};
  kind.notices.device = {"EM Decree 23-12(3)"};
  kind.notices.lapsed = {"EM Act 31-6(6); EM Decree 23-16"};
  kind.retention = "received_data_stalking";
  kind.offence = kStalking;
  return kind;
}

constexpr OrderKind custody(OrderKind kind, Period longest, uint32_t extensions, Source term) {
  kind.initial = longest;
  kind.extension = extensions == 0 ? Period{} : longest;
  kind.extensions_max = extensions;
  kind.total_max = {};
  kind.term_source = term;
  kind.counting = kKoreaFirstDayCounts;
  kind.counting_source = kCustodyCounting;
  return kind;
}

constexpr OrderKind warning(OrderKind kind) {
  kind.term = Term::kNone;
  kind.initial = kind.extension = kind.total_max = {};
  kind.extensions_max = 0;
  kind.term_source = {"Stalking Act 9(1)1: a warning has no duration"};
  return kind;
}

constexpr OrderKind petitioned(std::string_view code, Words name, Source basis, uint32_t allows) {
  OrderKind kind = provisional(code, name, basis, allows);
  kind.path = Path::kDirect;
  kind.in_force_from = {2027, 4, 22};
  kind.term_source = {"Stalking Act 17-6(7): three months, extended twice by up to three each"};
  kind.lapses = 0;
  kind.lapse_source = {};
  kind.appeal_source = {"Stalking Act 17-11(3), 12(2)"};
  kind.petition_within = days(90);
  kind.petition_source = {"Stalking Act 17-6(1)"};
  kind.notices = {};
  kind.notices.told = kind.notices.changed = {"Stalking Act 17-6(8)"};
  kind.notices.served = {"Stalking Act 17-6(8)(9), 10(2)"};
  return kind;
}

constexpr OrderKind interim(std::string_view code, Words name, Source basis, Date from, Source term) {
  OrderKind kind;
  kind.code = code;
  kind.name = name;
  kind.basis = basis;
  kind.path = Path::kDirect;
  kind.allows = kBan;
  kind.in_force_from = from;
  kind.term = Term::kUntilDecision;
  kind.term_source = term;
  kind.counting_source = kStatedCounting;
  kind.lapses = kLapsesOnDecision;
  kind.lapse_source = term;
  if (from.known()) kind.notices.told = kind.notices.served = {"Stalking Act 17-7(3), 17-6(8)"};
  kind.appeal_within = days(7);
  kind.appeal_source =
      from.known() ? Source{"Stalking Act 17-11(3), 12(2)"} : Source{"DV Act 55-8(3), 49(3)"};
  kind.offence = from.known() ? kStalking : kDomesticViolence;
  return kind;
}

constexpr OrderKind temporary(std::string_view code, Words name, Source basis, uint32_t allows) {
  OrderKind kind;
  kind.code = code;
  kind.name = name;
  kind.basis = basis;
  kind.allows = allows;
  kind.term = Term::kAtMost;
  kind.initial = months(2);
  kind.extension = months(2);
  kind.extensions_max = 2;
  kind.term_source = {"DV Act 29(5): two months, extended twice"};
  kind.counting_source = kMeasureCounting;
  kind.appeal_within = days(7);
  kind.appeal_source = kDvSevenDays;
  kind.notices.told = {"DV Act 29(3)"};
  kind.notices.served = {"DV Act 29-2(1)"};
  kind.offence = kDomesticViolence;
  return kind;
}

constexpr OrderKind temporary_month(std::string_view code, Words name, Source basis) {
  OrderKind kind = temporary(code, name, basis, 0);
  kind.initial = kind.extension = months(1);
  kind.extensions_max = 1;
  kind.term_source = {"DV Act 29(5): one month, extended once"};
  return kind;
}

constexpr OrderKind worn(std::string_view code, Words name, Source basis, Party issuer, Term term,
                         Source term_source, Source lapse) {
  OrderKind kind;
  kind.code = code;
  kind.name = name;
  kind.basis = basis;
  kind.issuer = issuer;
  kind.path = Path::kJudgement;
  kind.allows = kWearingConditions;
  kind.term = term;
  kind.term_source = term_source;
  kind.counting = kKoreaFirstDayCounts;
  kind.counted_from = CountedFrom::kExecution;
  kind.counting_source = kWearingCounting;
  kind.lapses = kLapsesWithBasis;
  kind.lapse_source = lapse;
  kind.retention = "received_data";
  return kind;
}

constexpr OrderKind emergency() {
  OrderKind kind;
  kind.code = "ST_EMERG";
  kind.name = {"Emergency measure on the scene", "응급조치"};
  kind.basis = {"Stalking Act 3"};
  kind.issuer = Party::kPolice;
  kind.path = Path::kOnScene;
  kind.term_source = {"Stalking Act 3: done on the scene"};
  kind.offence = kStalking;
  return kind;
}

constexpr OrderKind dv_urgent() {
  OrderKind kind = urgent(
      "DV_URGENT", {"Urgent temporary measure (domestic violence)", "긴급임시조치"},
      {"DV Act 8-2(1): measures 1 to 3 of article 29(1)"}, kBan, kByDvTemporary,
      {"DV Act 8-3(2): cancelled unless the court orders; that its order takes its place", Trust::kReading});
  kind.term = Term::kUntilDecision;
  kind.initial = {};
  kind.term_source = {"DV Act 8-3: no duration of its own"};
  kind.approval_source = {"DV Act 8-3(1)(2)"};
  kind.appeal_within = {};
  kind.appeal_source = {};
  kind.notices = {};
  kind.offence = kDomesticViolence;
  return kind;
}

constexpr OrderKind dv_protection() {
  OrderKind kind =
      temporary("DV_VPO", {"Victim protection order (domestic violence)", "피해자보호명령(가정폭력)"},
                {"DV Act 55-2(1): petition by victim, representative or prosecutor"}, kBan);
  kind.path = Path::kDirect;
  kind.initial = years(1);
  kind.extension = months(2);
  kind.extensions_max = kExtensionsUnlimited;
  kind.total_max = years(3);
  kind.term_source = {"DV Act 55-3: one year, extended by two months at a time, three years in all"};
  kind.appeal_source = {"DV Act 55-8(3), 49(3)"};
  kind.notices = {};
  return kind;
}

constexpr OrderKind dv_disposition() {
  OrderKind kind = temporary("DV_DISP", {"Protective disposition (domestic violence)", "보호처분"},
                             {"DV Act 40(1)1-2"}, kBan);
  kind.path = Path::kJudgement;
  kind.initial = months(6);
  kind.extension = months(6);
  kind.extensions_max = 1;
  kind.total_max = years(1);
  kind.term_source = {"DV Act 41, 45: six months; changed once, one year in all"};
  kind.notices = {};
  kind.notices.told = {"DV Act 40(4)"};
  kind.notices.changed = {"DV Act 45(3)"};
  return kind;
}

// What only a judgement that finds him guilty orders, or hangs on one.
constexpr OrderKind convicted(OrderKind kind) {
  kind.standing = Standing::kConvict;
  return kind;
}

constexpr OrderKind em_post() {
  OrderKind kind =
      worn("EM_POST", {"Device after the sentence", "형 집행 종료 후 전자장치 부착명령"},
           {"EM Act 5, 9, 9-2"}, Party::kCourt, Term::kStated,
           {"EM Act 9(1): 10-30, 3-20 or 1-10 years by the gravity of the offence; 14-2: longer by up "
            "to a year; 9(2): for several offences up to half more"},
           {"EM Act 20"});
  kind.initial_min = years(1);
  kind.initial = years(45);
  kind.extension = years(1);
  kind.extensions_max = kExtensionsUnlimited;
  kind.defeated_time_not_counted = true;
  return kind;
}

constexpr OrderKind em_probation() {
  OrderKind kind =
      worn("EM_PROB", {"Probation order after the sentence", "형 집행 종료 후 보호관찰명령"},
           {"EM Act 21-2, 21-3, 21-4"}, Party::kCourt, Term::kStated,
           {"EM Act 21-3(1): 2 to 5 years; 21-7(1)1: longer by up to a year"}, {"EM Act 21-8, 20"});
  kind.allows = kWearingConditions & ~kAllowsDevice;
  kind.initial_min = years(2);
  kind.initial = years(5);
  kind.extension = years(1);
  kind.extensions_max = kExtensionsUnlimited;
  kind.retention = {};
  kind.counting = kKoreaMeasure;
  kind.counted_from = CountedFrom::kDecision;
  kind.counting_source = {"EM Act 21-5: from the end of the sentence; how its first day counts was not found",
                          Trust::kReading};
  return kind;
}

constexpr OrderKind with_defeated_time(OrderKind kind) {
  kind.defeated_time_not_counted = true;
  return kind;
}

constexpr OrderKind em_stalk() {
  OrderKind kind = worn("EM_STALK", {"Execution of provisional measure 3-2", "스토킹행위자 전자장치 부착"},
                        {"EM Act 31-6"}, Party::kCourt, Term::kStated, {"EM Act 31-7: ends with the measure"},
                        {"EM Act 31-7"});
  return with_stalking_device(kind);
}

constexpr OrderKind kKinds[] = {
    emergency(),
    urgent("ST_URGENT_1", {"Urgent measure 1: no approach within 100 m", "긴급응급조치 1호"},
           {"Stalking Act 4(1)1"}, kBan, kByProvisional2, {"Stalking Act 7(6)1-2(a)(b)"}),
    urgent("ST_URGENT_2", {"Urgent measure 2: no telecommunication", "긴급응급조치 2호"},
           {"Stalking Act 4(1)2"}, 0, kByProvisional3, {"Stalking Act 7(6)1-2(c)"}),
    warning(provisional("ST_PROV_1", {"Provisional measure 1: written warning", "잠정조치 1호"},
                        {"Stalking Act 9(1)1"}, 0)),
    provisional("ST_PROV_2", {"Provisional measure 2: no approach within 100 m", "잠정조치 2호"},
                {"Stalking Act 9(1)2"}, kBan),
    provisional("ST_PROV_3", {"Provisional measure 3: no telecommunication", "잠정조치 3호"},
                {"Stalking Act 9(1)3"}, 0),
    with_stalking_device(
        provisional("ST_PROV_3_2", {"Provisional measure 3-2: electronic device", "잠정조치 3호의2"},
                    {"Stalking Act 9(1)3-2, EM Act 31-6; distances rest on measure 2 beside it"}, 0)),
    custody(provisional("ST_PROV_4", {"Provisional measure 4: custody", "잠정조치 4호"},
                        {"Stalking Act 9(1)4"}, 0),
            months(1), 0, {"Stalking Act 9(7): one month, not extended"}),
    petitioned("ST_VPO_1", {"Victim protection order 1: no approach within 100 m", "피해자보호명령 1호"},
               {"Stalking Act 17-6(1)1"}, kBan),
    petitioned("ST_VPO_2", {"Victim protection order 2: no telecommunication", "피해자보호명령 2호"},
               {"Stalking Act 17-6(1)2"}, 0),
    interim("ST_VPO_TMP", {"Interim protection order", "임시보호명령"}, {"Stalking Act 17-7"}, {2027, 4, 22},
            {"Stalking Act 17-7(2): until the petition is decided, unless the court says earlier"}),
    temporary("DV_TEMP_1", {"Temporary measure 1: eviction", "임시조치 1호"}, {"DV Act 29(1)1"},
              kAllowsExclusion),
    temporary("DV_TEMP_2", {"Temporary measure 2: no approach within 100 m", "임시조치 2호"},
              {"DV Act 29(1)2"}, kBan),
    temporary("DV_TEMP_3", {"Temporary measure 3: no telecommunication", "임시조치 3호"}, {"DV Act 29(1)3"},
              0),
    temporary_month("DV_TEMP_4", {"Temporary measure 4: medical institution", "임시조치 4호"},
                    {"DV Act 29(1)4"}),
    custody(temporary_month("DV_TEMP_5", {"Temporary measure 5: custody", "임시조치 5호"}, {"DV Act 29(1)5"}),
            months(1), 1, {"DV Act 29(5): one month, extended once"}),
    temporary_month("DV_TEMP_6", {"Temporary measure 6: counselling", "임시조치 6호"}, {"DV Act 29(1)6"}),
    dv_urgent(),
    dv_protection(),
    interim("DV_VPO_TMP", {"Interim protection order (domestic violence)", "임시보호명령(가정폭력)"},
            {"DV Act 55-4"}, {},
            {"DV Act 55-4(2): until the petition is decided, unless the judge says earlier"}),
    dv_disposition(),
    convicted(em_post()),
    convicted(em_probation()),
    convicted(with_defeated_time(
        worn("EM_PAROLE", {"Device on parole or conditional release", "가석방·가종료 전자장치 부착"},
             {"EM Act 22, 23"}, Party::kReviewBoard, Term::kStated,
             {"EM Act 22(1)(2), 23(1): within the parole or probation period"}, {"EM Act 25"}))),
    convicted(with_defeated_time(
        worn("EM_SUSP", {"Device with a suspended sentence", "집행유예 전자장치 부착명령"}, {"EM Act 28"},
             Party::kCourt, Term::kStated, {"EM Act 28(1): within the probation period"}, {"EM Act 30"}))),
    worn("EM_BAIL", {"Device as a condition of bail", "보석조건 전자장치 부착"}, {"EM Act 31-2"},
         Party::kCourt, Term::kOpen, {"EM Act 31-5: no duration of its own"}, {"EM Act 31-5"}),
    em_stalk(),
};

constexpr StatedDistance kDistances[] = {
    {"ban",
     100'000,
     {"no approach to person or places", "접근 금지"},
     {"Stalking Act 4(1)1, 9(1)2, 17-6(1)1; DV Act 29(1)2"}},
    {"place_police",
     1'000'000,
     {"police are told: barred place", "접근 금지 장소 통지"},
     {"EM Decree 23-14(1)1"}},
    {"police",
     1'000'000,
     {"police control room is told", "112상황실 인계"},
     {"field exercise, Chungbuk, April 2024", Trust::kSecondary}},
    {"warn",
     2'000'000,
     {"protected person is told", "피해자 알림"},
     {"press 2025-03-18, practice since 2024-01-12", Trust::kSecondary}},
    {"map",
     600'000,
     {"place is shown on her map", "위치 표시"},
     {"one article on the app of June 2026, unconfirmed", Trust::kSecondary}},
    {"hysteresis",
     50'000,
     {"beyond a border before it counts as left", "해제 여유"},
     {"twice the error of an ordinary fix indoors", Trust::kReading}},
};

constexpr ResponseCode kCodes[] = {
    {0,
     {"violent crime suspected: sent while the caller is on the line", "코드 0"},
     Duration::seconds(300),
     {"press 2016-03-31; blogs for five minutes", Trust::kSecondary}},
    {1,
     {"imminent or ongoing threat to life or body", "코드 1"},
     Duration::seconds(300),
     {"blogs: shortest time, about five minutes", Trust::kSecondary}},
    {2,
     {"possible danger, after codes 0 and 1", "코드 2"},
     Duration::seconds(1'800),
     {"blogs: about thirty minutes", Trust::kSecondary}},
    {3, {"no immediate need: the same working day", "코드 3"}, Duration{}, {"blogs", Trust::kSecondary}},
    {4, {"no dispatch: passed to another body", "코드 4"}, Duration{}, {"blogs", Trust::kSecondary}},
};

constexpr CodeRule kCodeRules[] = {
    {0, {"protected person calls for help", "보호대상자 긴급신고"}, {"press 2015-09-30", Trust::kSecondary}},
    {0,
     {"within 100 m of her, or contact possible within five minutes", "100m 이내 또는 5분 내 접촉 가능"},
     {"our mapping, for the police to review", Trust::kReading}},
    {0,
     {"strap cut with her within 2 km", "2km 이내 장치 절단"},
     {"our mapping, for the police to review", Trust::kReading}},
    {1,
     {"within 1 km and closing", "1km 이내 접근 중"},
     {"our mapping, for the police to review", Trust::kReading}},
    {1,
     {"strap cut or silence, last within 2 km of her or her place unknown",
      "2km 이내 또는 위치 불명 상태의 절단·두절"},
     {"our mapping, for the police to review", Trust::kReading}},
    {1,
     {"inside a barred place", "출입금지구역 진입"},
     {"our mapping, for the police to review", Trust::kReading}},
    {2,
     {"within 1 km of a barred place, not closing", "출입금지 장소 1km 이내"},
     {"our mapping, for the police to review", Trust::kReading}},
    {2,
     {"likely tampering, nobody near", "근접 없는 훼손 의심"},
     {"our mapping, for the police to review", Trust::kReading}},
    {2,
     {"curfew broken in a case of high risk", "고위험 사건 외출제한 위반"},
     {"our mapping, for the police to review", Trust::kReading}},
    {3,
     {"silence or low battery, she is far, he does not answer", "원거리 두절·저전력, 연락 불가"},
     {"our mapping, for the police to review", Trust::kReading}},
    {4,
     {"technical and harmless, verified", "확인된 기술적 원인"},
     {"our mapping, for the police to review", Trust::kReading}},
};

constexpr Figure kFigures[] = {
    {"caseload_guideline",
     10'000,
     {"wearers per officer, guideline", "보호관찰관 1인당 기준"},
     {"merger article; vendor", Trust::kSecondary}},
    {"caseload_average",
     21'600,
     {"wearers per officer, average", "보호관찰관 1인당 평균"},
     {"merger article; vendor", Trust::kSecondary}},
};

constexpr Pack made_kr() {
  Pack pack{};
  // Practice since 2024-01-12: message to the protected person and alarm in the control centre at 2 km.
  pack.warn_mm = 2'000'000;
  // Field exercise of April 2024: the provincial 112 room is told at 1 km.
  pack.police_mm = 1'000'000;
  // Distance of the map in the app of June 2026. One source, unconfirmed: an order should state its own.
  pack.map_mm = 600'000;
  // Stalking Act 4 and 9(1)2: no approach within 100 m.
  pack.ban_mm = 100'000;
  // EM Decree 23-14(1): police are told within 1 km of a barred place.
  pack.place_police_mm = 1'000'000;
  // Not from law: twice the error of an ordinary fix indoors, so that a border is not rung twice.
  pack.hysteresis_mm = 50'000;
  pack.clear_hold = Duration::seconds(300);
  // Not from law: a device tells what it kept once it has a network, as a rule the same day.
  pack.belated_for = Duration::seconds(24 * 3600);
  pack.id = "kr";
  pack.name = {"Republic of Korea", "대한민국"};
  pack.currency = "KRW";
  pack.time_zone = "Asia/Seoul";
  pack.kinds = kKinds;
  pack.offences = kOffences;
  pack.distances = kDistances;
  pack.codes = kCodes;
  pack.code_rules = kCodeRules;
  pack.figures = kFigures;
  pack.exposure.source = {"EM Decree 13-3, 23-17(1): with a notice, where distance and risk make it urgent"};
  pack.exposure.notice_code = "kr-em-36-4.1";
  pack.exposure.notice = {
      "You may be shown how far away the person is, and near you where, only while an alert is open and only "
      "to "
      "protect yourself. Whoever passes this on to others or uses it for anything else is punished with up "
      "to "
      "three years in prison or a fine of up to 30 million won. The app can be late or wrong: that nothing "
      "is "
      "shown does not mean that nobody is near.",
      "경보가 진행되는 동안 본인의 보호를 위해서만 상대방과의 거리와, 가까운 경우 위치가 제공됩니다. 이를 "
      "다른 "
      "사람에게 알리거나 다른 목적으로 사용하면 3년 이하의 징역 또는 3천만 원 이하의 벌금에 처해집니다. "
      "표시가 늦거나 "
      "틀릴 수 있으며, 아무것도 표시되지 않는다고 해서 주변에 아무도 없다는 뜻은 아닙니다."};
  pack.exposure.notice_source = {"EM Act 36(4); that she accepts a warning before the first use",
                                 Trust::kReading};
  pack.direct_petition = {
      days(90),
      {"notice that the police did not apply or the prosecutor did not petition",
       "제8조제3항·제4항의 통지를 받은 날"},
      {2027, 4, 22},
      {"Stalking Act 17-6(1)"},
      {"Stalking Act 17-5(1): district court of the act, or of where either lives or is"}};
  pack.acts = kKoreaActs;
  pack.acts_source = {"Criminal Procedure Act 66"};
  return pack;
}

}  // namespace

const Pack& kr() {
  static const Pack kPack = [] {
    Pack made = made_kr();
    made.duties = kr_duties();
    made.penalties = kr_penalties();
    made.retention = kr_retention();
    made.uses = kr_uses();
    made.provisions = kr_provisions();
    made.urgent_inquiry = kr_urgent_inquiry();
    made.picture_notice = kr_picture_notice();
    return made;
  }();
  return kPack;
}

}  // namespace haechi::law
