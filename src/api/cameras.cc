#include "api/cameras.h"

#include <algorithm>

#include "api/legal.h"
#include "api/subjects.h"
#include "law/schedule.h"

namespace haechi::api::cameras {
namespace {

constexpr size_t kCamerasMax = 1'000;
constexpr size_t kReasonMax = 2'000;

const picture::CaseBook& book_of(const Exchange& exchange) {
  return exchange.world.picture.case_book();
}

// What was typed is kept as the input in which it came, alone.
v1::PicturesInput typed(const v1::PicturesInput& input) {
  v1::PicturesInput out;
  out.set_cameras(input.cameras());
  out.set_reason(input.reason());
  return out;
}

// The country whose order the wearer is under.
const law::Pack& pack_of(const Exchange& exchange, const std::string& wearer_id) {
  for (const auto& [id, order] : exchange.world.picture.orders())
    if (order.wearer_id() == wearer_id)
      if (const law::Pack* pack = law::pack_of_kind(order.kind())) return *pack;
  return law::kr();
}

// 2026-11-22 09:30, on the wall clock of the country.
std::string local(const Exchange& exchange, const law::Pack& pack, int64_t at_us) {
  law::LocalRules rules;
  if (exchange.world.time_zones) {
    const Result<v1::TimeZone> zone = exchange.world.time_zones(std::string(pack.time_zone));
    if (zone.ok())
      if (Result<law::LocalRules> made = law::LocalRules::from(*zone); made.ok()) rules = *std::move(made);
  }
  const int64_t utc_s = at_us / 1'000'000;
  const Time local{(utc_s + rules.offset_s(utc_s)) * 1'000'000};
  return iso8601(local).substr(0, 16).replace(10, 1, " ");
}

std::string filled(std::string text, const std::string& name, const std::string& value) {
  if (const size_t at = text.find(name); at != std::string::npos) text.replace(at, name.size(), value);
  return text;
}

struct Notice {
  std::string en, ko;
};

// What the wearer is told: of the viewing, and nothing of what was seen or why.
Notice notice_of(const Exchange& exchange, const v1::PictureRequest& request) {
  if (request.viewings_size() == 0) return {};
  const law::Pack& pack = pack_of(exchange, request.wearer_id());
  const auto fill = [&](std::string_view text) {
    std::string out = filled(std::string(text), "{provider}", request.provider());
    out = filled(std::move(out), "{from}", local(exchange, pack, request.from_us()));
    out = filled(std::move(out), "{to}", local(exchange, pack, request.to_us()));
    const int64_t ended_us = request.viewings(request.viewings_size() - 1).ended_at_us();
    return filled(std::move(out), "{ended}", local(exchange, pack, ended_us));
  };
  return {fill(pack.picture_notice.text.en), fill(pack.picture_notice.text.ko)};
}

Result<v1::PicturesAnswer> answer_of(const Exchange& exchange, const std::string& id) {
  const v1::PictureRequest* request = book_of(exchange).picture_request(id);
  if (request == nullptr) return legal::not_found();
  v1::PicturesAnswer answer;
  *answer.mutable_request() = *request;
  TRY(const legal::KeptText kept, legal::kept_text(exchange, request->text_id(), request->text_sha256()));
  if (!kept.text.empty()) {
    v1::PicturesInput said;
    if (!read_json(kept.text, said).ok())
      return Error{Code::kCorrupt, "text", "the stored text cannot be read"};
    answer.set_cameras(said.cameras());
    answer.set_reason(said.reason());
    answer.set_intact(kept.intact);
  }
  const Notice notice = notice_of(exchange, *request);
  answer.set_notice_en(notice.en);
  answer.set_notice_ko(notice.ko);
  TRY(*answer.mutable_wearer(),
      legal::named(exchange, legal::risk_subject(exchange, request->wearer_id()), request->wearer_id()));
  return answer;
}

Plan answering_request(const Exchange& exchange, legal::Facts facts, const std::string& id) {
  return legal::judged_as(exchange, std::move(facts), [&exchange, id] { return answer_of(exchange, id); });
}

}  // namespace

trust::Subject subject(const Exchange& exchange) {
  trust::Subject subject{.kind = "pictures", .id = exchange.id()};
  if (const v1::PictureRequest* request = book_of(exchange).picture_request(exchange.id()))
    recuse(exchange, {request->wearer_id()}, subject);
  return subject;
}

Result<Plan> request(const Exchange& exchange) {
  TRY(const v1::PicturesInput input, exchange.body<v1::PicturesInput>());
  TRY(const std::string id, legal::chosen_id(input.id(), "X"));
  TRY_STATUS(legal::check_person(exchange, input.wearer_id(), v1::ROLE_WEARER, "wearer_id"));
  if (book_of(exchange).recused(exchange.viewer.account, input.wearer_id()))
    return Error{Code::kForbidden, "wearer_id", "this account is recused from this person"};
  if (input.cameras().empty() || input.cameras().size() > kCamerasMax)
    return invalid("cameras", "must say in 1..1000 bytes which ones, or what area");
  if (input.reason().empty() || input.reason().size() > kReasonMax)
    return invalid("reason", "must be 1..2000 bytes");
  if (!input.alert_id().empty()) {
    const v1::AlertRecord* record = exchange.world.picture.alerts().alert(input.alert_id());
    if (record == nullptr || record->alert().wearer_id() != input.wearer_id())
      return invalid("alert_id", "is not an alert about this wearer");
  }
  const std::string text = write_json(typed(input));
  const std::string text_id = legal::made_id("XT");
  legal::Facts facts;
  TRY_STATUS(
      legal::add_time_zone(exchange, std::string(pack_of(exchange, input.wearer_id()).time_zone), facts));
  v1::PicturesRequested& asked = *legal::add_fact(exchange, 0, facts).mutable_pictures_requested();
  asked.set_request_id(id);
  asked.set_wearer_id(input.wearer_id());
  asked.set_alert_id(input.alert_id());
  asked.set_provider(input.provider());
  asked.set_from_us(input.from_us());
  asked.set_to_us(input.to_us());
  asked.set_text_id(text_id);
  asked.set_text_sha256(legal::digest_of(text));
  Plan plan = answering_request(exchange, std::move(facts), id);
  plan.keep = [&records = exchange.world.records, text_id, about = input.wearer_id(), text] {
    return records.put_note(text_id, about, store::Personal(text));
  };
  return plan;
}

Result<Plan> list(const Exchange& exchange) {
  TRY(const size_t limit, exchange.limit());
  const std::string wearer_id = exchange.request.parameter("person_id");
  std::vector<const v1::PictureRequest*> found;
  for (const auto& [id, one] : book_of(exchange).pictures()) {
    if (!wearer_id.empty() && one.wearer_id() != wearer_id) continue;
    trust::Subject subject{.kind = "pictures", .id = id};
    recuse(exchange, {one.wearer_id()}, subject);
    if (decide_on(exchange, trust::Action::kAskPictures, subject).allowed) found.push_back(&one);
  }
  std::sort(found.begin(), found.end(), [](const v1::PictureRequest* a, const v1::PictureRequest* b) {
    return std::pair(a->requested_at_us(), a->id()) > std::pair(b->requested_at_us(), b->id());
  });
  v1::PicturesList answer;
  std::vector<std::string> shown;
  for (const v1::PictureRequest* one : found) {
    if (shown.size() == limit) break;
    *answer.add_requests() = *one;
    shown.push_back(one->id());
  }
  return answering(answer, std::move(shown));
}

Result<Plan> get(const Exchange& exchange) {
  TRY(const v1::PicturesAnswer answer, answer_of(exchange, exchange.id()));
  return answering(answer);
}

Result<Plan> viewed(const Exchange& exchange) {
  TRY(const v1::PicturesViewedInput input, exchange.body<v1::PicturesViewedInput>());
  if (book_of(exchange).picture_request(exchange.id()) == nullptr) return legal::not_found();
  TRY_STATUS(legal::check_past(exchange, input.to_us(), "to_us"));
  legal::Facts facts;
  v1::PicturesViewed& viewed = *legal::add_fact(exchange, input.to_us(), facts).mutable_pictures_viewed();
  viewed.set_request_id(exchange.id());
  viewed.set_from_us(input.from_us());
  return answering_request(exchange, std::move(facts), exchange.id());
}

Result<Plan> noticed(const Exchange& exchange) {
  TRY(const v1::PictureNoticeInput input, exchange.body<v1::PictureNoticeInput>());
  const v1::PictureRequest* request = book_of(exchange).picture_request(exchange.id());
  if (request == nullptr) return legal::not_found();
  TRY_STATUS(legal::check_past(exchange, input.at_us(), "at_us"));
  const Notice notice = notice_of(exchange, *request);
  legal::Facts facts;
  v1::PictureNoticeSent& sent =
      *legal::add_fact(exchange, input.at_us(), facts).mutable_picture_notice_sent();
  sent.set_request_id(request->id());
  sent.set_channel(input.channel());
  sent.set_text_sha256(legal::digest_of(notice.ko + "\n" + notice.en));
  return answering_request(exchange, std::move(facts), request->id());
}

}  // namespace haechi::api::cameras
