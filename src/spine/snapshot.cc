#include "spine/snapshot.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/archive.h"
#include "base/files.h"
#include "haechi/state_form.h"
#include "vault/cipher.h"

namespace haechi::spine {
namespace {

// kMagic, then what stands in Head, then the boxes: the snapshot in pieces of kPieceBytes, each sealed.
constexpr std::string_view kMagic = "haechi snapshot\n";
constexpr std::string_view kSuffix = ".snapshot";
constexpr size_t kPieceBytes = 16u << 20;
const std::string kOwner = "snapshots";

struct Head {
  vault::KeyId key = 0;
  std::array<char, vault::kNonceBytes - sizeof(uint32_t)> nonce{};  // of this file; a piece's has its number
  uint64_t bytes = 0;                                               // of all pieces
};

std::string nonce_of(const Head& head, uint32_t piece) {
  std::string nonce(head.nonce.begin(), head.nonce.end());
  nonce.append(reinterpret_cast<const char*>(&piece), sizeof piece);
  return nonce;
}

Error not_to_be_trusted(std::string reason) {
  return Error{Code::kCorrupt, "snapshot", std::move(reason)};
}

Result<std::string> bytes_of_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return system_error("open", path);
  std::string bytes;
  size_t have = 0;
  struct stat found {};
  ssize_t got = ::fstat(file, &found);
  if (got == 0) bytes.resize(static_cast<size_t>(found.st_size));
  while (got >= 0 && have < bytes.size() &&
         (got = ::read(file, bytes.data() + have, bytes.size() - have)) > 0)
    have += static_cast<size_t>(got);
  const Status outcome = got >= 0 ? Status() : Status(system_error("read", path));
  ::close(file);
  TRY_STATUS(outcome);
  bytes.resize(have);
  return bytes;
}

Result<std::string> opened(const std::string& file, const vault::KeyRing& ring) {
  Head head;
  Reader in(file);
  if (in.bytes(kMagic.size()) != kMagic) return not_to_be_trusted("is no snapshot");
  haechi::read(in, head);
  const std::string_view beside(file.data(), file.size() - in.left());
  vault::Key key;
  if (in.failed() || ring.find(head.key, key) != vault::KeyRing::State::kLiving)
    return not_to_be_trusted("the key it is sealed under is gone");
  std::string plain;
  plain.reserve(std::min<uint64_t>(head.bytes, in.left()));
  for (uint32_t piece = 0; plain.size() < head.bytes; ++piece) {
    const uint64_t left = head.bytes - plain.size();
    const std::string_view box = in.bytes(std::min<uint64_t>(left, kPieceBytes) + vault::kTagBytes);
    const auto text = box.empty() ? std::nullopt : vault::decrypt(key, nonce_of(head, piece), beside, box);
    if (!text) return not_to_be_trusted("is damaged or torn");
    plain += *text;
  }
  if (!in.done()) return not_to_be_trusted("goes on after its end");
  return plain;
}

}  // namespace

std::string_view state_form() {
  return kStateForm;
}

std::string SnapshotStore::path_of(uint64_t entry_no) const {
  return directory_ + "/" + std::to_string(entry_no) + std::string(kSuffix);
}

std::vector<uint64_t> SnapshotStore::entries() const {
  std::vector<uint64_t> out;
  std::error_code none;
  for (const auto& file : std::filesystem::directory_iterator(directory_, none)) {
    const std::string name = file.path().filename().string();
    uint64_t no = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), no);
    if (error == std::errc() && std::string_view(end) == kSuffix) out.push_back(no);
  }
  std::sort(out.rbegin(), out.rend());
  return out;
}

Status SnapshotStore::write(const Snapshot& snapshot) {
  Writer plain_out, out;
  haechi::write(plain_out, std::string(state_form()));
  haechi::write(plain_out, snapshot.at);
  haechi::write(plain_out, snapshot.parts);
  const std::string plain = plain_out.take();

  Head head;
  TRY(head.key, ring_.key_of(kOwner));
  TRY_STATUS(ring_.settle());
  vault::Key key;
  if (ring_.find(head.key, key) != vault::KeyRing::State::kLiving)
    return Error{Code::kUnavailable, "snapshot", "somebody was erased meanwhile"};
  vault::draw(head.nonce.data(), head.nonce.size());
  head.bytes = plain.size();
  out.bytes(kMagic.data(), kMagic.size());
  haechi::write(out, head);
  std::string file = out.take();
  const std::string beside = file;
  for (size_t begin = 0, piece = 0; begin < plain.size(); begin += kPieceBytes, ++piece)
    file += vault::encrypt(key, nonce_of(head, static_cast<uint32_t>(piece)), beside,
                           std::string_view(plain).substr(begin, kPieceBytes));

  TRY_STATUS(make_directory(directory_));
  TRY_STATUS(replace_file(path_of(snapshot.at.no), file));
  const std::vector<uint64_t> kept = entries();
  std::error_code none;
  for (size_t i = kKept; i < kept.size(); ++i) std::filesystem::remove(path_of(kept[i]), none);
  return {};
}

Result<Snapshot> SnapshotStore::read(uint64_t entry_no) const {
  TRY(const std::string file, bytes_of_file(path_of(entry_no)));
  TRY(const std::string plain, opened(file, ring_));
  Reader in(plain);
  std::string form;
  haechi::read(in, form);
  if (form != state_form()) return not_to_be_trusted("holds the state of another version");
  Snapshot out;
  haechi::read(in, out.at);
  haechi::read(in, out.parts);
  if (!in.done() || out.at.no != entry_no) return not_to_be_trusted("is not what its name says");
  return out;
}

Status SnapshotStore::forget(uint64_t before_no) {
  TRY_STATUS(ring_.destroy(kOwner, before_no));
  std::error_code none;
  for (const uint64_t no : entries())
    if (no < before_no) std::filesystem::remove(path_of(no), none);
  return {};
}

Result<OpenedLog> open_log(log::SqliteOptions options, const SnapshotStore& store,
                           const std::function<void(uint64_t entry_no, const Error& why)>& passed_over) {
  for (const uint64_t no : store.entries()) {
    Result<Snapshot> snapshot = store.read(no);
    if (!snapshot.ok()) {
      passed_over(no, snapshot.error());
      continue;
    }
    options.verified = snapshot->at;
    Result<std::unique_ptr<log::Log>> log = log::open_sqlite_log(options);
    if (log.ok()) return OpenedLog{*std::move(log), *std::move(snapshot)};
    // Whether it is the snapshot or the log that is wrong, opening it with nothing taken for granted will
    // tell.
    passed_over(no, log.error());
  }
  options.verified = {};
  TRY(std::unique_ptr<log::Log> log, log::open_sqlite_log(options));
  return OpenedLog{std::move(log), std::nullopt};
}

}  // namespace haechi::spine
