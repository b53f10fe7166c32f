#include "vault/keeper_desk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "vault/cipher.h"
#include "vault/keeper_wire.h"

namespace haechi::vault {
namespace {

// The keeper of a node that was killed ends a moment after it.
void wait_for_former(const std::string& ring) {
  constexpr std::chrono::milliseconds kPatience{2'000}, kLook{5};
  const int file = ::open(ring.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  for (auto waited = std::chrono::milliseconds(0); waited < kPatience; waited += kLook) {
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) break;
    std::this_thread::sleep_for(kLook);
  }
  ::close(file);
}

std::vector<KeyId> take_ids(Reader& in) {
  std::vector<KeyId> ids;
  read(in, ids);
  return ids;
}

}  // namespace

bool KeeperDesk::serve(KeeperLine& line) {
  while (const auto question = line.receive()) {
    Reader in(*question);
    Ask ask{};
    read(in, ask);
    Writer out;
    if (in.failed() || (ask == Ask::kOpenRing) == (ring_ != nullptr) || !answer(ask, in, out)) return false;
    if (!line.send(out.written())) return true;
  }
  return true;
}

// Nothing is done of what is not whole.
bool KeeperDesk::answer(Ask ask, Reader& in, Writer& out) {
  std::string name;
  uint64_t number = 0;
  uint32_t generation = 0;
  switch (ask) {
    case Ask::kOpenRing:
      put(out, open_ring(in));
      return in.done();
    case Ask::kKeyOf:
      put(out, key_of(in));
      return in.done();
    case Ask::kHasOlder:
      read(in, name);
      read(in, number);
      if (in.done()) write(out, ring_->has_older(name, number));
      return in.done();
    case Ask::kDestroy:
      read(in, name);
      read(in, number);
      if (in.done()) put(out, ring_->destroy(name, number));
      return in.done();
    case Ask::kUnderHouse:
      write(out, uint64_t{ring_->under_house()});
      return in.done();
    case Ask::kChangeMaster: {
      RingPlace place;
      read(in, place);
      read(in, name);
      if (in.done()) put(out, ring_->change_master(place, name));
      return in.done();
    }
    case Ask::kSealParts:
      put(out, seal_parts(in));
      return in.done();
    case Ask::kSealTexts:
      write(out, seal_texts(in));
      return in.done();
    case Ask::kOpenBoxes:
      write(out, open_boxes(in));
      return in.done();
    case Ask::kDeviceMac: {
      read(in, name);
      read(in, generation);
      const std::string_view bytes = take_text(in);
      if (in.done()) put(out, ring_->device_mac(name, generation, bytes));
      return in.done();
    }
    case Ask::kDeviceKey:
      read(in, name);
      read(in, generation);
      if (in.done()) put(out, ring_->device_key(name, generation));
      return in.done();
    case Ask::kCoarse: {
      const std::string_view text = take_text(in);
      if (in.done()) put(out, ring_->coarse_digest(text));
      return in.done();
    }
  }
  return false;
}

Result<bool> KeeperDesk::open_ring(Reader& in) {
  RingPlace place;
  read(in, place);
  if (!in.done()) return false;
  wait_for_former(place.path);
  TRY(ring_, vault::open_ring(place, RingMode::kWrite));
  return locked_;
}

Result<KeyId> KeeperDesk::key_of(Reader& in) {
  std::string owner;
  uint64_t reached = 0;
  read(in, owner);
  read(in, reached);
  if (owner.empty() || owner.size() > Keeper::kOwnerBytesMax) in.fail();
  if (!in.done()) return KeyId{0};
  Result<KeyId> id = KeyId{0};
  {
    const std::lock_guard lock(making_);
    ring_->reach(reached);
    id = ring_->key_of(owner);
  }
  if (id.ok()) TRY_STATUS(ring_->settle());
  return id;
}

Result<std::vector<Keeper::SealedPart>> KeeperDesk::seal_parts(Reader& in) {
  std::vector<Keeper::Part> parts;
  uint64_t last_no = 0;
  read(in, parts);
  read(in, last_no);
  for (const Keeper::Part& part : parts) {
    if (part.owners.empty()) in.fail();
    for (const std::string& owner : part.owners)
      if (owner.empty() || owner.size() > Keeper::kOwnerBytesMax) in.fail();
  }
  if (!in.done()) return std::vector<Keeper::SealedPart>();
  Result<std::vector<Keeper::SealedPart>> sealed = [&] {
    const std::lock_guard lock(making_);
    return ring_->seal(parts, last_no);
  }();
  if (sealed.ok()) TRY_STATUS(ring_->settle());
  return sealed;
}

std::vector<Keeper::Answer> KeeperDesk::seal_texts(Reader& in) const {
  std::vector<Keeper::Text> texts(archive::read_count(in));
  for (Keeper::Text& text : texts) {
    read(in, text.key_id);
    text.nonce = take_text(in);
    text.beside = take_text(in);
    text.text = take_text(in);
    if (text.nonce.size() != kNonceBytes) in.fail();
    if (in.failed()) break;
  }
  return in.done() ? ring_->seal(texts) : std::vector<Keeper::Answer>();
}

std::vector<Keeper::Answer> KeeperDesk::open_boxes(Reader& in) const {
  const size_t count = archive::read_count(in);
  std::vector<std::vector<KeyId>> ids;
  std::vector<Keeper::Box> boxes;
  ids.reserve(count);
  for (size_t i = 0; i < count && !in.failed(); ++i) {
    ids.push_back(take_ids(in));
    Keeper::Box& box = boxes.emplace_back();
    box.key_ids = ids.back();
    box.nonce = take_text(in);
    box.beside = take_text(in);
    box.box = take_text(in);
  }
  return in.done() ? ring_->open(boxes) : std::vector<Keeper::Answer>();
}

}  // namespace haechi::vault
