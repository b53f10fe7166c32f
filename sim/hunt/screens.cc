#include "hunt/screens.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "hunt/readers.h"
#include "net/server.h"

namespace haechi::hunt {
namespace {

constexpr Duration kBackAfter = Duration::seconds(1);
constexpr int64_t kLineMinUs = 30'000'000, kLineMaxUs = 600'000'000;
constexpr int64_t kPauseMaxUs = 20'000'000;

}  // namespace

// Takes at once what it is given, or keeps it waiting while nobody reads.
class Screens::Line final : public net::Socket {
 public:
  Line(net::Request request, uint64_t number, std::function<void(const std::string&, bool)> taken)
      : number(number), request_(std::move(request)), taken_(std::move(taken)) {}

  const net::Request& request() const override { return request_; }
  void send_text(std::shared_ptr<const std::string> text) override { take(*text, false); }
  void send_binary(std::shared_ptr<const std::string> bytes) override { take(*bytes, true); }
  size_t queued_bytes() const override { return queued_; }
  void close(uint16_t, std::string_view) override { said_farewell = true; }

  void stall() { stalled_ = true; }
  void go_on() {
    stalled_ = false;
    if (std::exchange(queued_, 0) > 0 && on_drained) on_drained();
  }

  const uint64_t number;
  bool said_farewell = false;

 private:
  void take(const std::string& bytes, bool binary) {
    if (stalled_) queued_ += bytes.size();
    taken_(bytes, binary);
  }

  const net::Request request_;
  const std::function<void(const std::string&, bool)> taken_;
  bool stalled_ = false;
  size_t queued_ = 0;
};

Screens::Screens(net::Loop& loop, live::Hub& hub, const std::vector<trust::Viewer>& viewers, uint64_t seed,
                 Said said)
    : loop_(loop), hub_(hub), random_(seed), said_(std::move(said)) {
  for (const trust::Viewer& viewer : viewers) {
    const auto same = [&](const Page& page) { return page.viewer.role == viewer.role; };
    if (std::none_of(pages_.begin(), pages_.end(), same)) pages_.push_back({viewer, nullptr, ""});
  }
}

void Screens::start() {
  for (size_t page = 0; page < pages_.size(); ++page) open(page);
}

void Screens::open(size_t number) {
  loop_.post([this, number] {
    Page& page = pages_[number];
    net::Request request;
    request.method = "GET";
    request.path = "/live";
    request.peer = "192.0.2.1";
    request.query = page.resume.empty() ? "" : "resume=" + page.resume;
    if (page.viewer.role == trust::Role::kControl)
      request.query += (request.query.empty() ? "" : "&") + std::string("tracks=binary");
    request.headers = {{"authorization", "Bearer " + key_of(page.viewer.account)}};
    const uint64_t line = ++lines_;
    page.line =
        std::make_shared<Line>(request, line, [this, number, line](const std::string& message, bool binary) {
          said_(pages_[number].viewer, line, message, binary);
          if (!binary) heard(pages_[number], message);
        });
    hub_.open(page.line);
    loop_.after(Duration{random_.between(kLineMinUs, kLineMaxUs)}, [this, number, line] {
      if (pages_[number].line->number == line) cut(number);
    });
    if (!random_.chance(0.3)) return;
    page.line->stall();
    loop_.after(Duration{random_.between(0, kPauseMaxUs)}, [held = page.line] { held->go_on(); });
  });
}

void Screens::cut(size_t number) {
  Page& page = pages_[number];
  if (auto closed = std::exchange(page.line->on_close, nullptr)) closed();
  if (random_.chance(0.3)) page.resume.clear();
  loop_.after(kBackAfter, [this, number] { open(number); });
}

void Screens::heard(Page& page, const std::string& message) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(message, error);
  if (error || !value.is_object()) return;
  if (const auto* hello = value.get_object().if_contains("hello"))
    epoch_ = hello->at("epoch").as_string().c_str();
  if (const auto* cursor = value.get_object().if_contains("cursor"); cursor != nullptr && cursor->is_string())
    page.resume = epoch_ + ":" + std::string(cursor->as_string());
}

}  // namespace haechi::hunt
