// SurfaceHosts: which web surface answers at which host ([http.hosts]), so that the browser keeps them apart
// as it does strangers: cookies, storage and scripts of one are out of reach of the others.
//
//   1. A surface with a host of its own is answered there and nowhere else.
//   2. At such a host nothing else is answered but what the surface needs: the API and the stream in its
//      name, and maps.
// /account/ has none: links and identity providers lead to the one address of notify.pages.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/http.h"

namespace haechi::node {

class SurfaceHosts {
 public:
  using Hosts = std::map<std::string, std::string>;  // of a surface: "me" -> "me.example"
  explicit SurfaceHosts(Hosts hosts) : hosts_(std::move(hosts)) {}

  // kInvalid: no such surface, no host name in lower case, or one that two share.
  static Status check(const Hosts& hosts);
  // What is answered instead: 421, or from the bare host the way to the surface. Nothing: the request is
  // where it belongs.
  std::optional<net::Response> instead(const net::Request& request) const;

 private:
  std::string surface_at(const std::string& host) const;  // empty: none has it for itself

  const Hosts hosts_;
};

}  // namespace haechi::node
