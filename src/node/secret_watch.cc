#include "node/secret_watch.h"

#include <spdlog/spdlog.h>

#include "trust/personal.h"

namespace haechi::node {
namespace {

constexpr Duration kDay = Duration::seconds(86'400);
constexpr Duration kWake = Duration::seconds(60);
constexpr Duration kNoticeEvery = kDay * 7;
constexpr Duration kFormerGood = kDay * 30;
constexpr const char* kFormer = "former_forwarder_token";

using Secret = trust::SecretAges::Secret;

void add(std::vector<Secret>& out, std::string name, std::string_view secret) {
  if (!secret.empty()) out.push_back({std::move(name), trust::SecretAges::mark_of(secret)});
}

// Of what stands in the configuration.
void add_own(const Config& config, std::vector<Secret>& out) {
  add(out, "forwarder_token", config.forwarder_token_sha256);
  add(out, kFormer, config.former_forwarder_token_sha256);
  add(out, "metrics_token", config.metrics_token_sha256);
  add(out, "notify.email.password", config.notify.email.password);
  add(out, "notify.sms.bearer", config.notify.sms.bearer);
  add(out, "notify.sms.secret", config.notify.sms.secret);
  add(out, "notify.voice.bearer", config.notify.voice.bearer);
  add(out, "notify.voice.secret", config.notify.voice.secret);
}

void add_devices(const picture::Picture& picture, std::vector<Secret>& out) {
  for (const auto& [id, device] : picture.devices()) {
    if (device.retired()) continue;
    add(out, "device " + id, device.secret_sha256());
    if (device.signing_generation() > 0)
      add(out, "signing key of device " + id, std::to_string(device.signing_generation()));
  }
}

}  // namespace

SecretWatch::SecretWatch(const Config& config, net::Loop& front, trust::SecretAges ages,
                         trust::Accounts& accounts, store::Records& records, const picture::Picture& picture,
                         const Clock& clock)
    : config_(config),
      front_(front),
      ages_(std::move(ages)),
      accounts_(accounts),
      records_(records),
      picture_(picture),
      clock_(clock) {}

void SecretWatch::start() {
  front_.every(kWake, [this] { look(); });
  look();
}

Result<std::vector<Secret>> SecretWatch::all() const {
  std::vector<Secret> out;
  add_own(config_, out);
  add_devices(picture_, out);
  trust::Viewer watch;
  watch.account = "secret-watch";
  watch.role = trust::Role::kRegistrar;
  TRY(const std::vector<store::Connector> connectors, records_.connectors());
  for (const store::Connector& connector : connectors) {
    TRY(const std::string secret, trust::reveal(watch, trust::Purpose::kRegistration, connector.secret));
    add(out, "agency " + connector.agency_id, secret);
  }
  return out;
}

void SecretWatch::look() {
  const Time now = clock_.now();
  if (stopped_ || now < next_look_) return;
  const auto secrets = all();
  const Result<bool> more = secrets.ok() ? ages_.look(*secrets, now) : secrets.error();
  if (!more.ok())
    return spdlog::warn("how old secrets are is looked at again later: {}", more.error().text());
  next_look_ = *more ? now : now + kDay;
  old_ = ages_.due(now).size();
  soon_ = ages_.due(now + trust::kSecretTold).size() - old_;
  const Time former = ages_.since(kFormer);
  former_good_ = !former.known() || now < former + kFormerGood;
  if (!*more) tell(now);
}

void SecretWatch::tell(Time now) {
  if (!former_good_)
    spdlog::warn("former_forwarder_token_sha256 is refused since its 30 days are over: take it out");
  if (old_ + soon_ == 0) return;
  spdlog::warn("{} secrets are too old and {} will be within a month: GET /api/v1/old-secrets", old_.load(),
               soon_.load());
  if (now < next_notice_) return;
  next_notice_ = now + kNoticeEvery;
  const auto accounts = accounts_.all();
  if (!accounts.ok()) return;
  for (const store::AccountRecord& account : *accounts) {
    const bool told = account.role == trust::role_name(trust::Role::kAdministrator) && !account.disabled &&
                      !accounts_.awaits_enrolment(account);
    if (!told) continue;
    if (const Status noted = accounts_.note(account.name, store::AccountEvent::kSecretsOld, "", now);
        !noted.ok())
      spdlog::warn("an administrator is not told of old secrets: {}", noted.error().text());
  }
}

void SecretWatch::count(Metrics& metrics) const {
  metrics.add(
      {"haechi_secrets_old", "Secrets of others that are older than they may get.", {}, false, [this] {
         return static_cast<double>(old_.load());
       }});
  metrics.add(
      {"haechi_secrets_old_soon", "Secrets of others that will be within a month.", {}, false, [this] {
         return static_cast<double>(soon_.load());
       }});
}

}  // namespace haechi::node
