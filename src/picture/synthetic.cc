#include "picture/synthetic.h"

namespace haechi::picture {

bool is_synthetic(const Picture& picture, std::string_view person_id) {
  const auto person = picture.persons().find(person_id);
  return person != picture.persons().end() && person->second.synthetic();
}

bool is_synthetic_incident(const Picture& picture, std::string_view incident_id) {
  const v1::Incident* incident = picture.alerts().incident(incident_id);
  return incident != nullptr && is_synthetic(picture, incident->wearer_id());
}

}  // namespace haechi::picture
