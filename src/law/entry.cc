#include "law/entry.h"

#include "haechi/v1/effect.pb.h"

namespace haechi::law {

EffectSink::EffectSink(uint32_t partition, uint64_t entry_no, Time at)
    : partition_(partition), entry_no_(entry_no), at_(at) {}

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

std::vector<std::shared_ptr<const v1::Effect>> EffectSink::take() {
  return {std::make_move_iterator(effects_.begin()), std::make_move_iterator(effects_.end())};
}

}  // namespace haechi::law
