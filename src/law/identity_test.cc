#include "law/identity.h"

#include <gtest/gtest.h>

namespace haechi::law {
namespace {

const std::string kKey = "a key that only the edge has";

Identity person(const char* name, const char* born, const char* address, const char* rrn = "") {
  return {document_digest(kKey, "rrn", rrn), name, born, address};
}

TEST(Identity, IsCertainByTheDocumentAloneAndByNothingElse) {
  const Identity police = person("김민준", "", "", "880314-1234567");
  const Identity worn = person("Kim M.", "1988-03-14", "부산광역시 중구 1", "8803141234567");
  EXPECT_EQ(compare(police, worn).certainty, Certainty::kCertain);
  EXPECT_EQ(compare(police, worn).score, 100);

  const Identity all_the_same = person("김민준", "1988-03-14", "서울특별시 종로구 세종대로 1");
  const Match match = compare(all_the_same, all_the_same);
  EXPECT_EQ(match.certainty, Certainty::kProposal) << "name, birth date and address are never certain";
  EXPECT_EQ(match.score, 99);
}

TEST(Identity, KeepsNoNumberAndTellsKindsAndKeysApart) {
  const std::string digest = document_digest(kKey, "rrn", "880314-1234567");
  EXPECT_EQ(digest.size(), 64u);
  EXPECT_EQ(digest, document_digest(kKey, "rrn", " 8803141234567 "));
  EXPECT_EQ(document_digest(kKey, "passport-kr", "m 1234567"),
            document_digest(kKey, "passport-kr", "M1234567"));
  EXPECT_NE(digest, document_digest(kKey, "passport-kr", "8803141234567"));
  EXPECT_NE(digest, document_digest("another key", "rrn", "8803141234567"));
  EXPECT_EQ(document_digest(kKey, "rrn", " - "), "");
  EXPECT_EQ(compare(person("", "", ""), person("", "", "")).certainty, Certainty::kNone)
      << "two unknown documents are not the same document";
}

TEST(Identity, ProposesToAHumanWithReasonsWhenEnoughAgrees) {
  struct Row {
    Identity a, b;
    Certainty certainty;
    int32_t score;
    std::vector<Ground> grounds;
  };
  const char* home = "서울특별시 종로구 세종대로 1";
  const Row rows[] = {
      {person("김민준", "1988-03-14", ""),
       person("김민준", "1988-03-14", home),
       Certainty::kProposal,
       80,
       {Ground::kNameSame, Ground::kBornSame}},
      {person("Kim Min-jun", "1988-03-14", ""),
       person("김민준", "1988-03-14", ""),
       Certainty::kProposal,
       65,
       {Ground::kNameSounds, Ground::kBornSame}},
      {person("김민준", "1988-14-03", home),
       person("김민준", "1988-03-14", "서울 종로구 세종대로 1"),
       Certainty::kProposal,
       80,
       {Ground::kNameSame, Ground::kBornNear, Ground::kAddressSame}},
      {person("김민준", "", home),
       person("김민준", "", home),
       Certainty::kProposal,
       65,
       {Ground::kNameSame, Ground::kAddressSame}},
      {person("김민준", "1988-03-14", ""),
       person("김민준", "1971-11-02", ""),
       Certainty::kNone,
       25,
       {Ground::kNameSame, Ground::kBornDiffers}},
      {person("김민준", "", ""), person("김민준", "", ""), Certainty::kNone, 45, {Ground::kNameSame}},
      {person("박서연", "1988-03-14", home),
       person("김민준", "1988-03-14", home),
       Certainty::kNone,
       55,
       {Ground::kBornSame, Ground::kAddressSame}},
      {person("김민준", "1988-03-14", home, "1"),
       person("김민준", "1988-03-14", home, "2"),
       Certainty::kProposal,
       75,
       {Ground::kDocumentDiffers, Ground::kNameSame, Ground::kBornSame, Ground::kAddressSame}},
      {person("김민준", "1988-03-14", "", "1"),
       person("김민준", "1988-03-14", "", "2"),
       Certainty::kNone,
       55,
       {Ground::kDocumentDiffers, Ground::kNameSame, Ground::kBornSame}},
  };
  for (const Row& row : rows) {
    const Match match = compare(row.a, row.b);
    EXPECT_EQ(match.certainty, row.certainty) << row.a.name << ", " << row.b.name;
    EXPECT_EQ(match.score, row.score) << row.a.name << ", " << row.b.name;
    EXPECT_EQ(match.grounds, row.grounds) << row.a.name << ", " << row.b.name;
    EXPECT_EQ(compare(row.b, row.a).score, match.score) << "the same from both sides";
  }
}

TEST(Identity, MeetsTheUsualSpellingsOfKoreanNames) {
  const std::pair<const char*, const char*> same[] = {
      {"김민준", "Kim Min-jun"},    {"김민준", "MINJUN GIM"},   {"이서연", "Lee Seo-yeon"},
      {"이서연", "Yi Suh Yun"},     {"박지훈", "Park Jihoon"},  {"박지훈", "Bak Ji-hun"},
      {"최영호", "Choi Young-ho"},  {"최영호", "Choe Yeongho"}, {"정현우", "Jung Hyunwoo"},
      {"정현우", "Chung Hyun-Woo"}, {"조수빈", "Cho Subin"},    {"강동원", "Kang Dong-won"},
      {"노은지", "Roh Eunji"},      {"노은지", "Noh Eun-jee"},  {"임하늘", "Lim Ha-neul"},
      {"오세훈", "Oh Se-hoon"},     {"신유나", "Shin Yuna"},    {"문재희", "Moon Jae-hee"},
  };
  for (const auto& [hangul, written] : same) {
    const Match match = compare(person(hangul, "1988-03-14", ""), person(written, "1988-03-14", ""));
    EXPECT_EQ(match.certainty, Certainty::kProposal)
        << hangul << " and " << written << ": " << sound_keys(hangul)[0] << " and " << sound_keys(written)[0];
  }
  const std::pair<const char*, const char*> different[] = {
      {"김민준", "Park Minjun"}, {"김민준", "Kim Seoyeon"}, {"이서연", "이지훈"}, {"박지훈", "Park Jiwon"}};
  for (const auto& [one, other] : different)
    EXPECT_EQ(compare(person(one, "1988-03-14", ""), person(other, "1988-03-14", "")).certainty,
              Certainty::kNone)
        << one << " and " << other;
}

TEST(Identity, ReadsNamesAlikeHoweverTheyAreTyped) {
  EXPECT_EQ(normal_name(" 김  민준 "), "김민준");
  // The same syllables, each letter by itself.
  EXPECT_EQ(normal_name("\u1100\u1175\u11B7\u1106\u1175\u11AB\u110C\u116E\u11AB"), "김민준");
  EXPECT_EQ(normal_name("GARCÍA  Muñoz, José"), "garcia munoz jose");
  EXPECT_EQ(normal_name("O'Neill"), "o neill");
  EXPECT_EQ(normal_name("\xff\xc3"), "") << "bytes that are no text";
  EXPECT_EQ(normal_name(""), "");
  EXPECT_TRUE(sound_keys("").empty());
  EXPECT_EQ(
      compare(person("García Muñoz José", "1988-03-14", ""), person("JOSE GARCIA MUNOZ", "1988-03-14", ""))
          .certainty,
      Certainty::kProposal);
}

TEST(Identity, ReadsAddressesAlikeHoweverTheyAreWritten) {
  EXPECT_EQ(normal_address("서울특별시 종로구 세종대로 1 (세종로, 어느빌딩)"), "서울 종로구 세종대로 1");
  EXPECT_EQ(normal_address("서울 종로구  세종대로 1,"), "서울 종로구 세종대로 1");
  EXPECT_EQ(normal_address("경기도 남양주시 경춘로 1037"), "경기 남양주시 경춘로 1037");
  const Identity flat = person("김민준", "1988-03-14", "경기도 남양주시 경춘로 1037, 101동 1203호");
  const Identity next = person("김민준", "1988-03-14", "경기 남양주시 경춘로 1037 102동 5호");
  EXPECT_EQ(compare(flat, next).score, 45 + 35 + 12);
  const Identity elsewhere = person("김민준", "1988-03-14", "경기 남양주시 경춘로 1038 102동 5호");
  EXPECT_EQ(compare(flat, elsewhere).score, 45 + 35);
}

TEST(Identity, ListsTheBestFirstAndEqualsByTheirId) {
  const std::vector<Candidate> candidates = {
      {"w-9", person("김민준", "1988-03-14", "")},     {"w-1", person("박서연", "1990-01-01", "")},
      {"w-3", person("Kim Minjun", "1988-03-14", "")}, {"w-2", person("김민준", "1988-03-14", "")},
      {"w-7", person("", "", "", "880314-1234567")},
  };
  const std::vector<Proposal> found =
      find_matches(person("김민준", "1988-03-14", "", "880314-1234567"), candidates);
  std::vector<std::string> ids;
  for (const Proposal& one : found) ids.push_back(one.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"w-7", "w-2", "w-9", "w-3"}));
  EXPECT_EQ(found[0].match.certainty, Certainty::kCertain);
  EXPECT_EQ(found[1].match.certainty, Certainty::kProposal);
}

