// What cameras and programs write into a file beside what it shows: the place, the device, names, when.
// Whoever sends a picture of her door does not mean to send where the door is.
//
// Of JPEG, PNG and ISO media (ITU-T T.81, ISO/IEC 15948, ISO/IEC 14496-12) what is needed to show them stays,
// of a JPEG which side is up among it, and nothing else; also nothing from where they stop being whole, and
// nothing behind their end. PDF and text are as they were sent.
#pragma once

#include <string>
#include <string_view>

namespace haechi::api {

std::string without_hidden_data(std::string_view content, std::string_view media_type);

}  // namespace haechi::api
