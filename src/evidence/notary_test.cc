#include "evidence/notary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "evidence/test_evidence.h"
#include "evidence/witness.h"
#include "log/files.h"

namespace haechi::evidence {
namespace {

using testing::HasSubstr;

Digest root_of_facts(uint64_t size) {
  RunningRoot root;
  for (uint64_t no = 1; no <= size; ++no)
    root.add(leaf_hash(entry_of(no, log::stamp_of(no), log::fact_of(no))));
  return root.root();
}

TEST(Notary, SignsTheRootOfWhatTheLogHolds) {
  const log::TestDirectory directory(true);
  NotarisedLog world(directory.path());
  const auto notary = world.notary();
  ASSERT_TRUE(notary.ok()) << notary.error().text();
  EXPECT_EQ((*notary)->file("checkpoint").error().code, Code::kNotFound);
  for (const uint64_t more : {1, 2, 252, 1, 400, 2500}) {
    world.append(more);
    ASSERT_TRUE((*notary)->round().ok());
    const auto note = read_note(*(*notary)->file("checkpoint"));
    ASSERT_TRUE(note.ok());
    EXPECT_TRUE((*notary)->verifier().signed_at(*note));
    const auto checkpoint = *read_checkpoint(note->body);
    EXPECT_EQ(checkpoint.origin, "haechi/" + world.log().id());
    EXPECT_EQ(checkpoint.size, world.log().next_no() - 1);
    EXPECT_EQ(checkpoint.root, root_of_facts(checkpoint.size));
  }
}

TEST(Notary, GoesOnWhereItWasAndMakesLostFilesAgain) {
  const log::TestDirectory directory(true);
  std::string before;
  {
    NotarisedLog world(directory.path());
    const auto notary = world.notary();
    world.append(300);
    ASSERT_TRUE((*notary)->round().ok());
    before = *(*notary)->file("checkpoint");
  }
  for (const char* lost : {"", "evidence/entries", "evidence/level1"}) {
    if (*lost != 0) std::filesystem::remove(directory.file(lost));
    NotarisedLog world(directory.path());
    const auto notary = world.notary();
    ASSERT_TRUE(notary.ok()) << notary.error().text();
    EXPECT_EQ(*(*notary)->file("checkpoint"), before);
    world.append(1);
    ASSERT_TRUE((*notary)->round().ok());
    EXPECT_EQ((*notary)->newest().checkpoint.root, root_of_facts(world.log().next_no() - 1));
    before = *(*notary)->file("checkpoint");
  }
}

TEST(Notary, SignsNothingMoreForALogThatWasCutOrIsAnother) {
  const log::TestDirectory directory(true), copy(true);
  std::filesystem::create_directory(copy.file("log"));
  {
    NotarisedLog world(directory.path());
    world.append(20);
    std::filesystem::copy(directory.file("log"), copy.file("log"), std::filesystem::copy_options::recursive);
    world.append(1);
    const auto notary = world.notary();
    ASSERT_TRUE((*notary)->round().ok());
  }
  std::filesystem::remove_all(directory.file("log"));
  std::filesystem::copy(copy.file("log"), directory.file("log"));
  NotarisedLog world(directory.path());
  EXPECT_THAT(world.notary().error().reason, HasSubstr("was cut or rolled back"));
  const std::string other = "another history";
  const log::NewRecord record{log::stamp_of(21), other};
  ASSERT_TRUE(world.log().append({&record, 1}).ok());
  EXPECT_THAT(world.notary().error().reason, HasSubstr("record 21 is not the one"));
  std::filesystem::remove(directory.file("evidence/entries"));
  EXPECT_THAT(world.notary().error().reason, HasSubstr("not those that the last checkpoint names"));
}

// Every tile that tlog-tiles names, for a tree that has a second level.
TEST(Notary, ServesTheTilesOfItsCheckpointAndNoOthers) {
  const log::TestDirectory directory(true);
  NotarisedLog world(directory.path());
  world.append(256 * 3 + 5);
  const auto notary = world.notary();
  ASSERT_TRUE((*notary)->round().ok());
  std::string entries;
  for (uint64_t no = 513; no <= 768; ++no)
    entries += std::string("\0\x30", 2) + entry_of(no, log::stamp_of(no), log::fact_of(no));
  EXPECT_EQ(*(*notary)->file("tile/entries/002"), entries);
  EXPECT_EQ(*(*notary)->file("tile/entries/003.p/5"), [] {
    std::string out;
    for (uint64_t no = 769; no <= 773; ++no)
      out += std::string("\0\x30", 2) + entry_of(no, log::stamp_of(no), log::fact_of(no));
    return out;
  }());
  const std::string level0 = *(*notary)->file("tile/0/000");
  ASSERT_EQ(level0.size(), 256u * 32);
  EXPECT_EQ(level0.substr(0, 32), view(leaf_hash(entry_of(1, log::stamp_of(1), log::fact_of(1)))));
  RunningRoot first;
  for (uint64_t no = 1; no <= 256; ++no)
    first.add(leaf_hash(entry_of(no, log::stamp_of(no), log::fact_of(no))));
  EXPECT_EQ((*notary)->file("tile/1/000.p/3")->substr(0, 32), view(first.root()));
  for (const char* path :
       {"tile/0/003", "tile/0/003.p/6", "tile/0/003.p/0", "tile/0/003.p/256", "tile/0/004", "tile/1/000",
        "tile/2/000.p/1", "tile/64/000", "tile/-1/000", "tile/0/1", "tile/0/000/000", "tile/0/x000",
        "tile/entries/x001/003", "tile/../key", "../key", "tile/", ""})
    EXPECT_EQ((*notary)->file(path).error().code, Code::kNotFound) << path;
}

class Witnessed : public testing::Test {
 protected:
  Witnessed() : world(directory.path()), notary(std::move(*world.notary())) {}
  Witness witness() {
    return std::move(*Witness::open(directory.file("witness"), "example.com/w", {notary->verifier()}));
  }
  void grow(uint64_t count) {
    world.append(count);
    ASSERT_TRUE(notary->round().ok());
  }

