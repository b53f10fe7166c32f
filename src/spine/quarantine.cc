#include "spine/quarantine.h"

#include <sys/mman.h>

#include <algorithm>

#include "base/files.h"

namespace haechi::spine {
namespace {

constexpr uint64_t kMagic = 0x31'656e'6974'6e72'51;  // of this layout

}  // namespace

Result<std::unique_ptr<Quarantine>> Quarantine::open(const std::string& path) {
  TRY(void* const mapped, map_page(path, sizeof(Page)));
  std::unique_ptr<Quarantine> made(new Quarantine(static_cast<Page*>(mapped)));
  TRY_STATUS(made->judge_last_run());
  TRY_STATUS(sync_directory(directory_of(path)));
  return made;
}

Quarantine::~Quarantine() {
  ::munmap(page_, sizeof(Page));
}

Status Quarantine::sync() {
  if (::msync(page_, sizeof(Page), MS_SYNC) == 0) return {};
  return system_error("sync", "the quarantine");
}

Status Quarantine::judge_last_run() {
  if (page_->magic != kMagic || page_->count > kEntriesMax) *page_ = Page{kMagic, 0, 0, 0, 0, {}};
  const uint64_t at = page_->applying;
  page_->applying = 0;
  if (at != 0) {
    page_->ends = page_->suspect == at ? page_->ends + 1 : 1;
    page_->suspect = at;
  }
  if (page_->ends >= kEndsMax && !passes_over(page_->suspect)) {
    if (page_->count == kEntriesMax)
      return Error{Code::kExhausted, "quarantine", "the program cannot apply the log: use the one before it"};
    page_->entries[page_->count++] = page_->suspect;
  }
  return sync();
}

void Quarantine::clear_suspicion() {
  page_->applying = page_->suspect = page_->ends = 0;
}

bool Quarantine::passes_over(uint64_t no) const {
  const uint64_t *begin = page_->entries, *end = begin + page_->count;
  return std::find(begin, end, no) != end;
}

std::vector<uint64_t> Quarantine::entries() const {
  return {page_->entries, page_->entries + page_->count};
}

}  // namespace haechi::spine