TEST(Identity, SaysEveryGroundInBothLanguages) {
  for (int i = 0; i <= static_cast<int>(Ground::kAddressNear); ++i) {
    const Ground ground = static_cast<Ground>(i);
    EXPECT_NE(words(ground).en, "?");
    EXPECT_FALSE(words(ground).ko.empty());
    EXPECT_NE(points(ground), 0);
  }
}

TEST(Identity, ReadsWhatIsNoTextAsIfItWereNotThere) {
  EXPECT_EQ(normal_name("Kim\xff Min\xc3"), "kim min");
  EXPECT_EQ(normal_name("Kim \xe2\x28\xa1Min"), "kim min") << "a byte too few: the rest is read";
  EXPECT_EQ(normal_name("\xf8\x80\x80\x80"), "");
  EXPECT_EQ(normal_name("Kim \xf0\x9f\x98\x80"), "kim \xf0\x9f\x98\x80") << "four bytes are one letter";
  EXPECT_EQ(sound_keys("").size(), 0u);
  EXPECT_TRUE(sound_keys("\xd0\x9a\xd0\xb8\xd0\xbc").empty()) << "letters that have no Latin reading";
}

TEST(Identity, JoinsHangulThatWasTypedLetterByLetter) {
  EXPECT_EQ(normal_name("\u1100\u1175\u11b7\u1106\u1175\u11ab\u110c\u116e\u11ab"), "김민준");
  EXPECT_EQ(normal_name("\u1175"), normal_name("\u1175")) << "a vowel alone stays one";
  EXPECT_EQ(normal_name("\u1112\u1161\u11ab\u11ab"), "한\u11ab") << "no syllable ends twice";
}

