#include "live/position_texts.h"

#include "live/json.h"
#include "live/track_frame.h"

namespace haechi::live {
namespace {

// Never 0: default values are left out of JSON.
uint32_t index_of(uint32_t holder) {
  return holder + 1;
}

}  // namespace

void PositionTexts::begin_round() {
  round_.clear();
  frames_.clear();
}

void PositionTexts::forget() {
  begin_round();
  texts_.clear();
}

const std::string& PositionTexts::one(uint32_t holder) {
  if (texts_.size() <= holder) texts_.resize(picture_.positions().size());
  Text& text = texts_[holder];
  const uint64_t entry_no = picture_.positions().entry_no(holder);
  if (text.entry_no != entry_no || text.json.empty()) {
    text.json = json(*picture_.positions().live(holder));
    text.entry_no = entry_no;
  }
  return text.json;
}

v1::LivePosition PositionTexts::coarse_one(uint32_t holder) const {
  v1::LivePosition out = *picture_.positions().live(holder);
  *out.mutable_fix() = coarse_.of(out.person_id(), out.fix());
  return out;
}

std::shared_ptr<const std::string> PositionTexts::message(const std::vector<uint32_t>& holders, bool coarse) {
  std::shared_ptr<const std::string>* kept = nullptr;
  if (!coarse) {
    kept = &round_[holders];
    if (*kept != nullptr) return *kept;
  }
  std::string out = "{\"entry\":" + std::to_string(picture_.entry_no()) + ",\"positions\":[";
  for (size_t i = 0; i < holders.size(); ++i) {
    if (i > 0) out += ',';
    out += coarse ? json(coarse_one(holders[i])) : one(holders[i]);
  }
  out += "]}";
  auto text = std::make_shared<const std::string>(std::move(out));
  if (kept != nullptr) *kept = text;
  return text;
}

std::shared_ptr<const std::string> PositionTexts::frame(const std::vector<uint32_t>& full,
                                                        const std::vector<uint32_t>& coarse) {
  std::shared_ptr<const std::string>* kept = nullptr;
  if (coarse.empty()) {
    kept = &frames_[full];
    if (*kept != nullptr) return *kept;
  }
  const Time now = clock_.now();
  std::string out;
  out.reserve(kFrameHeaderBytes + kFrameRecordBytes * (full.size() + coarse.size()));
  append_frame_header(out, static_cast<uint32_t>(full.size() + coarse.size()), now);
  for (const uint32_t holder : full) {
    append_frame_record(out, index_of(holder), *picture_.positions().live(holder), false, now);
  }
  for (const uint32_t holder : coarse) {
    append_frame_record(out, index_of(holder), coarse_one(holder), true, now);
  }
  auto bytes = std::make_shared<const std::string>(std::move(out));
  if (kept != nullptr) *kept = bytes;
  return bytes;
}

std::string PositionTexts::holders(const std::vector<uint32_t>& holders) const {
  const picture::Positions& positions = picture_.positions();
  std::string out = "{\"holders\":[";
  for (const uint32_t holder : holders) {
    v1::Holder body;
    body.set_index(index_of(holder));
    if (positions.is_unit(holder)) {
      body.set_unit_id(positions.id(holder));
    } else {
      body.set_person_id(positions.id(holder));
      body.set_role(positions.role(holder));
    }
    if (out.back() != '[') out += ',';
    append_json(out, body);
  }
  return out + "]}";
}

}  // namespace haechi::live
