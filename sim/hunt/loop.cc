// net::Loop and net::HttpClient on virtual time and the Wire, so that what is written for them runs here as
// it is. The linker takes these in place of the room net's, because the program brings them itself.
#include "net/loop.h"

#include <utility>

#include "base/ensure.h"
#include "hunt/schedule.h"
#include "hunt/wire.h"
#include "net/client.h"

namespace haechi::net {

using hunt::running;

// Tasks of a loop run in the order in which they were posted, a little later.
struct Loop::Inner {
  hunt::Process process = running->process();
  Time last;
};

Loop::Loop(std::string) : inner_(std::make_unique<Inner>()) {}
Loop::~Loop() = default;
void Loop::start() {}
void Loop::stop() {}

void Loop::post(std::function<void()> task) {
  inner_->last = std::max(inner_->last, running->now() + Duration{running->random().between(1, 100)});
  running->at(inner_->last, inner_->process, std::move(task));
}

void Loop::after(Duration delay, std::function<void()> task) {
  running->at(running->now() + delay, inner_->process, std::move(task));
}

void Loop::every(Duration period, std::function<void()> task) {
  after(period, [this, period, task] {
    task();
    every(period, task);
  });
}

bool Loop::is_current() const {
  return running->process() == inner_->process && running->fiber() == nullptr;
}
bool Loop::is_running() const {
  return true;
}
boost::asio::io_context& Loop::io() {
  ENSURE(false);
  std::abort();
}

namespace {

class WireClient final : public HttpClient {
 public:
  explicit WireClient(ClientOptions options) : options_(std::move(options)), process_(running->process()) {}

  void send(const std::string& method, const std::string& url, Headers headers, std::string body, bool,
            std::function<void(Result<Response>)> done) override {
    Request request;
    request.method = method;
    request.path = url;
    request.headers = std::move(headers);
    request.body = std::move(body);
    hunt::wire->send(process_, std::move(request), url, options_.timeout,
                     [done = std::move(done)](const Response* response, bool sent) {
                       if (response != nullptr) return done(*response);
                       done(Error{sent ? Code::kUnknownOutcome : Code::kUnavailable, "", "no answer"});
                     });
  }

 private:
  const ClientOptions options_;
  const hunt::Process process_;
};

}  // namespace

std::unique_ptr<HttpClient> HttpClient::create(Loop&, ClientOptions options) {
  return std::make_unique<WireClient>(std::move(options));
}

}  // namespace haechi::net