  const log::TestDirectory directory;
  NotarisedLog world;
  const std::unique_ptr<Notary> notary;
  const Time now{1'700'000'000'000'000};
};

TEST_F(Witnessed, EveryStepIsCosignedAlsoAfterARestartOfTheWitness) {
  uint64_t known = 0;
  for (const uint64_t more : {3, 1, 300, 7}) {
    grow(more);
    Witness fresh = witness();
    const WitnessAnswer answer =
        fresh.add_checkpoint(*notary->request_to_witness(notary->newest(), known), now);
    ASSERT_EQ(answer.status, 200) << answer.body;
    ASSERT_TRUE(notary->take_cosignature(notary->newest(), fresh.verifier(), answer.body).ok());
    known = notary->newest().checkpoint.size;
    const Note note = *read_note(*notary->file("witnessed"));
    EXPECT_EQ(fresh.verifier().signed_at(note), now);
    EXPECT_TRUE(notary->verifier().signed_at(note));
  }
}

// A log whose key is replaced: signed by the one, by both, by the next.
class Succeeded : public testing::Test {
 protected:
  // The newest checkpoint after one more entry.
  Note grown(Notary& notary) {
    world.append(1);
    EXPECT_TRUE(notary.round().ok());
    return *read_note(*notary.file("checkpoint"));
  }
  static VerifierKey only(const Notary& notary) { return notary.verifier(); }