TEST(Identity, ReadsAccentsOfWesternEuropeAsTheirLetters) {
  EXPECT_EQ(normal_name("José Núñez-Müller"), "jose nunez muller");
  EXPECT_EQ(normal_name("Øyvind Ÿ"), normal_name("OYVIND Ÿ"));
  EXPECT_EQ(normal_name("Zoë×Anaÿ÷"), "zoe anay") << "signs are no letters";
  EXPECT_EQ(normal_name("Kim\u3000Min\u2010jun"), "kim min jun") << "wide blanks and long dashes part words";
}

TEST(Identity, MeetsVowelsThatAreWrittenInSeveralWays) {
  const std::pair<const char*, const char*> same[] = {
      {"Bae Jin", "Bai Jin"},  {"Hae Won", "Hay Won"},  {"Myeong", "Myung"},    {"Oe Jin", "Oi Jin"},
      {"Gwui", "Gwi"},         {"Jin Seek", "Jin Sik"}, {"Jean", "Jin"},        {"Zin", "Jin"},
      {"Quin Cho", "Guin Jo"}, {"Gue Ri", "Ge Ri"},     {"Parkk Ji", "Park Ji"}};
  for (const auto& [one, other] : same)
    EXPECT_EQ(sound_keys(one)[0], sound_keys(other)[0]) << one << " and " << other;
  EXPECT_NE(sound_keys("Kim Min")[0], sound_keys("Kim Man")[0]);
}

TEST(Identity, TakesABirthDateThatIsNearlyTheSameForASlip) {
  const auto grounds = [](const char* one, const char* other) {
    return compare(person("", one, ""), person("", other, "")).grounds;
  };
  using Grounds = std::vector<Ground>;
  EXPECT_EQ(grounds("1988-03-14", "1988-03-15"), Grounds{Ground::kBornNear});
  EXPECT_EQ(grounds("1988-03-14", "1989-03-14"), Grounds{Ground::kBornNear});
  EXPECT_EQ(grounds("1988-03-14", "1988-14-03"), Grounds{Ground::kBornNear}) << "day and month exchanged";
  EXPECT_EQ(grounds("1988-03-14", "1987-14-03"), Grounds{Ground::kBornDiffers});
  EXPECT_EQ(grounds("1988-03-14", "1988-14-04"), Grounds{Ground::kBornDiffers});
  EXPECT_EQ(grounds("1988-03-14", "1988/03/14"), Grounds{}) << "no date: nothing is said of it";
  EXPECT_EQ(grounds("1988-03/14", "1988-03-14"), Grounds{});
}

TEST(Identity, FindsTheBuildingOfAnAddressByItsNumber) {
  const auto grounds = [](const char* one, const char* other) {
    return compare(person("", "", one), person("", "", other)).grounds;
  };
  using Grounds = std::vector<Ground>;
  EXPECT_EQ(grounds("경기도 남양주시 경춘로 1037 101동 1203호", "경기 남양주시 경춘로 1037 102동 5호"),
            Grounds{Ground::kAddressNear});
  EXPECT_EQ(grounds("경기도 남양주시 경춘로 1037", "경기도 남양주시 경춘로 1038"), Grounds{});
  EXPECT_EQ(grounds("경기도 남양주시", "경기도 구리시"), Grounds{}) << "without a number it is no building";
  EXPECT_EQ(grounds("경기도 남양주시 (다산동, 1단지) 경춘로 5", "경기도 남양주시 경춘로 5"),
            Grounds{Ground::kAddressSame})
      << "what stands in brackets is said beside it";
  EXPECT_EQ(grounds("서울 종로 3가) 5", "서울 종로 3가 5"), Grounds{Ground::kAddressSame});
  EXPECT_EQ(grounds("5번지", "5번지 나"), Grounds{}) << "a number alone says no street";
}

}  // namespace
}  // namespace haechi::law
