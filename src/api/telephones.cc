#include "api/telephones.h"

namespace haechi::api {

std::string masked_telephone(const std::string& number) {
  constexpr size_t kDigitsMin = 8, kShown = 4;
  std::string digits;
  for (const char c : number)
    if (c >= '0' && c <= '9') digits += c;
  if (number.empty()) return "";
  return kHiddenDigits + (digits.size() < kDigitsMin ? "" : digits.substr(digits.size() - kShown));
}

}  // namespace haechi::api
