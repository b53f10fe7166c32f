#include "evidence/note.h"

#include <algorithm>
#include <charconv>

#include "base/base64.h"
#include "base/ensure.h"
#include "log/files.h"

namespace haechi::evidence {
namespace {

constexpr std::string_view kDash = "\xe2\x80\x94 ";  // em dash and space begin every signature line
constexpr size_t kSignatures = 64;
constexpr size_t kSignatureBytes = 64;
constexpr char kPrivatePrefix[] = "PRIVATE+KEY+";

std::string be32(uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

std::string be64(uint64_t value) {
  return be32(static_cast<uint32_t>(value >> 32)) + be32(static_cast<uint32_t>(value));
}

uint64_t read_be(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > 255) return false;
  for (const char c : name)
    if (c <= ' ' || c == '+' || c == 0x7f) return false;
  return true;
}

std::string hex32(uint32_t value) {
  return hex(be32(value));
}

// What is signed: the body, or for a cosignature the body under a line with the time.
std::string message_of(KeyUse use, const std::string& body, uint64_t seconds) {
  if (use == KeyUse::kLog) return body;
  return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + body;
}

std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

Error no_note(const char* reason) {
  return invalid("note", reason);
}

Error no_key(const char* reason) {
  return invalid("key", reason);
}

Result<NoteSignature> read_signature(std::string_view line) {
  if (!line.starts_with(kDash)) return no_note("a signature line must begin with an em dash and a space");
  line.remove_prefix(kDash.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || !is_name(line.substr(0, space)))
    return no_note("a signature line names no key");
  const auto bytes = decode_base64(line.substr(space + 1));
  if (!bytes || bytes->size() < 5) return no_note("a signature is no base64");
  return NoteSignature{std::string(line.substr(0, space)),
                       static_cast<uint32_t>(read_be(std::string_view(*bytes).substr(0, 4))),
                       bytes->substr(4)};
}

}  // namespace

Result<Note> read_note(std::string_view text) {
  if (text.size() > kNoteBytesMax) return no_note("is too long");
  for (const char c : text)
    if (static_cast<uint8_t>(c) < ' ' && c != '\n') return no_note("holds control characters");
  const size_t end = text.rfind("\n\n");
  if (end == std::string_view::npos || !text.ends_with('\n')) return no_note("has no signatures");
  Note note;
  note.body = text.substr(0, end + 1);
  std::string_view rest = text.substr(end + 2);
  while (!rest.empty()) {
    TRY(NoteSignature signature, read_signature(take_line(rest)));
    note.signatures.push_back(std::move(signature));
    if (note.signatures.size() > kSignatures) return no_note("has too many signatures");
  }
  if (note.signatures.empty()) return no_note("has no signatures");
  return note;
}

std::string text_of(const Note& note) {
  std::string out = note.body + "\n";
  for (const NoteSignature& one : note.signatures)
    out += std::string(kDash) + one.name + " " + base64(be32(one.key_id) + one.bytes) + "\n";
  return out;
}

std::string body_of(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" + base64(view(checkpoint.root)) +
         "\n";
}

Result<Checkpoint> read_checkpoint(std::string_view body) {
  Checkpoint out;
  out.origin = take_line(body);
  const std::string_view size = take_line(body);
  const auto [end, failed] = std::from_chars(size.data(), size.data() + size.size(), out.size);
  if (failed != std::errc() || std::to_string(out.size) != size) return invalid("checkpoint", "has no size");
  const auto root = decode_base64(take_line(body));
  if (out.origin.empty() || !root || root->size() != out.root.size())
    return invalid("checkpoint", "has no origin or no root");
  std::copy(root->begin(), root->end(), out.root.begin());
  return out;
}

VerifierKey::VerifierKey(std::string name, KeyUse use, const std::array<uint8_t, 32>& bytes)
    : name_(std::move(name)), use_(use), bytes_(bytes) {
  const std::string typed = std::string(1, static_cast<char>(use)) + std::string(bytes.begin(), bytes.end());
  id_ = static_cast<uint32_t>(read_be(view(sha256(name_ + "\n" + typed)).substr(0, 4)));
}

Result<VerifierKey> VerifierKey::read(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const size_t first = text.find('+'), second = text.find('+', first + 1);
  if (second == std::string_view::npos) return no_key("must be name+id+base64");
  const auto typed = decode_base64(text.substr(second + 1));
  if (!typed || typed->size() != 33) return no_key("must hold the type and 32 bytes in base64");
  const auto use = static_cast<KeyUse>((*typed)[0]);
  if (use != KeyUse::kLog && use != KeyUse::kCosignature) return no_key("is not of Ed25519");
  if (!is_name(text.substr(0, first))) return no_key("has no name");
  std::array<uint8_t, 32> bytes;
  std::copy(typed->begin() + 1, typed->end(), bytes.begin());
  VerifierKey key(std::string(text.substr(0, first)), use, bytes);
  if (hex32(key.id_) != text.substr(first + 1, second - first - 1))
    return no_key("does not have the id it names");
  return key;
}

std::string VerifierKey::text() const {
  const std::string typed =
      std::string(1, static_cast<char>(use_)) + std::string(bytes_.begin(), bytes_.end());
  return name_ + "+" + hex32(id_) + "+" + base64(typed);
}

std::optional<Time> VerifierKey::signed_at(const Note& note) const {
  const size_t time_bytes = use_ == KeyUse::kCosignature ? 8 : 0;
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_.data(), bytes_.size()), EVP_PKEY_free);
  if (!key) return std::nullopt;
  for (const NoteSignature& one : note.signatures) {
    if (one.key_id != id_ || one.name != name_ || one.bytes.size() != time_bytes + kSignatureBytes) continue;
    const uint64_t seconds = read_be(std::string_view(one.bytes).substr(0, time_bytes));
    const std::string message = message_of(use_, note.body, seconds);
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* signature = reinterpret_cast<const unsigned char*>(one.bytes.data() + time_bytes);
    if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
        EVP_DigestVerify(context.get(), signature, kSignatureBytes,
                         reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1)
      return Time{static_cast<int64_t>(seconds) * 1'000'000};
  }
  return std::nullopt;
}

