#include "api/access_trail.h"

#include <algorithm>

#include "haechi/v1/fact.pb.h"
#include "spine/submit.h"

namespace haechi::api {
namespace {

bool about(const v1::AccessDecided& access, const std::string& id) {
  if (access.subject_id() == id) return true;
  return std::find(access.shown_ids().begin(), access.shown_ids().end(), id) != access.shown_ids().end();
}

bool matches(const AccessQuery& query, const v1::AccessEntry& entry) {
  const v1::AccessDecided& access = entry.access();
  if (query.before_entry_no != 0 && entry.entry_no() >= query.before_entry_no) return false;
  if (!query.viewer.empty() && access.viewer() != query.viewer) return false;
  if (!query.action.empty() && access.action() != query.action) return false;
  if (query.denied_only && access.allowed()) return false;
  return query.subject_id.empty() || about(access, query.subject_id);
}

}  // namespace

void AccessTrail::fold(const spine::Batch& batch) {
  for (const spine::PublishedEntry& entry : batch.entries) {
    if (!entry.fact->has_access_decided()) continue;
    v1::AccessEntry& kept = entries_.emplace_back();
    kept.set_entry_no(entry.no);
    kept.set_at_us(entry.stamped_at.us);
    *kept.mutable_access() = entry.fact->access_decided();
    if (entries_.size() > kAccessEntriesMax) entries_.pop_front();
  }
}

v1::AccessList AccessTrail::find(const AccessQuery& query) const {
  v1::AccessList list;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (!matches(query, *entry)) continue;
    if (static_cast<size_t>(list.entries_size()) == query.limit) {
      list.set_next(std::to_string(list.entries(list.entries_size() - 1).entry_no()));
      break;
    }
    *list.add_entries() = *entry;
  }
  return list;
}

}  // namespace haechi::api
