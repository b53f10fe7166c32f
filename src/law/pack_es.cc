// Spain, thin: enough kinds of order to prove that a country is data. "LO 1/2004" is the act on gender
// violence, "LECrim" the code of criminal procedure, "CP" the criminal code. LO 1/2004 and the civil code's
// article 5 were read; LECrim and CP were not, and say so.
#include "law/pack.h"
#include "law/pack_thin.h"

namespace haechi::law {
namespace {

constexpr Source kCivilCounting{"Código Civil 5; that it governs the duration of measures is a reading",
                                Trust::kReading};

constexpr OrderKind measure(std::string_view code, Words name, Source basis, uint32_t allows) {
  OrderKind kind;
  kind.code = code;
  kind.name = name;
  kind.basis = basis;
  kind.path = Path::kDirect;
  kind.allows = allows;
  kind.term = Term::kOpen;
  kind.term_source = {"LO 1/2004 69: may last past the judgement and through appeals"};
  kind.counting = kSpainCivil;
  kind.counting_source = kCivilCounting;
  kind.lapses = kLapsesWithBasis;
  kind.lapse_source = {"LO 1/2004 69"};
  return kind;
}

constexpr OrderKind civil_measures() {
  OrderKind kind = measure("ES_OP_CIVIL", {"Protection order, civil measures", "보호명령(민사 조치)"},
                           {"LECrim 544 ter 7", Trust::kBackground}, kAllowsExclusion);
  kind.term = Term::kAtMost;
  kind.initial = days(30);
  kind.extension = days(30);
  kind.extensions_max = 1;
  kind.term_source = {"LECrim 544 ter 7: thirty days, and thirty more when a family suit is filed",
                      Trust::kBackground};
  return kind;
}

constexpr OrderKind penalty() {
  OrderKind kind =
      measure("ES_PENA_48", {"Ban on approach as a penalty", "접근 금지형"},
              {"CP 48, 57", Trust::kBackground}, kAllowsDevice | kAllowsKeepAway | kAllowsExclusion);
  kind.path = Path::kJudgement;
  kind.standing = Standing::kConvict;
  kind.term = Term::kStated;
  kind.initial = years(10);
  kind.term_source = {"CP 57: up to ten years for a grave offence, five for a less grave one",
                      Trust::kBackground};
  kind.lapse_source = {"CP 57", Trust::kBackground};
  return kind;
}

constexpr OrderKind kKinds[] = {
    measure("ES_ALEJAMIENTO", {"Ban on approach", "접근 금지"}, {"LO 1/2004 64(3)"},
            kAllowsKeepAway | kAllowsExclusion),
    measure("ES_COMETA", {"Ban on approach with electronic monitoring", "전자감독 접근 금지"},
            {"LO 1/2004 64(3), second paragraph"},
            kAllowsDevice | kAllowsKeepAway | kAllowsExclusion | kAllowsNoContact),
    measure("ES_INCOMUNICACION", {"Ban on communication", "연락 금지"}, {"LO 1/2004 64(5)"}, 0),
    measure("ES_OP", {"Protection order, criminal measures", "보호명령"},
            {"LECrim 544 ter", Trust::kBackground}, kAllowsKeepAway | kAllowsExclusion),
    civil_measures(),
    penalty(),
};

constexpr Offence kOffences[] = {
    {"GENDER_VIOLENCE", {"gender violence", "젠더폭력"}, {"LO 1/2004 1"}},
    {"DOMESTIC_VIOLENCE", {"domestic violence", "가정폭력"}, {"CP 173.2", Trust::kBackground}},
    {"STALKING", {"stalking", "스토킹"}, {"CP 172 ter", Trust::kBackground}},
    {"OTHER", {"another crime", "그 밖의 범죄"}, {"CP 57", Trust::kBackground}},
};

constexpr Duty kDuties[] = {
    {"ES1",
     Trigger::kMeasureOrdered,
     {"a protection order is asked for", "보호명령 신청"},
     {"hear the parties and decide", "심문과 결정"},
     Party::kCourt,
     parties(Party::kProtectedPerson, Party::kWearer),
     By::kWithin,
     hours(72),
     {"LECrim 544 ter 4", Trust::kBackground}},
    {"ES2",
     Trigger::kTampering,
     {"device cut or skin contact lost", "장치 훼손·분리"},
     {"call the protected person; where she is at risk, call the police at once",
      "피해자 연락, 위험 시 즉시 경찰"},
     Party::kMonitoringCentre,
     parties(Party::kProtectedPerson, Party::kPolice),
     By::kImmediately,
     {},
     {"press 2025-09-22 on COMETA", Trust::kSecondary}},
    {"ES3",
     Trigger::kBanBreach,
     {"the ban is broken", "접근 금지 위반"},
     {"report to the court", "법원 보고"},
     Party::kMonitoringCentre,
     parties(Party::kCourt),
     By::kWithoutDelay,
     {},
     {"press on COMETA", Trust::kSecondary}},
};

constexpr Penalty kPenalties[] = {
    {"ES_BREACH",
     {"breach of a ban of CP 48 in a case of CP 173.2", "접근 금지 위반"},
     6,
     12,
     0,
     {"CP 468.2, in the words of LO 1/2004 40"}},
};

constexpr StatedDistance kDistances[] = {
    {"ban",
     500'000,
     {"alarm distance quoted; the judge sets each one", "경보 거리(법관이 정함)"},
     {"press 2025-09-20; the judge sets it: LO 1/2004 64(3)", Trust::kSecondary}},
    {"warn", 1'000'000, {"twice the ban, as a buffer", "완충 거리"}, {"no Spanish source", Trust::kReading}},
};

constexpr Figure kFigures[] = {
    {"review_extreme_hours",
     72'000,
     {"VioGén: review at extreme risk", "극도 위험 재평가"},
     {"VioGén", Trust::kBackground}},
    {"review_high_hours",
     168'000,
     {"VioGén: review at high risk", "고위험 재평가"},
     {"VioGén", Trust::kBackground}},
    {"review_medium_days",
     30'000,
     {"VioGén: review at medium risk", "중위험 재평가"},
     {"VioGén", Trust::kBackground}},
    {"review_low_days",
     60'000,
     {"VioGén: review at low risk", "저위험 재평가"},
     {"VioGén", Trust::kBackground}},
    {"review_none_days",
     90'000,
     {"VioGén: review without risk", "위험 없음 재평가"},
     {"VioGén", Trust::kBackground}},
};

constexpr Retention kRetention[] = {
    {"measure_record",
     {"record of a measure that ended", "종료된 조치 기록"},
     {"end of the measure", "조치 종료"},
     years(5),
     OnDue::kMayDestroy,
     {"as in Korea, until a rule is found", Trust::kReading}},
    {"person_record",
     {"what is kept of a person", "인적 사항과 위치 기록"},
     {"end of the last order, measure or case that names the person",
      "당사자에 관한 마지막 명령·조치·사건의 종료"},
     years(5),
     OnDue::kDestroy,
     {"as in Korea, until a rule is found", Trust::kReading}},
};

}  // namespace

const Pack& es() {
  static const Pack kPack = [] {
    Pack made{};
    made.ban_mm = made.map_mm = made.police_mm = 500'000;
    made.warn_mm = 1'000'000;
    made.place_police_mm = 500'000;
    made.hysteresis_mm = 50'000;
    made.clear_hold = Duration::seconds(300);
    made.belated_for = Duration::seconds(24 * 3600);
    made.id = "es";
    made.name = {"Spain", "스페인"};
    made.currency = "EUR";
    made.time_zone = "Europe/Madrid";
    made.kinds = kKinds;
    made.offences = kOffences;
    made.duties = kDuties;
    made.penalties = kPenalties;
    made.distances = kDistances;
    made.figures = kFigures;
    made.exposure.source = {"as in Korea, until a Spanish rule is found", Trust::kReading};
    made.retention = kRetention;
    made.exposure.notice_code = "es.1";
    made.exposure.notice = kThinNotice;
    made.exposure.notice_source = {"as in Korea", Trust::kReading};
    made.acts = kSpainJudicial;
    made.acts_source = {"LOPJ 182, 183, 185, quoted; in an investigation every day counts: LECrim 201",
                        Trust::kSecondary};
    return made;
  }();
  return kPack;
}

}  // namespace haechi::law
