#include "log/scrub.h"

namespace haechi::log {

Status Scrub::step(uint64_t records_max) {
  uint64_t left = records_max;
  TRY_STATUS(reader_.read(from_no_, [&left](const Record&) { return --left > 0; }));
  from_no_ = left > 0 ? 1 : from_no_ + records_max;
  return {};
}

}  // namespace haechi::log
