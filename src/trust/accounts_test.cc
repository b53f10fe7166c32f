#include "trust/accounts.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "trust/totp.h"

namespace haechi::trust {
namespace {

constexpr PasswordCost kQuick{8, 1};
constexpr const char* kPassword = "a green coat at dusk";
const Viewer kOfficer{.account = "insp-park", .role = Role::kPolice, .agency_id = "ps-1"};
constexpr Duration kMinute = Duration::seconds(60);
constexpr Duration kHour = Duration::seconds(3600);

struct World {
  std::unique_ptr<store::AccountRecords> records = std::move(store::AccountRecords::open(":memory:").value());
  std::unique_ptr<Accounts> accounts = std::move(Accounts::open(*records, kQuick).value());
  Time now{1'800'000'000'000'000};

  std::string secret_of(const std::string& name) const {
    return decode_base32(accounts->find(name)->totp_secret).value();
  }
  std::string code_of(const std::string& name, int64_t shift = 0) const {
    return totp_code(secret_of(name), totp_step_at(now) + shift);
  }
  // Enrols by the link; time goes on by a minute, so that the next code is another.
  EnrolledAccount enrol(const Link& link, const Doorway& doorway = {}) {
    const PendingEnrolment pending = accounts->enrolment(link.token, now).value();
    const std::string code = totp_code(*decode_base32(pending.totp_secret), totp_step_at(now));
    auto enrolled = bring(link, kPassword, code, doorway);
    now = now + kMinute;
    return std::move(enrolled.value());
  }
  // `password` is the new one, or the one that stays.
  Result<EnrolledAccount> bring(const Link& link, const std::string& password, const std::string& code,
                                const Doorway& doorway = {}) {
    return accounts->enrol(
        link.token, {*hash_password(password, kQuick), attempt(link.account, password, code)}, doorway, now);
  }
  EnrolledAccount officer(const Doorway& doorway = {}) {
    return enrol(*accounts->create(kOfficer, now), doorway);
  }

  Attempt attempt(const std::string& name, const std::string& password, const std::string& code) {
    const Challenge challenge = accounts->challenge(name).value();
    return {challenge,
            password_matches(challenge.encoded, password),
            code,
            {},
            now,
            "10.0.0.9",
            hashed_anew(challenge.encoded, password, accounts->cost())};
  }
  SignedIn sign_in(const std::string& name, const std::string& password, const std::string& code,
                   const Doorway& doorway = {Surface::kCases, "10.0.0.1", ""}) {
    return accounts->sign_in(attempt(name, password, code), doorway, now).value();
  }
  SignedIn sign_in_rightly() { return sign_in("insp-park", kPassword, code_of("insp-park")); }
  void fail(int times) {
    for (int i = 0; i < times; ++i) EXPECT_FALSE(sign_in("insp-park", "wrong", "000000").verdict.right);
  }
};

TEST(Accounts, SignInWithPasswordAndCodeAndNeverWithOneOfThem) {
  World world;
  world.officer();
  const std::string code = world.code_of("insp-park");
  EXPECT_EQ(world.sign_in("insp-park", kPassword, "").token, "");
  EXPECT_EQ(world.sign_in("insp-park", "", code).token, "");
  EXPECT_EQ(world.sign_in("insp-park", kPassword, "000000").token, "");
  const SignedIn in = world.sign_in("insp-park", kPassword, code);
  EXPECT_TRUE(in.verdict.right);
  EXPECT_GE(in.token.size(), 64u);
  EXPECT_EQ(world.accounts->viewer_of(in.token, world.now), kOfficer);
  EXPECT_FALSE(world.accounts->viewer_of("", world.now).has_value());
  EXPECT_FALSE(world.accounts->viewer_of(in.token + "0", world.now).has_value());
}

TEST(Accounts, TakeACodeOnce) {
  World world;
  world.officer();
  const std::string code = world.code_of("insp-park");
  EXPECT_TRUE(world.sign_in("insp-park", kPassword, code).verdict.right);
  EXPECT_FALSE(world.sign_in("insp-park", kPassword, code).verdict.right);
  world.now = world.now + kMinute;
  EXPECT_TRUE(world.sign_in_rightly().verdict.right);
}

TEST(Accounts, JudgeACodeByWhenItArrivedAndRecordHowFarAnotherIsOff) {
  World world;
  world.officer();
  Attempt attempt = world.attempt("insp-park", kPassword, world.code_of("insp-park"));
  world.now = world.now + kMinute;  // in which its password was hashed
  EXPECT_TRUE(world.accounts->sign_in(attempt, {}, world.now)->verdict.right);
  const SignedIn late = world.sign_in("insp-park", kPassword, world.code_of("insp-park", -2));
  EXPECT_EQ(late.verdict.reason, "wrong code: of a time 60 s ago");
  const SignedIn early = world.sign_in("insp-park", kPassword, world.code_of("insp-park", 1));
  EXPECT_EQ(early.verdict.reason, "wrong code: of a time 30 s ahead");
}

TEST(Accounts, TakeEachRecoveryCodeOnceHoweverItIsTyped) {
  World world;
  const EnrolledAccount enrolled = world.officer();
  ASSERT_EQ(enrolled.recovery_codes.size(), kRecoveryCodes);
  EXPECT_EQ((std::set<std::string>(enrolled.recovery_codes.begin(), enrolled.recovery_codes.end()).size()),
            kRecoveryCodes);
  std::string typed = enrolled.recovery_codes[3];
  EXPECT_EQ(typed.size(), 32u) << "26 letters, 128 bits, in groups of four";
  for (char& c : typed) c = c == '-' ? ' ' : static_cast<char>(std::tolower(c));
  EXPECT_FALSE(world.sign_in("insp-park", "wrong", typed).verdict.right);
  EXPECT_EQ(*world.accounts->recovery_codes_left("insp-park"), 10u) << "a wrong password uses none up";
  EXPECT_TRUE(world.sign_in("insp-park", kPassword, typed).verdict.right);
  EXPECT_FALSE(world.sign_in("insp-park", kPassword, enrolled.recovery_codes[3]).verdict.right);
  EXPECT_EQ(*world.accounts->recovery_codes_left("insp-park"), 9u);
}

TEST(Accounts, AreLockedByTheFifthWrongAttemptForTenMinutesAndThenLongerEachTime) {
  World world;
  world.officer();
  world.fail(4);
  EXPECT_TRUE(world.sign_in_rightly().verdict.right) << "four are forgiven";
  world.now = world.now + kMinute;
  Duration lock = kLockFirst;
  world.fail(5);
  for (int i = 0; i < 8; ++i) {
    world.now = world.now + lock - Duration{1};
    const SignedIn early = world.sign_in_rightly();
    EXPECT_FALSE(early.verdict.right) << "even what is right, after " << lock;
    EXPECT_EQ(early.verdict.reason, "locked");
    world.now = world.now + Duration{1};
    world.fail(1);
    lock = std::min(lock * 2, kLockLongest);
  }
  EXPECT_EQ(lock, kLockLongest);
  world.now = world.now + lock;
  EXPECT_TRUE(world.sign_in_rightly().verdict.right);
  world.now = world.now + kMinute;
  world.fail(4);
  EXPECT_TRUE(world.sign_in_rightly().verdict.right) << "a right attempt begins the count anew";
}

// All of them are hashed at once before the first is judged.
TEST(Accounts, AreLockedAlsoForAttemptsThatWereUnderWayTogether) {
  World world;
  world.officer();
  std::vector<Attempt> attempts(5, world.attempt("insp-park", "wrong", "000000"));
  attempts.push_back(world.attempt("insp-park", kPassword, world.code_of("insp-park")));
  for (const Attempt& attempt : attempts)
    EXPECT_FALSE(world.accounts->sign_in(attempt, {}, world.now)->verdict.right);
}

TEST(Accounts, ThatAreUnknownLockedOrDisabledAreChallengedAtTheSameCost) {
  World world;
  world.officer();
  ASSERT_TRUE(world.accounts->create({.account = "invited", .role = Role::kAuditor}, world.now).ok());
  const auto cost = [&](const std::string& name) {
    return world.accounts->challenge(name)->encoded.substr(
        0, std::string_view("$argon2id$v=19$m=8,t=1,p=1$").size());
  };
  const std::string known = cost("insp-park");
  for (const char* name : {"nobody", "", "invited"}) EXPECT_EQ(cost(name), known) << name;
  world.fail(5);
  EXPECT_EQ(cost("insp-park"), known);
  EXPECT_EQ(world.sign_in("nobody", kPassword, "000000").verdict.reason, "no such account");
  EXPECT_EQ(world.sign_in("nobody", kPassword, "000000").verdict.viewer, Viewer{});
  EXPECT_EQ(world.sign_in("", "", "").verdict.reason, "no such account");
  EXPECT_EQ(world.sign_in("invited", "", "").verdict.reason, "no such account");
  EXPECT_EQ(world.accounts->all()->size(), 2u) << "what was typed makes no account";
}

TEST(Accounts, HaveTheirPasswordHashedAnewAtTheNextSignInAfterItsCostChanged) {
  World world;
  world.officer();
  const auto kept = [&] { return world.accounts->find("insp-park")->password; };
  const std::string before = kept();
  world.accounts = std::move(Accounts::open(*world.records, {16, 2}).value());
  EXPECT_FALSE(world.sign_in("insp-park", kPassword, "000000").verdict.right);
  EXPECT_FALSE(world.sign_in("insp-park", "wrong", world.code_of("insp-park")).verdict.right);
  EXPECT_EQ(kept(), before) << "by who is it alone";
  EXPECT_TRUE(world.sign_in_rightly().verdict.right);
  const std::string anew = kept();
  EXPECT_TRUE(anew.starts_with("$argon2id$v=19$m=16,t=2,p=1$")) << anew;
  EXPECT_TRUE(password_matches(anew, kPassword));
  world.now = world.now + kMinute;
  EXPECT_TRUE(world.sign_in_rightly().verdict.right);
  EXPECT_EQ(kept(), anew);
}

TEST(Accounts, AreUnlockedByAnAdministrator) {
  World world;
  world.officer();
  world.fail(5);
  EXPECT_FALSE(world.sign_in_rightly().verdict.right);
  ASSERT_TRUE(world.accounts->unlock("insp-park").ok());
  EXPECT_TRUE(world.sign_in_rightly().verdict.right);
}

TEST(Accounts, ThatAreDisabledLoseTheirSessionsAndTheirLinkAtOnce) {
  World world;
  const std::string token = world.officer().token;
  const Link link = *world.accounts->invite("insp-park", kHour, world.now);
  ASSERT_TRUE(world.accounts->set_disabled("insp-park", true).ok());
  EXPECT_FALSE(world.accounts->viewer_of(token, world.now).has_value());
  EXPECT_FALSE(world.sign_in_rightly().verdict.right);
  EXPECT_EQ(world.accounts->enrolment(link.token, world.now).error().code, Code::kNotFound);
  ASSERT_TRUE(world.accounts->set_disabled("insp-park", false).ok());
  EXPECT_TRUE(world.sign_in_rightly().verdict.right);
}

TEST(Links, WorkOnceUntilTheyEndAndOnlyTheNewestOfAnAccount) {
  World world;
  const Link first = *world.accounts->create(kOfficer, world.now);
  const Link second = *world.accounts->invite("insp-park", kHour, world.now);
  EXPECT_FALSE(world.accounts->enrolment(first.token, world.now).ok());
  EXPECT_TRUE(world.accounts->enrolment(second.token, world.now + kHour - Duration{1}).ok());
  EXPECT_FALSE(world.accounts->enrolment(second.token, world.now + kHour).ok());
  world.enrol(second);
  EXPECT_FALSE(world.accounts->enrolment(second.token, world.now).ok());
  EXPECT_EQ(world.bring(second, kPassword, "000000").error().code, Code::kNotFound);
}

TEST(Links, NeedACodeOfTheirOwnSecretAndSurviveAWrongOne) {
  World world;
  const Link link = *world.accounts->create(kOfficer, world.now);
  EXPECT_EQ(world.bring(link, kPassword, "000000").error().field, "code");
  const std::string secret = *decode_base32(world.accounts->enrolment(link.token, world.now)->totp_secret);
  EXPECT_EQ(world.bring(link, kPassword, totp_code(secret, totp_step_at(world.now) + 3)).error().field,
            "clock");
  EXPECT_EQ(world.accounts->challenge("insp-park")->encoded, unmatchable(kQuick)) << "nothing was set";
  world.enrol(link);
}

TEST(Links, ToNewFactorsNeedTheOldOnesAndEndEverySession) {
  World world;
  const EnrolledAccount before = world.officer();
  const auto wrong =
      world.accounts->renew("insp-park", world.attempt("insp-park", kPassword, "000000"), world.now).value();
  EXPECT_FALSE(wrong.link.has_value());
  const auto right = world.accounts->renew(
      "insp-park", world.attempt("insp-park", kPassword, world.code_of("insp-park")), world.now);
  ASSERT_TRUE(right->link.has_value());
  EXPECT_TRUE(world.accounts->viewer_of(before.token, world.now).has_value()) << "until the link is used";
  const std::string old_secret = world.secret_of("insp-park");
  const EnrolledAccount after = world.enrol(*right->link);
  EXPECT_FALSE(world.accounts->viewer_of(before.token, world.now).has_value());
  EXPECT_TRUE(world.accounts->viewer_of(after.token, world.now).has_value());
  EXPECT_NE(world.secret_of("insp-park"), old_secret);
  EXPECT_FALSE(world.sign_in("insp-park", kPassword, before.recovery_codes[0]).verdict.right);
  EXPECT_FALSE(world.accounts
                   ->renew("somebody-else", world.attempt("insp-park", kPassword, world.code_of("insp-park")),
                           world.now)
                   .ok());
}

constexpr const char* kNewPassword = "another coat, a red one";

TEST(Links, ToANewPasswordOpenNothingWithoutTheSecondFactorWhichStays) {
  World world;
  const EnrolledAccount before = world.officer();
  const Link link = *world.accounts->invite("insp-park", kHour, world.now, LinkSets::kPassword);
  const PendingEnrolment pending = *world.accounts->enrolment(link.token, world.now);
  EXPECT_EQ(pending.sets, LinkSets::kPassword);
  EXPECT_EQ(pending.totp_secret, "") << "there is no new authenticator";
  const auto wrong = world.bring(link, kNewPassword, "000000");
  EXPECT_FALSE(wrong->verdict.right);
  EXPECT_EQ(wrong->token, "");
  EXPECT_TRUE(world.accounts->viewer_of(before.token, world.now)) << "nothing has changed";
  const std::string secret = world.secret_of("insp-park");
  const auto right = world.bring(link, kNewPassword, world.code_of("insp-park"));
  ASSERT_TRUE(right->verdict.right);
  EXPECT_EQ(right->verdict.reason, "second factor, and a password set");
  EXPECT_TRUE(right->recovery_codes.empty()) << "those from before are still good";
  EXPECT_EQ(world.secret_of("insp-park"), secret);
  EXPECT_FALSE(world.accounts->viewer_of(before.token, world.now));
  EXPECT_FALSE(world.sign_in("insp-park", kPassword, before.recovery_codes[0]).verdict.right);
  EXPECT_TRUE(world.sign_in("insp-park", kNewPassword, before.recovery_codes[0]).verdict.right);
}

TEST(Links, ToANewAuthenticatorOpenNothingWithoutThePasswordWhichStays) {
  World world;
  const EnrolledAccount before = world.officer();
  const Link link = *world.accounts->invite("insp-park", kHour, world.now, LinkSets::kFactor);
  const std::string secret = *decode_base32(world.accounts->enrolment(link.token, world.now)->totp_secret);
  const auto code = [&] { return totp_code(secret, totp_step_at(world.now)); };
  EXPECT_EQ(world.bring(link, kNewPassword, code())->verdict.reason, "wrong password");
  EXPECT_EQ(world.bring(link, kPassword, world.code_of("insp-park")).error().field, "code")
      << "the old authenticator is not the new one";
  const auto right = world.bring(link, kPassword, code());
  ASSERT_TRUE(right->verdict.right);
  EXPECT_EQ(right->recovery_codes.size(), kRecoveryCodes);
  EXPECT_EQ(world.secret_of("insp-park"), secret);
  EXPECT_FALSE(world.sign_in("insp-park", kPassword, before.recovery_codes[0]).verdict.right);
  EXPECT_TRUE(world.sign_in("insp-park", kPassword, right->recovery_codes[0]).verdict.right);
}

TEST(Links, ForOneFactorAreGuessedAtAsSeldomAsTheDoorAndNeedAnAccountThatHasBoth) {
  World world;
  world.officer();
  const Link link = *world.accounts->invite("insp-park", kHour, world.now, LinkSets::kPassword);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(world.bring(link, kNewPassword, "000000")->verdict.right);
  EXPECT_EQ(world.bring(link, kNewPassword, world.code_of("insp-park"))->verdict.reason, "locked");
  ASSERT_TRUE(world.accounts->create({.account = "invited", .role = Role::kAuditor}, world.now).ok());
  for (const LinkSets sets : {LinkSets::kPassword, LinkSets::kFactor})
    EXPECT_EQ(world.accounts->invite("invited", kHour, world.now, sets).error().code, Code::kConflict);
}

TEST(Notices, TellTheOwnerWhatHappenedToTheAccountNewestFirst) {
  World world;
  const EnrolledAccount enrolled = world.officer();
  using store::AccountEvent;
  const auto newest = [&] { return world.accounts->notices("insp-park")->front(); };
  EXPECT_TRUE(world.accounts->notices("insp-park")->empty()) << "the first factors are no change";
  world.sign_in("insp-park", kPassword, enrolled.recovery_codes[0]);
  EXPECT_EQ(newest().event, AccountEvent::kRecoveryCodeUsed);
  EXPECT_EQ(newest().address, "10.0.0.9");
  world.now = world.now + kMinute;
  world.fail(5);
  EXPECT_EQ(newest().event, AccountEvent::kLocked);
  EXPECT_EQ(newest().at, world.now);
  world.now = world.now + kHour;
  const Link link = *world.accounts->invite("insp-park", kHour, world.now, LinkSets::kPassword);
  ASSERT_TRUE(world.bring(link, kNewPassword, world.code_of("insp-park"))->verdict.right);
  EXPECT_EQ(newest().event, AccountEvent::kPasswordChanged);
  world.now = world.now + kHour;
  world.enrol(*world.accounts->invite("insp-park", kHour, world.now));
  const auto all = *world.accounts->notices("insp-park");
  ASSERT_EQ(all.size(), 6u) << "the right attempt after five wrong ones as well";
  EXPECT_EQ(all[0].event, AccountEvent::kPasswordChanged);
  EXPECT_EQ(all[1].event, AccountEvent::kFactorChanged);
  for (int i = 0; i < 30; ++i)
    ASSERT_TRUE(
        world.accounts->note("insp-park", AccountEvent::kLinkIssued, "", world.now + kMinute * i).ok());
  EXPECT_EQ(world.accounts->notices("insp-park")->size(), 20u) << "and no more are kept";
}

TEST(Links, ForTheFirstAdministratorAreMadeUntilSomebodyHasEnrolled) {
  World world;
  const auto first = *world.accounts->administrator_link(false, world.now);
  ASSERT_TRUE(first.has_value());
  const auto second = *world.accounts->administrator_link(false, world.now);
  ASSERT_TRUE(second.has_value());
  EXPECT_FALSE(world.accounts->enrolment(first->token, world.now).ok());
  ASSERT_EQ(world.accounts->all()->size(), 1u) << "one administrator, not one for each start";
  EXPECT_TRUE(world.accounts->all()->front().password.empty()) << "and no password before somebody sets one";
  EXPECT_EQ(world.enrol(*second).verdict.viewer.role, Role::kAdministrator);
  EXPECT_FALSE((*world.accounts->administrator_link(false, world.now)).has_value());
}

TEST(Links, ForAnAdministratorAreMadeAgainForWhoRunsTheMachine) {
  World world;
  world.enrol(**world.accounts->administrator_link(false, world.now));
  const auto again = *world.accounts->administrator_link(true, world.now);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->account, "administrator");
  EXPECT_EQ(world.accounts->all()->size(), 1u);
  EXPECT_TRUE(world.sign_in("administrator", kPassword, world.code_of("administrator")).verdict.right)
      << "what there is stays until the link is used";
}

TEST(NewAccounts, SayWhoseTheyAre) {
  World world;
  const auto field = [&](const Viewer& viewer) {
    const auto link = world.accounts->create(viewer, world.now);
    return link.ok() ? "" : link.error().field;
  };
  EXPECT_EQ(field({.account = "ab", .role = Role::kControl}), "account");
  EXPECT_EQ(field({.account = "Kim Minji", .role = Role::kControl}), "account");
  EXPECT_EQ(field({.account = "abc", .role = Role::kNone}), "role");
  EXPECT_EQ(field({.account = "abc", .role = Role::kConnector, .agency_id = "a"}), "role");
  EXPECT_EQ(field({.account = "abc", .role = Role::kCourt}), "agency_id");
  EXPECT_EQ(field({.account = "abc", .role = Role::kUnit}), "unit_id");
  EXPECT_EQ(field({.account = "abc", .role = Role::kControl}), "");
  EXPECT_EQ(world.accounts->create({.account = "abc", .role = Role::kAuditor}, world.now).error().code,
            Code::kConflict);
}

TEST(Sessions, EndWhenIdleAndWhenTheirTimeIsUpAsTheRoleAsks) {
  struct Case {
    Viewer viewer;
    Surface surface;
    Duration idle, absolute;
  };
  for (const Case& c : {
           Case{{.account = "op-1", .role = Role::kControl}, Surface::kControl, kHour * 12, kHour * 12},
           Case{{.account = "car-21", .role = Role::kUnit, .unit_id = "U-1"},
                Surface::kField,
                kHour * 12,
                kHour * 24},
           Case{{.account = "her-phone", .role = Role::kProtectedPerson, .person_id = "P-1"},
                Surface::kMe,
                kHour * 24 * 30,
                kHour * 24 * 90},
           Case{kOfficer, Surface::kCases, kMinute * 30, kHour * 12},
           Case{kOfficer, Surface::kAccount, kMinute * 15, kHour},
       }) {
    World world;
    const Link link = *world.accounts->create(c.viewer, world.now);
    const Time began = world.now;
    const std::string token = world.enrol(link, {c.surface, "10.0.0.1", ""}).token;
    EXPECT_TRUE(world.accounts->viewer_of(token, began + c.idle - Duration{1})) << c.viewer.account;
    EXPECT_FALSE(world.accounts->viewer_of(token, began + c.idle)) << c.viewer.account;
    for (Time at = began; at < began + c.absolute; at = at + c.idle - kMinute)
      EXPECT_TRUE(world.accounts->use(token, at)) << c.viewer.account << " after " << at - began;
    EXPECT_FALSE(world.accounts->use(token, began + c.absolute)) << c.viewer.account;
  }
}

const std::vector<ProviderName> kPolice = {{"police", "Police"}};

struct Agency : World {
  Agency() {
    accounts = std::move(Accounts::open(*records, kQuick, "", kPolice).value());
    EXPECT_TRUE(accounts->create({.account = "police.park", .role = Role::kControl}, now).ok());
  }
  SignedIn sign_in_there(const std::string& subject, const std::string& name,
                         const std::string& sid = "s-1") {
    return accounts
        ->sign_in_by_provider({"police", subject, name, sid, now + kHour},
                              {Surface::kControl, "10.0.0.1", ""}, now)
        .value();
  }
};

TEST(Providers, AreBelievedWhoItIsByTheSubjectAndNotByANameThatIsGivenOn) {
  Agency agency;
  EXPECT_EQ(agency.sign_in_there("0001", "park").verdict.viewer.account, "police.park");
  EXPECT_EQ(agency.sign_in_there("0001", "park-minji").verdict.viewer.account, "police.park")
      << "who has another name now is who she was";
  const SignedIn heir = agency.sign_in_there("0002", "park");
  EXPECT_EQ(heir.token, "");
  EXPECT_EQ(heir.verdict.reason, "identity provider police: the account is another person's there");
  EXPECT_EQ(agency.sign_in_there("0003", "lee").verdict.reason, "identity provider police: no such account");
}

TEST(Providers, EndWhatHasEndedThereAndNoSessionOutlivesTheirs) {
  Agency agency;
  const std::string first = agency.sign_in_there("0001", "park", "s-1").token;
  const std::string second = agency.sign_in_there("0001", "park", "s-2").token;
  EXPECT_EQ(agency.accounts->end_by_provider("police", "0001", "s-1")->sessions, 1u);
  EXPECT_FALSE(agency.accounts->viewer_of(first, agency.now));
  EXPECT_TRUE(agency.accounts->viewer_of(second, agency.now));
  EXPECT_EQ(agency.accounts->end_by_provider("police", "0002", "")->sessions, 0u) << "of somebody else";
  EXPECT_EQ(agency.accounts->end_by_provider("court", "0001", "")->sessions, 0u) << "by somebody else";
  const auto ended = agency.accounts->end_by_provider("police", "0001", "");
  EXPECT_EQ(ended->sessions, 1u);
  EXPECT_EQ(ended->account, "police.park");
  EXPECT_FALSE(agency.accounts->viewer_of(second, agency.now));

  const std::string third = agency.sign_in_there("0001", "park", "").token;
  agency.accounts = std::move(Accounts::open(*agency.records, kQuick, "", kPolice).value());
  EXPECT_TRUE(agency.accounts->viewer_of(third, agency.now + kHour - Duration{1})) << "after a restart too";
  EXPECT_FALSE(agency.accounts->viewer_of(third, agency.now + kHour))
      << "though ours would last twelve hours";
}

TEST(Sessions, AreStaleFiveMinutesAfterTheirFactorsWereShown) {
  World world;
  const std::string token = world.officer().token;
  const Time began = world.now - kMinute;
  EXPECT_FALSE(world.accounts->is_stale(token, began + kProofFresh - Duration{1}));
  EXPECT_TRUE(world.accounts->is_stale(token, began + kProofFresh));
  EXPECT_FALSE(world.accounts->is_stale("no session", began + kProofFresh));
}

TEST(Sessions, AreFreshAgainWhenASecondFactorIsShownAndOnlyTheirs) {
  World world;
  const std::string one = world.officer().token;
  const std::string other = world.sign_in_rightly().token;
  world.now = world.now + kProofFresh;
  const auto shown = [&](const std::string& name, const std::string& code) {
    return world.accounts->freshen(name, one, world.attempt(name, "", code), world.now);
  };
  EXPECT_FALSE(shown("insp-park", "000000")->right);
  EXPECT_TRUE(world.accounts->is_stale(one, world.now)) << "a wrong code proves nothing";
  EXPECT_TRUE(shown("insp-park", world.code_of("insp-park"))->right);
  EXPECT_FALSE(world.accounts->is_stale(one, world.now + kProofFresh - Duration{1}));
  EXPECT_TRUE(world.accounts->is_stale(other, world.now));
  EXPECT_FALSE(shown("insp-park", world.code_of("insp-park"))->right) << "a code is taken once";
  world.accounts = std::move(Accounts::open(*world.records, kQuick).value());
  EXPECT_TRUE(world.accounts->is_stale(one, world.now)) << "after a restart it is shown again";
}

TEST(Sessions, AreNotMadeFreshByGuessing) {
  World world;
  const std::string token = world.officer().token;
  const auto shown = [&](const std::string& code) {
    return world.accounts->freshen("insp-park", token, world.attempt("insp-park", "", code), world.now)
        ->reason;
  };
  for (uint32_t i = 0; i < kFailuresFree; ++i) shown("000000");
  EXPECT_EQ(shown(world.code_of("insp-park")), "locked");
}

TEST(Notices, TellOfAttemptsThatSomebodyShouldKnowOf) {
  World world;
  world.officer();
  std::vector<std::string> told;
  world.accounts->tell([&](const std::string& account, Time) { told.push_back(account); });
  const auto newest = [&] { return world.accounts->notices("insp-park")->front().event; };
  world.fail(2);
  EXPECT_TRUE(told.empty()) << "a wrong password is no news";
  world.sign_in("insp-park", kPassword, "000000");
  EXPECT_EQ(newest(), store::AccountEvent::kHalfRight);
  world.now = world.now + kMinute;
  world.sign_in_rightly();
  EXPECT_EQ(newest(), store::AccountEvent::kSignedInAfterFailures);
  world.now = world.now + kLongAway;
  world.sign_in_rightly();
  EXPECT_EQ(told.size(), 2u) << "ninety days are not more than ninety";
  world.now = world.now + kLongAway + kMinute;
  EXPECT_TRUE(world.sign_in_rightly().verdict.right);
  EXPECT_EQ(newest(), store::AccountEvent::kSignedInAfterLong);
  EXPECT_EQ(told, std::vector<std::string>(3, "insp-park"));
}

TEST(Sessions, AreNotKeptAliveByALookAtThem) {
  World world;
  const Time began = world.now;
  const std::string token = world.officer({Surface::kCases, "10.0.0.1", ""}).token;
  for (int i = 0; i < 29; ++i) EXPECT_TRUE(world.accounts->viewer_of(token, began + kMinute * i));
  EXPECT_FALSE(world.accounts->viewer_of(token, began + kMinute * 30));
}

TEST(Sessions, BeginAnewAtEachSignInAndEndTheOneThatTheBrowserHeld) {
  World world;
  const std::string first = world.officer({Surface::kCases, "10.0.0.1", ""}).token;
  const SignedIn second =
      world.sign_in("insp-park", kPassword, world.code_of("insp-park"), {Surface::kCases, "10.0.0.1", first});
  EXPECT_NE(second.token, first);
  EXPECT_FALSE(world.accounts->viewer_of(first, world.now).has_value());
  EXPECT_TRUE(world.accounts->viewer_of(second.token, world.now).has_value());
}

TEST(Sessions, AreListedNewestFirstAndEndedOneByOneOrAll) {
  World world;
  const std::string first = world.officer({Surface::kCases, "10.0.0.1", ""}).token;
  const std::string second = world.sign_in_rightly().token;
  const std::vector<Session> both = world.accounts->sessions("insp-park", second, world.now);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_TRUE(both[0].current);
  EXPECT_FALSE(both[1].current);
  EXPECT_EQ(both[0].surface, "cases");
  EXPECT_EQ(both[0].ends_at, both[0].seen_at + kMinute * 30);
  EXPECT_EQ(world.accounts->end_session("somebody-else", both[1].id).error().code, Code::kNotFound);
  ASSERT_TRUE(world.accounts->end_session("insp-park", both[1].id).ok());
  EXPECT_FALSE(world.accounts->viewer_of(first, world.now).has_value());
  EXPECT_TRUE(world.accounts->viewer_of(second, world.now).has_value());
  ASSERT_TRUE(world.accounts->end_sessions("insp-park").ok());
  EXPECT_TRUE(world.accounts->sessions("insp-park", "", world.now).empty());
}

TEST(Sessions, EndWithTheirTokenAtSignOut) {
  World world;
  const std::string token = world.officer().token;
  ASSERT_TRUE(world.accounts->end_token(token).ok());
  EXPECT_FALSE(world.accounts->viewer_of(token, world.now).has_value());
  EXPECT_TRUE(world.accounts->end_token("of nobody").ok());
}

TEST(Sessions, LocksAndTakenCodesAreThereAfterARestartAndNoSecretIsInTheFile) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("haechi-accounts-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string file = folder / "accounts.sqlite";
  World world;
  world.records = std::move(store::AccountRecords::open(file).value());
  world.accounts = std::move(Accounts::open(*world.records, kQuick).value());
  const EnrolledAccount enrolled = world.officer({Surface::kCases, "10.0.0.1", ""});
  const Link link = *world.accounts->create({.account = "invited", .role = Role::kAuditor}, world.now);
  const std::string code = world.code_of("insp-park");
  ASSERT_TRUE(world.sign_in("insp-park", kPassword, code).verdict.right);
  world.accounts.reset();
  world.records = std::move(store::AccountRecords::open(file).value());
  world.accounts = std::move(Accounts::open(*world.records, kQuick).value());
  EXPECT_EQ(world.accounts->viewer_of(enrolled.token, world.now), kOfficer);
  EXPECT_FALSE(world.sign_in("insp-park", kPassword, code).verdict.right) << "taken before the restart";
  EXPECT_TRUE(world.accounts->enrolment(link.token, world.now).ok());
  world.fail(4);
  world.accounts = std::move(Accounts::open(*world.records, kQuick).value());
  EXPECT_EQ(world.sign_in("insp-park", kPassword, world.code_of("insp-park", 2)).verdict.reason, "locked");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    for (const std::string& secret :
         {enrolled.token, link.token, std::string(kPassword), enrolled.recovery_codes[0]})
      EXPECT_EQ(bytes.find(secret), std::string::npos) << entry.path();
    EXPECT_EQ(entry.status().permissions() & std::filesystem::perms::others_all,
              std::filesystem::perms::none);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace haechi::trust
