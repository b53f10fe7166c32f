#include "law/legal_life_tables.h"

#include <array>

#include "base/ensure.h"

namespace haechi::law {
namespace {

constexpr std::array<Move, 24> kMoves{{
    {Step::kDeclineToApply, "decline_to_apply", bit(Stage::kNew), bit(Path::kApplication),
     "only before the police have applied"},
    {Step::kApply, "apply", bit(Stage::kNew), bit(Path::kApplication), "it is the first step"},
    {Step::kDeclineToPetition, "decline_to_petition", bit(Stage::kNew) | bit(Stage::kApplied),
     bit(Path::kApplication), "only before the prosecutor has petitioned"},
    {Step::kPetition, "petition", bit(Stage::kNew) | bit(Stage::kApplied),
     bit(Path::kApplication) | bit(Path::kDirect) | bit(Path::kJudgement), "only before it was petitioned"},
    {Step::kWithdraw, "withdraw", bit(Stage::kApplied) | bit(Stage::kPetitioned), kAnyPath,
     "only while a petition waits for its decision"},
    {Step::kImpose, "impose", bit(Stage::kNew), bit(Path::kUrgent) | bit(Path::kOnScene),
     "only the police do, once"},
    {Step::kGrant, "grant", bit(Stage::kNew) | bit(Stage::kPetitioned),
     bit(Path::kApplication) | bit(Path::kDirect) | bit(Path::kJudgement), "it must be petitioned first"},
    {Step::kDeny, "deny", bit(Stage::kPetitioned), kAnyPath, "it must be petitioned first"},
    {Step::kAskApproval, "ask_approval", kDecided, bit(Path::kUrgent), "the measure must be imposed first"},
    {Step::kApprove, "approve", kDecided, bit(Path::kUrgent), "approval must be asked for first"},
    {Step::kRefuseApproval, "refuse_approval", kDecided, bit(Path::kUrgent),
     "approval must be asked for first"},
    {Step::kServe, "serve", bit(Stage::kGranted), kAnyPath, "it must be granted first, and is served once"},
    {Step::kRefuseFitting, "refuse_fitting", bit(Stage::kServed), kAnyPath, "it must be served first"},
    {Step::kFit, "fit", bit(Stage::kServed), kAnyPath, "it must be served first, and is fitted once"},
    {Step::kReceiveVictimData, "receive_victim_data", bit(Stage::kFitted), kAnyPath,
     "the device must be fitted first"},
    {Step::kExtend, "extend", kDecided, kAnyPath, "only before it ends"},
    {Step::kChange, "change", kDecided, kAnyPath, "only while it is in force"},
    {Step::kNotCounted, "not_counted", kDecided, kAnyPath, "only while it is in force"},
    {Step::kCancel, "cancel", kDecided, kAnyPath, "only while it is in force"},
    {Step::kNotIndict, "not_indict", kDecided, kAnyPath, "only while it is in force"},
    {Step::kSupersede, "supersede", kDecided, kAnyPath, "only while it is in force"},
    {Step::kDecidePetition, "decide_petition", kDecided, kAnyPath, "only while it is in force"},
    {Step::kEndBasis, "end_basis", kDecided, kAnyPath, "only while it is in force"},
    {Step::kDone, "done", kAnyStage, kAnyPath, ""},
}};

constexpr std::array<TaskRow, 22> kTasks{{
    {Task::kPetitionCourt,
     {"petition the court, or say why not", "청구 여부 결정"},
     Party::kProsecutor,
     parties(Party::kCourt)},
    {Task::kDecide, {"decide the petition", "결정"}, Party::kCourt, {}},
    {Task::kAskApproval,
     {"ask the judge for approval", "사후승인 청구"},
     Party::kProsecutor,
     parties(Party::kCourt)},
    {Task::kDecideApproval, {"decide on approval", "사후승인 결정"}, Party::kCourt, {}},
    {Task::kCancelUrgent,
     {"cancel the urgent measure", "긴급조치 취소"},
     Party::kPolice,
     parties(Party::kProtectedPerson, Party::kWearer)},
    {Task::kTellOfDecision,
     {"tell the protected person of the decision", "피해자에게 결정 통지"},
     Party::kCourt,
     parties(Party::kProtectedPerson, Party::kHousehold)},
    {Task::kSendDecision,
     {"send the decision to police and probation office", "결정문 등본 송부"},
     Party::kCourt,
     parties(Party::kPolice, Party::kProbation)},
    {Task::kServe,
     {"tell him its content and how to object", "대상자에게 고지"},
     Party::kPolice,
     parties(Party::kWearer)},
    {Task::kReportForFitting,
     {"report to be fitted", "출석·신고 후 부착"},
     Party::kWearer,
     parties(Party::kProbation)},
    {Task::kTellOfRefusal,
     {"tell the police that he does not come or refuses", "부착 거부 통지"},
     Party::kProbation,
     parties(Party::kPolice)},
    {Task::kTellOfFitting,
     {"tell the police of the fitting", "부착 사실 통지"},
     Party::kProbation,
     parties(Party::kPolice)},
    {Task::kSendVictimData,
     {"victim data pending: send them to the probation office", "피해자 정보 통지 대기"},
     Party::kPolice,
     parties(Party::kProbation)},
    {Task::kGiveDevice,
     {"give the protected person her device, or tell the protection officer",
      "피해자장치 제공 또는 담당자 통지"},
     Party::kProbation,
     parties(Party::kProtectedPerson, Party::kProtectionOfficer)},
    {Task::kTellOfChange,
     {"tell everyone concerned of the change", "변경·연장·취소 통지"},
     Party::kCourt,
     parties(Party::kPolice, Party::kProbation, Party::kProtectedPerson, Party::kWearer)},
    {Task::kExtend, {"extend, or let it end", "연장 여부 결정"}, Party::kProsecutor, parties(Party::kCourt)},
    {Task::kLetEnd, {"ends; no extension is left", "종료(연장 불가)"}, Party::kCourt, {}},
    {Task::kTellOfLapse,
     {"tell the probation office that the measure lapsed", "효력 상실 통지"},
     Party::kPolice,
     parties(Party::kProbation)},
    {Task::kRemoveDevice,
     {"take the device off", "장치 분리·회수"},
     Party::kProbation,
     parties(Party::kWearer)},
    {Task::kDestroyData, {"destroy his position data", "수신자료 폐기"}, Party::kProbation, {}},
    {Task::kTellDeclined,
     {"tell the protected person that nobody asked for the measure", "미신청·미청구 통지"},
     Party::kPolice,
     parties(Party::kProtectedPerson)},
    {Task::kPetitionDirectly,
     {"may petition the court herself", "피해자보호명령 신청 가능"},
     Party::kProtectedPerson,
     parties(Party::kCourt)},
    {Task::kAppeal,
     {"may appeal; that does not suspend it", "항고 가능(집행 부정지)"},
     Party::kWearer,
     parties(Party::kCourt)},
}};

}  // namespace

const Move& move_of(Step step) {
  const Move& move = kMoves[static_cast<size_t>(step)];
  ENSURE(move.step == step, move.name);
  return move;
}

const TaskRow& row_of(Task task) {
  const TaskRow& row = kTasks[static_cast<size_t>(task)];
  ENSURE(row.task == task);
  return row;
}

Words words(Stage stage) {
  static constexpr std::array<Words, 8> kWords{{{"not asked for yet", "신청 전"},
                                                {"applied for", "신청"},
                                                {"petitioned", "청구"},
                                                {"granted", "결정"},
                                                {"served", "고지"},
                                                {"fitted", "부착"},
                                                {"active", "집행 중"},
                                                {"ended", "종료"}}};
  return kWords[static_cast<size_t>(stage)];
}

Words words(End end) {
  static constexpr std::array<Words, 12> kWords{{{"", ""},
                                                 {"done", "조치 완료"},
                                                 {"not applied for", "미신청"},
                                                 {"not petitioned", "미청구"},
                                                 {"withdrawn", "취하"},
                                                 {"denied", "기각"},
                                                 {"expired", "기간 만료"},
                                                 {"cancelled", "취소"},
                                                 {"lapsed: no indictment", "불기소로 실효"},
                                                 {"superseded", "다른 조치로 대체"},
                                                 {"petition decided", "본안 결정"},
                                                 {"its basis ended", "근거 종료"}}};
  return kWords[static_cast<size_t>(end)];
}

std::vector<Step> steps_at(Stage stage, Path path) {
  std::vector<Step> steps;
  for (const Move& move : kMoves)
    if (move.step != Step::kDone && (move.stages & bit(stage)) != 0 && (move.paths & bit(path)) != 0)
      steps.push_back(move.step);
  return steps;
}

std::string_view step_name(Step step) {
  return move_of(step).name;
}

bool is_decision(Step step) {
  switch (step) {
    case Step::kGrant:
    case Step::kDeny:
    case Step::kImpose:
    case Step::kApprove:
    case Step::kRefuseApproval:
    case Step::kExtend:
    case Step::kChange:
    case Step::kCancel:
      return true;
    default:
      return false;
  }
}

bool Deadline::overdue(Time at) const {
  if (!due.known()) return false;
  return deadline == By::kImmediately ? at > due : at >= due;
}

}  // namespace haechi::law
