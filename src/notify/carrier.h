// Carrier: takes parcels to servers of others, over SMTP or HTTP, and says what they answered.
//
// An outcome is one of four, and the sender must be able to tell them apart: taken; refused for good; not
// taken but worth another try; and unknown: all of it went out and no complete answer came back.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "net/http.h"
#include "net/outgoing.h"

namespace haechi::notify {

// One POST, or one e-mail when `mail_from` is given.
struct Parcel {
  std::string url;       // http:, https:, smtp:, smtps:
  net::Headers headers;  // of a POST
  std::string body;
  std::string mail_from, mail_to;
  std::string user, password;  // of the mail server; empty: no sign-in
  bool must_encrypt = false;   // smtp: STARTTLS, or nothing is said
  std::string ca_file;         // trusted instead of the system's certificates; empty: the system's
  std::string revoked;         // their lists of revoked certificates; empty: nothing is looked up
};

struct Outcome {
  enum class Kind { kTaken, kRefused, kTryAgain, kUnknown } kind = Kind::kTryAgain;
  int status = 0;      // of HTTP or SMTP; 0: there was none
  std::string reason;  // a code: refused_550, unreachable, address_refused, tls_failed, login_denied,
                       // no_answer; empty: taken
};

class Carrier {
 public:
  virtual ~Carrier() = default;
  // Any thread. `done` runs once, on a thread of the carrier: hand over and return at once. When the carrier
  // ends first, it does not run, and the outcome is unknown.
  virtual void send(Parcel parcel, std::function<void(Outcome)> done) = 0;
};

// Over libcurl, all parcels at once on one thread. `timeout` is of the whole exchange.
// `outgoing`
// says which addresses a host may lead to.
std::unique_ptr<Carrier> make_carrier(Duration timeout, std::shared_ptr<net::Outgoing> outgoing);

}  // namespace haechi::notify
