#include "vault/key_ring.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/digest.h"
#include "base/ensure.h"
#include "base/files.h"
#include "vault/cipher.h"
#include "vault/patient.h"

namespace haechi::vault {
namespace {

constexpr size_t kSlotBytes =
    256;  // divides a sector: a torn write leaves a slot as it was or as it is to be
constexpr std::string_view kMagic = "HAERING1";
constexpr size_t kOpenedMax = 16'384;
constexpr std::chrono::seconds kTokenWait{10};
// slot = magic[8] | state[1] | owner length[1] | owner[128] | key id[8] | since entry[8] | wrapped[40] |
// wrapping key[8] | zeros | crc[4]
constexpr size_t kStateAt = 8, kOwnerAt = 10, kIdAt = kOwnerAt + KeyRing::kOwnerBytesMax,
                 kSinceAt = kIdAt + 8, kWrappedAt = kSinceAt + 8, kUnderAt = kWrappedAt + kWrappedBytes,
                 kCrcAt = kSlotBytes - 4;
static_assert(kUnderAt + 8 <= kCrcAt);
constexpr char kLiving = 1, kDestroyed = 2;
constexpr KeyId kCheck = 0;  // the first slot: shows that the master key is the right one

// The house's, and those of which the keys of devices are made: without them reports would be refused.
bool stays_open(std::string_view owner) {
  return owner == KeyRing::kHouse || owner.starts_with("root/");
}

void put(std::string& out, size_t at, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) out[at + i] = static_cast<char>(value >> (8 * (bytes - 1 - i)));
}
uint64_t get(std::string_view in, size_t at, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<uint8_t>(in[at + i]);
  return value;
}

Error refused(const std::string& path, const char* what) {
  return Error{Code::kUnavailable, "keys", path + " " + what};
}

bool write_all(int file, std::string_view bytes, off_t at) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
    at += written;
  }
  return true;
}

// Best effort: of what a disk or file system kept elsewhere nothing is known.
void wipe(int file) {
  struct stat about {};
  if (::fstat(file, &about) != 0) return;
  if (write_all(file, std::string(static_cast<size_t>(about.st_size), '\0'), 0)) ::fsync(file);
}

// The same bytes in the same place. After a sync that failed, the system may hold as clean what the disk
// never got, also for whoever opens the file next: only what is written again is synced again.
Status write_again(int file, const std::string& path) {
  std::string bytes(1u << 20, '\0');
  for (off_t at = 0;; at += static_cast<off_t>(bytes.size())) {
    const ssize_t read = ::pread(file, bytes.data(), bytes.size(), at);
    if (read < 0) return refused(path, "cannot be read");
    if (!write_all(file, std::string_view(bytes).substr(0, static_cast<size_t>(read)), at))
      return refused(path, "cannot be written");
    if (read < static_cast<ssize_t>(bytes.size())) break;
  }
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return {};
}

}  // namespace

RingPlace place_beside(std::string data) {
  while (data.size() > 1 && data.back() == '/') data.pop_back();
  return {data + ".keys/ring", std::getenv(kMasterVariable) == nullptr ? data + ".keys/master" : ""};
}

Result<Key> read_master(const RingPlace& place) {
  std::string text;
  if (place.master_file.empty()) {
    const char* said = std::getenv(kMasterVariable);
    if (said == nullptr) return Error{Code::kNotFound, kMasterVariable, "is not set"};
    text = said;
  } else {
    std::ifstream in(place.master_file);
    if (!in) return Error{Code::kNotFound, "master key", place.master_file + " cannot be read"};
    in >> text;
  }
  std::string bytes;
  for (size_t at = 0; at + 1 < text.size(); at += 2) {
    const std::string two = text.substr(at, 2);
    if (two.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) break;
    bytes += static_cast<char>(std::stoi(two, nullptr, 16));
  }
  const bool whole = text.size() == 2 * Key::kBytes && bytes.size() == Key::kBytes;
  const Key key(whole ? bytes : std::string(Key::kBytes, '\0'));
  OPENSSL_cleanse(bytes.data(), bytes.size());
  OPENSSL_cleanse(text.data(), text.size());
  if (whole) return key;
  return invalid(place.master_file.empty() ? kMasterVariable : place.master_file,
                 "must be 64 hexadecimal digits");
}

