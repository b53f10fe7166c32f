// Pictures of cameras: the monitoring centre asks for them, views them, and tells the wearer in time (kr: EM
// Act 16-3(2)(3), EM Rule 11-7).
#include <algorithm>

#include "cases/convert.h"
#include "cases/machine.h"
#include "law/shapes.h"

namespace haechi::cases {
namespace {

constexpr int kViewingsMax = 100;

}  // namespace

Status Machine::request_pictures(const v1::PicturesRequested& asked, Turn& turn) {
  TRY_STATUS(law::check_id(asked.request_id(), "request_id"));
  if (pictures_.contains(asked.request_id()))
    return Error{Code::kConflict, "request_id", "is the id of a request already"};
  TRY(const Ground ground, ground_of({}, {}, asked.wearer_id()));
  if (ground.pack->picture_notice.text.en.empty())
    return invalid("wearer_id", "his country knows no such pictures");
  if (!asked.alert_id().empty()) TRY_STATUS(law::check_id(asked.alert_id(), "alert_id"));
  TRY_STATUS(law::check_id(asked.provider(), "provider"));
  TRY(const Time from, moment(asked.from_us(), "from_us"));
  TRY(const Time to, moment(asked.to_us(), "to_us"));
  if (!from.known()) return invalid("from_us", "must be given");
  if (to <= from) return invalid("to_us", "must be later than from_us");
  TRY_STATUS(law::check_id(asked.text_id(), "text_id"));
  if (asked.text_sha256().empty()) return invalid("text_sha256", "must be given");
  TRY_STATUS(check_digest(asked.text_sha256(), "text_sha256"));

  v1::PictureRequest& made = pictures_[asked.request_id()];
  made.set_id(asked.request_id());
  made.set_wearer_id(asked.wearer_id());
  made.set_alert_id(asked.alert_id());
  made.set_provider(asked.provider());
  made.set_from_us(asked.from_us());
  made.set_to_us(asked.to_us());
  made.set_text_id(asked.text_id());
  made.set_text_sha256(asked.text_sha256());
  made.set_requested_by(turn.by);
  made.set_requested_at_us(turn.at.us);
  *turn.out.add().mutable_update_pictures() = made;
  return {};
}

Status Machine::view_pictures(const v1::PicturesViewed& viewed, Turn& turn) {
  const auto found = pictures_.find(viewed.request_id());
  if (found == pictures_.end()) return Error{Code::kNotFound, "request_id", "is not the id of a request"};
  v1::PictureRequest& request = found->second;
  TRY(const Time from, moment(viewed.from_us(), "from_us"));
  if (!from.known() || from.us < request.requested_at_us())
    return invalid("from_us", "must be later than the request");
  if (turn.at < from) return invalid("at_us", "is earlier than from_us");
  if (request.viewings_size() >= kViewingsMax)
    return Error{Code::kExhausted, "request_id", "has 100 viewings; ask anew"};
  TRY(const Ground ground, ground_of({}, {}, request.wearer_id()));
  v1::PictureViewing& viewing = *request.add_viewings();
  viewing.set_from_us(from.us);
  viewing.set_ended_at_us(turn.at.us);
  viewing.set_by(turn.by);
  if (request.duty_id().empty()) {
    DutySpec about;
    about.wearer_id = request.wearer_id();
    about.alert_id = request.alert_id();
    about.request_id = request.id();
    about.since = turn.at;
    raise(law::Trigger::kPicturesViewed, *ground.pack, ground.days, about, turn);
    for (const auto& [id, duty] : duties_) {
      if (duty.state.request_id() != request.id()) continue;
      request.set_duty_id(id);
      request.set_notice_due_at_us(duty.state.due_at_us());
    }
  }
  *turn.out.add().mutable_update_pictures() = request;
  return {};
}

Status Machine::send_picture_notice(const v1::PictureNoticeSent& sent, Turn& turn) {
  const auto found = pictures_.find(sent.request_id());
  if (found == pictures_.end()) return Error{Code::kNotFound, "request_id", "is not the id of a request"};
  v1::PictureRequest& request = found->second;
  if (request.duty_id().empty())
    return Error{Code::kConflict, "request_id", "has no viewing of which he was not told"};
  if (turn.at.us < request.viewings(request.viewings_size() - 1).ended_at_us())
    return invalid("at_us", "is earlier than the end of the viewing");
  TRY(const Ground ground, ground_of({}, {}, request.wearer_id()));
  const auto& channels = ground.pack->picture_notice.channels;
  if (std::find(channels.begin(), channels.end(), sent.channel()) == channels.end())
    return invalid("channel", "is not one that the country names");
  if (sent.text_sha256().empty()) return invalid("text_sha256", "must be given");
  TRY_STATUS(check_digest(sent.text_sha256(), "text_sha256"));
  v1::DutyDone done;
  done.set_note_code(sent.channel());
  done.set_proof_sha256(sent.text_sha256());
  finish_duty(request.duty_id(), done, turn);
  request.clear_duty_id();
  request.clear_notice_due_at_us();
  request.set_notice_sent_at_us(turn.at.us);
  request.set_notice_sent_by(turn.by);
  request.set_notice_channel(sent.channel());
  request.set_notice_sha256(sent.text_sha256());
  *turn.out.add().mutable_update_pictures() = request;
  return {};
}

}  // namespace haechi::cases
