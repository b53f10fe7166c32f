// PositionTexts: messages with the newest places, written once for all clients that get the same.
//
// What a viewer may see is decided before; here nothing is decided.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "picture/picture.h"
#include "trust/coarse.h"

namespace haechi::live {

class PositionTexts {
 public:
  PositionTexts(const picture::Picture& picture, const Clock& clock, trust::CoarseSecret coarse_secret)
      : picture_(picture), clock_(clock), coarse_(std::move(coarse_secret)) {}

  // {"entry":..,"positions":[..]} for the holders, which have fixes. Coarse: about a kilometre, without
  // movement.
  std::shared_ptr<const std::string> message(const std::vector<uint32_t>& holders, bool coarse);
  // The places of both in one binary frame, see track_frame.h. An index means the same to every client.
  std::shared_ptr<const std::string> frame(const std::vector<uint32_t>& full,
                                           const std::vector<uint32_t>& coarse);
  // {"holders":[..]}: what these indexes stand for.
  std::string holders(const std::vector<uint32_t>& holders) const;
  void begin_round();
  // Keeps nothing: somebody was erased.
  void forget();

 private:
  using Messages = std::map<std::vector<uint32_t>, std::shared_ptr<const std::string>>;
  const std::string& one(uint32_t holder);
  v1::LivePosition coarse_one(uint32_t holder) const;
  struct Text {
    uint64_t entry_no = 0;
    std::string json;
  };
  const picture::Picture& picture_;
  const Clock& clock_;
  const trust::CoarsePlaces coarse_;
  std::vector<Text> texts_;
  Messages round_, frames_;  // of this round
};

}  // namespace haechi::live
