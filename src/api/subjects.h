// Subjects: how viewer and subject are tied at this moment, read from the picture, for trust::decide. And
// what is left of an object for a viewer who may not see all places in it.
#pragma once

#include "api/exchange.h"

namespace haechi::api {

// An unknown id gives a subject without ties, so that whoever needs a tie learns nothing about what exists.
trust::Subject person_subject(const Exchange& exchange, const std::string& person_id, const char* kind);
trust::Subject alert_subject(const Exchange& exchange, const std::string& alert_id);
trust::Subject incident_subject(const Exchange& exchange, const std::string& incident_id);
trust::Subject call_subject(const Exchange& exchange, const v1::Call* call, const std::string& call_id);
trust::Subject unit_subject(const Exchange& exchange, const std::string& unit_id);
// These hold nothing but whether the viewer is recused from somebody they are about.
trust::Subject device_subject(const Exchange& exchange, const std::string& device_id);
trust::Subject order_subject(const Exchange& exchange, const std::string& order_id);
trust::Subject zone_subject(const Exchange& exchange, const std::string& zone_id);
trust::Subject hand_off_subject(const Exchange& exchange, const std::string& hand_off_id);
trust::Subject view_subject(const Exchange& exchange, const v1::View& view);

// Notes in the ties that the viewer is recused from one of these persons, if so.
void recuse(const Exchange& exchange, const std::vector<std::string>& person_ids, trust::Subject& subject);

trust::Decision position_decision(const Exchange& exchange, const std::string& person_id);

void reduce(const Exchange& exchange, v1::Alert& alert);
void reduce(const Exchange& exchange, v1::Call& call);
void reduce(const trust::Decision& decision, v1::View& view);
void reduce(const Exchange& exchange, const trust::Decision& decision, v1::LivePosition& position);

}  // namespace haechi::api
