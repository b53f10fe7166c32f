// Telephone numbers are shown by their last four digits until somebody asks for the number itself, which is a
// look of its own in the record (ASVS 14.2.6).
#pragma once

#include <string>

namespace haechi::api {

inline constexpr const char* kHiddenDigits = "\u2026";  // of which no number consists

// Of a number of eight digits or more the last four; of what is shorter, nothing that would be most of it.
std::string masked_telephone(const std::string& number);

// What a record names beside the person when the number was shown.
inline std::string telephone_of(const std::string& person_id) {
  return person_id + "#phone";
}

}  // namespace haechi::api
