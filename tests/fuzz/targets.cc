#include "tests/fuzz/targets.h"

#include "api/geojson.h"
#include "api/json.h"
#include "base/base64.h"
#include "base/digest.h"
#include "base/ensure.h"
#include "base/hex.h"
#include "evidence/mirror.h"
#include "evidence/note.h"
#include "gateway/mqtt_codec.h"
#include "gateway/native.h"
#include "gateway/osmand.h"
#include "gateway/owntracks.h"
#include "gateway/traccar.h"
#include "haechi/v1/case_api.pb.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "law/shapes.h"
#include "net/request_parser.h"
#include "spine/engine.h"
#include "tools/track_text.h"
#include "tools/zone_text.h"
#include "trust/id_token.h"
#include "trust/passkey.h"

namespace haechi::fuzz {
namespace {

// A connection's bytes: packets are found and read one after the other, in either version.
bool mqtt(std::string_view bytes) {
  namespace mqtt = gateway::mqtt;
  bool understood = false;
  for (const mqtt::Version version : {mqtt::Version::k311, mqtt::Version::k5}) {
    for (std::string_view rest = bytes;;) {
      const auto found = mqtt::find_frame(rest, 64 << 10);
      const auto* frame = std::get_if<mqtt::Frame>(&found);
      if (frame == nullptr) break;
      ENSURE(frame->bytes > 0 && frame->bytes <= rest.size());
      understood |= std::holds_alternative<mqtt::Packet>(mqtt::decode(*frame, version));
      rest.remove_prefix(frame->bytes);
    }
  }
  return understood;
}

// What is read is the same whether it comes at once or byte by byte.
bool http(std::string_view bytes) {
  const auto parse = [bytes](size_t step) {
    net::RequestParser parser{net::ServerLimits{}};
    size_t at = 0, offered = 0, used = 1;
    auto state = net::RequestParser::State::kMore;
    while (state == net::RequestParser::State::kMore && (offered < bytes.size() || used > 0)) {
      offered = std::min(bytes.size(), offered + step);
      state = parser.feed(bytes.substr(at, offered - at), used);
      ENSURE(used <= offered - at);
      at += used;
      if (at == bytes.size()) break;
    }
    if (state != net::RequestParser::State::kDone) return std::string();  // refused, or not whole yet
    const net::Request request = parser.take();
    (void)request.parameter("limit");
    return request.method + ' ' + request.path + '?' + request.query + '\n' + request.body;
  };
  const std::string whole = parse(bytes.size());
  ENSURE(whole == parse(1));
  return !whole.empty();
}

bool native_json(std::string_view bytes) {
  return gateway::read_native_json(bytes).ok();
}
bool native_protobuf(std::string_view bytes) {
  const bool single = gateway::read_native_protobuf(bytes, true).ok();
  return gateway::read_native_protobuf(bytes, false).ok() || single;
}
bool owntracks(std::string_view bytes) {
  return gateway::read_owntracks(bytes, "D-1").ok();
}
bool osmand(std::string_view bytes) {
  const bool json = gateway::read_osmand_json(bytes).ok();
  return gateway::read_osmand_form(net::decode_form(bytes), Time{1'773'446'400'000'000}).ok() || json;
}
bool traccar(std::string_view bytes) {
  const bool event = gateway::read_traccar_event(bytes).ok();
  return gateway::read_traccar_position(bytes).ok() || event;
}

// What is taken is written and read again as the same.
template <typename Message>
bool body_of(std::string_view bytes) {
  Message message, again;
  if (!api::read_json(bytes, message).ok()) return false;
  ENSURE(api::read_json(api::write_json(message), again).ok());
  ENSURE(again.SerializeAsString() == message.SerializeAsString());
  return true;
}
bool bodies(std::string_view bytes) {
  bool understood = false;
  for (bool (*read)(std::string_view) : {body_of<v1::FactBatch>, body_of<v1::PetitionInput>,
                                         body_of<v1::LegalMeasureInput>, body_of<v1::HandOffMessage>})
    understood |= read(bytes);
  return understood;
}

// A shape that is taken becomes a zone or is refused.
bool geojson(std::string_view bytes) {
  v1::Shape shape;
  return api::shape_from_geojson(bytes, shape).ok() && law::zone_from(shape, "shape").ok();
}

bool files(std::string_view bytes) {
  const std::string text(bytes);
  const bool tracks = tools::read_track_features(text, "D-1").ok(),
             zones = tools::read_zone_features(text, "id").ok();
  return tools::read_gpx(text, "D-1").ok() || tracks || zones;
}

bool notes(std::string_view bytes) {
  const Result<evidence::Note> note = evidence::read_note(bytes);
  if (!note.ok()) return false;
  ENSURE(evidence::read_note(evidence::text_of(*note)).ok());
  return evidence::read_checkpoint(note->body).ok();
}

const trust::RelyingParty kParty{"https://haechi.example", "haechi.example"};

// What a browser brings of an authenticator: an attestation, and what it says it signed.
bool passkeys(std::string_view bytes) {
  const bool key = trust::read_attestation(bytes, kParty).ok();
  (void)trust::check_proof(bytes, bytes, bytes, bytes, kParty);
  return trust::challenge_in(bytes, trust::Ceremony::kAdding, kParty).ok() || key;
}

// What an identity provider gives.
bool providers(std::string_view bytes) {
  const bool keys = trust::ProviderKeys::read(bytes).ok();
  return trust::key_id_of(bytes).ok() || keys;
}

// A log of whatever decodes, as it might have been written by any build: the engine answers each, and the
// same again.
bool facts(std::string_view bytes) {
  const auto digest = [bytes] {
    spine::Engine engine(0);
    std::string said;
    uint64_t no = 0;
    for (std::string_view rest = bytes; rest.size() > 2;) {
      const size_t told = static_cast<unsigned char>(rest[0]) << 8 | static_cast<unsigned char>(rest[1]);
      const size_t length = std::min(told, rest.size() - 2);
      v1::Fact fact;
      const bool read = fact.ParseFromArray(rest.data() + 2, static_cast<int>(length));
      rest.remove_prefix(2 + length);
      if (!read) continue;
      (void)law::check(fact);
      ++no;
      for (const auto& effect :
           engine.step({no, Time{1'773'446'400'000'000 + static_cast<int64_t>(no) * 1'000'000}, fact}))
        effect->AppendToString(&said);
    }
    return said;
  };
  const std::string said = digest();
  ENSURE(said == digest());
  return !said.empty();
}

// length[2] | fact, as facts() reads them.
std::string fact_bytes(const char* json) {
  v1::Fact fact;
  ENSURE(api::read_json(json, fact).ok());
  const std::string bytes = fact.SerializeAsString();
  return std::string{static_cast<char>(bytes.size() >> 8), static_cast<char>(bytes.size())} + bytes;
}

std::string small_log() {
  std::string out;
  for (
      const char* json :
      {R"({"person_registered":{"id":"W-1","role":"ROLE_WEARER"}})",
       R"({"person_registered":{"id":"P-1","role":"ROLE_PROTECTED_PERSON"}})",
       R"({"device_registered":{"id":"D-1","kind":"DEVICE_KIND_ANKLE","person_id":"W-1"}})",
       R"({"device_registered":{"id":"D-2","kind":"DEVICE_KIND_PHONE","person_id":"P-1"}})",
       R"({"order_registered":{"id":"O-1","version":1,"kind":"ST_PROV_3_2","legal_basis":"x","wearer_id":"W-1",
            "starts_at_us":"1","conditions":[{"id":"c","keep_away":{"protected_id":"P-1"}}]}})",
       R"({"report_received":{"report":{"device_id":"D-2","epoch":1,"seq":"1","fix":{"place":{"lat_e7":375000000,
            "lng_e7":1270000000},"fixed_at_us":"1773446405000000","accuracy_mm":8000}},"received_at_us":"1773446405000000"}})",
       R"({"report_received":{"report":{"device_id":"D-1","epoch":1,"seq":"1","fix":{"place":{"lat_e7":375010000,
            "lng_e7":1270000000},"fixed_at_us":"1773446406000000","accuracy_mm":8000}},"received_at_us":"1773446406000000"}})",
       R"({"clock_ticked":{}})"})
    out += fact_bytes(json);
  return out;
}

