#include "law/identity.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/digest.h"

namespace haechi::law {
namespace {

// Hangul syllables and their letters, as Unicode composes them.
constexpr char32_t kSyllables = 0xAC00, kSyllablesEnd = 0xD7A4;
constexpr char32_t kLead = 0x1100, kVowel = 0x1161, kTail = 0x11A7;
constexpr char32_t kLeads = 19, kVowels = 21, kTails = 28;

// Reads UTF-8; bytes that are none are passed over.
std::u32string decode(std::string_view text) {
  std::u32string out;
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<uint8_t>(text[i]);
    const size_t length = first < 0x80       ? 1
                          : first >> 5 == 6  ? 2
                          : first >> 4 == 14 ? 3
                          : first >> 3 == 30 ? 4
                                             : 0;
    if (length == 0 || i + length > text.size()) {
      ++i;
      continue;
    }
    char32_t code = length == 1 ? first : first & (0xffu >> (length + 1));
    bool whole = true;
    for (size_t k = 1; k < length; ++k) {
      const auto next = static_cast<uint8_t>(text[i + k]);
      whole = whole && next >> 6 == 2;
      code = code << 6 | (next & 0x3fu);
    }
    if (whole) out.push_back(code);
    i += whole ? length : 1;
  }
  return out;
}

void encode(char32_t code, std::string& out) {
  const auto add = [&out](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      add(0xE0 | code >> 12);
    } else {
      add(0xF0 | code >> 18);
      add(0x80 | (code >> 12 & 0x3f));
    }
    add(0x80 | (code >> 6 & 0x3f));
  }
  add(0x80 | (code & 0x3f));
}

bool hangul(char32_t code) {
  return code >= kSyllables && code < kSyllablesEnd;
}

// Letters typed one by one (as some systems store them) become syllables.
std::u32string composed(const std::u32string& text) {
  std::u32string out;
  for (const char32_t code : text) {
    if (!out.empty() && code >= kVowel && code < kVowel + kVowels && out.back() >= kLead &&
        out.back() < kLead + kLeads) {
      out.back() = kSyllables + ((out.back() - kLead) * kVowels + (code - kVowel)) * kTails;
    } else if (!out.empty() && code > kTail && code < kTail + kTails && hangul(out.back()) &&
               (out.back() - kSyllables) % kTails == 0) {
      out.back() += code - kTail;
    } else {
      out.push_back(code);
    }
  }
  return out;
}

// Lower case without accents, for the letters of western Europe.
char32_t plain(char32_t code) {
  if (code >= 'A' && code <= 'Z') return code + 32;
  if (code == 0xFF) return 'y';
  if (code < 0xC0 || code > 0xFF || code == 0xD7 || code == 0xF7) return code;
  static constexpr std::string_view kPlain = "aaaaaaaceeeeiiiidnooooo*ouuuuyts";
  return static_cast<char32_t>(kPlain[(code - 0xC0) % 32]);
}

