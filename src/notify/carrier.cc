#include "notify/carrier.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/ensure.h"
#include "net/client_url.h"

namespace haechi::notify {
namespace {

constexpr size_t kAnswerBytesMax = 64 << 10;
constexpr int kPollMs = 1'000;
constexpr long kConnectMs = 5'000;

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Exchange {
  Parcel parcel;
  std::function<void(Outcome)> done;
  size_t read = 0;  // of the body
  size_t answered = 0;
  net::Outgoing* outgoing = nullptr;
  std::string host;
  bool address_refused = false;
  std::unique_ptr<curl_slist, FreeList> headers, recipients;
  std::unique_ptr<CURL, FreeEasy> easy;
};

size_t give_body(char* to, size_t size, size_t count, void* of) {
  Exchange& exchange = *static_cast<Exchange*>(of);
  const size_t bytes = std::min(size * count, exchange.parcel.body.size() - exchange.read);
  std::memcpy(to, exchange.parcel.body.data() + exchange.read, bytes);
  exchange.read += bytes;
  return bytes;
}

// libcurl begins again when the server had closed a connection that was kept.
int rewind_body(void* of, curl_off_t offset, int origin) {
  if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  static_cast<Exchange*>(of)->read = static_cast<size_t>(offset);
  return CURL_SEEKFUNC_OK;
}

// What a server says in words is of no use here; one that does not stop talking is cut off.
size_t drop_answer(char*, size_t size, size_t count, void* of) {
  Exchange& exchange = *static_cast<Exchange*>(of);
  exchange.answered += size * count;
  return exchange.answered > kAnswerBytesMax ? 0 : size * count;
}

// Asked with the very address that is connected to next.
curl_socket_t open_socket(void* of, curlsocktype, curl_sockaddr* to) {
  Exchange& exchange = *static_cast<Exchange*>(of);
  if (!exchange.outgoing->lets(exchange.host, to->addr)) {
    exchange.address_refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

// Empty: it is no address of ours, and nothing is let through for it that is not public.
std::string host_of(const std::string& url) {
  const Result<net::Url> read =
      net::parse_url(url, url.starts_with("http") ? "http" : url.substr(0, url.find(':')));
  return read.ok() ? read->host : "";
}

void append(std::unique_ptr<curl_slist, FreeList>& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  ENSURE(longer != nullptr, line.size());
  (void)list.release();
  list.reset(longer);
}

void prepare_mail(Exchange& exchange) {
  CURL* easy = exchange.easy.get();
  const Parcel& parcel = exchange.parcel;
  append(exchange.recipients, parcel.mail_to);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, parcel.mail_from.c_str());
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, exchange.recipients.get());
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  if (parcel.must_encrypt) curl_easy_setopt(easy, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  if (parcel.user.empty()) return;
  curl_easy_setopt(easy, CURLOPT_USERNAME, parcel.user.c_str());
  curl_easy_setopt(easy, CURLOPT_PASSWORD, parcel.password.c_str());
}

void prepare_post(Exchange& exchange) {
  CURL* easy = exchange.easy.get();
  for (const auto& [name, value] : exchange.parcel.headers) append(exchange.headers, name + ": " + value);
  append(exchange.headers,
         "expect:");  // or libcurl waits a second for servers that do not know "100-continue"
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange.parcel.body.size()));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange.headers.get());
}

void prepare(Exchange& exchange, Duration timeout) {
  exchange.easy.reset(curl_easy_init());
  ENSURE(exchange.easy != nullptr, exchange.parcel.url);
  CURL* easy = exchange.easy.get();
  curl_easy_setopt(easy, CURLOPT_URL, exchange.parcel.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &exchange);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // the environment has no say in where this goes
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.ms()));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, std::min(kConnectMs, static_cast<long>(timeout.ms())));
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
  curl_easy_setopt(easy, CURLOPT_READDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, rewind_body);
  curl_easy_setopt(easy, CURLOPT_SEEKDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop_answer);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
  if (!exchange.parcel.ca_file.empty())
    curl_easy_setopt(easy, CURLOPT_CAINFO, exchange.parcel.ca_file.c_str());
  if (!exchange.parcel.revoked.empty())
    curl_easy_setopt(easy, CURLOPT_CRLFILE, exchange.parcel.revoked.c_str());
  if (exchange.parcel.mail_from.empty()) {
    prepare_post(exchange);
  } else {
    prepare_mail(exchange);
  }
}

