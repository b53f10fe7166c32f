#include "law/entry.h"

#include <algorithm>

#include "base/digest.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::law {

EffectSink::EffectSink(uint32_t partition, uint64_t entry_no, Time at, bool names_by_subject)
    : partition_(partition), entry_no_(entry_no), at_(at), names_by_subject_(names_by_subject) {}

EffectSink::~EffectSink() = default;

v1::Effect& EffectSink::add() {
  auto effect = std::make_shared<v1::Effect>();
  effect->set_id(std::to_string(partition_) + '-' + std::to_string(entry_no_) + '-' +
                 std::to_string(effects_.size()));
  effect->set_entry_no(entry_no_);
  effect->set_at_us(at_.us);
  effects_.push_back(std::move(effect));
  return *effects_.back();
}

std::string EffectSink::new_id(const char* prefix) {
  return std::string(prefix) + '-' + std::to_string(entry_no_) + '-' + std::to_string(ids_++);
}

std::string EffectSink::new_id(const char* prefix, std::string_view subject) {
  if (!names_by_subject_) return new_id(prefix);
  const Digest digest = sha256(subject);
  std::string id =
      std::string(prefix) + '-' + std::to_string(entry_no_) + '-' + hex(view(digest).substr(0, 4));
  const auto before = std::count(named_.begin(), named_.end(), id);
  named_.push_back(id);
  return before == 0 ? id : id + '-' + std::to_string(before);
}

std::vector<std::shared_ptr<const v1::Effect>> EffectSink::take() {
  return {std::make_move_iterator(effects_.begin()), std::make_move_iterator(effects_.end())};
}

}  // namespace haechi::law