// Words of letters and digits, plain; everything else divides them.
std::vector<std::u32string> split(std::string_view text) {
  std::vector<std::u32string> out;
  bool inside = false;
  for (const char32_t raw : composed(decode(text))) {
    const char32_t code = plain(raw);
    const bool mark = code < 0xC0 || code == 0xD7 || code == 0xF7 || (code >= 0x2000 && code < 0x2070) ||
                      (code >= 0x3000 && code < 0x3040);
    const bool letter = (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9') || !mark;
    if (letter && !inside) out.emplace_back();
    if (letter) out.back().push_back(code);
    inside = letter;
  }
  return out;
}

constexpr std::array<std::string_view, kLeads> kLeadSounds{"g", "k", "n", "d", "t", "r", "m", "b", "p", "s",
                                                           "s", "",  "j", "j", "j", "k", "t", "p", "h"};
constexpr std::array<std::string_view, kVowels> kVowelSounds{"a",  "ae", "ya", "yae", "eo", "e",  "yeo",
                                                             "ye", "o",  "wa", "wae", "oe", "yo", "u",
                                                             "wo", "we", "wi", "yu",  "eu", "ui", "i"};
constexpr std::array<std::string_view, kTails> kTailSounds{"",  "k",  "k", "k", "n", "n", "n", "t", "l", "k",
                                                           "m", "l",  "l", "l", "p", "l", "m", "p", "p", "t",
                                                           "t", "ng", "t", "t", "k", "t", "p", "t"};

// A word in Latin letters: Hangul by its standard romanisation, the rest as it stands.
std::string latin(const std::u32string& word) {
  std::string out;
  for (const char32_t code : word) {
    if (hangul(code)) {
      const char32_t index = code - kSyllables;
      out += kLeadSounds[index / (kVowels * kTails)];
      out += kVowelSounds[index / kTails % kVowels];
      out += kTailSounds[index % kTails];
    } else if (code >= 'a' && code <= 'z') {
      out.push_back(static_cast<char>(code));
    }
  }
  return out;
}

bool vowel(char letter) {
  return std::string_view("aeiouwy").find(letter) != std::string_view::npos;
}

// Spellings of one vowel meet in one letter: eo, eu, oo, u, o and you in "o"; ae, ai, oe, oi and e in "e".
char vowel_class(std::string_view run) {
  while (run.size() > 1 && (run[0] == 'y' || run[0] == 'w')) run.remove_prefix(1);
  const char second = run.size() > 1 ? run[1] : ' ';
  switch (run[0]) {
    case 'a':
      return second == 'e' || second == 'i' || second == 'y' ? 'e' : 'a';
    case 'e':
      return second == 'o' || second == 'u' ? 'o' : second == 'e' || second == 'a' ? 'i' : 'e';
    case 'i':
    case 'y':
      return 'i';
    case 'o':
      return second == 'e' || second == 'i' ? 'e' : 'o';
    default:
      return second == 'i' ? 'i' : second == 'e' ? 'e' : 'o';
  }
}

char consonant_class(char letter) {
  switch (letter) {
    case 'k':
    case 'c':
    case 'q':
      return 'g';
    case 'p':
      return 'b';
    case 't':
      return 'd';
    case 'r':
      return 'l';
    case 'z':
      return 'j';
    default:
      return letter;
  }
}

std::string fold(const std::string& word) {
  std::string out;
  for (size_t i = 0; i < word.size();) {
    const char letter = word[i];
    const bool after_vowel = i > 0 && vowel(word[i - 1]);
    const bool before_vowel = i + 1 < word.size() && vowel(word[i + 1]);
    if (vowel(letter)) {
      size_t end = i;
      while (end < word.size() && vowel(word[end])) ++end;
      out.push_back(vowel_class(std::string_view(word).substr(i, end - i)));
      i = end;
      continue;
    }
    ++i;
    // "Oh", "Park", "Chung", "Shin", "Rhee": letters that only some spellings write.
    if (letter == 'h' && (!before_vowel || (i > 1 && !after_vowel))) continue;
    if (letter == 'r' && after_vowel && !before_vowel) continue;
    const bool before_h = i < word.size() && word[i] == 'h';
    const char folded = letter == 'c' && before_h ? 'j' : consonant_class(letter);
    if (out.empty() || out.back() != folded) out.push_back(folded);
  }
  // "Lee" and "Yi", "Lim" and "Im", "Roh" and "No" are one surname each.
  if (out.starts_with("li")) return out.substr(1);
  if (out.starts_with("l")) out[0] = 'n';
  return out;
}

struct Born {
  std::string_view year, month, day;
};

bool read_born(std::string_view text, Born& out) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  out = {text.substr(0, 4), text.substr(5, 2), text.substr(8, 2)};
  return true;
}

