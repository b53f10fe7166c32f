// RequestParser: bytes of one HTTP/1.1 request in, a Request or a refusal out. No socket. For this room only.
#pragma once

#include <memory>
#include <string_view>

#include "net/http.h"
#include "net/server.h"

namespace haechi::net {

class RequestParser {
 public:
  enum class State { kMore, kDone, kRefused };

  explicit RequestParser(const ServerLimits& limits);
  ~RequestParser();

  // Takes bytes and says in `used` how many; the rest is to be offered again, with more behind it.
  State feed(std::string_view bytes, size_t& used);

  // The head is complete and the sender waits for "100 Continue" before it sends the body. True once.
  bool wants_continue();

  // After kDone. `peer` is left empty.
  Request take();
  bool keep_alive() const;
  bool is_upgrade() const;  // to WebSocket
  bool is_head() const;     // HEAD; take() says GET

  // After kRefused: what to answer before closing; or after kDone, an answer that needs no handler (status 0:
  // none).
  const Response& answer() const;

 private:
  struct Inner;
  std::unique_ptr<Inner> inner_;
};

}  // namespace haechi::net
