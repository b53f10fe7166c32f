#include "base/archive.h"

#include <mutex>
#include <set>

namespace haechi {

std::string_view read_lasting(Reader& in) {
  static std::mutex mutex;
  static std::set<std::string> texts;
  std::string text;
  read(in, text);
  const std::lock_guard lock(mutex);
  return *texts.insert(std::move(text)).first;
}

}  // namespace haechi
