#include "hunt/phones.h"

#include <utility>

#include "base/base64.h"
#include "base/ensure.h"
#include "notify/web_push.h"

namespace haechi::hunt {
namespace {

constexpr char kPush[] = "https://push.example/";
constexpr char kTexts[] = "https://texts.example/";
constexpr Duration kPatience = Duration::seconds(10);
constexpr double kLeftAlone = 0.3;  // of all times that a phone stirs

class WireCarrier final : public notify::Carrier {
 public:
  WireCarrier() : process_(running->process()) {}

  void send(notify::Parcel parcel, std::function<void(notify::Outcome)> done) override {
    using Kind = notify::Outcome::Kind;
    net::Request request;
    request.method = "POST";
    request.path = parcel.url;
    request.headers = std::move(parcel.headers);
    request.body = std::move(parcel.body);
    wire->send(
        process_, std::move(request), parcel.url, kPatience,
        [done = std::move(done)](const net::Response* response, bool sent) {
          if (response == nullptr) return done({sent ? Kind::kUnknown : Kind::kTryAgain, 0, "no_answer"});
          if (response->status < 300) return done({Kind::kTaken, response->status, {}});
          done({response->status < 500 ? Kind::kRefused : Kind::kTryAgain, response->status, "refused"});
        });
  }

 private:
  const Process process_;
};

}  // namespace

std::unique_ptr<notify::Carrier> make_wire_carrier() {
  return std::make_unique<WireCarrier>();
}

notify::Settings Phones::settings() {
  notify::Settings out;
  out.push.contact = "mailto:hunt@example.org";
  out.push.services = {"https://push.example"};
  out.sms.url = kTexts;
  out.sms.secret = "the secret of the gateway";
  return out;
}

// Her number is her name's, so that whoever reads the text message knows whose it is.
void Phones::register_in(store::Records& records, const std::string& person_id) {
  static const std::string point = base64url(notify::KeyPair::generate().point());
  const std::string digits = person_id.substr(person_id.find_first_of("0123456789"));
  const Status kept =
      records.put_person(person_id, store::Personal(R"({"name":"-","phone":"+82100000)" + digits + R"("})"));
  const Status also = records.put_address(
      store::Holder::kPerson, person_id, store::AddressKind::kPush,
      store::Personal(R"({"endpoint":")" + std::string(kPush) + person_id + R"(","p256dh":")" + point +
                      R"(","auth":")" + base64url(std::string(16, 'a')) + R"("})"));
  ENSURE(kept.ok() && also.ok(), person_id);
}

Phones::Phones(Schedule& schedule, Wire& wire, uint64_t seed, Tell woken, Tell looks)
    : schedule_(schedule), random_(seed), woken_(std::move(woken)), looks_(std::move(looks)) {
  wire.found(kPush,
             [this](const net::Request& request, const net::Respond& respond) { push(request, respond); });
  wire.found(kTexts,
             [this](const net::Request& request, const net::Respond& respond) { text(request, respond); });
}

void Phones::push(const net::Request& request, const net::Respond& respond) {
  if (push_fails) return respond({503, "text/plain", "later", {}});
  arrive(request.path.substr(std::string_view(kPush).size()));
  respond({201, "text/plain", "", {}});
}

void Phones::text(const net::Request& request, const net::Respond& respond) {
  if (texts_fail) return respond({503, "text/plain", "later", {}});
  const std::string before = "+82100000";
  const size_t number = request.body.find(before);
  ENSURE(number != std::string::npos, request.body);
  const size_t digits = number + before.size();
  arrive("P-" + request.body.substr(digits, request.body.find('"', digits) - digits));
  respond({202, "application/json", "{}", {}});
}

void Phones::arrive(const std::string& person_id) {
  woken_(person_id);
  if (random_.chance(kLeftAlone) || std::exchange(about_to_look_[person_id], true)) return;
  schedule_.at(schedule_.now() + Duration{random_.between(1'000'000, 25'000'000)}, kWorld, [this, person_id] {
    about_to_look_[person_id] = false;
    looks_(person_id);
  });
}

}  // namespace haechi::hunt
