// Rejections: tells the log what was refused, without letting a flood of refusals flood the log.
//
// The first refusal of its kind (device, protocol, code) becomes an InputRejected fact at once; those alike
// within the next minute are counted and told in one fact. Belongs to the gateway's loop.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include "base/time.h"
#include "gateway/verify.h"
#include "spine/submit.h"

namespace haechi::gateway {

class Rejections {
 public:
  explicit Rejections(spine::Submit& submit) : submit_(submit) {}

  // `device_id` is empty unless it names a registered device: strangers must not choose what fills the log.
  // `now` is of a clock that never goes back.
  void note(std::string_view device_id, std::string_view protocol, const Rejection& rejection, Time now);

  // Tells what has been counted for a minute. Call it about once a second.
  void flush(Time now);

  uint64_t total() const { return total_; }
  uint64_t lost() const { return *lost_; }  // facts that the spine had no room for

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // device, protocol, code
  struct Kind {
    Rejection last;
    uint32_t untold = 0;
    Time next_at;
  };
  void tell(const Key& key, Kind& kind, Time now);

  spine::Submit& submit_;
  std::map<Key, Kind> kinds_;
  uint64_t total_ = 0;
  std::shared_ptr<std::atomic<uint64_t>> lost_ = std::make_shared<std::atomic<uint64_t>>(0);
};

}  // namespace haechi::gateway