  const log::TestDirectory directory{true};
  NotarisedLog world{directory.path()};
};

TEST_F(Succeeded, BothKeysSignUntilTheNextOneTakesThePlaceOfTheOther) {
  auto notary = std::move(*world.notary());
  const VerifierKey first = only(*notary);
  grown(*notary);
  notary = std::move(*world.notary("key", "next"));
  const Note both = grown(*notary);
  EXPECT_TRUE(first.signed_at(both));
  EXPECT_EQ(both.signatures.size(), 2u);
  const VerifierKey second = *read_succession({first}, *notary->file("succession"));
  EXPECT_TRUE(second.signed_at(both));
  EXPECT_EQ(second.name(), first.name()) << "it is the same log";
  notary = std::move(*world.notary("next"));
  EXPECT_EQ(only(*notary).text(), second.text());
  const Note after = grown(*notary);
  EXPECT_FALSE(first.signed_at(after));
  EXPECT_TRUE(second.signed_at(after));
}

TEST_F(Succeeded, AKeyThatSignedNothingBesideTheOneBeforeIsRefused) {
  grown(**world.notary());
  EXPECT_THAT(world.notary("another").error().reason, HasSubstr("is not signed by this log's key"));
}

TEST_F(Succeeded, OnlyAKeyThatIsTrustedNamesTheNextOne) {
  const auto notary = std::move(*world.notary("key", "next"));
  grown(*notary);
  const std::string told = *notary->file("succession");
  const std::string name = only(*notary).name();
  const SigningKey stranger = std::move(*SigningKey::from_seed(name, KeyUse::kLog, std::string(32, 's')));
  EXPECT_FALSE(read_succession({stranger.verifier()}, told).ok());
  for (size_t at = 0; at < told.size(); ++at) {
    std::string bad = told;
    bad[at] ^= 1;
    // What is bad may be the signature of the next key, which nobody who asks relies on.
    const auto read = read_succession({only(*notary)}, bad);
    EXPECT_TRUE(!read.ok() || read->text() == read_succession({only(*notary)}, told)->text()) << at;
  }
  Note forged{body_of_succession(stranger.verifier()), {}};
  ASSERT_TRUE(stranger.sign(forged, Time{}).ok());
  EXPECT_FALSE(read_succession({only(*notary)}, text_of(forged)).ok());
  EXPECT_FALSE(read_succession({only(*notary)}, *notary->file("checkpoint")).ok())
      << "a checkpoint names none";
}

TEST_F(Succeeded, AWitnessThatIsToldBothKeysCosignsBeforeAndAfter) {
  const Time now{1'700'000'000'000'000};
  auto notary = std::move(*world.notary());
  const VerifierKey first = only(*notary);
  grown(*notary);
  const auto shown_to = [&](const LogKeys& keys, uint64_t known) {
    Witness it = std::move(*Witness::open(directory.file("witness"), "example.com/w", keys));
    return it.add_checkpoint(*notary->request_to_witness(notary->newest(), known), now).status;
  };
  EXPECT_EQ(shown_to({first}, 0), 200);
  notary = std::move(*world.notary("key", "next"));
  grown(*notary);
  EXPECT_EQ(shown_to({first}, 1), 200) << "who knows the one before is served by both signatures";
  const VerifierKey second = *read_succession({first}, *notary->file("succession"));
  notary = std::move(*world.notary("next"));
  grown(*notary);
  EXPECT_EQ(shown_to({first}, 2), 403);
  EXPECT_EQ(shown_to({first, second}, 2), 200);
  EXPECT_EQ(shown_to({second}, 3), 200);
}

TEST_F(Witnessed, ItSaysWhatItHasSeenToALogThatDoesNotKnow) {
  grow(5);
  Witness it = witness();
  ASSERT_EQ(it.add_checkpoint(*notary->request_to_witness(notary->newest(), 0), now).status, 200);
  grow(2);
  const WitnessAnswer answer = it.add_checkpoint(*notary->request_to_witness(notary->newest(), 0), now);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.content_type, "text/x.tlog.size");
  EXPECT_EQ(answer.body, "5\n");
  EXPECT_THAT(notary->request_to_witness(notary->newest(), 8).error().reason,
              HasSubstr("it was rolled back"));
}

TEST_F(Witnessed, AForkIsNotCosigned) {
  grow(5);
  Witness it = witness();
  ASSERT_EQ(it.add_checkpoint(*notary->request_to_witness(notary->newest(), 0), now).status, 200);
  const SigningKey key =
      std::move(*SigningKey::open_or_make({directory.file("key")}, notary->verifier().name(), KeyUse::kLog));
  const auto offer = [&](const Checkpoint& checkpoint, const std::string& old_and_proof) {
    Note note{body_of(checkpoint), {}};
    EXPECT_TRUE(key.sign(note, now).ok());
    return it.add_checkpoint(old_and_proof + "\n" + text_of(note), now).status;
  };
  Checkpoint fork = notary->newest().checkpoint;
  fork.root = sha256("another history");
  EXPECT_EQ(offer(fork, "old 5\n"), 409);
  fork.size = 6;
  EXPECT_EQ(offer(fork, "old 5\n"), 422);
  EXPECT_EQ(offer(fork, "old 5\n" + base64(view(fork.root)) + "\n"), 422);
  fork.size = 3;
  EXPECT_EQ(offer(fork, "old 5\n"), 400);
  EXPECT_EQ(offer(fork, "old 3\n"), 409);
}

TEST_F(Witnessed, StrangersAndNonsenseAreRefused) {
  grow(5);
  Witness it = witness();
  std::string request = *notary->request_to_witness(notary->newest(), 0);
  EXPECT_EQ(it.add_checkpoint("", now).status, 400);
  EXPECT_EQ(it.add_checkpoint("old x\n\nnote", now).status, 400);
  std::string forged = request;
  char& letter = forged[forged.size() - 10];
  letter = letter == 'A' ? 'B' : 'A';  // of base64 still, whatever it was
  EXPECT_EQ(it.add_checkpoint(forged, now).status, 403);
  Witness other = std::move(*Witness::open(directory.file("other"), "example.com/o", {}));
  EXPECT_EQ(other.add_checkpoint(request, now).status, 404);
  EXPECT_FALSE(notary
                   ->take_cosignature(notary->newest(), it.verifier(),
                                      text_of(*read_note(*notary->file("checkpoint"))))
                   .ok());
}

// As a token would sign, with a key that is here.
class Elsewhere final : public Signer {
 public:
  Elsewhere() : key_(*SigningKey::from_seed("any", KeyUse::kLog, std::string(32, 'e'))) {
    const std::string text = key_.verifier().text();
    public_key_ = decode_base64(text.substr(text.find('+', text.find('+') + 1) + 1))->substr(1);
  }
  const std::string& public_key() const override { return public_key_; }
  Result<std::string> sign(How, std::string_view bytes) override {
    if (away) return Error{Code::kUnavailable, "evidence.key", "its token does not answer"};
    Note note{std::string(bytes), {}};
    EXPECT_TRUE(key_.sign(note, Time{}).ok());
    std::string signature = note.signatures[0].bytes;
    if (wrong) signature[7] ^= 1;
    return signature;
  }
  bool away = false, wrong = false;

