#include "api/playback.h"

#include <algorithm>

#include "api/history.h"
#include "api/subjects.h"
#include "haechi/v1/api.pb.h"

namespace haechi::api::playback {
namespace {

constexpr int64_t kEveryFix = 0;
constexpr int64_t kStepOfEverybodyS = 10;
constexpr int64_t kStepMaxS = 3'600;

// Nothing when the parameter is absent.
Result<std::optional<int64_t>> whole_number(const Exchange& exchange, const char* name) {
  const std::string text = exchange.request.parameter(name);
  if (text.empty()) return std::optional<int64_t>();
  if (text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
    return invalid(name, "must be a whole number");
  return std::optional<int64_t>(std::stoll(text));
}

std::vector<std::string> asked_for(const Exchange& exchange) {
  std::vector<std::string> ids;
  for (auto& [name, value] : net::decode_form(exchange.request.query)) {
    if (name == "person_id" && std::find(ids.begin(), ids.end(), value) == ids.end())
      ids.push_back(std::move(value));
  }
  return ids;
}

bool is_known(const Exchange& exchange, const std::string& person_id) {
  const auto& persons = exchange.world.picture.persons();
  const auto person = persons.find(person_id);
  return person != persons.end() && !person->second.removed();
}

// Why the viewer may not see where this person was; nothing when he may.
std::optional<Refusal> refusal(const Exchange& exchange, const std::string& person_id) {
  const trust::Subject subject = person_subject(exchange, person_id, "playback");
  trust::Decision decision = trust::decide(exchange.viewer, trust::Action::kSeePosition, subject,
                                           exchange.purpose, exchange.right_at());
  if (decision.allowed && decision.precision == trust::Precision::kFull) return std::nullopt;
  if (decision.allowed)
    decision = {false, trust::Precision::kNone, "a track is shown only where the exact place is", ""};
  return Refusal{subject, decision};
}

// Does the role alone suffice, whoever it is about?
bool sees_everybody(const Exchange& exchange) {
  return trust::decide(exchange.viewer, trust::Action::kSeePosition, trust::Subject{.kind = "playback"},
                       exchange.purpose, exchange.right_at())
      .allowed;
}

// ?step_s= and ?after=
Status read_pace(const Exchange& exchange, HistoryQuery& query, int64_t step_unless_said_s) {
  TRY(const std::optional<int64_t> step_s, whole_number(exchange, "step_s"));
  if (step_s.value_or(0) > kStepMaxS) return invalid("step_s", "must be 0 to 3600");
  query.step = Duration::seconds(step_s.value_or(step_unless_said_s));
  TRY(const std::optional<int64_t> after, whole_number(exchange, "after"));
  query.after_no = static_cast<uint64_t>(after.value_or(0));
  return {};
}

Result<HistoryQuery> query_of(const Exchange& exchange, const std::vector<std::string>& ids) {
  HistoryQuery query;
  query.account = exchange.viewer.account;
  TRY(const std::optional<Span> span, span_of(exchange));
  if (!span) return invalid("from_us", "from_us and to_us say which period");
  query.from = span->from;
  query.to = span->to;
  if (ids.empty() && query.to - query.from > kSpanOfEverybodyMax)
    return invalid("to_us", "must be at most one hour after from_us when no person is named");
  if (query.to - query.from > kSpanMax) return invalid("to_us", "must be at most 24 hours after from_us");
  TRY_STATUS(read_pace(exchange, query, ids.empty() ? kStepOfEverybodyS : kEveryFix));
  query.person_ids.insert(ids.begin(), ids.end());
  if (!ids.empty()) return query;
  query.everybody = sees_everybody(exchange);
  if (query.everybody) return query;
  for (const auto& [id, person] : exchange.world.picture.persons()) {
    if (shown_from(exchange, id)) query.person_ids.insert(id);
  }
  return query;
}

// A page and its text, made on the history thread: it takes ten milliseconds, which the front loop has not
// got.
struct Ready {
  Result<HistoryPage> page;
  std::string text;  // of the whole page
};

template <typename Shown>
std::string text_of(const HistoryPage& page, Shown shown) {
  v1::PlaybackAnswer answer;
  if (page.next_no != 0) answer.set_next(std::to_string(page.next_no));
  for (const HistoryPoint& point : page.points) {
    if (!shown(point)) continue;
    v1::PlaybackPoint& out = *answer.add_points();
    out.set_person_id(point.person_id);
    *out.mutable_point() = point.point;
  }
  return write_json(answer);
}

std::shared_ptr<const Ready> ready_from(Result<HistoryPage> page) {
  std::string text = page.ok() ? text_of(*page, [](const HistoryPoint&) { return true; }) : "";
  return std::make_shared<const Ready>(Ready{std::move(page), std::move(text)});
}

// What of the page the viewer may see at this moment. Those who were asked for are named in the record also
// when the page holds nothing of them: that is an answer too.
Plan plan_of(const Exchange& exchange, const std::shared_ptr<const Ready>& ready,
             const std::vector<std::string>& ids) {
  const auto from = std::make_shared<std::map<std::string, std::optional<Time>>>();
  const auto is_shown = [from](const HistoryPoint& point) {
    const std::optional<Time>& since = from->at(point.person_id);
    return since && point.point.fixed_at_us() >= since->us;
  };
  std::set<std::string> shown(ids.begin(), ids.end());
  bool whole = true;
  for (const HistoryPoint& point : ready->page->points) {
    const auto [known, added] = from->try_emplace(point.person_id);
    if (added) known->second = shown_from(exchange, point.person_id);
    if (is_shown(point)) {
      shown.insert(point.person_id);
    } else {
      whole = false;
    }
  }
  Plan plan;
  plan.shown_ids.assign(shown.begin(), shown.end());
  plan.answer = [ready, whole, is_shown](uint64_t) {
    net::Response response;
    response.body = whole ? ready->text : text_of(*ready->page, is_shown);
    return response;
  };
  return plan;
}

}  // namespace

Result<std::optional<Span>> span_of(const Exchange& exchange) {
  TRY(const std::optional<int64_t> from_us, whole_number(exchange, "from_us"));
  TRY(const std::optional<int64_t> to_us, whole_number(exchange, "to_us"));
  if (!from_us && !to_us) return std::optional<Span>();
  if (!from_us) return invalid("from_us", "is missing");
  if (!to_us) return invalid("to_us", "is missing");
  if (*to_us <= *from_us) return invalid("to_us", "must be later than from_us");
  return std::optional<Span>(Span{Time{*from_us}, Time{*to_us}});
}

std::optional<Time> shown_from(const Exchange& exchange, const std::string& person_id) {
  if (!is_known(exchange, person_id)) return std::nullopt;
  const picture::Picture& picture = exchange.world.picture;
  trust::Subject subject = person_subject(exchange, person_id, "position");
  const bool broken = subject.relations.glass;
  subject.relations.glass = false;
  const trust::Decision by_tie =
      trust::decide(exchange.viewer, trust::Action::kSeePosition, subject, exchange.purpose, exchange.now);
  if (by_tie.allowed && by_tie.precision == trust::Precision::kFull) {
    const v1::Call* call = picture.calls().call(by_tie.basis);
    return call == nullptr ? Time{} : Time{call->opened_at_us()} - kBeforeCall;
  }
  const trust::Decision decision = position_decision(exchange, person_id);
  if (!broken || !decision.allowed || decision.precision != trust::Precision::kFull) return std::nullopt;
  const v1::BrokenGlass* glass =
      picture.case_book().open_glass(exchange.viewer.account, person_id, exchange.now);
  return Time{glass->broken_at_us()} - kBeforeCall;
}

Result<Plan> of_span(const Exchange& exchange, const std::set<std::string>& ids, Span span) {
  TRY(const std::optional<Span> said, span_of(exchange));
  const Span asked = said.value_or(span);
  if (asked.from < span.from) return invalid("from_us", "lies before what was permitted");
  if (asked.to > span.to) return invalid("to_us", "lies after what was permitted");
  HistoryQuery query;
  query.account = exchange.viewer.account;
  query.from = asked.from;
  query.to = asked.to;
  if (query.to - query.from > kSpanMax) return invalid("to_us", "must be at most 24 hours after from_us");
  TRY_STATUS(read_pace(exchange, query, kEveryFix));
  History* history = exchange.world.history;
  if (history == nullptr) return Error{Code::kUnavailable, "", "the past cannot be read here"};
  for (const std::string& id : ids)
    if (is_known(exchange, id)) query.person_ids.insert(id);
  if (query.person_ids.empty()) return Error{Code::kNotFound, "id", "there is nobody of this id any more"};
  std::vector<std::string> shown(query.person_ids.begin(), query.person_ids.end());
  shown.push_back(std::to_string(asked.from.us) + "-" + std::to_string(asked.to.us));
  Plan plan;
  plan.later = [history, query, shown](const Deliver& deliver) {
    return history->read(query, [deliver, shown](Result<HistoryPage> page) {
      deliver([ready = ready_from(std::move(page)), shown](const Exchange&) -> Result<Plan> {
        if (!ready->page.ok()) return ready->page.error();
        Plan made;
        made.shown_ids = shown;
        made.answer = [ready](uint64_t) {
          net::Response response;
          response.body = ready->text;
          return response;
        };
        return made;
      });
    });
  };
  return plan;
}

Result<Plan> run(const Exchange& exchange) {
  const std::vector<std::string> ids = asked_for(exchange);
  if (ids.size() > kPersonsMax) return invalid("person_id", "must be at most 10 persons");
  TRY(const HistoryQuery query, query_of(exchange, ids));
  Plan plan;
  for (const std::string& id : ids) {
    plan.refused = refusal(exchange, id);
    if (plan.refused) return plan;
  }
  for (const std::string& id : ids) {
    if (!is_known(exchange, id)) return Error{Code::kNotFound, "person_id", "there is nobody of this id"};
  }
  History* history = exchange.world.history;
  if (history == nullptr) return Error{Code::kUnavailable, "", "the past cannot be read here"};
  plan.later = [history, query, ids](const Deliver& deliver) {
    return history->read(query, [deliver, ids](Result<HistoryPage> page) {
      deliver([ready = ready_from(std::move(page)), ids](const Exchange& now) -> Result<Plan> {
        if (!ready->page.ok()) return ready->page.error();
        return plan_of(now, ready, ids);
      });
    });
  };
  return plan;
}

}  // namespace haechi::api::playback
