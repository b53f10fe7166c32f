#include "base/archive.h"

#include <mutex>
#include <set>

namespace haechi {

std::string_view Reader::bytes_of_pieces(size_t count) {
  if (count > left_) {
    fail();
    return {};
  }
  joined_.clear();
  while (joined_.size() < count) {
    if (piece_.empty()) piece_ = next_ ? next_() : std::string_view();
    if (piece_.empty()) {
      fail();
      return {};
    }
    const size_t taken = std::min(count - joined_.size(), piece_.size());
    joined_ += piece_.substr(0, taken);
    piece_.remove_prefix(taken);
  }
  left_ -= count;
  return joined_;
}

std::string_view read_lasting(Reader& in) {
  static std::mutex mutex;
  static std::set<std::string> texts;
  std::string text;
  read(in, text);
  const std::lock_guard lock(mutex);
  return *texts.insert(std::move(text)).first;
}

}  // namespace haechi
