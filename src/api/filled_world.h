// For tests: a case of police-1 with everything that can hang on one, and the ids of it all, by their place
// in a path.
#pragma once

#include "api/case_world.h"

namespace haechi::api {

inline std::string text(const boost::json::value& value) {
  return std::string(value.as_string());
}

// A case with a link, a measure before the court, a petition of hers, and a duty of the police.
inline std::map<std::string, std::string> fill(CaseWorld& world) {
  namespace json = boost::json;
  world.clock.set(Time{1'810'000'000'000'000});  // 2027-05-11
  for (const char* person : {"w-1", "s-77"})
    world.get("registrar-1", "PUT", std::string("/persons/") + person + "/identity",
              R"({"document_kind":"rrn","document_number":"850101-1234567"})");
  world.open_case();
  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"m-0","kind":"ST_PROV_2","protected_id":"p-1"})");
  world.step("insp-park", "m-0", "DECLINE_TO_APPLY");
  std::map<std::string, std::string> ids = {
      {"cases", "c-1"}, {"measures", "m-1"}, {"petitions", "pet-1"}, {"persons", "w-1"}};
  const json::value owed = world.get("insp-park", "GET", "/duties").at("duties");
  for (const json::value& duty : owed.as_array()) {
    if (text(duty.at("code")) == "N8-3")
      world.get("insp-park", "POST", "/duties/" + text(duty.at("id")) + "/done", R"({"note_code":"done"})");
    if (text(duty.at("party")) == "CASE_PARTY_POLICE") ids["duties"] = text(duty.at("id"));
  }
  world.get("her", "POST", "/petitions",
            R"({"id":"pet-1","case_id":"c-1","kinds":["ST_VPO_1"],"attachments":[
                {"name":"a.txt","media_type":"text/plain","content":"aGk="}]})");
  world.get("judge-1", "POST", "/petitions/pet-1/docket", R"({"docket":"17"})");
  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"m-1","kind":"ST_PROV_2","protected_id":"p-1","apply":true})");
  world.step("insp-park", "m-1", "PETITION", R"(,"court_id":"court-1")");
  ids["links"] = text(world.get("insp-park", "GET", "/links").at("links").at(0).at("link").at("id"));
  const json::value left = world.get("insp-park", "GET", "/duties").at("duties");
  for (const json::value& duty : left.as_array())
    if (text(duty.at("party")) == "CASE_PARTY_POLICE") ids["duties"] = text(duty.at("id"));
  ids["file"] = text(world.get("judge-1", "GET", "/petitions/pet-1").at("attachments").at(0).at("id"));
  ids["inquiries"] = text(world
                              .get("insp-park", "POST", "/cases/c-1/inquiries",
                                   R"({"id":"q-1","person_id":"s-77","use":"ST_INQUIRY","court_id":"court-1",
                                       "from_us":"1809900000000000","to_us":"1809950000000000","reason":"threats",
                                       "urgent":true,"approved_by":"chief-oh"})")
                              .at("inquiry")
                              .at("id"));
  ids["pictures"] = text(world
                             .get("control-1", "POST", "/pictures",
                                  R"({"id":"x-1","wearer_id":"w-1","provider":"namyangju-city",
                                      "from_us":"1809900000000000","to_us":"1809950000000000",
                                      "cameras":"market gate","reason":"strap cut"})")
                             .at("request")
                             .at("id"));
  for (const char* kind : {"notifications", "me/notifications", "accounts", "agencies", "break-glass"})
    ids[kind] = "none";
  return ids;
}

// With places of both, and what else a path can name.
inline std::map<std::string, std::string> fill_with_places(CaseWorld& world) {
  std::map<std::string, std::string> ids = fill(world);
  ids["positions"] = ids["tracks"] = ids["persons"] = "s-77";
  ids["devices"] = "d-w";
  ids["orders"] = "o-post";
  ids["agencies"] = "police-1";
  for (const auto& [device, seq] : {std::pair("d-w", 1), {"d-p", 2}, {"d-w", 3}}) {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    received.set_received_at_us(world.clock.now().us);
    received.mutable_report()->set_device_id(device);
    received.mutable_report()->set_seq(static_cast<uint64_t>(seq));
    received.mutable_report()->mutable_fix()->set_fixed_at_us(world.clock.now().us);
    received.mutable_report()->mutable_fix()->mutable_place()->set_lat_e7(371'000'000 + seq);
    received.mutable_report()->mutable_fix()->mutable_place()->set_lng_e7(1'271'000'000 + seq);
    world.log(fact);
  }
  return ids;
}

}  // namespace haechi::api