void compare_born(const Identity& a, const Identity& b, std::vector<Ground>& grounds) {
  Born x, y;
  if (!read_born(a.born, x) || !read_born(b.born, y)) return;
  const int same = (x.year == y.year ? 1 : 0) + (x.month == y.month ? 1 : 0) + (x.day == y.day ? 1 : 0);
  const bool exchanged = x.year == y.year && x.month == y.day && x.day == y.month;
  grounds.push_back(same == 3                ? Ground::kBornSame
                    : same == 2 || exchanged ? Ground::kBornNear
                                             : Ground::kBornDiffers);
}

bool has_digit(std::string_view word) {
  return std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Of a normal address, up to the number of the building; empty: it has none.
std::string_view building(std::string_view address) {
  size_t begin = 0;
  while (begin < address.size()) {
    const size_t end = std::min(address.find(' ', begin), address.size());
    const std::string_view word = address.substr(begin, end - begin);
    if (has_digit(word) && begin > 0 && word[0] >= '0' && word[0] <= '9') return address.substr(0, end);
    begin = end + 1;
  }
  return {};
}

void compare_addresses(const Identity& a, const Identity& b, std::vector<Ground>& grounds) {
  const std::string x = normal_address(a.address), y = normal_address(b.address);
  if (x.empty() || y.empty()) return;
  if (x == y)
    grounds.push_back(Ground::kAddressSame);
  else if (!building(x).empty() && building(x) == building(y))
    grounds.push_back(Ground::kAddressNear);
}

void compare_names(const Identity& a, const Identity& b, std::vector<Ground>& grounds) {
  const std::string x = normal_name(a.name), y = normal_name(b.name);
  if (x.empty() || y.empty()) return;
  if (x == y) return grounds.push_back(Ground::kNameSame);
  const std::vector<std::string> ours = sound_keys(a.name), theirs = sound_keys(b.name);
  const bool sounds = std::any_of(ours.begin(), ours.end(), [&theirs](const std::string& one) {
    return std::find(theirs.begin(), theirs.end(), one) != theirs.end();
  });
  if (sounds) grounds.push_back(Ground::kNameSounds);
}

bool has(const Match& match, Ground ground) {
  return std::find(match.grounds.begin(), match.grounds.end(), ground) != match.grounds.end();
}

}  // namespace

Words words(Ground ground) {
  switch (ground) {
    case Ground::kDocumentSame:
      return {"same identity document", "신분증 일치"};
    case Ground::kDocumentDiffers:
      return {"identity documents differ", "신분증 불일치"};
    case Ground::kNameSame:
      return {"same name", "이름 일치"};
    case Ground::kNameSounds:
      return {"name sounds the same in Latin letters", "이름의 로마자 표기 유사"};
    case Ground::kBornSame:
      return {"same birth date", "생년월일 일치"};
    case Ground::kBornNear:
      return {"birth date nearly the same", "생년월일 유사"};
    case Ground::kBornDiffers:
      return {"birth dates differ", "생년월일 불일치"};
    case Ground::kAddressSame:
      return {"same address", "주소 일치"};
    case Ground::kAddressNear:
      return {"same building", "같은 건물"};
  }
  return {"?", "?"};
}

int32_t points(Ground ground) {
  switch (ground) {
    case Ground::kDocumentSame:
      return 100;
    case Ground::kDocumentDiffers:
      return -25;
    case Ground::kNameSame:
      return 45;
    case Ground::kNameSounds:
      return 30;
    case Ground::kBornSame:
      return 35;
    case Ground::kBornNear:
      return 15;
    case Ground::kBornDiffers:
      return -20;
    case Ground::kAddressSame:
      return 20;
    case Ground::kAddressNear:
      return 12;
  }
  return 0;
}