// A server's no, by its number. Too many, too early, busy: another try may succeed.
Outcome answered_no(int status, bool mail) {
  const bool later = mail ? status < 500 : status == 408 || status == 425 || status == 429 || status >= 500;
  return {later ? Outcome::Kind::kTryAgain : Outcome::Kind::kRefused, status,
          "refused_" + std::to_string(status)};
}

Outcome outcome_of(const Exchange& exchange, CURLcode code) {
  const bool mail = !exchange.parcel.mail_from.empty();
  long status = 0;
  curl_easy_getinfo(exchange.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_OK && (mail || (status >= 200 && status < 300)))
    return {Outcome::Kind::kTaken, static_cast<int>(status), ""};
  switch (code) {
    case CURLE_OK:
      return answered_no(static_cast<int>(status), mail);
    case CURLE_LOGIN_DENIED:
      return {Outcome::Kind::kTryAgain, static_cast<int>(status), "login_denied"};
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return {Outcome::Kind::kTryAgain, 0, "tls_failed"};
    default:
      break;
  }
  // The last thing a mail server said was no.
  if (mail && status >= 400) return answered_no(static_cast<int>(status), mail);
  const bool all_out = !exchange.parcel.body.empty() && exchange.read == exchange.parcel.body.size();
  if (all_out) return {Outcome::Kind::kUnknown, 0, "no_answer"};
  return {Outcome::Kind::kTryAgain, 0, exchange.address_refused ? "address_refused" : "unreachable"};
}

class CurlCarrier final : public Carrier {
 public:
  CurlCarrier(Duration timeout, std::shared_ptr<net::Outgoing> outgoing)
      : timeout_(timeout), outgoing_(std::move(outgoing)) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    ENSURE(ready == CURLE_OK, static_cast<int>(ready));
    multi_.reset(curl_multi_init());
    thread_ = std::thread([this] { run(); });
  }
  ~CurlCarrier() override {
    stopping_ = true;
    curl_multi_wakeup(multi_.get());
    thread_.join();
    for (const auto& [easy, exchange] : under_way_) curl_multi_remove_handle(multi_.get(), easy);
  }

  void send(Parcel parcel, std::function<void(Outcome)> done) override {
    auto exchange = std::make_unique<Exchange>();
    exchange->parcel = std::move(parcel);
    exchange->done = std::move(done);
    exchange->outgoing = outgoing_.get();
    exchange->host = host_of(exchange->parcel.url);
    {
      const std::lock_guard guard(lock_);
      new_.push_back(std::move(exchange));
    }
    curl_multi_wakeup(multi_.get());
  }

 private:
  void run() {
    while (!stopping_) {
      begin_new();
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      finish_ended();
      curl_multi_poll(multi_.get(), nullptr, 0, kPollMs, nullptr);
    }
  }

  void begin_new() {
    std::vector<std::unique_ptr<Exchange>> begun;
    {
      const std::lock_guard guard(lock_);
      begun.swap(new_);
    }
    for (auto& exchange : begun) {
      prepare(*exchange, timeout_);
      CURL* easy = exchange->easy.get();
      curl_multi_add_handle(multi_.get(), easy);
      under_way_.emplace(easy, std::move(exchange));
    }
  }

  void finish_ended() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;  // the message is gone with the handle
      auto ended = under_way_.extract(message->easy_handle);
      const Outcome outcome = outcome_of(*ended.mapped(), code);
      curl_multi_remove_handle(multi_.get(), ended.key());
      ended.mapped()->done(outcome);
    }
  }

  const Duration timeout_;
  const std::shared_ptr<net::Outgoing> outgoing_;
  std::unique_ptr<CURLM, FreeMulti> multi_;
  std::mutex lock_;
  std::vector<std::unique_ptr<Exchange>> new_;  // guarded by lock_
  std::map<CURL*, std::unique_ptr<Exchange>> under_way_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Carrier> make_carrier(Duration timeout, std::shared_ptr<net::Outgoing> outgoing) {
  return std::make_unique<CurlCarrier>(timeout, std::move(outgoing));
}

}  // namespace haechi::notify
