// Codes that people choose from. One list each, so that what the interface offers is what it takes.
#pragma once

#include <array>
#include <string_view>

namespace haechi::api {

// How it came out, on resolve; apart from who handled it and how far.
inline constexpr std::array kOutcomes = {"TRUE_VIOLATION", "AUTHORISED", "REASONABLE_EXCUSE",
                                         "EQUIPMENT",      "DATA_ERROR", "DUPLICATE",
                                         "DRILL",          "UNFOUNDED"};

// Why an alert may wait.
inline constexpr std::array kShelvingReasons = {
    "KNOWN_CAUSE", "EQUIPMENT_SERVICE", "OFFICER_PRESENT", "CALL_BACK",
    "AUTHORISED",  "SIGNAL_AREA",       "CHARGING",        "OTHER"};

// How a call for service ended (two digits, as exchanged between monitoring and dispatch systems): 01 report
// taken, 02 no report, 03 arrest, 05 settled by telephone, 06 attempt to locate, 08 follow-up, 10 cancelled,
// 11 field interview, 13 information, 14 gone on arrival, 17 false alarm, 18 settled by contact, 21 unit
// cancelled on the way, 22 duplicate, 32 cancelled before arrival, 35 and 36 stand-by.
inline constexpr std::array kDispositions = {"01", "02", "03", "05", "06", "08", "10", "11", "13",
                                             "14", "17", "18", "21", "22", "32", "35", "36"};

template <typename Codes>
bool is_one_of(const Codes& codes, std::string_view code) {
  for (const char* known : codes) {
    if (code == known) return true;
  }
  return false;
}

}  // namespace haechi::api
