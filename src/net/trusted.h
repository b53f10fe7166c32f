// Who signed a certificate of ours: an authority whom this machine believes, as a browser on it would?
#pragma once

#include <string>

namespace haechi::net {

// Of a PEM file with the certificate and those between it and the authority. False also when it cannot be
// read or has ended.
bool is_of_known_authority(const std::string& file);

}  // namespace haechi::net
