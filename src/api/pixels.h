// How many pixels a picture says it has, so that none is kept that fills the memory of whoever opens it.
#pragma once

#include <cstdint>
#include <string_view>

namespace haechi::api {

// Of PNG or JPEG (ISO/IEC 15948, ITU-T T.81); of several frames, a thumbnail among them, the largest. 0: none
// is found, so that nothing can be drawn of it.
uint64_t pixels_of(std::string_view picture);

}  // namespace haechi::api
