// Are two records the same person? For the link between a police case and someone who already wears a device.
//
// 1. The same digest of an identity document is certain. Nothing else is.
// 2. Name, birth date and address make at most a proposal, with a score and its reasons, for a human to
// confirm.
//    Nothing may be linked by it alone.
// 3. Documents that differ lower a proposal but do not forbid it: numbers are mistyped, and protected persons
// may
//    be given new ones.
// 4. The number of a document never comes into the engine: records carry its keyed digest.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "law/order_kinds.h"

namespace haechi::law {

struct Identity {
  std::string document;  // of document_digest; empty: not known
  std::string name;      // as written: Hangul or Latin letters, UTF-8
  std::string born;      // "1988-03-14"; empty: not known
  std::string address;   // as written; empty: not known
};

enum class Certainty : uint8_t {
  kNone,      // nothing to show anybody
  kProposal,  // a human has to decide
  kCertain,
};

enum class Ground : uint8_t {
  kDocumentSame,
  kDocumentDiffers,
  kNameSame,
  kNameSounds,  // the same once written in Latin letters
  kBornSame,
  kBornNear,  // day and month exchanged, or one of year, month and day differs
  kBornDiffers,
  kAddressSame,
  kAddressNear,  // the same building
};
Words words(Ground ground);
// What a ground adds to a score.
int32_t points(Ground ground);

// A score at or above which a human is asked.
inline constexpr int32_t kProposalScore = 60;

struct Match {
  Certainty certainty = Certainty::kNone;
  int32_t score = 0;  // 0..100
  std::vector<Ground> grounds;
};

Match compare(const Identity& a, const Identity& b);

struct Candidate {
  std::string id;
  Identity identity;
};

struct Proposal {
  std::string id;
  Match match;
};

// The candidates that are certain or worth proposing: best first, equals by id.
std::vector<Proposal> find_matches(const Identity& person, std::span<const Candidate> candidates);

// For the edges, where numbers are read, never for the engine: HMAC-SHA-256 in hexadecimal of kind ("rrn",
// "passport-kr") and number, with blanks and hyphens left out and letters in upper case. Empty number: empty.
std::string document_digest(std::string_view key, std::string_view kind, std::string_view number);

// The same name written in two ways gives the same text: composed Hangul, lower case, no accents, one blank
// between words; in Hangul no blank at all.
std::string normal_name(std::string_view name);
// How a Korean name sounds, in a few letters, so that spellings of romanisation meet: "김민준", "Kim Min-jun"
// and "MINJUN GIM" share one. Coarse on purpose: different names may share one too. One text per order of the
// words.
std::vector<std::string> sound_keys(std::string_view name);
// Lower case, no punctuation, one blank between words, long forms of provinces shortened, what is in brackets
// left out.
std::string normal_address(std::string_view address);
// Of a normal address, up to the number of the building; empty: it has none.
std::string building_of(std::string_view normal_address);

}  // namespace haechi::law
