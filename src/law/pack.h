// Pack: the numbers of one country's law and practice, each with its source. A number of the order goes
// before a number of the pack.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/time.h"
#include "haechi/v1/effect.pb.h"
#include "law/order_kinds.h"

namespace haechi::law {

struct Pack {
  int64_t warn_mm;
  int64_t police_mm;
  int64_t map_mm;
  int64_t ban_mm;
  int64_t place_police_mm;
  int64_t hysteresis_mm;
  Duration clear_hold;
  Duration belated_for;  // so long after an order's end, what is learned late of its time is still judged

  std::string_view id;
  Words name;
  std::string_view currency;
  std::string_view time_zone;  // the usual one; a country may have several

  std::span<const OrderKind> kinds;
  std::span<const Offence> offences;
  std::span<const Duty> duties;
  std::span<const Penalty> penalties;
  std::span<const ResponseCode> codes;
  std::span<const CodeRule> code_rules;
  std::span<const StatedDistance> distances;
  std::span<const Retention> retention;
  std::span<const PermittedUse> uses;
  std::span<const ProvisionRule> provisions;
  std::span<const Figure> figures;
  UrgentInquiry urgent_inquiry;
  PictureNotice picture_notice;
  ExposurePolicy exposure;
  DirectPetition direct_petition;
  Counting acts;  // how time limits for acts are counted: appeals, petitions
  Source acts_source;
};

// The Republic of Korea; Spain; a generic jurisdiction of the United States.
const Pack& kr();
const Pack& es();
const Pack& us();

// By id: "kr", "es", "us". `pack` is for ids known to be right, `find_pack` for ids that came from outside;
// null: there is none.
const Pack& pack(std::string_view id);
const Pack* find_pack(std::string_view id);
// The pack that has a kind of order of this code; null: none has.
const Pack* pack_of_kind(std::string_view kind);

// What is known of the distance between the two persons when a code is chosen.
enum class Nearness {
  kNobody,   // the wearer's orders protect no one in particular
  kUnknown,  // someone, but one of the two cannot be placed
  kFar,
  kNear,  // within the distance at which she is warned
};

// 112 code of an alert: 0 (highest) .. 4.
uint32_t code112(v1::AlertKind kind, Nearness nearness);

// 112 code of a warning that he is on his way, while he is `distance_mm` away from a place or person of whom
// she, or the control room, is warned at `warn_mm`, and may be there in `left`: 1 or 3.
uint32_t code_of_approach(int64_t distance_mm, int64_t warn_mm, Duration left);
// The person whom an alert is about may know of it.
bool told_to_protected(const v1::Alert& alert);

// How long the control room has to take an alert before it is passed up; zero: it is not passed up.
Duration acknowledge_within(uint32_t code);

// A distance as the protected person is shown it: steps of 10 m below 100 m, 50 m below 1 km, 100 m above.
uint32_t shown_distance_m(int64_t distance_mm);
// A direction as she is shown it: 0, 45, .. 315.
uint32_t shown_direction_deg(int32_t bearing_cdeg);

}  // namespace haechi::law
