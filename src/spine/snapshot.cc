#include "spine/snapshot.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/ensure.h"
#include "base/files.h"
#include "base/saved.h"
#include "haechi/state_form.h"
#include "vault/cipher.h"

namespace haechi::spine {
namespace {

// kMagic, then what stands in Head, then boxes: what stands in Index, and each part in pieces of kPieceBytes,
// so small that one stays in the processor's cache between being opened and being read. A part begins with a
// piece of its own.
constexpr std::string_view kMagic = "haechi snapshot\n";
constexpr std::string_view kSuffix = ".snapshot";
constexpr size_t kPieceBytes = 1u << 18;
const std::string kOwner = "snapshots";

struct Head {
  vault::KeyId key = 0;
  std::array<char, vault::kNonceBytes - sizeof(uint32_t)> nonce{};  // of this file; a piece's has its number
  uint64_t index_bytes = 0;
};
constexpr size_t kHeadBytes = kMagic.size() + archive::flat_size<Head>();

struct Index {
  std::string form;
  log::ChainPoint at;
  std::vector<std::pair<std::string, uint64_t>> parts;  // their bytes
};

std::string nonce_of(const Head& head, uint32_t piece) {
  std::string nonce(head.nonce.begin(), head.nonce.end());
  nonce.append(reinterpret_cast<const char*>(&piece), sizeof piece);
  return nonce;
}

uint32_t pieces_of(uint64_t bytes) {
  return static_cast<uint32_t>((bytes + kPieceBytes - 1) / kPieceBytes);
}

Error not_to_be_trusted(std::string reason) {
  return Error{Code::kCorrupt, "snapshot", std::move(reason)};
}

}  // namespace

struct StoredSnapshot::Sealed {
  ~Sealed() {
    if (file >= 0) ::close(file);
  }
  vault::Keeper::Answer open(uint32_t piece, uint64_t offset, size_t bytes) const {
    std::string box(bytes + vault::kTagBytes, '\0');
    const ssize_t got = ::pread(file, box.data(), box.size(), static_cast<off_t>(offset));
    if (got != static_cast<ssize_t>(box.size())) box.clear();
    const std::string nonce = nonce_of(head, piece);
    const vault::Keeper::Box sealed{{&head.key, 1}, nonce, beside, box};
    return std::move(keeper->open({&sealed, 1}).front());
  }

  int file = -1;
  Head head;
  std::string beside;  // the first kHeadBytes
  const vault::Keeper* keeper = nullptr;
};

Reader StoredSnapshot::read(const Part& part) const {
  struct At {
    std::string piece;
    uint32_t next = 0;
  };
  return Reader(part.bytes, [sealed = sealed_, part, at = std::make_shared<At>()]() -> std::string_view {
    const uint64_t before = uint64_t{at->next} * kPieceBytes;
    if (before >= part.bytes) return {};
    auto piece = sealed->open(part.piece + at->next, part.offset + before + at->next * vault::kTagBytes,
                              std::min<uint64_t>(part.bytes - before, kPieceBytes));
    if (!piece.whole()) return {};
    ++at->next;
    at->piece = std::move(piece.bytes);
    return at->piece;
  });
}

Reader StoredSnapshot::part(const std::string& name) const {
  const auto found = parts_.find(name);
  return found == parts_.end() ? Reader(std::string_view()) : read(found->second);
}

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
  Index index{std::string(state_form()), snapshot.at, {}};
  for (const auto& [name, bytes] : snapshot.parts) index.parts.emplace_back(name, bytes.size());
  const std::string plain_index = saved(index);

  Head head;
  TRY(head.key, ring_.key_of(kOwner));
  TRY_STATUS(ring_.settle());
  vault::draw(head.nonce.data(), head.nonce.size());
  head.index_bytes = plain_index.size();
  const std::string beside = std::string(kMagic) + saved(head);
  ENSURE(beside.size() == kHeadBytes, beside.size());

  TRY_STATUS(make_directory(directory_));
  TRY_STATUS(replace_file(path_of(snapshot.at.no), [&](const PutBytes& put) -> Status {
    TRY_STATUS(put(beside));
    uint32_t piece = 0;
    const auto seal = [&](std::string_view plain) -> Status {
      const std::string nonce = nonce_of(head, piece++);
      const vault::Keeper::Text text{head.key, nonce, beside, plain};
      const vault::Keeper::Answer box = std::move(ring_.seal({&text, 1}).front());
      if (!box.whole()) return Error{Code::kUnavailable, "snapshot", "somebody was erased meanwhile"};
      return put(box.bytes);
    };
    TRY_STATUS(seal(plain_index));
    for (const auto& [name, bytes] : snapshot.parts) {
      for (size_t begin = 0; begin < bytes.size(); begin += kPieceBytes)
        TRY_STATUS(seal(std::string_view(bytes).substr(begin, kPieceBytes)));
    }
    return {};
  }));
  const std::vector<uint64_t> kept = entries();
  std::error_code none;
  for (size_t i = kKept; i < kept.size(); ++i) std::filesystem::remove(path_of(kept[i]), none);
  return {};
}

Result<StoredSnapshot> SnapshotStore::read(uint64_t entry_no) const {
  const std::string path = path_of(entry_no);
  const auto sealed = std::make_shared<StoredSnapshot::Sealed>();
  sealed->file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (sealed->file < 0 || ::fstat(sealed->file, &status) != 0) return system_error("read", path);
  const auto size = static_cast<uint64_t>(status.st_size);
  sealed->beside.resize(kHeadBytes);
  const bool has_head = ::pread(sealed->file, sealed->beside.data(), kHeadBytes, 0) == kHeadBytes;
  if (!has_head || !sealed->beside.starts_with(kMagic)) return not_to_be_trusted("is no snapshot");
  Reader head(std::string_view(sealed->beside).substr(kMagic.size()));
  haechi::read(head, sealed->head);
  sealed->keeper = &ring_;

  const uint64_t index_bytes = std::min(sealed->head.index_bytes, size);
  const auto plain_index = sealed->open(0, kHeadBytes, index_bytes);
  if (plain_index.key != vault::KeyState::kLiving)
    return not_to_be_trusted("the key it is sealed under is gone");
  if (!plain_index.intact) return not_to_be_trusted("is damaged or torn");
  Index index;
  Reader in(plain_index.bytes);
  haechi::read(in, index.form);
  if (index.form != state_form()) return not_to_be_trusted("holds the state of another version");
  haechi::read(in, index.at);
  haechi::read(in, index.parts);
  if (!in.done() || index.at.no != entry_no) return not_to_be_trusted("is not what its name says");

  StoredSnapshot out;
  out.at_ = index.at;
  out.sealed_ = sealed;
  uint64_t offset = kHeadBytes + index_bytes + vault::kTagBytes;
  uint32_t piece = 1;
  for (const auto& [name, bytes] : index.parts) {
    out.parts_[name] = {bytes, offset, piece};
    offset += bytes + pieces_of(bytes) * vault::kTagBytes;
    piece += pieces_of(bytes);
  }
  if (offset < size) return not_to_be_trusted("goes on after its end");
  for (const auto& [name, part] : out.parts_) {
    Reader whole = out.read(part);
    while (whole.left() > 0) whole.bytes(std::min(whole.left(), kPieceBytes));
    if (whole.failed()) return not_to_be_trusted("is damaged or torn");
  }
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
    Result<StoredSnapshot> snapshot = store.read(no);
    if (!snapshot.ok()) {
      passed_over(no, snapshot.error());
      continue;
    }
    options.verified = snapshot->at();
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
