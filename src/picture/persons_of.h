// Of whom a thing tells: who is too close to one of these persons must not see it, by any door.
#pragma once

#include <string>
#include <vector>

namespace haechi::v1 {
class Alert;
class Call;
class Incident;
}  // namespace haechi::v1

namespace haechi::picture {

// Each may be named twice, and none is empty. Of an outage not those who are without protection: it is
// everybody's.
std::vector<std::string> persons_of(const v1::Alert& alert);
std::vector<std::string> persons_of(const v1::Incident& incident);
std::vector<std::string> persons_of(const v1::Call& call);

}  // namespace haechi::picture
