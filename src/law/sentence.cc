#include "law/sentence.h"

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

Sentence sos(const v1::Alert& alert) {
  Sentence made{"Protected person " + alert.protected_id() + " pressed SOS",
                "보호대상자 " + alert.protected_id() + " 긴급호출(SOS)"};
  // Whoever answers must not make her phone ring.
  if (alert.silent()) {
    made.en += " silently: do not call her back";
    made.ko += ", 무음 신고: 전화하지 말 것";
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
      return zone(alert, numbers);
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
  made.en += alert.late() ? " (learned late)." : ".";
  made.ko += alert.late() ? " (지연 수신)." : ".";
  return made;
}

}  // namespace haechi::law
