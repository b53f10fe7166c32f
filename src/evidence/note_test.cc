#include "evidence/note.h"

#include <gtest/gtest.h>

#include "base/base64.h"
#include "log/test_log.h"

namespace haechi::evidence {
namespace {

SigningKey key_of(KeyUse use, char seed = 'k') {
  return std::move(*SigningKey::from_seed("example.com/log", use, std::string(32, seed)));
}

Note signed_note(KeyUse use) {
  Note note{body_of({"example.com/log", 7, sha256("root")}), {}};
  EXPECT_TRUE(key_of(use).sign(note, Time{1'700'000'000'000'000}).ok());
  return note;
}

TEST(Note, APublishedNoteOfAnotherProgramVerifies) {
  // The example of the documentation of golang.org/x/mod/sumdb/note.
  const auto key = VerifierKey::read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  ASSERT_TRUE(key.ok()) << key.error().text();
  std::string text =
      "If you think cryptography is the answer to your problem,\n"
      "then you don't know what your problem is.\n"
      "\n"
      "\xe2\x80\x94 PeterNeumann "
      "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
  EXPECT_TRUE(key->signed_at(*read_note(text)));
  text[3] ^= 1;
  EXPECT_FALSE(key->signed_at(*read_note(text)));
}

TEST(Note, EveryFlippedBitOfASignedCheckpointIsNoticed) {
  for (const KeyUse use : {KeyUse::kLog, KeyUse::kCosignature}) {
    const VerifierKey key = key_of(use).verifier();
    const std::string good = text_of(signed_note(use));
    ASSERT_TRUE(key.signed_at(*read_note(good)));
    for (size_t bit = 0; bit < good.size() * 8; ++bit) {
      std::string bad = good;
      bad[bit / 8] ^= static_cast<char>(1 << bit % 8);
      const Result<Note> note = read_note(bad);
      EXPECT_FALSE(note.ok() && key.signed_at(*note)) << bit;
    }
  }
}

TEST(Note, ACosignatureSaysWhen) {
  const Note note = signed_note(KeyUse::kCosignature);
  EXPECT_EQ(key_of(KeyUse::kCosignature).verifier().signed_at(note), Time{1'700'000'000'000'000});
  EXPECT_FALSE(key_of(KeyUse::kLog).verifier().signed_at(note))
      << "the same secret for another use is another key";
}

TEST(Note, AnotherKeyOfTheSameNameDoesNotPass) {
  EXPECT_FALSE(key_of(KeyUse::kLog, 'x').verifier().signed_at(signed_note(KeyUse::kLog)));
}

TEST(Note, ACheckpointReadsBackAsWritten) {
  const Checkpoint written{"haechi/0123", 1ull << 40, sha256("x")};
  const auto read = read_checkpoint(body_of(written));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->origin, written.origin);
  EXPECT_EQ(read->size, written.size);
  EXPECT_EQ(read->root, written.root);
  EXPECT_FALSE(read_checkpoint("haechi/0123\n07\n" + base64(view(written.root)) + "\n").ok());
  EXPECT_FALSE(read_checkpoint("haechi/0123\n7\nAAAA\n").ok());
}

TEST(Note, AKeyReadsBackAsWrittenAndItsIdMustFit) {
  const VerifierKey key = key_of(KeyUse::kLog).verifier();
  const auto read = VerifierKey::read(key.text());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->text(), key.text());
  std::string wrong = key.text();
  wrong[wrong.find('+') + 1] ^= 1;
  EXPECT_FALSE(VerifierKey::read(wrong).ok());
}

TEST(Note, AKeyIsMadeOnceAndKeptForItsOwnerOnly) {
  const log::TestDirectory directory;
  const std::string path = directory.file("key");
  const auto made = SigningKey::open_or_make({path}, "haechi/1", KeyUse::kLog);
  ASSERT_TRUE(made.ok()) << made.error().text();
  const auto again = SigningKey::open_or_make({path}, "haechi/1", KeyUse::kLog);
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(again->verifier().text(), made->verifier().text());
  EXPECT_FALSE(SigningKey::open_or_make({path}, "haechi/2", KeyUse::kLog).ok());
  EXPECT_FALSE(SigningKey::open_or_make({path}, "haechi/1", KeyUse::kCosignature).ok());
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace haechi::evidence