 private:
  SigningKey key_;
  std::string public_key_;
};

TEST(Notary, SignsLaterWhatATokenThatWasAwayCouldNotSign) {
  const log::TestDirectory directory;
  NotarisedLog world(directory.path());
  world.append(20);
  const auto reader = world.log().reader();
  const auto token = std::make_shared<Elsewhere>();
  const NotaryOptions options{directory.file("evidence"), {"", token}};
  const std::string id = world.log().id();
  token->away = true;
  NotaryOptions with_next = options;
  with_next.next_key = {directory.file("next")};
  EXPECT_EQ(Notary::open(with_next, *reader, id).error().code, Code::kUnavailable)
      << "it has to say which key comes next";
  auto notary = *Notary::open(options, *reader, id);
  EXPECT_EQ(notary->round().error().code, Code::kUnavailable);
  EXPECT_FALSE(notary->file(kCheckpointName).ok());
  token->away = false;
  token->wrong = true;
  EXPECT_EQ(notary->round().error().code, Code::kUnavailable) << "what nobody would believe is not published";
  token->wrong = false;
  ASSERT_TRUE(notary->round().ok());
  EXPECT_EQ(notary->newest().checkpoint.size, 20u);
  world.append(5);
  token->away = true;
  EXPECT_FALSE(notary->close().ok());
  EXPECT_EQ(notary->newest().checkpoint.size, 20u) << "the one before stands";
  notary.reset();
  token->away = false;
  notary = *Notary::open(options, *reader, id);
  ASSERT_TRUE(notary->round().ok());
  const auto note = read_note(*notary->file(kCheckpointName));
  EXPECT_TRUE(notary->verifier().signed_at(*note));
  EXPECT_EQ(read_checkpoint(note->body)->size, 25u);
  EXPECT_FALSE(log::file_exists(directory.file("key"))) << "no key lies anywhere";
}

}  // namespace
}  // namespace haechi::evidence
