#include "sim/api_client.h"

#include <future>

#include "base/ensure.h"

namespace haechi::sim {
namespace {

Result<std::string> body_of(const std::string& what, Result<net::Response> response) {
  if (!response.ok()) return Error{response.error().code, what, response.error().reason};
  if (response->status >= 200 && response->status < 300) return std::move(response->body);
  const Code code = response->status == 403   ? Code::kForbidden
                    : response->status == 404 ? Code::kNotFound
                    : response->status == 409 ? Code::kConflict
                    : response->status >= 500 ? Code::kUnavailable
                                              : Code::kInvalid;
  return Error{code, what, std::to_string(response->status) + " " + response->body};
}

}  // namespace

ApiClient::ApiClient(net::Loop& loop, std::string base_url, std::shared_ptr<net::Tls> tls)
    : loop_(loop),
      base_url_(std::move(base_url)),
      client_(net::HttpClient::create(
          loop, {.timeout = Duration::seconds(20), .response_bytes_max = 16 << 20, .tls = std::move(tls)})) {}

void ApiClient::send(const std::string& key, const std::string& method, const std::string& path,
                     const std::string& body, Done done) {
  net::Headers headers;
  if (!key.empty()) headers.emplace_back("authorization", "Bearer " + key);
  if (!body.empty()) headers.emplace_back("content-type", "application/json");
  client_->send(method, base_url_ + path, std::move(headers), body, method != "POST",
                [what = method + " " + path, done = std::move(done)](Result<net::Response> response) {
                  done(body_of(what, std::move(response)));
                });
}

Result<std::string> ApiClient::call(const std::string& key, const std::string& method,
                                    const std::string& path, const std::string& body) {
  ENSURE(!loop_.is_current(), path);
  auto answer = std::make_shared<std::promise<Result<std::string>>>();
  auto future = answer->get_future();
  send(key, method, path, body,
       [answer](Result<std::string> result) { answer->set_value(std::move(result)); });
  return future.get();
}

Status ApiClient::put(const std::string& key, const std::string& path,
                      const google::protobuf::Message& body) {
  const Result<std::string> answer = call(key, "PUT", path, to_json(body));
  return answer.ok() ? Status() : Status(answer.error());
}

Status ApiClient::post(const std::string& key, const std::string& path,
                       const google::protobuf::Message& body) {
  const Result<std::string> answer = call(key, "POST", path, to_json(body));
  return answer.ok() ? Status() : Status(answer.error());
}

Status ApiClient::get(const std::string& key, const std::string& path, google::protobuf::Message& answer) {
  TRY(const std::string body, call(key, "GET", path));
  return from_json(body, answer);
}

}  // namespace haechi::sim
