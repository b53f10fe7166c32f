// Police stations of Seoul and Gyeonggi: approximate positions, put together by us from public facts (a
// station's place is known to anyone who passes it). Good to a few hundred metres; not an official list.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "geo/place.h"

namespace haechi::sim {

struct Province {
  const char* id;  // of the provincial 112 room
  const char* name_ko;
};

struct Station {
  const char* id;
  const char* name_ko;
  int province;  // index into provinces()
  double lat, lng;

  geo::Place place() const {
    return {static_cast<int32_t>(lat * 1e7 + 0.5), static_cast<int32_t>(lng * 1e7 + 0.5)};
  }
};

const std::vector<Province>& provinces();
const std::vector<Station>& stations();

// A coarse outline of the land of Seoul and Gyeonggi (Incheon left out), drawn by hand to about two
// kilometres.
const std::vector<geo::Place>& land_outline();

}  // namespace haechi::sim
