// For tests: how a log fails whom it is asked by.
#pragma once

#include <deque>
#include <memory>

#include "haechi/v1/fact.pb.h"
#include "spine/submit.h"

namespace haechi::api {

enum class LogFault {
  kNone,
  kFull,      // the queue
  kClosed,    // it ends
  kNotKnown,  // whether it was written
  kSilent,    // it hangs and says nothing
  kNoLooks,   // a journal stands in for it: no record that somebody is shown something
};
inline constexpr LogFault kLogFaults[] = {LogFault::kFull, LogFault::kClosed, LogFault::kNotKnown,
                                          LogFault::kSilent, LogFault::kNoLooks};

class FailingLog {
 public:
  // False: the fact was answered here, if at all.
  bool takes(const v1::Fact& fact, spine::Done& done) {
    if (fault == LogFault::kNone || (fault == LogFault::kNoLooks && !fact.has_access_decided())) return true;
    if (fault == LogFault::kSilent) {
      silent_.push_back(std::move(done));
    } else if (done) {
      done(Error{code(), "", "the log takes nothing"});
    }
    return false;
  }

  LogFault fault = LogFault::kNone;

 private:
  Code code() const {
    if (fault == LogFault::kFull) return Code::kExhausted;
    return fault == LogFault::kNotKnown ? Code::kUnknownOutcome : Code::kUnavailable;
  }
  std::deque<spine::Done> silent_;  // whom nobody answers
};

}  // namespace haechi::api