Status make_master(const std::string& path) {
  if (file_exists(path)) return refused(path, "is there already");
  TRY_STATUS(make_directory(directory_of(path)));
  return replace_file(path, hex(random_secret(Key::kBytes)) + "\n");
}

Result<std::unique_ptr<KeyRing>> KeyRing::open(const std::string& path, std::unique_ptr<Master> master,
                                               RingMode mode) {
  const bool writes = mode == RingMode::kWrite;
  if (writes) TRY_STATUS(make_directory(directory_of(path)));
  const int file = ::open(path.c_str(), (writes ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0600);
  if (file < 0 && errno == ENOENT) return Error{Code::kNotFound, "keys", "there is no key ring at " + path};
  if (file < 0) return refused(path, "cannot be opened");
  std::unique_ptr<KeyRing> ring(new KeyRing(path, file, std::move(master)));
  if (writes && ::flock(file, LOCK_EX | LOCK_NB) != 0) return refused(path, "is in use by another process");
  if (writes) TRY_STATUS(write_again(file, path));
  TRY_STATUS(ring->begin(mode));
  // What was found may be in memory only: whoever wrote it may have been killed before it was synced. From
  // now on something may be sealed under it.
  ring->unsettled_ = writes;
  if (writes) TRY_STATUS(sync_directory(directory_of(path)));
  return ring;
}

KeyRing::~KeyRing() {
  ::close(file_);
}

Status KeyRing::begin(RingMode mode) {
  TRY_STATUS(read_slots());
  const auto check = slots_.find(kCheck);
  if (check != slots_.end()) {
    if (!master_->unwrap(check->second.wrapped)) return invalid("master key", "is not the one of " + path_);
    slots_.erase(check);
    for (const auto& [owner, ids] : living_)
      if (stays_open(owner)) (void)opened(ids.back());
    return mode == RingMode::kWrite ? bring_home() : Status();
  }
  if (!slots_.empty() || next_place_ > 1 || mode == RingMode::kReadOnly)
    return Error{Code::kCorrupt, "keys", "the first slot of " + path_ + " is damaged"};
  Slot first;
  first.living = true;
  TRY(first.wrapped, master_->wrap(Key(random_secret(Key::kBytes))));
  TRY_STATUS(write_slot(file_, kCheck, first));
  return sync(file_);
}

Status KeyRing::read_slots() {
  std::string bytes(kSlotBytes, '\0');
  for (uint32_t place = 0;; ++place) {
    const ssize_t read = ::pread(file_, bytes.data(), kSlotBytes, static_cast<off_t>(place) * kSlotBytes);
    if (read < 0) return refused(path_, "cannot be read");
    if (read == 0) break;
    next_place_ = place + 1;
    const bool whole = read == static_cast<ssize_t>(kSlotBytes) &&
                       std::string_view(bytes).starts_with(kMagic) &&
                       get(bytes, kCrcAt, 4) == crc32c(std::string_view(bytes).substr(0, kCrcAt));
    // Of keys that were made in a moment that a power cut ended, some are not whole and nothing is sealed
    // under any. A slot that decayed is noticed by what was sealed under its key.
    if (!whole) continue;
    Slot slot;
    slot.place = place;
    slot.living = bytes[kStateAt] == kLiving;
    slot.owner = bytes.substr(kOwnerAt, static_cast<uint8_t>(bytes[kStateAt + 1]));
    slot.since_no = get(bytes, kSinceAt, 8);
    if (slot.living) slot.wrapped = bytes.substr(kWrappedAt, kWrappedBytes);
    slot.under = get(bytes, kUnderAt, 8);
    const KeyId id = get(bytes, kIdAt, 8);
    if (slot.living && id != kCheck) living_[slot.owner].push_back(id);
    slots_[id] = std::move(slot);
  }
  return {};
}

Status KeyRing::write_slot(int file, KeyId id, const Slot& slot) const {
  std::string bytes(kSlotBytes, '\0');
  kMagic.copy(bytes.data(), kMagic.size());
  bytes[kStateAt] = slot.living ? kLiving : kDestroyed;
  bytes[kStateAt + 1] = static_cast<char>(slot.owner.size());
  slot.owner.copy(bytes.data() + kOwnerAt, kOwnerBytesMax);
  put(bytes, kIdAt, id, 8);
  put(bytes, kSinceAt, slot.since_no, 8);
  slot.wrapped.copy(bytes.data() + kWrappedAt, kWrappedBytes);
  put(bytes, kUnderAt, slot.under, 8);
  put(bytes, kCrcAt, crc32c(std::string_view(bytes).substr(0, kCrcAt)), 4);
  if (write_all(file, bytes, static_cast<off_t>(slot.place) * kSlotBytes)) return {};
  return refused(path_, "cannot be written");
}

Status KeyRing::sync(int file) const {
  return ::fdatasync(file) == 0 ? Status() : Status(refused(path_, "cannot be synced"));
}

Status KeyRing::settle() {
  const std::lock_guard lock(mutex_);
  if (!unsettled_) return {};
  if (!sync(file_).ok()) storage_failed("the key ring could not be synced");
  unsettled_ = false;
  return {};
}

Result<KeyId> KeyRing::key_of(const std::string& owner) {
  ENSURE(!owner.empty() && owner.size() <= kOwnerBytesMax, owner.size());
  const std::lock_guard lock(mutex_);
  if (const auto found = living_.find(owner); found != living_.end()) return found->second.back();
  return make(owner);
}

Result<KeyId> KeyRing::renew(const std::string& owner) {
  ENSURE(!owner.empty() && owner.size() <= kOwnerBytesMax, owner.size());
  const std::lock_guard lock(mutex_);
  return make(owner);
}

Result<KeyId> KeyRing::make(const std::string& owner) {
  const Key key(random_secret(Key::kBytes));
  TRY(const std::string wrapped, master_->wrap(key));
  return make(owner, key, wrapped, 0);
}

Result<KeyId> KeyRing::make(const std::string& owner, const Key& key, const std::string& wrapped,
                            KeyId under) {
  KeyId id = kCheck;
  while (id == kCheck || slots_.contains(id)) draw(reinterpret_cast<char*>(&id), sizeof id);
  Slot slot{next_place_, owner, entry_no_.load(std::memory_order_relaxed), true, wrapped, under};
  TRY_STATUS(write_slot(file_, id, slot));
  ++next_place_;
  unsettled_ = true;
  slots_[id] = std::move(slot);
  living_[owner].push_back(id);
  keep_open(id, key);
  return id;
}

Result<std::pair<KeyId, Key>> KeyRing::make_under_house(const std::string& owner) {
  if (!house_ || owner == kHouse) return Error{Code::kUnavailable, "keys", "the master key cannot be used"};
  const Key key(random_secret(Key::kBytes));
  TRY(const std::string wrapped, master_of(house_->second)->wrap(key));
  TRY(const KeyId id, make(owner, key, wrapped, house_->first));
  return std::pair(id, key);
}

Result<std::pair<KeyId, Key>> KeyRing::sealing_key(const std::string& owner) {
  ENSURE(!owner.empty() && owner.size() <= kOwnerBytesMax, owner.size());
  const std::lock_guard lock(mutex_);
  const auto found = living_.find(owner);
  const KeyId newest = found == living_.end() ? kCheck : found->second.back();
  if (const auto opened = opened_.find(newest); opened != opened_.end())
    return std::pair(newest, opened->second);
  const auto now = std::chrono::steady_clock::now();
  if (now >= asked_again_) {
    const Result<KeyId> id = newest == kCheck ? make(owner) : Result<KeyId>(newest);
    if (id.ok())
      if (const auto key = opened(*id)) return std::pair(*id, *key);
    asked_again_ = now + kTokenWait;
  }
  return make_under_house(owner);
}

void KeyRing::keep_open(KeyId id, const Key& key) const {
  if (opened_.size() >= kOpenedMax) {
    const auto victim = std::find_if(opened_.begin(), opened_.end(), [this](const auto& one) {
      return !stays_open(slots_.at(one.first).owner);
    });
    if (victim != opened_.end()) opened_.erase(victim);
  }
  opened_.insert_or_assign(id, key);
  if (const auto house = living_.find(kHouse); house != living_.end() && house->second.back() == id)
    house_ = std::pair(id, key);
}

std::optional<Key> KeyRing::unwrapped(const Slot& slot) const {
  if (slot.under == kCheck) return master_->unwrap(slot.wrapped);
  if (house_ && house_->first == slot.under) return master_of(house_->second)->unwrap(slot.wrapped);
  const auto house = slots_.find(slot.under);
  if (house == slots_.end() || house->second.under != kCheck) return std::nullopt;
  const std::optional<Key> key = master_->unwrap(house->second.wrapped);
  return key ? master_of(*key)->unwrap(slot.wrapped) : std::nullopt;
}

std::optional<Key> KeyRing::opened(KeyId id) const {
  if (const auto known = opened_.find(id); known != opened_.end()) return known->second;
  const std::optional<Key> key = unwrapped(slots_.at(id));
  if (key) keep_open(id, *key);
  return key;
}

Status KeyRing::bring_home() {
  bool changed = false;
  for (auto& [id, slot] : slots_) {
    if (!slot.living || slot.under == kCheck) continue;
    const std::optional<Key> key = unwrapped(slot);
    if (!key) continue;  // said of whatever was sealed under it
    Slot home = slot;
    home.under = kCheck;
    TRY(home.wrapped, master_->wrap(*key));
    TRY_STATUS(write_slot(file_, id, home));
    slot = std::move(home);
    changed = true;
  }
  return changed ? sync(file_) : Status();
}

KeyRing::State KeyRing::find(KeyId id, Key& key) const {
  const std::lock_guard lock(mutex_);
  const auto slot = slots_.find(id);
  if (slot == slots_.end()) return State::kUnknown;
  if (!slot->second.living) return State::kDestroyed;
  const std::optional<Key> found = opened(id);
  if (!found) return State::kUnknown;
  key = *found;
  return State::kLiving;
}

bool KeyRing::has_older(const std::string& owner, uint64_t no) const {
  const std::lock_guard lock(mutex_);
  const auto living = living_.find(owner);
  return living != living_.end() && std::any_of(living->second.begin(), living->second.end(),
                                                [&](KeyId id) { return slots_.at(id).since_no < no; });
}

Status KeyRing::destroy(const std::string& owner, uint64_t no) {
  const std::lock_guard lock(mutex_);
  const auto living = living_.find(owner);
  if (living == living_.end()) return {};
  std::vector<KeyId> older;
  for (const KeyId id : living->second)
    if (slots_.at(id).since_no < no) older.push_back(id);
  return end(older);
}

Result<size_t> KeyRing::destroy_replaced(const std::string& owner) {
  const std::lock_guard lock(mutex_);
  const auto living = living_.find(owner);
  if (living == living_.end()) return 0;
  TRY_STATUS(bring_home());
  const std::vector<KeyId> replaced(living->second.begin(), living->second.end() - 1);
  TRY_STATUS(end(replaced));
  return replaced.size();
}

// All of them are of one owner.
Status KeyRing::end(const std::vector<KeyId>& ids) {
  if (ids.empty()) return {};
  for (const KeyId id : ids) {
    Slot gone = slots_.at(id);
    gone.living = false;
    gone.wrapped.clear();
    TRY_STATUS(write_slot(file_, id, gone));
  }
  if (!sync(file_).ok()) storage_failed("the end of a key could not be synced");
  std::vector<KeyId>& living = living_.at(slots_.at(ids.front()).owner);
  for (const KeyId id : ids) {
    Slot& slot = slots_.at(id);
    slot.living = false;
    slot.wrapped.clear();
    opened_.erase(id);
    if (house_ && house_->first == id) house_.reset();
    std::erase(living, id);
  }
  if (living.empty()) living_.erase(slots_.at(ids.front()).owner);
  return {};
}

Result<std::string> KeyRing::wrapped_under(Master& master, const Slot& slot) const {
  const std::optional<Key> key = unwrapped(slot);
  if (!key) return Error{Code::kCorrupt, "keys", "a key of " + path_ + " cannot be unwrapped"};
  return master.wrap(*key);
}

Status KeyRing::write_under(Master& master, int file, std::unordered_map<KeyId, Slot>& slots) const {
  Slot first;
  first.living = true;
  TRY(first.wrapped, master.wrap(Key(random_secret(Key::kBytes))));
  TRY_STATUS(write_slot(file, kCheck, first));
  for (auto& [id, slot] : slots) {
    if (slot.living) {
      const std::lock_guard lock(mutex_);
      TRY(slot.wrapped, wrapped_under(master, slot));
      slot.under = kCheck;
    }
    TRY_STATUS(write_slot(file, id, slot));
  }
  return sync(file);
}

Status KeyRing::write_since(Master& master, int file, std::unordered_map<KeyId, Slot>& slots) const {
  for (const auto& [id, slot] : slots_) {
    const auto copied = slots.find(id);
    if (copied != slots.end() && copied->second.living == slot.living) continue;
    Slot changed = slot;
    if (slot.living) {
      TRY(changed.wrapped, wrapped_under(master, slot));
      changed.under = kCheck;
    }
    TRY_STATUS(write_slot(file, id, changed));
    slots[id] = std::move(changed);
  }
  return sync(file);
}

Status KeyRing::rewrap(std::unique_ptr<Master> master) {
  const std::lock_guard alone(rewrapping_);
  const std::string fresh = path_ + ".new";
  const int file = ::open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return refused(fresh, "cannot be made");
  std::unique_lock lock(mutex_);
  std::unordered_map<KeyId, Slot> slots = slots_;
  lock.unlock();
  Status status = write_under(*master, file, slots);
  lock.lock();
  if (status.ok()) status = write_since(*master, file, slots);
  if (status.ok() && (::flock(file, LOCK_EX | LOCK_NB) != 0 || ::rename(fresh.c_str(), path_.c_str()) != 0))
    status = refused(path_, "cannot be replaced");
  if (!status.ok()) return wipe(file), ::close(file), ::unlink(fresh.c_str()), status;
  status = sync_directory(directory_of(path_));
  wipe(file_);
  ::close(file_);
  file_ = file;
  master_ = std::move(master);
  slots_ = std::move(slots);
  return status;
}

size_t KeyRing::living() const {
  const std::lock_guard lock(mutex_);
  size_t keys = 0;
  for (const auto& [owner, ids] : living_) keys += ids.size();
  return keys;
}

size_t KeyRing::under_house() const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(std::count_if(slots_.begin(), slots_.end(), [](const auto& one) {
    return one.second.living && one.second.under != kCheck;
  }));
}

