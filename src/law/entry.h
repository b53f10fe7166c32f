// What the engine is given and where its effects go. Shared by the two machines, monitor and dispatch.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace haechi::v1 {
class Fact;
class Effect;
}  // namespace haechi::v1

namespace haechi::law {

// One durable fact with its number and the moment it was stamped. The only clock the engine has is
// `stamped_at`, which strictly increases from entry to entry.
struct Entry {
  uint64_t no;
  Time stamped_at;
  const v1::Fact& fact;
};

// Collects the effects of one entry. Each gets the id "<partition>-<entry>-<index>", so a replay names them
// alike.
class EffectSink {
 public:
  EffectSink(uint32_t partition, uint64_t entry_no, Time at, bool names_by_subject = false);
  ~EffectSink();
  EffectSink(const EffectSink&) = delete;
  EffectSink& operator=(const EffectSink&) = delete;

  // A new effect, its id, entry and time already set; the reference holds until the next call.
  v1::Effect& add();
  // An id for an object this entry creates: "<prefix>-<entry>-<n>", n counting from 0 over all prefixes.
  std::string new_id(const char* prefix);
  // Likewise, of an object about `subject`; named "<prefix>-<entry>-<eight digits of the subject's digest>"
  // in a log that names by subject, so that what else the entry creates does not change it.
  std::string new_id(const char* prefix, std::string_view subject);
  std::vector<std::shared_ptr<const v1::Effect>> take();
  const std::vector<std::shared_ptr<v1::Effect>>& effects() const { return effects_; }

 private:
  uint32_t partition_;
  uint64_t entry_no_;
  Time at_;
  bool names_by_subject_;
  uint32_t ids_ = 0;
  std::vector<std::string> named_;  // by subject
  std::vector<std::shared_ptr<v1::Effect>> effects_;
};

}  // namespace haechi::law
