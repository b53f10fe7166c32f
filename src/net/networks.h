// Networks: some of all addresses, as prefixes: "10.1.0.0/16", "2001:db8::/32", "192.0.2.7".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace haechi::net {

class Networks {
 public:
  Networks() = default;  // none
  // kInvalid names the text that is no prefix, or has bits behind its length.
  static Result<Networks> from(const std::vector<std::string>& prefixes, const std::string& field);

  bool empty() const { return prefixes_.empty(); }
  // An IPv4 address that is written as IPv6 ("::ffff:10.1.2.3") is that IPv4 address. What is no address is
  // in none.
  bool hold(std::string_view address) const;

 private:
  struct Prefix {
    std::vector<uint8_t> bytes;  // 4 or 16
    int bits = 0;
  };
  std::vector<Prefix> prefixes_;
};

}  // namespace haechi::net
