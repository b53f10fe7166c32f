// The Republic of Korea: for what positions may be used, who is given them, on what ground, and what of it
// the wearer is told. The names of the statutes are those of pack_kr.cc; "Location Act" is the Act on the
// Protection and Use of Location Information, of which the text of 2018 was read.
#include "law/pack_kr.h"

namespace haechi::law {
namespace {

constexpr Source kOwnUse{"EM Act 16(1)(2)2, 16-3(1); Location Act 15(1)3: another statute provides for it",
                         Trust::kReading};
constexpr Words kMonitors{"monitoring and supervision are the statute's purpose; nothing is given to another",
                          "감독·관제는 법률이 정한 목적이며 제3자 제공이 아님"};
constexpr Source kPoliceTold{
    "EM Act 31-6(4)(5), 16-2(1)(3); Location Act 15(1)3, 19(3): another statute provides for it",
    Trust::kReading};
constexpr Words kPoliceGo{
    "the police are told of a violation and go to where he is; no consent is asked and no notice "
    "of each one sent; told by the month, because the moment would tell where a protected person was",
    "위반 통지를 받은 경찰이 현장에 출동함; 동의와 건별 통보 없음; 피해자 보호를 위하여 월 단위로 알림"};

constexpr ProvisionRule kProvisions[] = {
    {"control", kMonitors, kOwnUse, true},
    {"probation", kMonitors, kOwnUse, true},
    {"dispatch", kPoliceGo, kPoliceTold, false, false, true},
    {"unit", kPoliceGo, kPoliceTold, false, false, true},
    {"connector", kPoliceGo, kPoliceTold, false, false, true},
    {"police",
     {"for an investigation that a court permitted, or in urgency before it", "법원의 허가 또는 긴급 열람"},
     {"EM Act 16(2)1, (4)(5), 31-8(3)"}},
    {"court", {"for a trial", "재판자료"}, {"EM Act 16(2)1, 31-8(2)1"}},
    {"protected_person",
     {"what a protected person was shown with a notice is not told: it would tell where that person was",
      "피해자에게 제공된 내역은 피해자의 안전을 위하여 알리지 아니함"},
     {"Location Act 24(4): a refusal needs a ground; that this is one", Trust::kReading},
     false,
     true},
    {"running_inquiry",
     {"what was given for an inquiry is told when the case is closed",
      "진행 중인 수사를 위한 제공 내역은 사건 종결 후 알림"},
     {"Location Act 24(4): a refusal needs a ground; that this is one", Trust::kReading},
     false,
     true},
    {"open_call",
     {"what was given for a call is told when the call is closed",
      "진행 중인 출동을 위한 제공 내역은 종결 후 알림"},
     {"Location Act 24(4): a refusal needs a ground; that this is one", Trust::kReading},
     false,
     true},
};

constexpr std::string_view kChannels[] = {"sms", "email", "fax", "phone", "letter"};

constexpr PermittedUse kUses[] = {
    {"ST_INQUIRY",
     {"investigation or trial of a stalking crime", "스토킹범죄 수사·재판"},
     true,
     true,
     {"EM Act 31-8(2)1, (3), 16(4)(5); EM Decree 23-17(2)"}},
    {"ST_COMPLIANCE",
     {"checking compliance with measures 2 and 3-2", "잠정조치 이행 여부 확인"},
     false,
     false,
     {"EM Act 31-8(2)2; EM Decree 23-17(2) asks for no ledger row"}},
    {"ST_MEASURES",
     {"petition to extend, change or cancel a measure", "잠정조치 연장·변경·취소"},
     false,
     true,
     {"EM Act 31-8(2)3"}},
    {"ST_BREACH",
     {"investigation of defeating the device or breach", "효용 훼손·불이행 수사"},
     false,
     true,
     {"EM Act 31-8(2)4"}},
    {"ST_VICTIM",
     {"notice to the protected person and household", "피해자등 통지"},
     false,
     true,
     {"EM Act 31-8(2)5; EM Decree 23-17(1)"}},
    {"EM_INQUIRY",
     {"investigation or trial of a specific crime", "특정범죄 수사·재판"},
     true,
     true,
     {"EM Act 16(2)1, (4)(5)"}},
    {"EM_SUPERVISION",
     {"guidance and aid by the probation officer", "지도·원호"},
     false,
     false,
     {"EM Act 16(2)2; EM Decree 14 asks for no ledger row"}},
    {"EM_BOARD", {"review of provisional release", "임시해제 심사"}, false, true, {"EM Act 16(2)3"}},
    {"EM_BREACH",
     {"referral of offences of articles 38 and 39", "제38·39조 범죄 수사 의뢰"},
     false,
     true,
     {"EM Act 16(2)4"}},
    {"EM_VICTIM", {"notice to the protected person", "피해자 통지"}, false, true, {"EM Act 16(2)5, 15-2"}},
};

}  // namespace

std::span<const ProvisionRule> kr_provisions() {
  return kProvisions;
}

UrgentInquiry kr_urgent_inquiry() {
  return {hours(48),
          {"EM Act 16(4): without delay; that forty-eight hours are the end of it, as of urgent measures in "
           "Stalking Act 5(2)",
           Trust::kReading}};
}

PictureNotice kr_picture_notice() {
  return {{"The location tracking control centre asked for pictures of public cameras about you and viewed "
           "them, because "
           "it suspected a violation and the matter was urgent. Provider: {provider}. Pictures of {from} to "
           "{to}. "
           "Viewing ended {ended}.",
           "위치추적 관제센터는 준수사항 등의 위반이 의심되고 긴급한 필요가 있어 귀하에 관한 고정형 "
           "영상정보를 제공받아 "
           "열람하였음을 알려드립니다. 제공기관: {provider}. 영상 시간: {from} ~ {to}. 열람 종료: {ended}."},
          kChannels,
          {"EM Act 16-3(3); EM Rule 11-7(1)(2): within thirty days, by text message, e-mail, fax, phone or "
           "post"}};
}

std::span<const PermittedUse> kr_uses() {
  return kUses;
}

}  // namespace haechi::law
