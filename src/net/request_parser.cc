#include "net/request_parser.h"

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <optional>
#include <utility>

#include "base/ensure.h"

namespace haechi::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

// What a chunked body may put between its bytes (sizes, extensions, trailers) in one piece.
constexpr size_t kBetweenChunksMax = 16 << 10;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view as_std(beast::string_view text) {
  return {text.data(), text.size()};
}

std::optional<Response> refusal_of(error_code error) {
  if (!error) return std::nullopt;
  if (error == http::error::header_limit)
    return problem(431, "header_too_large", "", "the header is too large");
  if (error == http::error::body_limit) return problem(413, "body_too_large", "", "the body is too large");
  if (error == http::error::bad_version) return problem(505, "bad_version", "", "speak HTTP/1.1");
  return problem(400, "bad_request", "", "not HTTP: " + error.message());
}

// Beast lets pass what could make us and a proxy in front of us disagree about where a request ends.
std::optional<Response> check_framing(const http::fields& fields, unsigned version) {
  size_t lengths = fields.count(http::field::content_length);
  size_t encodings = fields.count(http::field::transfer_encoding);
  if (lengths > 0 && encodings > 0) {
    return problem(400, "ambiguous_length", "transfer-encoding", "both content-length and transfer-encoding");
  }
  if (lengths > 1 || fields[http::field::content_length].find(',') != beast::string_view::npos) {
    return problem(400, "ambiguous_length", "content-length", "more than one content-length");
  }
  if (encodings > 1) return problem(400, "ambiguous_length", "transfer-encoding", "given more than once");
  if (encodings == 1) {
    if (version < 11) return problem(400, "ambiguous_length", "transfer-encoding", "not part of HTTP/1.0");
    if (lower(as_std(fields[http::field::transfer_encoding])) != "chunked") {
      return problem(400, "unknown_encoding", "transfer-encoding", "only chunked is understood");
    }
  }
  size_t hosts = fields.count(http::field::host);
  if (hosts > 1) return problem(400, "bad_host", "host", "given more than once");
  if (hosts == 0 && version >= 11) return problem(400, "bad_host", "host", "missing");
  std::string coding = lower(as_std(fields[http::field::content_encoding]));
  if (!coding.empty() && coding != "identity") {
    return problem(415, "compressed_body", "content-encoding", "send the body uncompressed");
  }
  std::string_view expect = as_std(fields[http::field::expect]);
  if (!expect.empty() && lower(expect) != "100-continue") {
    return problem(400, "bad_expect", "expect", "only 100-continue is understood");
  }
  return std::nullopt;
}

bool has_broken_escape(std::string_view path) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') continue;
    if (i + 2 >= path.size() || !isxdigit(static_cast<unsigned char>(path[i + 1])) ||
        !isxdigit(static_cast<unsigned char>(path[i + 2]))) {
      return true;
    }
  }
  return false;
}

bool climbs(const std::string& path) {
  std::string framed = path + '/';
  return framed.find("/../") != std::string::npos || framed.find("/./") != std::string::npos;
}

