#include "law/sentence.h"

#include <algorithm>

namespace haechi::law {
namespace {

std::string metres(int64_t mm) {
  return std::to_string((mm + (mm < 0 ? -500 : 500)) / 1000) + " m";
}

std::string kmh(int64_t mmps) {
  return std::to_string((mmps * 36 + 5'000) / 10'000) + " km/h";
}

Sentence closing(const v1::Proximity& proximity) {
  if (!proximity.closing_known()) return {};
  const int64_t mmps = proximity.closing_mmps();
  if (mmps > 500)
    return {", approaching at " + kmh(mmps),
            ", 시속 " + std::to_string((mmps * 36 + 5'000) / 10'000) + " km로 접근 중"};
  if (mmps < -500)
    return {", moving away at " + kmh(-mmps),
            ", 시속 " + std::to_string((-mmps * 36 + 5'000) / 10'000) + " km로 멀어지는 중"};
  return {", distance steady", ", 거리 변화 없음"};
}

Sentence pair(const v1::Alert& alert, const SentenceNumbers& numbers, const char* limit_en,
              const char* limit_ko) {
  const std::string distance = metres(alert.proximity().distance_mm());
  const std::string error = metres(alert.proximity().sigma_mm());
  const Sentence moving = closing(alert.proximity());
  return {"Wearer " + alert.wearer_id() + " is " + distance + " (±" + error + ") from protected person " +
              alert.protected_id() + ", inside the " + metres(numbers.limit_mm) + " " + limit_en + moving.en,
          "피부착자 " + alert.wearer_id() + ", 보호대상자 " + alert.protected_id() + "에게서 " + distance +
              " (±" + error + "): " + limit_ko + " " + metres(numbers.limit_mm) + " 이내" + moving.ko};
}

// "4 min", "1 h 05 min": whoever reads it must act, not count seconds.
Sentence span(int64_t s) {
  if (s < 120) return {std::to_string(s) + " s", std::to_string(s) + "초"};
  const int64_t minutes = (s + 30) / 60;
  if (minutes < 120) return {std::to_string(minutes) + " min", std::to_string(minutes) + "분"};
  const std::string hours = std::to_string(minutes / 60), rest = std::to_string(minutes % 60);
  return {hours + " h " + rest + " min", hours + "시간 " + rest + "분"};
}

// What the distance rests on, where that is not simply two places of now.
Sentence basis(const v1::Alert& alert) {
  switch (alert.basis()) {
    case v1::ALERT_BASIS_RADIO:
      return {"; one device heard the other by radio", "; 장치 간 무선 신호로 확인"};
    case v1::ALERT_BASIS_BETWEEN_FIXES:
      return {"; seen on the way between two fixes", "; 두 측위 사이 이동 경로로 확인"};
    default:
      break;
  }
  const uint32_t his = alert.wearer_age_s(), hers = alert.protected_age_s();
  if (his < 5 && hers < 5) return {};
  const std::string a = std::to_string(his), b = std::to_string(hers);
  return {"; positions " + a + " s and " + b + " s old",
          "; 위치 경과 피부착자 " + a + "초, 보호대상자 " + b + "초"};
}

// Ids only, as everywhere: which order, for whoever must answer for what follows.
Sentence under(const v1::Alert& alert) {
  if (alert.order_id().empty()) return {};
  return {"; order " + alert.order_id(), "; 결정 " + alert.order_id()};
}

Sentence no_contact(const v1::Alert& alert, const SentenceNumbers& numbers) {
  const std::string distance = metres(alert.proximity().distance_mm());
  const std::string error = metres(alert.proximity().sigma_mm());
  const Sentence moving = closing(alert.proximity());
  return {"Wearer " + alert.wearer_id() + " is " + distance + " (±" + error + ") from " +
              alert.protected_id() + ", whom he may not meet within " + metres(numbers.limit_mm) + moving.en,
          "피부착자 " + alert.wearer_id() + ", 접촉금지 상대 " + alert.protected_id() + "에게서 " + distance +
              " (±" + error + "): " + metres(numbers.limit_mm) + " 이내" + moving.ko};
}

Sentence approaching(const v1::Alert& alert, const SentenceNumbers& numbers) {
  const Sentence contact = span(alert.time_to_contact_s());
  const bool person = alert.zone_id().empty();
  const std::string away =
      metres(person ? alert.proximity().distance_mm() : alert.margin_mm() + numbers.limit_mm);
  const std::string error = metres(person ? alert.proximity().sigma_mm() : alert.sigma_mm());
  const std::string whom_en =
      person ? "protected person " + alert.protected_id() : "barred zone " + alert.zone_id();
  const std::string whom_ko =
      person ? "보호대상자 " + alert.protected_id() : "출입금지구역 " + alert.zone_id();
  const Sentence moving = closing(alert.proximity());
  return {"Wearer " + alert.wearer_id() + " is " + away + " (±" + error + ") from " + whom_en + moving.en +
              ": contact possible in " + contact.en,
          "피부착자 " + alert.wearer_id() + ", " + whom_ko + "에게서 " + away + " (±" + error + ")" +
              moving.ko + ": " + contact.ko + " 안에 접촉 가능"};
}

Sentence unaccounted(const v1::Alert& alert) {
  const Sentence his = span(alert.wearer_age_s()), hers = span(alert.protected_age_s());
  const std::string last = metres(alert.proximity().distance_mm());
  const std::string reach = metres(alert.reach_mm());
  if (!alert.zone_id().empty()) {
    const std::string gap = metres(std::max<int64_t>(alert.margin_mm(), 0));
    return {"Wearer " + alert.wearer_id() + " may be at place " + alert.zone_id() + " of protected person " +
                alert.protected_id() + ": last " + gap + " from it, position " + his.en + " old, and " +
                reach + " could have been covered since",
            "피부착자 " + alert.wearer_id() + ", 보호대상자 " + alert.protected_id() + "의 장소 " +
                alert.zone_id() + " 인근 가능성: 마지막 거리 " + gap + ", 위치 경과 " + his.ko +
                ", 그동안 이동 가능 거리 " + reach};
  }
  return {"Wearer " + alert.wearer_id() + " may be near protected person " + alert.protected_id() +
              ": last " + last + " apart, positions " + his.en + " and " + hers.en + " old, and " + reach +
              " could have been covered since",
          "피부착자 " + alert.wearer_id() + ", 보호대상자 " + alert.protected_id() +
              " 인근 가능성: 마지막 거리 " + last + ", 위치 경과 " + his.ko + "·" + hers.ko +
              ", 그동안 이동 가능 거리 " + reach};
}

Sentence zone(const v1::Alert& alert, const SentenceNumbers& numbers) {
  const std::string error = metres(alert.sigma_mm());
  const std::string who_en = "Wearer " + alert.wearer_id();
  const std::string who_ko = "피부착자 " + alert.wearer_id();
  const std::string depth = metres(alert.margin_mm() < 0 ? -alert.margin_mm() : alert.margin_mm());
  switch (alert.kind()) {
    case v1::ALERT_KIND_EXCLUSION:
      return {who_en + " is " + depth + " (±" + error + ") inside barred zone " + alert.zone_id(),
              who_ko + ", 출입금지구역 " + alert.zone_id() + " 안쪽 " + depth + " (±" + error + ")"};
    case v1::ALERT_KIND_INCLUSION:
      return {who_en + " is " + depth + " (±" + error + ") outside zone " + alert.zone_id() +
                  ", where he must stay",
              who_ko + ", 지정구역 " + alert.zone_id() + " 바깥 " + depth + " (±" + error + ")"};
    case v1::ALERT_KIND_TRAVEL_AREA:
      return {who_en + " is " + depth + " (±" + error + ") outside area " + alert.zone_id() +
                  ", which he may not leave",
              who_ko + ", 이탈금지 지역 " + alert.zone_id() + " 바깥 " + depth + " (±" + error + ")"};
    case v1::ALERT_KIND_CURFEW:
      return {
          who_en + " is " + depth + " (±" + error + ") outside zone " + alert.zone_id() + " during curfew",
          who_ko + ", 외출제한 시간에 구역 " + alert.zone_id() + " 바깥 " + depth + " (±" + error + ")"};
    default: {
      const std::string away = metres(alert.margin_mm() + numbers.limit_mm);
      const std::string limit = metres(numbers.limit_mm);
      return {who_en + " is " + away + " (±" + error + ") from barred zone " + alert.zone_id() + ", within " +
                  limit,
              who_ko + ", 출입금지구역 " + alert.zone_id() + "에서 " + away + " (±" + error + "): " + limit +
                  " 이내"};
    }
  }
}

Sentence device(const v1::Alert& alert, const std::string& en, const std::string& ko) {
  const bool hers = alert.wearer_id().empty();
  Sentence made{"Device " + alert.device_id() + (hers ? " of protected person " : " of wearer ") +
                    (hers ? alert.protected_id() : alert.wearer_id()) + ": " + en,
                (hers ? "보호대상자 " + alert.protected_id() : "피부착자 " + alert.wearer_id()) + "의 장치 " +
                    alert.device_id() + ": " + ko};
  if (!hers && alert.has_proximity() && !alert.protected_id().empty()) {
    const std::string distance = metres(alert.proximity().distance_mm());
    made.en += ", last known " + distance + " from protected person " + alert.protected_id();
    made.ko += ", 보호대상자 " + alert.protected_id() + "와의 마지막 확인 거리 " + distance;
  }
  return made;
}

Sentence implausible(const v1::Alert& alert) {
  switch (alert.suspicion()) {
    case v1::SUSPICION_SPEED:
      return device(alert, "its places are further apart than anyone travels in that time",
                    "이동 불가능한 속도의 위치");
    case v1::SUSPICION_FROZEN:
      return device(alert, "it repeats the very same coordinates", "동일 좌표 반복");
    case v1::SUSPICION_MOCKED:
      return device(alert, "an app on it makes up its place", "위치 조작 앱 사용");
    case v1::SUSPICION_NETWORK:
      return device(alert, "Wi-Fi or cells place it elsewhere", "와이파이·기지국 위치와 불일치");
    case v1::SUSPICION_RADIO:
      return device(alert, "a device heard beside it is elsewhere", "인접 장치의 위치와 불일치");
    default:
      return device(alert, "it has told two contents under one number", "같은 번호로 다른 내용 보고");
  }
}

Sentence outage(const v1::Alert& alert) {
  const std::string devices = std::to_string(alert.devices());
  Sentence made{devices + " devices fell silent together", "장치 " + devices + "대 동시 신호 두절"};
  if (!alert.carrier().empty()) {
    made.en += " on carrier " + alert.carrier();
    made.ko += ", 통신사 " + alert.carrier();
  }
  if (alert.uncovered_ids().empty()) return made;
  std::string ids;
  for (const std::string& id : alert.uncovered_ids()) ids += (ids.empty() ? "" : ", ") + id;
  made.en += "; without protection for now: " + ids;
  made.ko += "; 보호 공백 대상: " + ids;
  return made;
}

Sentence sos(const v1::Alert& alert) {
  Sentence made{"Protected person " + alert.protected_id() + " pressed SOS",
                "보호대상자 " + alert.protected_id() + " 긴급호출(SOS)"};
  // Whoever answers must not make her phone ring.
  if (alert.silent()) {
    made.en += " silently: do not call her back";
    made.ko += ", 무음 신고: 전화하지 말 것";
  }
  if (alert.duress()) {
    made.en += "; she opened her app under duress";
    made.ko += ", 강요에 의한 앱 열기";
  }
  if (alert.wearer_id().empty()) return made;
  const std::string distance = metres(alert.proximity().distance_mm());
  made.en += alert.has_proximity() ? "; wearer " + alert.wearer_id() + " is " + distance + " away"
                                   : "; the place of wearer " + alert.wearer_id() + " is not known";
  made.ko += alert.has_proximity() ? ", 피부착자 " + alert.wearer_id() + "와의 거리 " + distance
                                   : ", 피부착자 " + alert.wearer_id() + "의 위치 확인 불가";
  return made;
}

Sentence silence(const v1::Alert& alert, const SentenceNumbers& numbers) {
  const std::string silent = std::to_string(numbers.silent_s);
  if (alert.kind() == v1::ALERT_KIND_SILENCE)
    return device(alert, "no report for " + silent + " s", silent + "초간 신호 없음");
  return {"Device " + alert.device_id() + " of protected person " + alert.protected_id() +
              ": no report for " + silent + " s",
          "보호대상자 " + alert.protected_id() + "의 장치 " + alert.device_id() + ": " + silent +
              "초간 신호 없음"};
}

bool about_distance(v1::AlertKind kind) {
  return kind == v1::ALERT_KIND_KEEP_AWAY || kind == v1::ALERT_KIND_NEAR_MAP ||
         kind == v1::ALERT_KIND_NEAR_POLICE || kind == v1::ALERT_KIND_NEAR_WARN ||
         kind == v1::ALERT_KIND_NO_CONTACT || kind == v1::ALERT_KIND_APPROACHING;
}

Sentence body(const v1::Alert& alert, const SentenceNumbers& numbers) {
  switch (alert.kind()) {
    case v1::ALERT_KIND_KEEP_AWAY:
      return pair(alert, numbers, "that the court ordered", "법원 접근금지 거리");
    case v1::ALERT_KIND_NEAR_MAP:
      return pair(alert, numbers, "map distance", "지도 제공 거리");
    case v1::ALERT_KIND_NEAR_POLICE:
      return pair(alert, numbers, "police distance", "경찰 통보 거리");
    case v1::ALERT_KIND_NEAR_WARN:
      return pair(alert, numbers, "warning distance", "접근 경보 거리");
    case v1::ALERT_KIND_EXCLUSION:
    case v1::ALERT_KIND_EXCLUSION_BUFFER:
    case v1::ALERT_KIND_EXCLUSION_POLICE:
    case v1::ALERT_KIND_INCLUSION:
    case v1::ALERT_KIND_CURFEW:
    case v1::ALERT_KIND_TRAVEL_AREA:
      return zone(alert, numbers);
    case v1::ALERT_KIND_APPROACHING:
      return approaching(alert, numbers);
    case v1::ALERT_KIND_UNACCOUNTED_NEAR:
      return unaccounted(alert);
    case v1::ALERT_KIND_NO_CONTACT:
      return no_contact(alert, numbers);
    case v1::ALERT_KIND_IMPLAUSIBLE:
      return implausible(alert);
    case v1::ALERT_KIND_AREA_OUTAGE:
      return outage(alert);
    case v1::ALERT_KIND_STRAP_CUT:
      return device(alert, "the strap was cut or opened", "스트랩 훼손 또는 분리");
    case v1::ALERT_KIND_CASE_OPENED:
      return device(alert, "the case was opened", "본체 개봉");
    case v1::ALERT_KIND_JAMMED:
      return device(alert, "its signals are jammed", "전파 방해 감지");
    case v1::ALERT_KIND_POWER_OFF:
      return device(alert, "it was switched off", "전원 꺼짐");
    case v1::ALERT_KIND_UNPAIRED:
      return device(alert, "bracelet and tracking unit are apart", "발찌와 본체 분리");
    case v1::ALERT_KIND_SOS:
      return sos(alert);
    case v1::ALERT_KIND_SILENCE:
    case v1::ALERT_KIND_PROTECTED_SILENCE:
      return silence(alert, numbers);
    case v1::ALERT_KIND_LOW_BATTERY: {
      const std::string percent = std::to_string(numbers.battery_percent);
      return device(alert, "battery at " + percent + " %", "배터리 " + percent + " %");
    }
    default:
      return {"Alert " + alert.id(), "경보 " + alert.id()};
  }
}

}  // namespace

Sentence sentence(const v1::Alert& alert, const SentenceNumbers& numbers) {
  Sentence made = body(alert, numbers);
  const Sentence why = about_distance(alert.kind()) ? basis(alert) : Sentence();
  const Sentence order = alert.kind() == v1::ALERT_KIND_AREA_OUTAGE ? Sentence() : under(alert);
  made.en += why.en + order.en;
  made.ko += why.ko + order.ko;
  made.en += alert.late() ? " (learned late)." : ".";
  made.ko += alert.late() ? " (지연 수신)." : ".";
  return made;
}

}  // namespace haechi::law