Match compare(const Identity& a, const Identity& b) {
  Match match;
  if (!a.document.empty() && !b.document.empty())
    match.grounds.push_back(a.document == b.document ? Ground::kDocumentSame : Ground::kDocumentDiffers);
  compare_names(a, b, match.grounds);
  compare_born(a, b, match.grounds);
  compare_addresses(a, b, match.grounds);
  int32_t score = 0;
  for (const Ground ground : match.grounds) score += points(ground);
  match.score = std::clamp(score, 0, 100);
  if (has(match, Ground::kDocumentSame)) {
    match.certainty = Certainty::kCertain;
    match.score = 100;
  } else if (match.score >= kProposalScore &&
             (has(match, Ground::kNameSame) || has(match, Ground::kNameSounds))) {
    match.certainty = Certainty::kProposal;
    match.score = std::min(match.score, 99);
  }
  return match;
}

std::vector<Proposal> find_matches(const Identity& person, std::span<const Candidate> candidates) {
  std::vector<Proposal> found;
  for (const Candidate& candidate : candidates) {
    Match match = compare(person, candidate.identity);
    if (match.certainty != Certainty::kNone) found.push_back({candidate.id, std::move(match)});
  }
  std::sort(found.begin(), found.end(), [](const Proposal& a, const Proposal& b) {
    return a.match.score != b.match.score ? a.match.score > b.match.score : a.id < b.id;
  });
  return found;
}

std::string document_digest(std::string_view key, std::string_view kind, std::string_view number) {
  std::string text;
  for (const char c : number) {
    if (c == ' ' || c == '-' || c == '\t') continue;
    text.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
  }
  if (text.empty()) return {};
  return hex(view(hmac_sha256(key, std::string(kind) + '\n' + text)));
}

std::string normal_name(std::string_view name) {
  std::string out;
  bool hangul_before = false;
  for (const std::u32string& word : split(name)) {
    if (!out.empty() && !(hangul_before && hangul(word.front()))) out.push_back(' ');
    for (const char32_t code : word) encode(code, out);
    hangul_before = hangul(word.back());
  }
  return out;
}

std::vector<std::string> sound_keys(std::string_view name) {
  std::vector<std::string> words;
  for (const std::u32string& word : split(name)) {
    std::string letters = latin(word);
    // "Oh", "Noh", "Suh": joined to the next word, that letter would be heard.
    if (letters.size() > 1 && letters.back() == 'h' && vowel(letters[letters.size() - 2])) letters.pop_back();
    if (!letters.empty()) words.push_back(std::move(letters));
  }
  std::vector<std::string> keys;
  // As written, and with the last word first: the surname may stand at either end.
  for (int turn = 0; turn < 2 && !words.empty(); ++turn) {
    std::string joined;
    for (const std::string& word : words) joined += word;
    std::string key = fold(joined);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
    std::rotate(words.begin(), words.end() - 1, words.end());
  }
  return keys;
}

std::string normal_address(std::string_view address) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kProvinces{{
      {"서울특별시", "서울"},
      {"부산광역시", "부산"},
      {"대구광역시", "대구"},
      {"인천광역시", "인천"},
      {"광주광역시", "광주"},
      {"대전광역시", "대전"},
      {"울산광역시", "울산"},
      {"세종특별자치시", "세종"},
      {"경기도", "경기"},
      {"강원특별자치도", "강원"},
      {"충청북도", "충북"},
      {"충청남도", "충남"},
      {"전북특별자치도", "전북"},
      {"전라남도", "전남"},
      {"경상북도", "경북"},
      {"경상남도", "경남"},
      {"제주특별자치도", "제주"},
  }};
  std::string open;
  int depth = 0;
  for (const char c : address) {
    if (c == '(') ++depth;
    if (depth == 0) open.push_back(c);
    if (c == ')' && depth > 0 && --depth == 0) open.push_back(' ');
  }
  std::string out;
  for (const std::u32string& word : split(open)) {
    std::string text;
    for (const char32_t code : word) encode(code, text);
    for (const auto& [whole, shorter] : kProvinces)
      if (text == whole) text = shorter;
    if (!out.empty()) out.push_back(' ');
    out += text;
  }
  return out;
}

std::string building_of(std::string_view normal_address) {
  return std::string(building(normal_address));
}

}  // namespace haechi::law
