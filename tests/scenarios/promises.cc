#include "tests/scenarios/promises.h"

#include <algorithm>

namespace haechi::scenario {
namespace {

constexpr const char* kPrefix = "ALERT_KIND_";

std::string kind_of(const v1::Alert& alert) {
  return v1::AlertKind_Name(alert.kind()).substr(std::string(kPrefix).size());
}

bool is_about(const Promise& promise, const v1::Alert& alert) {
  return std::find(promise.kinds.begin(), promise.kinds.end(), kind_of(alert)) != promise.kinds.end() &&
         (promise.wearer.empty() || promise.wearer == alert.wearer_id() ||
          (alert.wearer_id().empty() && promise.wearer == alert.protected_id())) &&
         (promise.about.empty() || promise.about == alert.protected_id());
}

// "by 08:01" holds until that second is over, "before 08:01" until it begins.
bool is_within(const Promise& promise, Time at) {
  const bool by = promise.what == Promise::What::kRing || promise.what == Promise::What::kTell;
  return at >= promise.from && (!promise.by.known() || at < promise.by + Duration::seconds(by ? 1 : 0));
}

std::string clock(Time at, const World& world) {
  return world.local(at).substr(11);
}

// The first of the alerts that the promise is about to have rung, or to have cleared, within its time.
struct Found {
  Time at;
  std::string kind;
};
Found find(const Promise& promise, const World& world) {
  Found first;
  for (const v1::Alert& alert : world.narrator().alerts()) {
    if (!is_about(promise, alert)) continue;
    const bool clears = promise.what == Promise::What::kNotClear;
    const Time at{clears ? alert.cleared_at_us() : alert.opened_at_us()};
    if (!at.known() || !is_within(promise, at) || (first.at.known() && first.at <= at)) continue;
    first = {at, kind_of(alert)};
  }
  return first;
}

}  // namespace

Promise read_promise(Words& words, const World& world) {
  Promise made;
  made.from = world.now();
  const char* until = "by";
  if (words.accept("tell")) {
    made.what = Promise::What::kTell;
    made.about = words.take("a protected person");
  } else {
    if (words.accept("not ring")) {
      made.what = Promise::What::kNotRing;
    } else if (words.accept("not clear")) {
      made.what = Promise::What::kNotClear;
    } else {
      words.need("ring");
    }
    if (made.what != Promise::What::kRing) until = "before";
    do {
      const std::string kind = words.take("a kind of alert");
      v1::AlertKind known = v1::ALERT_KIND_UNSPECIFIED;
      if (!v1::AlertKind_Parse(kPrefix + kind, &known)) throw Mistake("there is no alert called " + kind);
      made.kinds.push_back(kind);
    } while (words.accept("or"));
    if (words.accept("of")) {
      made.wearer = words.take("a name");
      if (words.accept("and")) made.about = words.take("a name");
    }
  }
  const bool needs_time = made.what == Promise::What::kRing || made.what == Promise::What::kTell;
  if (needs_time) words.need(until);
  if (needs_time || words.accept(until)) made.by = world.moment(words.time());
  if (words.accept("misses:")) {
    made.misses = words.rest();
    if (made.misses.empty()) throw Mistake("a miss says its reason");
  }
  for (const std::string& name : {made.wearer, made.about})
    if (!name.empty() && !world.knows(name)) throw Mistake("nobody is called " + name);
  return made;
}

Outcome outcome_of(const Promise& promise, const World& world) {
  if (promise.by > world.now())
    throw Mistake("ends before " + world.local(promise.by) + ", which it promises");
  Outcome made;
  made.misses = promise.misses;
  for (const std::string& kind : promise.kinds) made.promise += (made.promise.empty() ? "" : " or ") + kind;
  if (!promise.wearer.empty()) made.promise += " of " + promise.wearer;
  if (!promise.about.empty()) made.promise += " and " + promise.about;
  const bool wanted = promise.what == Promise::What::kRing || promise.what == Promise::What::kTell;
  if (promise.by.known()) made.by = (wanted ? "" : "not before ") + clock(promise.by, world);
  if (promise.what == Promise::What::kTell) {
    made.promise = promise.about + " is told";
    for (const auto& [at, who] : world.narrator().told())
      if (who == promise.about && is_within(promise, at) && !made.kept) {
        made.kept = true;
        made.came = clock(at, world);
      }
    if (!made.kept) made.came = "was not";
    return made;
  }
  const Found found = find(promise, world);
  made.kept = found.at.known() == wanted;
  if (promise.what == Promise::What::kNotRing) made.promise = "no " + made.promise;
  if (promise.what == Promise::What::kNotClear) made.promise += " does not clear";
  made.came = found.at.known() ? clock(found.at, world) : "did not";
  if (found.at.known() && promise.kinds.size() > 1) made.came += ' ' + found.kind;
  return made;
}

}  // namespace haechi::scenario