std::vector<std::string> KeyRing::owners() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [owner, ids] : living_) out.push_back(owner);
  std::sort(out.begin(), out.end());
  return out;
}

namespace {

// Where the next master key waits while a rotation is under way.
std::string next_of(const std::string& master_file) {
  return master_file + ".new";
}

Result<std::unique_ptr<Master>> open_master(const RingPlace& place) {
  if (is_token_uri(place.master_file)) {
    TRY(std::unique_ptr<Master> token, open_token(place.master_file));
    return patient(std::move(token));
  }
  TRY(const Key key, read_master(place));
  return master_of(key);
}

void wipe_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  wipe(file);
  ::close(file);
}

// The next master key is the one: nothing is left of the one before.
Status take_next(const std::string& master_file) {
  wipe_file(master_file);
  if (::rename(next_of(master_file).c_str(), master_file.c_str()) != 0)
    return refused(master_file, "cannot be replaced");
  return sync_directory(directory_of(master_file));
}

// A crash ended a rotation: if the ring is wrapped under the next master key, that one is the master key.
// Null: it is not.
Result<std::unique_ptr<KeyRing>> finish_rotation(const RingPlace& place, RingMode mode) {
  const RingPlace next{place.path, next_of(place.master_file)};
  const Result<Key> key = read_master(next);
  if (key.ok()) {
    auto ring = KeyRing::open(place.path, *key, mode);
    if (ring.ok() && mode == RingMode::kWrite) TRY_STATUS(take_next(place.master_file));
    if (ring.ok() || ring.error().code != Code::kInvalid) return ring;
  }
  if (mode != RingMode::kWrite) return std::unique_ptr<KeyRing>();
  // What was wrapped so far may hold a key that was ended since.
  for (const std::string& undone : {next.master_file, place.path + ".new"}) {
    wipe_file(undone);
    ::unlink(undone.c_str());
  }
  return std::unique_ptr<KeyRing>();
}

}  // namespace

