// The head of an answer, with what protects the browser that reads it. For this room only.
#pragma once

#include <string>

#include "net/http.h"

namespace haechi::net {

struct AnswerHead {
  bool keep_alive = false;
  bool browsers = false;  // pages are served here
  bool secure = false;    // over TLS
};

// Has such an answer no body, whatever it holds?
bool has_no_body(int status);

// Framing is the server's business: such headers of the response are left out. A response that says itself
// what a protective header would say keeps its own.
std::string answer_head(Response& response, AnswerHead about);

}  // namespace haechi::net
