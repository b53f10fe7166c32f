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

// A place of hers is named by its moment: there are as many names as points, and each is in its record alone.
bool is_named(const std::string& id) {
  return !id.empty() && id.find('@') == std::string::npos;
}

// No id begins with one of these marks.
std::string by(const std::string& viewer) {
  return ">" + viewer;
}
std::string at(const std::string& id) {
  return "@" + id;
}
std::string did(const std::string& action) {
  return "!" + action;
}
constexpr const char* kRefused = "-";
constexpr const char* kAny = "*";

}  // namespace

std::vector<std::string> names_of(const v1::AccessDecided& access) {
  std::vector<std::string> names = {kAny, by(access.viewer()), did(access.action())};
  if (!access.allowed()) names.emplace_back(kRefused);
  if (is_named(access.subject_id())) names.push_back(at(access.subject_id()));
  for (const std::string& id : access.shown_ids())
    if (is_named(id)) names.push_back(at(id));
  return names;
}

std::vector<std::string> names_of(const AccessQuery& query) {
  std::vector<std::string> names;
  if (!query.viewer.empty()) names.push_back(by(query.viewer));
  if (is_named(query.subject_id)) names.push_back(at(query.subject_id));
  if (query.denied_only) names.emplace_back(kRefused);
  if (!query.action.empty()) names.push_back(did(query.action));
  if (names.empty()) names.emplace_back(kAny);
  return names;
}

bool matches(const AccessQuery& query, const v1::AccessEntry& entry) {
  const v1::AccessDecided& access = entry.access();
  if (query.before_entry_no != 0 && entry.entry_no() >= query.before_entry_no) return false;
  if (!query.viewer.empty() && access.viewer() != query.viewer) return false;
  if (!query.action.empty() && access.action() != query.action) return false;
  if (query.denied_only && access.allowed()) return false;
  return query.subject_id.empty() || about(access, query.subject_id);
}

bool add_to(v1::AccessList& page, const v1::AccessEntry& entry, size_t limit) {
  if (static_cast<size_t>(page.entries_size()) >= limit) {
    page.set_next(std::to_string(page.entries(page.entries_size() - 1).entry_no()));
    return false;
  }
  *page.add_entries() = entry;
  return true;
}

void AccessTrail::fold(const spine::Batch& batch) {
  for (const spine::PublishedEntry& entry : batch.entries) {
    if (!entry.fact->has_access_decided()) continue;
    v1::AccessEntry& kept = entries_.emplace_back();
    kept.set_entry_no(entry.no);
    kept.set_at_us(entry.stamped_at.us);
    *kept.mutable_access() = entry.fact->access_decided();
    while (entries_.size() > kAccessEntriesMax) entries_.pop_front();
  }
}

v1::AccessList AccessTrail::find(const AccessQuery& query) const {
  v1::AccessList list;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (matches(query, *entry) && !add_to(list, *entry, query.limit)) break;
  }
  return list;
}

}  // namespace haechi::api