const char* const kReport =
    R"({"epoch":1,"seq":"5","fix":{"place":{"lat_e7":375000000,"lng_e7":1270000000},"fixed_at_us":"1773446400000000",
        "accuracy_mm":8000,"source":"FIX_SOURCE_GNSS"},"battery_percent":80,"events":["DEVICE_EVENT_SOS"]})";

std::string packed_report() {
  v1::Report report;
  ENSURE(api::read_json(kReport, report).ok());
  return report.SerializeAsString();
}

// The base point of P-256 as somebody's key.
const char* const kX = "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296";
const char* const kY = "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5";

std::string attestation() {
  using namespace std::string_literals;
  const std::string cose = "\xA5\x01\x02\x03\x26\x20\x01\x21\x58\x20"s + decode_hex(kX).value() +
                           "\x22\x58\x20" + decode_hex(kY).value();
  const std::string data =
      std::string(view(sha256(kParty.id))) + "\x45" + std::string(4 + 16, '\0') + "\0\x04"s + "name" + cose;
  return "\xA3\x63"
         "fmt\x64none\x67"
         "attStmt\xA0\x68"
         "authData\x58"s +
         static_cast<char>(data.size()) + data;
}

std::string mqtt_session() {
  using namespace std::string_literals;
  return "\x10\x19\0\x04MQTT\x04\xC2\0\x3C\0\x03"
         "D-1\0\x03"
         "D-1\0\x03"
         "sec"s +
         "\x32\x14\0\x0A"
         "d/D-1/repo\0\x01"
         "{\"a\":1"s +
         "\x82\x0C\0\x02\0\x07"
         "d/D-1/c\x01"s +
         "\xC0\0\xE0\0"s;
}

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> strangers = {
      {"mqtt", mqtt, {mqtt_session()}},
      {"http",
       http,
       {"POST /ingest/v1/reports?a=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
        "GET /live HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"}},
      {"native_json", native_json, {kReport, std::string("{\"reports\":[") + kReport + "]}"}},
      {"native_protobuf", native_protobuf, {packed_report()}},
      {"owntracks",
       owntracks,
       {R"({"_type":"location","lat":37.5,"lon":127.0,"tst":1773446400,"acc":8,"batt":80,"vel":3,"cog":90,"tid":"w1"})"}},
      {"osmand",
       osmand,
       {"id=D-1&lat=37.5&lon=127.0&timestamp=1773446400&accuracy=8&speed=3&bearing=90&batt=80&alarm=sos",
        R"({"device_id":"D-1","location":{"timestamp":"2026-03-14T00:00:00Z","coords":{"latitude":37.5,"longitude":127.0,"accuracy":8}}})"}},
      {"traccar",
       traccar,
       {R"({"position":{"id":1,"fixTime":"2026-03-14T00:00:00.000+00:00","valid":true,"latitude":37.5,"longitude":127.0,
            "accuracy":8,"speed":1.5,"course":90},"device":{"uniqueId":"D-1"}})"}},
      {"bodies",
       bodies,
       {R"({"facts":[{"person_registered":{"id":"W-1","role":"ROLE_WEARER"}}]})",
        R"({"case_id":"c-1","kinds":["ST_VPO_1"],"statement":"x","attachments":[]})"}},
      {"geojson",
       geojson,
       {R"({"type":"Polygon","coordinates":[[[127.0,37.5],[127.1,37.5],[127.1,37.6],[127.0,37.5]]]})",
        R"({"type":"MultiPolygon","coordinates":[[[[127.0,37.5],[127.1,37.5],[127.1,37.6],[127.0,37.5]]]]})"}},
      {"files",
       files,
       {"<gpx><trk><trkseg><trkpt lat=\"37.5\" "
        "lon=\"127\"><time>2026-03-14T00:00:00Z</time></trkpt></trkseg></trk></gpx>",
        R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"z","time":"2026-03-14T00:00:00Z"},
            "geometry":{"type":"Point","coordinates":[127.0,37.5]}}]})"}},
      {"notes",
       notes,
       {"haechi/1\n2\nK3jACEOEOeFt89nO1cfxA6LwBCrNLyEQIv6bKDXCcc4=\n\n\xE2\x80\x94 haechi/1 AAAAAAAA\n"}},
      {"passkeys",
       passkeys,
       {attestation(),
        R"({"type":"webauthn.create","challenge":"AAECAw","origin":"https://haechi.example","crossOrigin":false})"}},
      {"providers",
       providers,
       {R"({"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":")" + base64url(decode_hex(kX).value()) +
            R"(","y":")" + base64url(decode_hex(kY).value()) + "\"}]}",
        base64url(R"({"alg":"ES256","kid":"a"})") + "." + base64url("{}") + "." + base64url("x")}},
      {"facts", facts, {small_log()}},
  };
  static const std::vector<Target> all = [] {
    std::vector<Target> both = strangers;
    for (Target& target : house_targets()) both.push_back(std::move(target));
    return both;
  }();
  return all;
}

}  // namespace haechi::fuzz
