#include "picture/persons_of.h"

#include "haechi/v1/effect.pb.h"

namespace haechi::picture {
namespace {

std::vector<std::string> named(std::vector<std::string> ids) {
  std::erase(ids, "");
  return ids;
}

}  // namespace

std::vector<std::string> persons_of(const v1::Alert& alert) {
  return named({alert.wearer_id(), alert.protected_id()});
}

std::vector<std::string> persons_of(const v1::Incident& incident) {
  std::vector<std::string> out(incident.protected_ids().begin(), incident.protected_ids().end());
  out.push_back(incident.wearer_id());
  return named(std::move(out));
}

std::vector<std::string> persons_of(const v1::Call& call) {
  std::vector<std::string> out{call.wearer_id(), call.protected_id()};
  for (const v1::Destination& to : call.destinations()) out.push_back(to.person_id());
  return named(std::move(out));
}

}  // namespace haechi::picture
