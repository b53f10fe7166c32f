#include "notify/texts.h"

namespace haechi::notify {
namespace {

struct Words {
  const char* ko;
  const char* en;
  const char* in(Language language) const { return language == Language::kKo ? ko : en; }
};

Words words_of(v1::NotificationKind kind) {
  switch (kind) {
    case v1::NOTIFICATION_KIND_CASE_ON_WEARER:
      return {"감독 대상자에 관한 경찰 사건이 있습니다.",
              "There is a police case about somebody you supervise."};
    case v1::NOTIFICATION_KIND_SUBJECT_WEARS_DEVICE:
      return {"사건 대상자가 전자장치를 부착하고 있습니다.", "The subject of a case wears a device."};
    case v1::NOTIFICATION_KIND_IDENTITY_TO_DECIDE:
      return {"동일인 여부를 확인해야 합니다.", "You must say whether two records are one person."};
    case v1::NOTIFICATION_KIND_LINK_DECIDED:
      return {"연계 사건이 처리되었습니다.", "A link between two agencies was decided."};
    case v1::NOTIFICATION_KIND_DUTY_OPEN:
      return {"처리할 의무가 생겼습니다.", "You have a new duty."};
    case v1::NOTIFICATION_KIND_DUTY_ESCALATED:
      return {"기한이 지난 의무가 있습니다.", "A duty is overdue."};
    case v1::NOTIFICATION_KIND_ORDER_ACTIVE:
      return {"조치의 집행이 시작되었습니다.", "A measure is now active."};
    case v1::NOTIFICATION_KIND_ORDER_ENDED:
      return {"조치가 종료되었습니다.", "A measure has ended."};
    case v1::NOTIFICATION_KIND_PETITION:
      return {"청구에 변동이 있습니다.", "There is news of a petition."};
    case v1::NOTIFICATION_KIND_UNREACHABLE:
      return {"보호대상자에게 연락이 닿지 않습니다.", "A protected person cannot be reached."};
    case v1::NOTIFICATION_KIND_GLASS_BROKEN:
      return {"긴급 열람이 있었습니다. 확인이 필요합니다.",
              "Somebody broke the glass to see a person. It waits for your answer."};
    case v1::NOTIFICATION_KIND_MANY_LOOKS:
      return {"단시간에 많은 조회가 있었습니다. 확인이 필요합니다.",
              "Many look-ups happened within an hour. They wait for you to look at them."};
    case v1::NOTIFICATION_KIND_HER_PHONE:
      return {"보호대상자의 휴대전화나 로그인에 변동이 있습니다. 본인에게 확인하십시오.",
              "A protected person's phone or sign-in has changed. Ask her whether it was she."};
    case v1::NOTIFICATION_KIND_CASE_ELSEWHERE:
      return {"다른 경찰서 사건의 보호대상자를 기재한 사건이 있습니다.",
              "A new case names somebody whom another station's case protects."};
    case v1::NOTIFICATION_KIND_RECUSAL:
      return {"제척 기록이 등록되거나 종료되었습니다.", "A recusal has begun or ended."};
    case v1::NOTIFICATION_KIND_URGENT_HISTORY:
      return {"위치 이력의 긴급 열람이 있었습니다. 확인이 필요합니다.",
              "A wearer's past was opened in urgency. It closes within the hour unless it is confirmed."};
    case v1::NOTIFICATION_KIND_HISTORY:
      return {"수신자료 열람·조회에 관한 통지가 있습니다.",
              "Somebody asked where a wearer was, or what came of it is there to read."};
    default:
      return {"새 알림이 있습니다.", "There is a new notice."};
  }
}

const char* page_of(v1::CaseParty party) {
  switch (party) {
    case v1::CASE_PARTY_COURT:
      return "/court/";
    case v1::CASE_PARTY_MONITORING_CENTRE:
    case v1::CASE_PARTY_CONTROL_ROOM:
      return "/control/";
    default:
      return "/cases/";
  }
}

std::string with_link(const char* words, const std::string& pages, const char* page) {
  return pages.empty() ? words : std::string(words) + "\n" + pages + page;
}

}  // namespace

Language language_of(std::string_view tag, Language otherwise) {
  if (tag.empty()) return otherwise;
  return tag == "ko" || tag.starts_with("ko-") ? Language::kKo : Language::kEn;
}

Text text_of(const v1::Notification& about, Language language, const std::string& pages) {
  switch (about.party()) {
    case v1::CASE_PARTY_PROTECTED_PERSON:
    case v1::CASE_PARTY_HOUSEHOLD: {
      constexpr Words kSubject{"메모", "Notes"}, kBody{"새 알림이 있습니다", "There is something new"};
      return {kSubject.in(language), with_link(kBody.in(language), pages, "/me/")};
    }
    case v1::CASE_PARTY_WEARER: {
      constexpr Words kSubject{"알림", "Notice"},
          kBody{"담당자에게 전화하십시오.", "Please call your officer."};
      return {kSubject.in(language), kBody.in(language)};
    }
    default: {
      constexpr Words kSubject{"해치 알림", "Haechi notice"};
      const std::string body = std::string(words_of(about.kind()).in(language)) + " (" + about.id() + ")";
      return {kSubject.in(language), with_link(body.c_str(), pages, page_of(about.party()))};
    }
  }
}

std::string spoken_of(const v1::Notification& about, Language language) {
  switch (about.party()) {
    case v1::CASE_PARTY_PROTECTED_PERSON:
    case v1::CASE_PARTY_HOUSEHOLD:
    case v1::CASE_PARTY_WEARER:
      return text_of(about, language, "").body;
    default:
      return words_of(about.kind()).in(language);
  }
}

Text account_text(Language language, const std::string& pages) {
  constexpr Words kSubject{"해치 계정", "Your Haechi account"},
      kBody{"계정에 변동이 있거나 로그인 시도가 있었습니다. 내역을 확인하십시오.",
            "Something happened to your account, or somebody tried to sign in. See what it was."};
  return {kSubject.in(language), with_link(kBody.in(language), pages, "/account/")};
}

Text link_text(Language language, const std::string& pages, const std::string& token) {
  constexpr Words kSubject{"해치 계정", "Your Haechi account"},
      kBody{
          "로그인 수단을 새로 정하는 링크입니다. 한 번만 쓸 수 있습니다. 요청하지 않았다면 열지 말고 "
          "관리자에게 알려 주십시오.",
          "A link to set how you sign in. It works once. If you did not ask for it, do not open it, and tell "
          "your administrator."};
  return {kSubject.in(language), with_link(kBody.in(language), pages, ("/account/#enrol=" + token).c_str())};
}

}  // namespace haechi::notify
