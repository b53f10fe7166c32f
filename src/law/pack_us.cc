// The United States, generic and thin: a jurisdiction replaces these rows with those of its state. None of
// them may be used in a real case as they stand.
#include "law/pack.h"
#include "law/pack_thin.h"

namespace haechi::law {
namespace {

constexpr Source kCounting{"duration of an order: days off do not lengthen it", Trust::kReading};
constexpr Source kState{"state law decides; typical value", Trust::kBackground};

constexpr uint32_t kBan = kAllowsKeepAway | kAllowsExclusion;

constexpr std::string_view kByOrder[] = {"US_DVPO"};

constexpr OrderKind order(std::string_view code, Words name, Source basis, uint32_t allows, Term term,
                          Period initial, Source term_source) {
  OrderKind kind;
  kind.code = code;
  kind.name = name;
  kind.basis = basis;
  kind.path = Path::kDirect;
  kind.allows = allows;
  kind.term = term;
  kind.initial = initial;
  kind.term_source = term_source;
  kind.counting = kUsMeasure;
  kind.counting_source = kCounting;
  return kind;
}

constexpr OrderKind restraining() {
  OrderKind kind = order(
      "US_TRO", {"Temporary restraining order", "임시 접근금지명령"}, kState, kBan, Term::kAtMost, days(14),
      {"FRCP 65(b)(2): fourteen days, once more for good cause; states differ", Trust::kSecondary});
  kind.extension = days(14);
  kind.extensions_max = 1;
  kind.lapses = kLapsesOnSupersession;
  kind.superseded_by = kByOrder;
  kind.lapse_source = {"the order after the hearing takes its place", Trust::kBackground};
  return kind;
}

constexpr OrderKind released(std::string_view code, Words name, Source basis) {
  OrderKind kind = order(code, name, basis, kAllowsDevice | kBan | kAllowsInclusion | kAllowsNoContact,
                         Term::kOpen, {}, {"until release conditions end", Trust::kBackground});
  kind.path = Path::kJudgement;
  kind.lapses = kLapsesWithBasis;
  kind.lapse_source = {"ends with the case or the term of supervision", Trust::kBackground};
  return kind;
}

constexpr OrderKind convicted(OrderKind kind) {
  kind.standing = Standing::kConvict;
  return kind;
}

constexpr OrderKind protection() {
  OrderKind kind = order("US_DVPO", {"Protection order after a hearing", "보호명령"}, kState,
                         kAllowsDevice | kBan, Term::kAtMost, years(1), kState);
  kind.extension = years(1);
  kind.extensions_max = kExtensionsUnlimited;
  return kind;
}

std::span<const OrderKind> kinds() {
  static constexpr OrderKind kKinds[] = {
      restraining(),
      protection(),
      released("US_PRETRIAL", {"Location monitoring before trial", "재판 전 위치감독"},
               {"18 U.S.C. 3142(c)(1)(B)", Trust::kBackground}),
      convicted(released("US_SUPERVISED", {"Location monitoring on supervised release", "보호관찰 위치감독"},
                         {"18 U.S.C. 3563(b), 3583(d)", Trust::kBackground})),
  };
  return kKinds;
}

constexpr Offence kOffences[] = {
    {"DOMESTIC_VIOLENCE", {"domestic violence", "가정폭력"}, kState},
    {"STALKING", {"stalking", "스토킹"}, kState},
    {"SEXUAL_VIOLENCE", {"sexual violence", "성폭력"}, kState},
    {"OTHER", {"another crime", "그 밖의 범죄"}, kState},
};

constexpr Duty kDuties[] = {
    {"US1",
     Trigger::kBanBreach,
     {"an exclusion or victim zone is entered", "금지 구역 진입"},
     {"tell the protected person and the police", "피해자와 경찰에 통지"},
     Party::kMonitoringCentre,
     parties(Party::kProtectedPerson, Party::kPolice),
     By::kImmediately,
     {},
     {"agreement with the agency; state law differs", Trust::kReading}},
    {"US2",
     Trigger::kTampering,
     {"strap cut or device defeated", "장치 훼손"},
     {"tell the supervising officer and the police", "담당관과 경찰에 통지"},
     Party::kMonitoringCentre,
     parties(Party::kProbation, Party::kPolice),
     By::kImmediately,
     {},
     {"agreement with the agency; state law differs", Trust::kReading}},
};

constexpr StatedDistance kDistances[] = {
    {"ban",
     152'400,
     {"500 feet: the order states its own", "접근 금지 거리(명령에 따름)"},
     {"common in protection orders", Trust::kBackground}},
    {"warn", 1'609'344, {"one mile as a buffer", "완충 거리"}, {"no source", Trust::kReading}},
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

const Pack& us() {
  static const Pack kPack = [] {
    Pack made{};
    made.ban_mm = 152'400;
    made.map_mm = made.police_mm = 804'672;
    made.warn_mm = 1'609'344;
    made.place_police_mm = 152'400;
    made.hysteresis_mm = 50'000;
    made.clear_hold = Duration::seconds(300);
    made.belated_for = Duration::seconds(24 * 3600);
    made.id = "us";
    made.name = {"United States, generic", "미국(일반)"};
    made.currency = "USD";
    made.time_zone = "America/New_York";
    made.kinds = kinds();
    made.offences = kOffences;
    made.duties = kDuties;
    made.distances = kDistances;
    made.exposure.source = {"as in Korea, until the state's rule is entered", Trust::kReading};
    made.retention = kRetention;
    made.exposure.notice_code = "us.1";
    made.exposure.notice = kThinNotice;
    made.exposure.notice_source = {"as in Korea", Trust::kReading};
    made.acts = kUsFederal;
    made.acts_source = {"FRCP 6(a), quoted", Trust::kSecondary};
    return made;
  }();
  return kPack;
}

}  // namespace haechi::law
