#include "trust/passwords.h"

#include <argon2.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "base/digest.h"
#include "base/ensure.h"

namespace haechi::trust {
namespace {

constexpr size_t kSaltBytes = 16, kTagBytes = 32;
constexpr size_t kDistinctMin = 8;  // characters left when runs and repeats count once
constexpr std::array<std::string_view, 2> kProductNames = {"haechi", "해치"};
// Neighbours on a keyboard, and in the alphabet.
constexpr std::array<std::string_view, 5> kRows = {"qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890",
                                                   "abcdefghijklmnopqrstuvwxyz"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_continuation(char byte) {
  return (static_cast<uint8_t>(byte) & 0xC0) == 0x80;
}

size_t characters(std::string_view utf8) {
  return utf8.size() - static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), is_continuation));
}

bool are_neighbours(char a, char b) {
  if (a == b) return true;
  for (const std::string_view row : kRows) {
    const size_t at = row.find(a);
    if (at == std::string_view::npos) continue;
    if ((at + 1 < row.size() && row[at + 1] == b) || (at > 0 && row[at - 1] == b)) return true;
  }
  return false;
}

// Characters, when what follows its neighbour on a keyboard or in the alphabet, or repeats it, counts
// nothing.
size_t surprises(std::string_view text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_continuation(text[i])) continue;
    count += i == 0 || !are_neighbours(text[i - 1], text[i]);
  }
  return count;
}

// The shortest text of which this one is a repetition; often itself.
std::string_view repeated_part(std::string_view text) {
  for (size_t size = 1; size * 2 <= text.size(); ++size) {
    if (text.substr(size) == text.substr(0, text.size() - size)) return text.substr(0, size);
  }
  return text;
}

std::string sha1_hex(std::string_view text) {
  std::array<uint8_t, 20> digest;
  unsigned size = 0;
  ENSURE(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) == 1);
  std::string out = hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
  for (char& c : out) {
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

Error unreadable(const std::string& path) {
  return Error{Code::kUnavailable, "password", "the list of breached passwords cannot be read: " + path};
}

Result<bool> in_range_file(const std::string& folder, const std::string& sha1) {
  const std::string prefix = sha1.substr(0, 5), rest = sha1.substr(5);
  for (const std::string& path : {folder + "/" + prefix, folder + "/" + prefix + ".txt"}) {
    std::ifstream file(path);
    if (!file) continue;
    for (std::string line; std::getline(file, line);) {
      if (upper(line.substr(0, rest.size())) == rest) return true;
    }
    return false;
  }
  return unreadable(folder + "/" + prefix);  // a whole list has a file for every prefix
}

// Lines of one file in order: halves it until the line is found or nothing is left.
Result<bool> in_sorted_file(const std::string& path, const std::string& sha1) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return unreadable(path);
  std::streamoff from = 0, to = file.tellg();  // the line, if it is there, begins in [from, to)
  while (from < to) {
    const std::streamoff middle = from + (to - from) / 2;
    std::streamoff begins = middle;  // the first line at the middle or behind it
    std::string line;
    file.clear();
    file.seekg(middle > from ? middle - 1 : from);
    if (middle > from && std::getline(file, line)) begins += static_cast<std::streamoff>(line.size());
    if (begins >= to) {
      to = middle;
      continue;
    }
    if (!std::getline(file, line)) return unreadable(path);
    const int order = upper(line.substr(0, sha1.size())).compare(sha1);
    if (order == 0) return true;
    if (order < 0) {
      from = begins + static_cast<std::streamoff>(line.size()) + 1;
    } else {
      to = middle;
    }
  }
  return false;
}

}  // namespace

Result<std::string> hash_password(std::string_view password, PasswordCost cost) {
  const std::string salt = random_secret(kSaltBytes);
  std::vector<char> encoded(
      argon2_encodedlen(cost.passes, cost.memory_kib, 1, kSaltBytes, kTagBytes, Argon2_id));
  const int result =
      argon2id_hash_encoded(cost.passes, cost.memory_kib, 1, password.data(), password.size(), salt.data(),
                            salt.size(), kTagBytes, encoded.data(), encoded.size());
  if (result != ARGON2_OK) return Error{Code::kUnavailable, "password", argon2_error_message(result)};
  return std::string(encoded.data());
}

bool password_matches(const std::string& encoded, std::string_view password) {
  return argon2id_verify(encoded.c_str(), password.data(), password.size()) == ARGON2_OK;
}

std::string hashed_anew(const std::string& encoded, std::string_view password, PasswordCost cost) {
  const std::string head =
      "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.passes) + ",p=1$";
  if (encoded.starts_with(head)) return "";
  const Result<std::string> made = hash_password(password, cost);
  return made.ok() ? *made : "";
}

std::string unmatchable(PasswordCost cost) {
  return "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.passes) +
         ",p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
}

Result<BreachedPasswords> BreachedPasswords::open(const std::string& path) {
  BreachedPasswords out;
  out.path_ = path;
  if (path.empty()) return out;
  std::error_code error;
  out.folder_ = std::filesystem::is_directory(path, error);
  if (!out.folder_ && !std::ifstream(path))
    return invalid("accounts.breached_passwords", "there is no such file or folder: " + path);
  return out;
}

Result<bool> BreachedPasswords::hold(std::string_view password) const {
  if (path_.empty()) return false;
  const std::string sha1 = sha1_hex(password);
  return folder_ ? in_range_file(path_, sha1) : in_sorted_file(path_, sha1);
}

std::vector<std::string> words_of(std::string_view name) {
  constexpr size_t kLettersMin = 4, kSyllablesMin = 2;
  std::vector<std::string> out;
  std::string word;
  const auto end_word = [&] {
    const bool plain = word.size() == characters(word);
    if (characters(word) >= (plain ? kLettersMin : kSyllablesMin)) out.push_back(lower(word));
    word.clear();
  };
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<uint8_t>(c) >= 0x80;
    if (letter) word += c;
    if (!letter) end_word();
  }
  end_word();
  return out;
}

Status check_password(std::string_view password, std::string_view account, const BreachedPasswords& breached,
                      const std::vector<std::string>& words) {
  const auto refused = [](const char* reason) { return invalid("password", reason); };
  if (characters(password) < kPasswordLengthMin) return refused("must have 12 characters or more");
  if (password.size() > kPasswordBytesMax) return refused("must have 512 bytes or fewer");
  const std::string plain = lower(password);
  if (!account.empty() && plain.find(lower(account)) != std::string::npos)
    return refused("must not hold the name of the account");
  for (const std::string_view name : kProductNames) {
    if (plain.find(name) != std::string::npos) return refused("must not hold the name of this system");
  }
  for (const std::string& word : words) {
    if (plain.find(word) != std::string::npos)
      return refused("must not hold a name of this place or its agencies");
  }
  if (surprises(repeated_part(plain)) < kDistinctMin)
    return refused("is too easily guessed: sequences and repetitions count as one character");
  TRY(const bool known, breached.hold(password));
  if (known) return refused("is known from a breach of another system");
  return {};
}

}  // namespace haechi::trust
