// The search: one pass over each register, every hit decided by the same table as the object itself.
#include <algorithm>

#include "api/lists.h"
#include "api/page.h"
#include "api/register.h"
#include "api/subjects.h"
#include "haechi/v1/api.pb.h"
#include "trust/personal.h"

namespace haechi::api::lists {
namespace {

using trust::Action;

constexpr size_t kTextMin = 2, kTextMax = 64;  // characters
constexpr size_t kHitsMax = 50;
constexpr size_t kNamesMax = 200;  // persons of that name who are looked at

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += lower(c);
  return out;
}

size_t characters_in(std::string_view utf8) {
  return static_cast<size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & '\xc0') != '\x80'; }));
}

class Search {
 public:
  Search(const Exchange& exchange, const std::string& text) : exchange_(exchange), text_(lower(text)) {}

  Status names();
  void ids();
  // Exact ids first, then what begins with the text, then what holds it; `more` when some were left out.
  Result<v1::SearchAnswer> take();

 private:
  struct Hit {
    int rank;
    v1::SearchHit hit;
  };
  bool may(Action action, const trust::Subject& subject) const {
    return decide_on(exchange_, action, subject).allowed;
  }
  // The role alone opens these registers.
  bool opens(Action action) const {
    return trust::decide_collection(exchange_.viewer, action, exchange_.purpose).allowed;
  }
  int rank(const std::string& id) const {
    const std::string known = lower(id);
    const size_t at = known.find(text_);
    if (at == std::string::npos) return -1;
    return at > 0 ? 2 : known.size() > text_.size() ? 1 : 0;
  }
  void add(int rank, const char* kind, const std::string& id, const std::string& title,
           const std::string& person_id) {
    v1::SearchHit hit;
    hit.set_kind(kind);
    hit.set_id(id);
    hit.set_title(title);
    hit.set_person_id(person_id);
    hits_.push_back({rank, std::move(hit)});
  }
  void persons();
  void registers();
  void work();

  const Exchange& exchange_;
  const std::string text_;
  std::map<std::string, std::string> name_of_;  // of persons found by their name
  std::vector<Hit> hits_;
};

Status Search::names() {
  if (!opens(Action::kSeeRecord)) return {};
  TRY(const auto found, exchange_.world.records.persons_named(text_, kNamesMax));
  for (const auto& [id, record] : found) {
    if (!may(Action::kSeeRecord, person_subject(exchange_, id, "person"))) continue;
    TRY(const std::string text, trust::reveal(exchange_.viewer, exchange_.purpose, record));
    v1::PersonRecord read;
    if (read_json(text, read).ok()) name_of_[id] = read.name();
  }
  return {};
}

void Search::persons() {
  for (const auto& [id, person] : exchange_.world.picture.persons()) {
    const auto named = name_of_.find(id);
    const int by_id = rank(id);
    if (person.removed() || (by_id < 0 && named == name_of_.end())) continue;
    if (!may(Action::kSeeRecord, person_subject(exchange_, id, "person"))) continue;
    const std::string name = named == name_of_.end() ? std::string() : named->second;
    add(by_id >= 0 ? by_id : 1 + (rank(name) > 1 ? 1 : 0), "person", id, name, id);
  }
}

void Search::registers() {
  const picture::Picture& picture = exchange_.world.picture;
  if (opens(Action::kSeeRegister)) {
    for (const auto& [id, device] : picture.devices()) {
      if (rank(id) >= 0 && !device_subject(exchange_, id).relations.recused)
        add(rank(id), "device", id, v1::DeviceKind_Name(device.kind()), device.person_id());
    }
    for (const auto& [id, order] : picture.orders()) {
      if (rank(id) >= 0 && !order_subject(exchange_, id).relations.recused)
        add(rank(id), "order", id, order.kind(), order.wearer_id());
    }
  }
  if (!opens(Action::kSeeOrganisation)) return;
  for (const auto& [id, agency] : picture.agencies()) {
    const int best = std::max(rank(id), rank(agency.name()));
    if (best >= 0) add(rank(id) >= 0 ? rank(id) : best, "agency", id, agency.name(), "");
  }
}

void Search::work() {
  const picture::Picture& picture = exchange_.world.picture;
  for (const auto& [id, unit] : picture.calls().units()) {
    const int by_id = rank(id), by_sign = rank(unit.unit.call_sign());
    if (unit.unit.removed() || (by_id < 0 && by_sign < 0)) continue;
    if (!may(Action::kSeeUnit, unit_subject(exchange_, id))) continue;
    add(by_id >= 0 ? by_id : by_sign, "unit", id, unit.unit.call_sign(), "");
  }
  for (const auto& [id, call] : picture.calls().calls()) {
    if (rank(id) < 0 || !may(Action::kSeeCall, call_subject(exchange_, &call, id))) continue;
    add(rank(id), "call", id, call.alert_kind(), call.wearer_id());
  }
  for (const auto& [id, record] : picture.alerts().alerts()) {
    if (rank(id) < 0 || !may(Action::kSeeAlert, alert_subject(exchange_, id))) continue;
    const v1::Alert& alert = record.alert();
    add(rank(id), "alert", id, v1::AlertKind_Name(alert.kind()),
        alert.wearer_id().empty() ? alert.protected_id() : alert.wearer_id());
  }
  for (const v1::Incident* incident : picture.alerts().incidents()) {
    const std::string& id = incident->id();
    if (rank(id) < 0 || !may(Action::kSeeAlert, incident_subject(exchange_, id))) continue;
    add(rank(id), "incident", id, "", incident->wearer_id());
  }
}

void Search::ids() {
  persons();
  registers();
  work();
}

Result<v1::SearchAnswer> Search::take() {
  std::stable_sort(hits_.begin(), hits_.end(), [](const Hit& a, const Hit& b) { return a.rank < b.rank; });
  v1::SearchAnswer answer;
  answer.set_more(hits_.size() > kHitsMax);
  if (hits_.size() > kHitsMax) hits_.resize(kHitsMax);
  for (Hit& hit : hits_) {
    // Who was found by id has a name as well.
    if (hit.hit.kind() == "person" && hit.hit.title().empty()) {
      TRY(const auto known,
          registers::person_answer(exchange_, exchange_.world.picture.persons().at(hit.hit.id())));
      hit.hit.set_title(known.record().name());
    }
    *answer.add_hits() = std::move(hit.hit);
  }
  return answer;
}

}  // namespace

Result<Plan> search(const Exchange& exchange) {
  TRY(const v1::SearchInput input, exchange.body<v1::SearchInput>());
  const std::string text(trimmed(input.text()));
  const size_t characters = characters_in(text);
  if (characters < kTextMin || characters > kTextMax)
    return invalid("text", "must be 2..64 characters: part of an id or a name");
  Search search(exchange, text);
  TRY_STATUS(search.names());
  search.ids();
  TRY(const v1::SearchAnswer answer, search.take());
  std::vector<std::string> shown;
  for (const v1::SearchHit& hit : answer.hits()) shown.push_back(hit.id());
  return answering(answer, std::move(shown));
}

}  // namespace haechi::api::lists