// Fills path and query from the request target; a sentence about what is wrong with it, or nullptr.
const char* read_target(std::string_view target, Request& request) {
  if (target.starts_with("http://") || target.starts_with("https://")) {
    size_t slash = target.find('/', target.find("//") + 2);
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  if (!target.starts_with('/')) return "the target must begin with a slash";
  if (target.find('#') != std::string_view::npos) return "the target must not hold a fragment";
  size_t mark = target.find('?');
  std::string_view path = target.substr(0, mark);
  if (mark != std::string_view::npos) request.query = std::string(target.substr(mark + 1));
  if (has_broken_escape(path)) return "the path holds a broken %-escape";
  request.path = decode_percent(path, false);
  bool control = std::any_of(request.path.begin(), request.path.end(),
                             [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (control) return "the path holds a control character";
  if (request.path.find('\\') != std::string::npos) return "the path holds a backslash";
  if (climbs(request.path)) return "the path holds a dot segment";
  return nullptr;
}

Response without_handler(const std::string& method) {
  Response none;
  none.status = 0;
  if (method == "OPTIONS") {
    none.status = 204;
    none.headers.emplace_back("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  } else if (method == "TRACE" || method == "CONNECT") {
    none = problem(405, "bad_method", "", "this method is not served");
    none.headers.emplace_back("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  }
  return none;
}

}  // namespace

struct RequestParser::Inner {
  explicit Inner(const ServerLimits& the_limits) : limits(the_limits) {
    parser.header_limit(static_cast<uint32_t>(limits.header_bytes_max));
    parser.body_limit(limits.body_bytes_max);
  }

  State refuse(Response response) {
    answer = std::move(response);
    return State::kRefused;
  }

  State feed_head(std::string_view bytes, size_t& used) {
    parser.eager(false);
    error_code error;
    used = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    head_bytes += used;
    if (error == http::error::body_limit) return refuse(*refusal_of(error));
    if (head_bytes + (parser.is_header_done() ? 0 : bytes.size() - used) > limits.header_bytes_max) {
      return refuse(*refusal_of(http::error::header_limit));
    }
    if (error == http::error::need_more) return State::kMore;
    if (auto refusal = refusal_of(error)) return refuse(std::move(*refusal));
    if (!parser.is_header_done()) return State::kMore;
    if (auto refusal = check_framing(parser.get(), parser.get().version()))
      return refuse(std::move(*refusal));
    expects = !parser.get()[http::field::expect].empty() && !parser.is_done();
    parser.eager(true);
    return parser.is_done() ? finish() : State::kMore;
  }

  State feed_body(std::string_view bytes, size_t& used) {
    expects = false;
    error_code error;
    used = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error && error != http::error::need_more) return refuse(*refusal_of(error));
    if (bytes.size() - used > kBetweenChunksMax && !parser.is_done()) {
      return refuse(problem(400, "bad_request", "", "too much between the chunks of the body"));
    }
    return parser.is_done() ? finish() : State::kMore;
  }

  State finish() {
    auto& message = parser.get();
    keep_alive = message.keep_alive();
    request.method = std::string(as_std(message.method_string()));
    head = request.method == "HEAD";
    answer = without_handler(request.method);
    if (answer.status == 0) {
      if (const char* wrong = read_target(as_std(message.target()), request)) {
        return refuse(problem(400, "bad_target", "", wrong));
      }
    }
    upgrade = beast::websocket::is_upgrade(message);
    if (head) request.method = "GET";
    for (const auto& field : message) {
      request.headers.emplace_back(lower(as_std(field.name_string())), std::string(as_std(field.value())));
    }
    request.body = std::move(message.body());
    return State::kDone;
  }

  ServerLimits limits;
  http::request_parser<http::string_body> parser;
  size_t head_bytes = 0;
  bool expects = false;
  bool keep_alive = false;
  bool upgrade = false;
  bool head = false;
  Request request;
  Response answer;
};

RequestParser::RequestParser(const ServerLimits& limits) : inner_(std::make_unique<Inner>(limits)) {}
RequestParser::~RequestParser() = default;

RequestParser::State RequestParser::feed(std::string_view bytes, size_t& used) {
  used = 0;
  while (used < bytes.size()) {
    std::string_view rest = bytes.substr(used);
    size_t taken = 0;
    bool in_head = !inner_->parser.is_header_done();
    State state = in_head ? inner_->feed_head(rest, taken) : inner_->feed_body(rest, taken);
    used += taken;
    if (state != State::kMore) return state;
    bool head_ended = in_head && inner_->parser.is_header_done();
    if (taken == 0 || !head_ended) break;
  }
  return State::kMore;
}

bool RequestParser::wants_continue() {
  return std::exchange(inner_->expects, false);
}

Request RequestParser::take() {
  return std::move(inner_->request);
}
bool RequestParser::keep_alive() const {
  return inner_->keep_alive;
}
bool RequestParser::is_upgrade() const {
  return inner_->upgrade;
}
bool RequestParser::is_head() const {
  return inner_->head;
}
const Response& RequestParser::answer() const {
  return inner_->answer;
}

}  // namespace haechi::net
