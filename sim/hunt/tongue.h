// Tongue: protocols of others that some devices speak over HTTP. They count nothing, know whole seconds and
// units of their own, and tell one report at a time. Written from what their makers say of them, apart from
// the house's readers.
#pragma once

#include <string>

#include "haechi/v1/device.pb.h"
#include "net/http.h"

namespace haechi::hunt {

enum class Tongue { kOurs, kOwnTracks, kOsmAnd, kTraccar };

inline constexpr char kForwarder[] = "the token of a Traccar server";

// The report as that protocol can tell it.
void reduce(v1::Report& report, Tongue tongue);
// The letter that tells it. For `kTraccar` it is another server's, in whose name no device has a secret.
net::Request letter(const v1::Report& report, Tongue tongue, const std::string& secret);

}  // namespace haechi::hunt
