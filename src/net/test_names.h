// Names for tests: what getaddrinfo() of this whole test program answers, for whoever asks it, libraries
// too. To be included by one source of a program.
#pragma once

#include <dlfcn.h>
#include <netdb.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/ensure.h"

namespace haechi::net {

class Names {
 public:
  using Answers = std::map<std::string, std::vector<std::string>>;  // addresses, by host

  explicit Names(Answers answers) { now(std::move(answers)); }
  ~Names() { now({}); }
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  static void now(Answers answers) {
    const std::lock_guard guard(lock());
    all() = std::move(answers);
  }
  static std::vector<std::string> of(const std::string& host) {
    const std::lock_guard guard(lock());
    const auto found = all().find(host);
    return found == all().end() ? std::vector<std::string>() : found->second;
  }

 private:
  static std::mutex& lock() {
    static std::mutex one;
    return one;
  }
  static Answers& all() {
    static Answers one;
    return one;
  }
};

}  // namespace haechi::net

extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** out) {
  using Ask = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const Ask ask = reinterpret_cast<Ask>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  const auto addresses = host == nullptr ? std::vector<std::string>() : haechi::net::Names::of(host);
  if (addresses.empty()) return ask(host, service, hints, out);
  addrinfo** next = out;
  for (const std::string& address : addresses) {
    addrinfo wanted = hints == nullptr ? addrinfo{} : *hints;
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_flags = AI_NUMERICHOST;
    const int failed = ask(address.c_str(), service, &wanted, next);
    ENSURE(failed == 0, failed);
    while (*next != nullptr) next = &(*next)->ai_next;
  }
  return 0;
}