Result<std::unique_ptr<KeyRing>> open_ring(const RingPlace& place, RingMode mode) {
  std::error_code error;
  if (!place.master_file.empty() && !is_token_uri(place.master_file)) {
    if (std::filesystem::exists(next_of(place.master_file), error)) {
      TRY(std::unique_ptr<KeyRing> ring, finish_rotation(place, mode));
      if (ring) return ring;
    }
    const bool fresh =
        !std::filesystem::exists(place.path, error) && !std::filesystem::exists(place.master_file, error);
    if (fresh && mode == RingMode::kWrite) TRY_STATUS(make_master(place.master_file));
  }
  TRY(std::unique_ptr<Master> master, open_master(place));
  return KeyRing::open(place.path, std::move(master), mode);
}

Result<size_t> change_master(KeyRing& ring, const RingPlace& place, const std::string& to) {
  if (to.empty() && (place.master_file.empty() || is_token_uri(place.master_file)))
    return invalid("to", "is needed: the master key is in no file");
  std::error_code error;
  const RingPlace next{place.path, to.empty() ? next_of(place.master_file) : to};
  if (!is_token_uri(next.master_file) && !std::filesystem::exists(next.master_file, error))
    TRY_STATUS(make_master(next.master_file));
  TRY(std::unique_ptr<Master> master, open_master(next));
  TRY_STATUS(ring.rewrap(std::move(master)));
  if (to.empty()) TRY_STATUS(take_next(place.master_file));
  return ring.living();
}

Result<size_t> KeyRing::change_master(const RingPlace& place, const std::string& to) {
  return vault::change_master(*this, place, to);
}

Result<size_t> rotate_master(const RingPlace& place, const std::string& to) {
  std::error_code error;
  if (!std::filesystem::exists(place.path, error))
    return Error{Code::kNotFound, "keys", "there is no key ring at " + place.path};
  if (to.empty() && (place.master_file.empty() || is_token_uri(place.master_file)))
    return invalid("to", "is needed: the master key is in no file");
  TRY(const std::unique_ptr<KeyRing> ring, open_ring(place, RingMode::kWrite));
  return change_master(*ring, place, to);
}

}  // namespace haechi::vault
