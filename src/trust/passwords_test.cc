#include "trust/passwords.h"

#include <argon2.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "base/random.h"

namespace haechi::trust {
namespace {

namespace fs = std::filesystem;

constexpr PasswordCost kQuick{8, 1};

std::string refusal(std::string_view password, std::string_view account = "insp-park",
                    const BreachedPasswords& breached = {}) {
  const Status status = check_password(password, account, breached);
  return status.ok() ? "" : status.error().reason;
}

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("haechi-passwords-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }
  std::string path(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

// A test vector of the reference implementation (src/test.c): version 19, t=2, m=2^16, p=1.
TEST(Passwords, HoldNoWordOfThePlace) {
  const std::vector<std::string> words = {"namyangju", "남양주"};
  for (const char* password : {"the hills of Namyangju", "가을밤남양주언덕위의달빛산책"})
    EXPECT_EQ(check_password(password, "kim", {}, words).error().reason,
              "must not hold a name of this place or its agencies")
        << password;
  EXPECT_TRUE(check_password("a green coat at dusk", "kim", {}, words).ok());
}

TEST(Passwords, TakeTheWordsOfANameThatSomebodyMightUse) {
  EXPECT_EQ(words_of("Seoul N. Police of 남양주 서 (Bukbu-2)"),
            (std::vector<std::string>{"seoul", "police", "남양주", "bukbu"}));
  EXPECT_TRUE(words_of("").empty());
}

TEST(Passwords, MatchTheKnownVectorOfArgon2id) {
  const std::string known =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  EXPECT_TRUE(password_matches(known, "password"));
  EXPECT_FALSE(password_matches(known, "passwore"));
}

TEST(Passwords, AreHashedWithASaltOfTheirOwnAtTheCostAskedFor) {
  const std::string one = *hash_password("a long enough one", kQuick);
  EXPECT_EQ(one.rfind("$argon2id$v=19$m=8,t=1,p=1$", 0), 0u) << one;
  EXPECT_NE(one, *hash_password("a long enough one", kQuick));
  EXPECT_TRUE(password_matches(one, "a long enough one"));
  EXPECT_FALSE(password_matches(one, "a long enough two"));
  EXPECT_FALSE(password_matches("not a hash", "a long enough one"));
}

TEST(Passwords, CostByDefaultAndAtLeastWhatRfc9106AndOwaspName) {
  EXPECT_EQ(PasswordCost{}.memory_kib, 64u * 1024);
  EXPECT_EQ(PasswordCost{}.passes, 3u);
  EXPECT_EQ(kPasswordCostMin.memory_kib, 19u * 1024);
  EXPECT_EQ(kPasswordCostMin.passes, 2u);
}

TEST(Passwords, OfNobodyAreHashedAtTheSameCostAndNeverMatch) {
  const std::string of_somebody = *hash_password("a long enough one", kQuick);
  const std::string of_nobody = unmatchable(kQuick);
  EXPECT_EQ(of_nobody.size(), of_somebody.size());
  EXPECT_EQ(of_nobody.substr(0, 27), of_somebody.substr(0, 27));
  // A mismatch, not a refusal to compute it.
  EXPECT_EQ(argon2id_verify(of_nobody.c_str(), "x", 1), ARGON2_VERIFY_MISMATCH);
}

TEST(Passwords, HaveTwelveCharactersOrMoreWhateverTheCharacters) {
  EXPECT_NE(refusal("seven70"), "");
  EXPECT_NE(refusal("elevenchars"), "");
  EXPECT_EQ(refusal("twelve chars"), "");
  EXPECT_EQ(refusal("외투색깔은저녁하늘처럼"), "must have 12 characters or more");  // 11, in 33 bytes
  EXPECT_EQ(refusal("외투색깔은저녁하늘처럼짙다"), "");
  EXPECT_EQ(refusal("a sixty-four character pass phrase is taken, spaces and all: yes!"), "");
  EXPECT_NE(refusal(std::string(300, 'a') + std::string(300, 'b')), "");
}

TEST(Passwords, HoldNeitherTheAccountNorTheProduct) {
  EXPECT_NE(refusal("My Insp-Park is green"), "");
  EXPECT_NE(refusal("the HAECHI guards us"), "");
  EXPECT_NE(refusal("우리 해치가 지켜보고 있다"), "");
  EXPECT_EQ(refusal("the lion guards us all"), "");
}

TEST(Passwords, AreNoSequencesAndNoRepetitions) {
  for (const char* easy :
       {"aaaaaaaaaaaa", "123456789012", "abcdefghijklmnop", "qwertyuiopasdf", "abcabcabcabc",
        "Pass12Pass12Pass12", "zyxwvutsrqponm", "112233445566", "가가가가가가가가가가가가"})
    EXPECT_NE(refusal(easy), "") << easy;
  EXPECT_EQ(refusal("correct horse 12345"), "");
}

std::string sha1(const std::string& text) {
  std::array<uint8_t, 20> digest;
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  char out[41];
  for (size_t i = 0; i < digest.size(); ++i) std::snprintf(out + 2 * i, 3, "%02X", digest[i]);
  return out;
}

// Lines of many lengths, so that halving lands on every part of one.
TEST(Passwords, KnownFromABreachAreFoundWhereverTheyStandInOneSortedFile) {
  const Folder folder;
  Random random(7);
  for (const int count : {0, 1, 2, 3, 500}) {
    std::vector<std::string> lines;
    for (int i = 0; i < count; ++i) {
      const bool counted = random.chance(0.5);
      lines.push_back(sha1("p" + std::to_string(i)) +
                      (counted ? ":" + std::to_string(random.below(1e9)) : ""));
    }
    std::sort(lines.begin(), lines.end());
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    const auto breached = BreachedPasswords::open(folder.write("sorted", text));
    ASSERT_TRUE(breached.ok());
    for (int i = 0; i < count; ++i)
      EXPECT_TRUE(*breached->hold("p" + std::to_string(i))) << i << " of " << count;
    for (int i = 0; i < 500; ++i)
      EXPECT_FALSE(*breached->hold("q" + std::to_string(i))) << i << " of " << count;
  }
}

TEST(Passwords, KnownFromABreachAreFoundInOneSortedFile) {
  const Folder folder;
  const BreachedPasswords none = *BreachedPasswords::open("");
  EXPECT_FALSE(*none.hold("password"));
  // SHA-1 of "password", "123456" and "qwerty", as everybody knows them, with and without counts.
  const std::string file = folder.write("breached.txt",
                                        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824\n"
                                        "7C4A8D09CA3762AF61E59520943DC26494F8941B\n"
                                        "B1B3773A05C0ED0176787A4F1574FF0075F7521E:1");
  const auto breached = BreachedPasswords::open(file);
  ASSERT_TRUE(breached.ok());
  for (const char* known : {"password", "123456", "qwerty"}) EXPECT_TRUE(*breached->hold(known)) << known;
  for (const char* unknown : {"passwore", "", "1234567", "correct horse battery"})
    EXPECT_FALSE(*breached->hold(unknown)) << unknown;
  const std::string ranges = folder.path("ranges");
  folder.write("ranges/5BAA6", "1E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824\r\n");
  folder.write("ranges/7C4A8.txt",
               "D09CA3762AF61E59520943DC26494F8941C:2\nD09CA3762AF61E59520943DC26494F8941B:1\n");
  const auto by_range = BreachedPasswords::open(ranges);
  ASSERT_TRUE(by_range.ok());
  EXPECT_TRUE(*by_range->hold("password"));
  EXPECT_TRUE(*by_range->hold("123456"));
  EXPECT_EQ(by_range->hold("qwerty").error().code, Code::kUnavailable);  // a list with a hole is no list
}

TEST(Passwords, KnownFromABreachAreRefused) {
  const Folder folder;
  const auto breached = BreachedPasswords::open(
      folder.write("one",
                   "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824\n"
                   "BFD3617727EAB0E800E62A776C76381DEFBC4145:4\n"));  // "correcthorsebatterystaple"
  ASSERT_TRUE(breached.ok());
  EXPECT_EQ(refusal("correcthorsebatterystaple", "insp-park", *breached),
            "is known from a breach of another system");
  EXPECT_EQ(refusal("incorrecthorsebatterystaple", "insp-park", *breached), "");
  EXPECT_FALSE(BreachedPasswords::open(folder.path("missing")).ok());
}

}  // namespace
}  // namespace haechi::trust
