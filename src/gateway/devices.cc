#include "gateway/devices.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/archive.h"
#include "base/digest.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::gateway {

bool valid_id(std::string_view id) {
  if (id.empty() || id.size() > 64) return false;
  for (const char c : id) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !digit && c != '_' && c != '.' && c != ':' && c != '-') return false;
  }
  return true;
}

bool is_signed(std::string_view protocol) {
  return protocol.ends_with("-signed");
}

bool Devices::concerns(const v1::Fact& fact) {
  return fact.has_device_registered() || is_signed(fact.report_received().protocol());
}

void Devices::apply(const v1::Fact& fact) {
  if (is_signed(fact.report_received().protocol())) {
    const v1::Report& report = fact.report_received().report();
    if (Known* known = known_of(report.device_id()))
      known->newest_epoch = std::max(known->newest_epoch, report.epoch());
    return;
  }
  if (!fact.has_device_registered()) return;
  const v1::Device& device = fact.device_registered();
  if (!valid_id(device.id())) return;
  if (find(device.id()) == nullptr) {
    Known made;
    made.id = device.id();
    by_id_.insert(std::move(made));
  }
  Known& known = *known_of(device.id());
  Former former = known.former ? *known.former : Former();
  if (known.secret_sha256 != device.secret_sha256()) {
    known.secret_sha256 = device.secret_sha256();
    former.secret_sha256 = device.former_secret_sha256();
    former.secret_until = Time{device.former_until_us()};
  }
  if (known.generation != device.signing_generation()) {
    former.generation = known.generation;
    former.generation_until = Time{device.former_until_us()};
    known.generation = device.signing_generation();
  }
  // Of a first registration there is nothing.
  const bool any = !former.secret_sha256.empty() || former.generation != 0;
  known.former = any ? Rare<Former>(std::move(former)) : Rare<Former>();
  known.signed_only = device.signed_only();
  known.retired = device.retired();
  known.interval_s = device.interval_s() == 0 ? 15 : device.interval_s();
}

const Devices::Known* Devices::find(std::string_view id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : &*it;
}

// What changes of it is never its id.
Devices::Known* Devices::known_of(std::string_view id) {
  return const_cast<Known*>(std::as_const(*this).find(id));
}

bool Devices::proves(std::string_view id, std::string_view secret_sha256, Time now) const {
  static const std::string kNobody(32, '\0');  // compared with when there is nothing to compare with
  const Known* known = find(id);
  const bool in_use = known != nullptr && !known->retired;
  const auto equals = [&](const std::string* digest) {
    const bool usable = digest != nullptr && digest->size() == kNobody.size();
    return equal_secret(secret_sha256, usable ? *digest : kNobody) && usable;
  };
  const bool former_good = in_use && known->former && now < known->former->secret_until;
  const bool is_secret = equals(in_use ? &known->secret_sha256 : nullptr);
  const bool is_former = equals(former_good ? &known->former->secret_sha256 : nullptr);
  return is_secret || is_former;
}

bool Devices::credential_ok(std::string_view id, std::string_view secret, Time now) const {
  return proves(id, view(sha256(secret)), now);
}

Devices& Devices::operator=(Devices&& other) noexcept {
  by_id_ = std::move(other.by_id_);
  return *this;
}

void Devices::save(Writer& out) const {
  std::map<std::string_view, const Known*> in_order;
  for (const Known& known : by_id_) in_order[known.id] = &known;
  write(out, uint64_t{in_order.size()});
  for (const auto& [id, known] : in_order) write(out, *known);
}

void Devices::load(Reader& in) {
  std::vector<Known> all;
  read(in, all);
  by_id_.clear();
  for (Known& known : all) by_id_.insert(std::move(known));
}

Result<Digest> Devices::mac(const std::string& id, uint32_t generation, std::string_view bytes) const {
  if (!macs_) return Error{Code::kUnavailable, "keys", "there is no key ring"};
  return macs_(id, generation, bytes);
}

}  // namespace haechi::gateway
