// What leaves the house holds nothing of anybody: every text, e-mail and text message, whatever the world is
// called.
#include "notify/texts.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <set>

#include "base/random.h"
#include "notify/email.h"
#include "notify/settings.h"
#include "notify/sms.h"

namespace haechi::notify {
namespace {

constexpr const char* kPages = "https://haechi.example";

template <typename Enum>
std::vector<Enum> values_of(const google::protobuf::EnumDescriptor* of) {
  std::vector<Enum> out;
  for (int i = 0; i < of->value_count(); ++i) out.push_back(static_cast<Enum>(of->value(i)->number()));
  return out;
}

// Every field of text but the id holds a name, a place or a number of somebody; so will fields that are
// added.
v1::Notification telling(const std::string& canary) {
  v1::Notification about;
  const auto* reflection = about.GetReflection();
  for (int i = 0; i < v1::Notification::descriptor()->field_count(); ++i) {
    const auto* field = v1::Notification::descriptor()->field(i);
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING && !field->is_repeated())
      reflection->SetString(&about, field, canary + std::to_string(i));
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_INT64)
      reflection->SetInt64(&about, field, 377'123'456);
  }
  about.set_level(3'771);
  about.set_id("note-7-1");
  return about;
}

std::string random_canary(Random& random) {
  static const std::array<std::string, 6> kNames = {"김가해",     "Hong Gildong", "남양주시 오남읍",
                                                    "37.7123456", "127.2060000",  "010-1234-5678"};
  std::string out = kNames[random.below(kNames.size())];
  for (int i = 0; i < 8; ++i) out += static_cast<char>('a' + random.below(26));
  return out;
}

TEST(Texts, HoldNoNameAndNoPlaceWhateverTheWorldIsCalled) {
  Random random(20'261'122);
  for (int round = 0; round < 50; ++round) {
    const std::string canary = random_canary(random);
    v1::Notification about = telling(canary);
    for (const auto kind : values_of<v1::NotificationKind>(v1::NotificationKind_descriptor())) {
      for (const auto party : values_of<v1::CaseParty>(v1::CaseParty_descriptor())) {
        for (const Language language : {Language::kKo, Language::kEn}) {
          about.set_kind(kind);
          about.set_party(party);
          const Text text = text_of(about, language, kPages);
          const std::string all = text.subject + text.body +
                                  email_of(text, "h@example.org", "to@example.org", about.id(), Time{1}) +
                                  fill_sms(kSmsTemplate, "+821", text.body, about.id());
          for (const std::string& secret : {canary, std::string("377123456"), std::string("3771")})
            ASSERT_EQ(all.find(secret), std::string::npos) << v1::NotificationKind_Name(kind) << ": " << all;
        }
      }
    }
  }
}

TEST(Texts, TellAProtectedPersonAndAWearerNothingOfWhatItIsAbout) {
  v1::Notification about = telling("x");
  for (const auto party :
       {v1::CASE_PARTY_PROTECTED_PERSON, v1::CASE_PARTY_HOUSEHOLD, v1::CASE_PARTY_WEARER}) {
    about.set_party(party);
    std::set<std::string> said;
    for (const auto kind : values_of<v1::NotificationKind>(v1::NotificationKind_descriptor())) {
      about.set_kind(kind);
      const Text text = text_of(about, Language::kEn, kPages);
      said.insert(text.subject + "|" + text.body);
      EXPECT_EQ(text.body.find("aechi"), text.body.find("aechi.example")) << "only in the address";
    }
    EXPECT_EQ(said.size(), 1u) << v1::CaseParty_Name(party);
  }
}

TEST(Texts, GiveAWearerNoLinkAndAnOfficialTheIdAndHisPage) {
  v1::Notification about = telling("x");
  about.set_kind(v1::NOTIFICATION_KIND_DUTY_OPEN);
  about.set_party(v1::CASE_PARTY_WEARER);
  EXPECT_EQ(text_of(about, Language::kEn, kPages).body, "Please call your officer.");
  about.set_party(v1::CASE_PARTY_POLICE);
  EXPECT_EQ(text_of(about, Language::kEn, kPages).body,
            "You have a new duty. (note-7-1)\nhttps://haechi.example/cases/");
  EXPECT_EQ(text_of(about, Language::kEn, "").body, "You have a new duty. (note-7-1)");
  about.set_party(v1::CASE_PARTY_COURT);
  EXPECT_TRUE(text_of(about, Language::kKo, kPages).body.ends_with("/court/"));
}

TEST(Texts, FitOneTextMessageInKoreanWithoutTheAddress) {
  v1::Notification about = telling("x");
  about.set_party(v1::CASE_PARTY_POLICE);
  about.set_id("note-123456789-12");
  for (const auto kind : values_of<v1::NotificationKind>(v1::NotificationKind_descriptor())) {
    about.set_kind(kind);
    size_t characters = 0;
    for (const char c : text_of(about, Language::kKo, "").body) characters += (c & 0xC0) != 0x80;
    EXPECT_LE(characters, 70u) << v1::NotificationKind_Name(kind);
  }
}

TEST(Texts, SpeakTheLanguageOfTheReaderAndElseThatOfTheNode) {
  EXPECT_EQ(language_of("", Language::kKo), Language::kKo);
  EXPECT_EQ(language_of("ko-KR", Language::kEn), Language::kKo);
  EXPECT_EQ(language_of("en", Language::kKo), Language::kEn);
  EXPECT_EQ(language_of("vi", Language::kKo), Language::kEn);
}

TEST(Email, IsTheSameBytesWhenItIsTriedAgain) {
  const Text text{"해치 알림", "새 알림이 있습니다."};
  const std::string mail =
      email_of(text, "h@example.org", "a@example.org", "note-1", Time{1'795'342'680'000'000});
  EXPECT_EQ(mail, email_of(text, "h@example.org", "a@example.org", "note-1", Time{1'795'342'680'000'000}));
  EXPECT_EQ(
      mail,
      "Date: Sun, 22 Nov 2026 10:18:00 +0000\r\nFrom: <h@example.org>\r\nTo: <a@example.org>\r\n"
      "Subject: =?UTF-8?B?7ZW07LmYIOyVjOumvA==?=\r\nMessage-ID: <note-1@example.org>\r\n"
      "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n7IOIIOyVjOumvOydtCDsnojsirXri4jri6Qu\r\n");
}

TEST(Email, GoesToOneMailboxAndNothingThatCouldBeMore) {
  EXPECT_TRUE(is_mailbox("a.b+c@example.org"));
  for (const char* bad :
       {"", "a", "@b", "a@", "a@b@c", "a@b,c@d", "a b@c", "a@b\r\nbcc: x@y", "<a@b>", "a@b;c"})
    EXPECT_FALSE(is_mailbox(bad)) << bad;
}

TEST(Sms, DialsWhatIsANumber) {
  EXPECT_EQ(dialled("010-1234 5678"), "01012345678");
  EXPECT_EQ(dialled("+82 (10) 1234.5678"), "+821012345678");
  for (const char* bad : {"", "12", "1+2345", "call her sister", "1234567890123456"})
    EXPECT_EQ(dialled(bad), std::nullopt) << bad;
}

TEST(Sms, FillsATemplateSoThatItStaysJson) {
  EXPECT_EQ(fill_sms(kSmsTemplate, "+821", "a \"b\"\n{id}", "note-1"),
            R"({"to":"+821","text":"a \"b\"\n{id}","id":"note-1"})");
  EXPECT_TRUE(check_sms_template(kSmsTemplate).ok());
  EXPECT_TRUE(check_sms_template(R"({"messages":[{"n":"{to}","m":"haechi: {text}"}]})").ok());
  EXPECT_FALSE(check_sms_template(R"({"to":{to},"text":"{text}"})").ok()) << "outside of a string";
  EXPECT_FALSE(check_sms_template(R"({"to":"{to}"})").ok());
  EXPECT_FALSE(check_sms_template("to={to}&text={text}").ok());
}

TEST(Sms, TakesAReceiptWithoutAWordOfTheGateway) {
  const auto failed = read_receipt(
      R"({"id":"note-1","state":"NOTIFICATION_STATE_FAILED","reason":"Mrs Kim did not answer","to":"+8210"})",
      v1::NOTIFICATION_CHANNEL_SMS);
  ASSERT_TRUE(failed.ok());
  EXPECT_EQ(failed->reason(), "not_delivered");
  EXPECT_EQ(failed->channel(), v1::NOTIFICATION_CHANNEL_SMS);
  EXPECT_EQ(failed->DebugString().find("Kim"), std::string::npos);
  EXPECT_EQ(
      read_receipt(R"({"id":"note-1","state":"NOTIFICATION_STATE_OPENED"})", v1::NOTIFICATION_CHANNEL_SMS)
          .error()
          .field,
      "state");
  EXPECT_EQ(
      read_receipt(R"({"state":"NOTIFICATION_STATE_DELIVERED"})", v1::NOTIFICATION_CHANNEL_SMS).error().field,
      "id");
  EXPECT_FALSE(read_receipt("delivered", v1::NOTIFICATION_CHANNEL_SMS).ok());
}

TEST(Settings, SendNothingInTheClearPastThisMachine) {
  Settings good;
  good.email = {.server = "mail.example:587", .from = "h@example.org"};
  good.sms = {.url = "https://sms.example/v1", .secret = "a secret of sixteen bytes"};
  good.push.contact = "mailto:ops@example.org";
  ASSERT_TRUE(check(good).ok()) << check(good).error().text();
  const auto field = [&](const std::function<void(Settings&)>& change) {
    Settings changed = good;
    change(changed);
    const Status checked = check(changed);
    return checked.ok() ? std::string() : checked.error().field;
  };
  EXPECT_EQ(field([](Settings& s) { s.email.tls = "none"; }), "notify.email.tls");
  EXPECT_EQ(field([](Settings& s) { s.email.tls = "none", s.email.server = "127.0.0.1:25"; }), "");
  EXPECT_EQ(field([](Settings& s) { s.email.from = "Haechi <h@example.org>"; }), "notify.email.from");
  EXPECT_EQ(field([](Settings& s) { s.email.server = "mail.example"; }), "notify.email.server");
  EXPECT_EQ(field([](Settings& s) { s.sms.url = "http://sms.example/v1"; }), "notify.sms.url");
  EXPECT_EQ(field([](Settings& s) { s.sms.url = "http://127.0.0.1.evil.example/"; }), "notify.sms.url");
  EXPECT_EQ(field([](Settings& s) { s.sms.url = "http://127.0.0.1:8080/"; }), "");
  EXPECT_EQ(field([](Settings& s) { s.sms.secret = "short"; }), "notify.sms.secret");
  EXPECT_EQ(field([](Settings& s) { s.sms.bearer = "a\r\nb"; }), "notify.sms.bearer");
  EXPECT_EQ(field([](Settings& s) { s.sms.body = "{}"; }), "notify.sms.body");
  EXPECT_EQ(field([](Settings& s) { s.push.contact = "ops"; }), "notify.push.contact");
  EXPECT_EQ(field([](Settings& s) { s.push.services = {"http://push.example"}; }), "notify.push.services");
  EXPECT_EQ(field([](Settings& s) { s.revoked = "/etc/crl.pem"; }), "notify.revoked");
  EXPECT_EQ(field([](Settings& s) { s.pages = "haechi.example"; }), "notify.pages");
  EXPECT_EQ(field([](Settings& s) { s.language = "fr"; }), "notify.language");
}

}  // namespace
}  // namespace haechi::notify