Result<LogKeys> read_log_keys(std::string_view text) {
  LogKeys keys;
  while (!text.empty()) {
    TRY(VerifierKey key, VerifierKey::read(take_line(text)));
    if (!keys.empty() && keys.front().name() != key.name())
      return no_key("is of another log than the one before");
    keys.push_back(std::move(key));
  }
  if (keys.empty()) return no_key("is missing");
  return keys;
}

std::string text_of(const LogKeys& keys) {
  std::string out;
  for (const VerifierKey& key : keys) out += key.text() + "\n";
  return out;
}

bool signed_by_any(const LogKeys& keys, const Note& note) {
  return std::any_of(keys.begin(), keys.end(),
                     [&note](const VerifierKey& key) { return key.signed_at(note).has_value(); });
}

std::string body_of_succession(const VerifierKey& next) {
  return next.name() + "\nnext key\n" + next.text() + "\n";
}

Result<VerifierKey> read_succession(const LogKeys& trusted, std::string_view text) {
  TRY(const Note note, read_note(text));
  if (!signed_by_any(trusted, note)) return no_note("is not signed by a key that is trusted");
  std::string_view rest = note.body;
  const std::string_view origin = take_line(rest), kind = take_line(rest);
  TRY(VerifierKey next, VerifierKey::read(take_line(rest)));
  if (kind != "next key" || origin != next.name() || origin != trusted.front().name() || !rest.empty())
    return no_note("names no next key of this log");
  return next;
}

Result<SigningKey> SigningKey::from_seed(std::string name, KeyUse use, std::string_view seed) {
  if (!is_name(name)) return no_key("has no name");
  if (seed.size() != 32) return no_key("must have 32 bytes");
  EVP_PKEY* key = EVP_PKEY_new_raw_private_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(seed.data()), seed.size());
  ENSURE(key != nullptr);
  return SigningKey(std::move(name), use, key);
}

Result<SigningKey> SigningKey::of(std::shared_ptr<Signer> signer, const std::string& name, KeyUse use) {
  const std::string& bytes = signer->public_key();
  EVP_PKEY* key =
      bytes.size() != 32
          ? nullptr
          : EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                        reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  if (key == nullptr) return no_key("is not of Ed25519");
  SigningKey made(name, use, key);
  made.signer_ = std::move(signer);
  return made;
}

// The file holds one line, "PRIVATE+KEY+name+id+base64", as the tools of signed notes write it.
Result<SigningKey> SigningKey::open(const KeyPlace& place, const std::string& name, KeyUse use) {
  if (place.signer) return of(place.signer, name, use);
  TRY(const std::string stored, log::read_file(place.file, kNoteBytesMax));
  std::string_view line = stored;
  line = take_line(line);
  const std::string prefix = kPrivatePrefix + name + "+";
  if (!line.starts_with(prefix)) return no_key("the key file is of another name, or no key file");
  line.remove_prefix(prefix.size());
  const size_t plus = line.find('+');
  const auto typed = decode_base64(line.substr(plus == std::string_view::npos ? line.size() : plus + 1));
  if (!typed || typed->size() != 33 || (*typed)[0] != static_cast<char>(use))
    return no_key("the key file holds no key of this use");
  TRY(SigningKey key, from_seed(name, use, std::string_view(*typed).substr(1)));
  if (line.substr(0, plus) != hex32(key.verifier().id()))
    return no_key("the key file is damaged: the id does not fit");
  return key;
}

Result<SigningKey> SigningKey::open_or_make(const KeyPlace& place, const std::string& name, KeyUse use) {
  Result<SigningKey> stored = open(place, name, use);
  if (stored.ok() || stored.error().code != Code::kNotFound) return stored;
  const std::string seed = random_secret(32);
  TRY(SigningKey made, from_seed(name, use, seed));
  const std::string typed = std::string(1, static_cast<char>(use)) + seed;
  TRY_STATUS(log::replace_file(
      place.file, kPrivatePrefix + name + "+" + hex32(made.verifier().id()) + "+" + base64(typed) + "\n"));
  return made;
}

VerifierKey SigningKey::verifier() const {
  std::array<uint8_t, 32> bytes;
  size_t size = bytes.size();
  ENSURE(EVP_PKEY_get_raw_public_key(key_.get(), bytes.data(), &size) == 1);
  return VerifierKey(name_, use_, bytes);
}

// A signer that signs something else would make a log that nobody believes: each signature is checked.
Result<std::string> SigningKey::signature_of(const std::string& message) const {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  if (!signer_) {
    std::string signature(kSignatureBytes, '\0');
    size_t size = signature.size();
    ENSURE(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
    ENSURE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                          message.size()) == 1);
    return signature;
  }
  TRY(std::string signature, signer_->sign(Signer::How::kEd25519, message));
  ENSURE(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  if (EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), bytes, message.size()) == 1)
    return signature;
  return Error{Code::kUnavailable, "key", "what the token signs does not fit its public key"};
}

Status SigningKey::sign(Note& note, Time at) const {
  const auto seconds = static_cast<uint64_t>(at.us / 1'000'000);
  TRY(const std::string signature, signature_of(message_of(use_, note.body, seconds)));
  note.signatures.push_back(
      {name_, verifier().id(), use_ == KeyUse::kCosignature ? be64(seconds) + signature : signature});
  return {};
}

}  // namespace haechi::evidence
