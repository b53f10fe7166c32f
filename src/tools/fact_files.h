// FactFiles: which file of an export holds which facts. One table for writing and for reading.
#pragma once

#include <array>
#include <string_view>

#include "haechi/v1/fact.pb.h"

namespace haechi::tools {

struct FactFile {
  std::string_view name;
  v1::Fact::KindCase kind;  // KIND_NOT_SET: every kind that no other file holds
};

// In the order in which facts of one moment are entered: what is named comes before what names it.
inline constexpr std::array<FactFile, 12> kFactFiles = {{
    {"agencies.jsonl", v1::Fact::kAgencyRegistered},
    {"time_zones.jsonl", v1::Fact::kTimeZoneRegistered},
    {"holiday_calendars.jsonl", v1::Fact::kHolidayCalendarRegistered},
    {"jurisdictions.jsonl", v1::Fact::kJurisdictionRegistered},
    {"units.jsonl", v1::Fact::kUnitRegistered},
    {"persons.jsonl", v1::Fact::kPersonRegistered},
    {"zones.jsonl", v1::Fact::kZoneRegistered},
    {"devices.jsonl", v1::Fact::kDeviceRegistered},
    {"orders.jsonl", v1::Fact::kOrderRegistered},
    {"violations.jsonl", v1::Fact::kViolationTakenOver},
    {"journal.jsonl", v1::Fact::KIND_NOT_SET},
    {"reports.jsonl", v1::Fact::kReportReceived},
}};

// The place in kFactFiles of the file for facts of this kind.
constexpr size_t fact_file_of(v1::Fact::KindCase kind) {
  size_t rest = 0;
  for (size_t i = 0; i < kFactFiles.size(); ++i) {
    if (kFactFiles[i].kind == kind) return i;
    if (kFactFiles[i].kind == v1::Fact::KIND_NOT_SET) rest = i;
  }
  return rest;
}

}  // namespace haechi::tools
