// Passwords: what one must be (NIST SP 800-63B: long, and not among those that are guessed first; nothing
// else), and what is kept of it (Argon2id, RFC 9106). Hashing and matching are slow by design: never on a
// loop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace haechi::trust {

// Of one password. One lane, so that guessing at the door takes one processor at most.
struct PasswordCost {
  uint32_t memory_kib = 65'536;  // as the second choice of RFC 9106
  uint32_t passes = 3;
};
// The least that OWASP's cheat sheet takes. Configuration may not go below it.
inline constexpr PasswordCost kPasswordCostMin{19'456, 2};

inline constexpr size_t kPasswordLengthMin = 12;  // characters
inline constexpr size_t kPasswordBytesMax = 512;

// "$argon2id$v=19$m=...", with a salt of its own. kUnavailable: there is no memory for it.
Result<std::string> hash_password(std::string_view password, PasswordCost cost);
bool password_matches(const std::string& encoded, std::string_view password);
// Of the same password at this cost; empty when `encoded` is of it already, or there is no memory now.
std::string hashed_anew(const std::string& encoded, std::string_view password, PasswordCost cost);
// What no password matches, at the cost of one that some password does.
std::string unmatchable(PasswordCost cost);

// Passwords known from breaches, as SHA-1 in the forms in which Have I Been Pwned gives them: one file of
// lines
// "<40 digits>[:count]" in order, or a folder of range files named by the first five digits ("21BD1" or
// "21BD1.txt") with lines "<the other 35>[:count]".
class BreachedPasswords {
 public:
  // Of an empty path: none are known. kInvalid when there is no such file or folder.
  static Result<BreachedPasswords> open(const std::string& path);
  // kUnavailable: it cannot be read now.
  Result<bool> hold(std::string_view password) const;

 private:
  std::string path_;
  bool folder_ = false;
};

// kInvalid, with a sentence, when the password may not become that of this account. Reads the disk.
// `words`: of the place, in lower case; what holds one is guessed first there.
Status check_password(std::string_view password, std::string_view account, const BreachedPasswords& breached,
                      const std::vector<std::string>& words = {});
// The words of a name that nobody may take: of four letters or more, or of two syllables (한글) or more.
std::vector<std::string> words_of(std::string_view name);

}  // namespace haechi::trust
