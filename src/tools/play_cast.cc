#include "tools/play_cast.h"

#include "base/digest.h"
#include "haechi/v1/api.pb.h"

namespace haechi::tools {
namespace {

constexpr geo::Place kHome{377'000'000, 1'272'060'000};  // Onam, Namyangju
constexpr Duration kHour = Duration::seconds(3'600);
constexpr Duration kDay = Duration::seconds(86'400);

std::shared_ptr<sim::CarriedDevice> carry(net::Loop& loop, const Clock& clock, const std::string& id,
                                          const std::string& secret, uint16_t port, uint32_t epoch,
                                          Duration interval, const sim::Drive& route) {
  sim::CarriedDeviceOptions options;
  options.mqtt.port = port;
  options.mqtt.device_id = id;
  options.mqtt.secret = secret;
  options.interval = interval;
  options.obeys = false;  // the play has its own rhythm
  options.epoch = epoch;
  options.seed = epoch;
  return sim::CarriedDevice::create(loop, clock, std::move(options),
                                    [&route](Time now) { return route.at(now); });
}

std::shared_ptr<v1::PersonInput> person(v1::Role role) {
  auto input = std::make_shared<v1::PersonInput>();
  input->set_role(role);
  input->mutable_record()->set_language("ko");
  return input;
}

std::shared_ptr<v1::DeviceInput> device(v1::DeviceKind kind, const std::string& person_id,
                                        const std::string& secret) {
  auto input = std::make_shared<v1::DeviceInput>();
  input->set_kind(kind);
  input->set_person_id(person_id);
  input->set_interval_s(2);
  input->set_secret(secret);
  return input;
}

std::shared_ptr<v1::Order> order(const CastIds& ids, const char* kind, const char* basis, Time starts_at,
                                 Time ends_at) {
  auto made = std::make_shared<v1::Order>();
  made->set_kind(kind);
  made->set_legal_basis(basis);
  made->set_wearer_id(ids.wearer);
  made->set_starts_at_us(starts_at.us);
  made->set_ends_at_us(ends_at.us);
  made->set_time_zone("Asia/Seoul");
  return made;
}

}  // namespace

CastIds::CastIds(int number) {
  const std::string n = std::to_string(number);
  wearer = "wearer-" + n;
  protected_person = "protected-" + n;
  ankle = "ankle-" + n;
  phone = "phone-" + n;
  zone = "zone-" + n;
  older_order = "order-" + n + "-older";
  newer_order = "order-" + n + "-newer";
}

geo::Place near_home(int64_t east_m, int64_t north_m) {
  return geo::moved(kHome, {east_m * 1'000, north_m * 1'000});
}

Play::Cast::Cast(net::Loop& loop, const Clock& clock, const CastIds& ids, uint16_t mqtt_port, uint32_t epoch)
    : ankle_secret(hex(random_secret(16))),
      phone_secret(hex(random_secret(16))),
      his(near_home(1'700, -1'700)),
      hers(kHome),
      ankle(carry(loop, clock, ids.ankle, ankle_secret, mqtt_port, epoch, Duration::seconds(1), his)),
      phone(carry(loop, clock, ids.phone, phone_secret, mqtt_port, epoch, Duration::seconds(2), hers)) {}

std::vector<Registration> registrations(const CastIds& ids, const std::string& ankle_secret,
                                        const std::string& phone_secret, Time now) {
  std::vector<Registration> all;
  all.push_back({"he is known as a wearer", "persons/" + ids.wearer, person(v1::ROLE_WEARER)});
  all.push_back(
      {"his ankle device", "devices/" + ids.ankle, device(v1::DEVICE_KIND_ANKLE, ids.wearer, ankle_secret)});

  auto school = std::make_shared<v1::Zone>();
  school->mutable_shape()->mutable_circle()->set_radius_mm(150'000);
  const geo::Place far = near_home(-9'000, -6'000);
  school->mutable_shape()->mutable_circle()->mutable_centre()->set_lat_e7(far.lat_e7);
  school->mutable_shape()->mutable_circle()->mutable_centre()->set_lng_e7(far.lng_e7);
  all.push_back({"a barred place of the older order", "zones/" + ids.zone, school});
  auto older =
      order(ids, "EM_POST", "Electronic Monitoring Act 9; 9-2(1)2", now - kDay * 800, now + kDay * 2'800);
  older->add_conditions()->set_id("barred-place");
  older->mutable_conditions(0)->mutable_exclusion()->set_zone_id(ids.zone);
  all.push_back({"the older order, for other crimes", "orders/" + ids.older_order, older});

  all.push_back({"she is known as a protected person", "persons/" + ids.protected_person,
                 person(v1::ROLE_PROTECTED_PERSON)});
  all.push_back({"her phone", "devices/" + ids.phone,
                 device(v1::DEVICE_KIND_PHONE, ids.protected_person, phone_secret)});
  auto newer =
      order(ids, "ST_PROV_3_2", "Stalking Punishment Act 9(1)2, 9(1)3-2", now - kHour * 12, now + kDay * 90);
  newer->add_conditions()->set_id("keep-away");
  newer->mutable_conditions(0)->mutable_keep_away()->set_protected_id(ids.protected_person);
  all.push_back({"the new order to keep away from her", "orders/" + ids.newer_order, newer});
  return all;
}

}  // namespace haechi::tools
