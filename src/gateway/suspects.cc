#include "gateway/suspects.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>

#include "base/digest.h"
#include "base/files.h"
#include "base/last_words.h"

namespace haechi::gateway {
namespace {

constexpr uint64_t kMagic = 0x31'7374'6365'7073;  // of this layout

thread_local constinit std::string_view t_reading;
std::atomic<char*> g_at_fault{nullptr};

// As it is kept: whole, or its beginning, and an end.
void keep_name(char* to, std::string_view who) {
  const size_t size = std::min(who.size(), Suspects::kNameMax - 1);
  std::memcpy(to, who.data(), size);
  to[size] = '\0';
}

bool is_kept_as(const char* kept, std::string_view who) {
  return std::string_view(kept) == who.substr(0, Suspects::kNameMax - 1);
}

}  // namespace

Result<std::unique_ptr<Suspects>> Suspects::open(const std::string& path, std::string_view build, Time now) {
  TRY(void* const mapped, map_page(path, sizeof(Page)));
  std::unique_ptr<Suspects> made(new Suspects(static_cast<Page*>(mapped)));
  uint64_t digest = 0;
  std::memcpy(&digest, sha256(build).data(), sizeof digest);
  made->judge_last_run(digest, now);
  made->any_ = std::any_of(made->page_->suspects, made->page_->suspects + kSuspectsMax,
                           [](const Suspect& one) { return one.faults >= kFaultsMax; });
  g_at_fault = made->page_->at_fault;
  before_last_words(&Suspects::note_fault);
  return made;
}

Suspects::~Suspects() {
  g_at_fault = nullptr;
  ::munmap(page_, sizeof(Page));
}

void Suspects::judge_last_run(uint64_t build, Time now) {
  if (page_->magic != kMagic || page_->build != build) {
    *page_ = Page{};
    page_->magic = kMagic;
    page_->build = build;
  }
  char(&at_fault)[kNameMax] = page_->at_fault;
  at_fault[kNameMax - 1] = '\0';
  if (at_fault[0] == '\0') return;
  Suspect* const end = page_->suspects + kSuspectsMax;
  Suspect* found =
      std::find_if(page_->suspects, end, [&](const Suspect& one) { return is_kept_as(one.who, at_fault); });
  if (found == end) {
    found = std::min_element(page_->suspects, end,
                             [](const Suspect& a, const Suspect& b) { return a.last_at_us < b.last_at_us; });
    *found = Suspect{};
    keep_name(found->who, at_fault);
  }
  ++found->faults;
  found->last_at_us = now.us;
  at_fault[0] = '\0';
}

bool Suspects::shuns(std::string_view who, Time now) const {
  return any_ && !who.empty() &&
         std::any_of(page_->suspects, page_->suspects + kSuspectsMax, [&](const Suspect& one) {
           const Duration since = now - Time{one.last_at_us};
           return one.faults >= kFaultsMax && since.us >= 0 && since < kShunnedFor &&
                  is_kept_as(one.who, who);
         });
}

Suspects::Reading::Reading(std::string_view who) : before_(t_reading) {
  t_reading = who;
}

Suspects::Reading::~Reading() {
  t_reading = before_;
}

void Suspects::note_fault() {
  char* const to = g_at_fault.load();
  if (to != nullptr && !t_reading.empty()) keep_name(to, t_reading);
}

}  // namespace haechi::gateway
