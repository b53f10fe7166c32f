// A sender whose carrier and log are in memory, for its tests.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/base64.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "link/signature.h"
#include "notify/sender.h"
#include "spine/part_testing.h"
#include "store/failing_records.h"

namespace haechi::notify {

inline constexpr const char* kSecret = "a secret of sixteen bytes";
inline constexpr const char* kVoiceSecret = "another secret of theirs";

// Keeps every fact; durable at once unless told otherwise.
class FakeSubmit final : public spine::Submit {
 public:
  void submit(std::unique_ptr<v1::Fact> fact, spine::Done done) override {
    bool full = false;
    {
      const std::lock_guard guard(lock_);
      full = failures_ > 0 && failures_-- > 0;
      if (!full && fact->has_contact_logged())
        contacts_.push_back(fact->contact_logged());
      else if (!full)
        reports_.push_back(fact->case_fact().notification_reported());
    }
    done(full ? Result<spine::Receipt>(Error{Code::kExhausted, "", "full"})
              : Result<spine::Receipt>(spine::Receipt{1, Time{1}, false}));
  }
  void fail_next(int times) { failures_ = times; }
  std::vector<v1::ContactLogged> contacts() const {
    const std::lock_guard guard(lock_);
    return contacts_;
  }
  // "note-1 SENT SMS", "note-1 FAILED SMS no_address"
  std::vector<std::string> reports() const {
    const std::lock_guard guard(lock_);
    std::vector<std::string> out;
    for (const v1::NotificationReported& one : reports_) {
      const auto word = [](const std::string& name) { return name.substr(name.rfind('_') + 1); };
      out.push_back(one.notification_id() + " " + word(v1::NotificationState_Name(one.state())) + " " +
                    word(v1::NotificationChannel_Name(one.channel())) +
                    (one.reason().empty() ? "" : " " + one.reason()));
    }
    return out;
  }

 private:
  mutable std::mutex lock_;
  std::vector<v1::NotificationReported> reports_;
  std::vector<v1::ContactLogged> contacts_;
  int failures_ = 0;
};

// What it carried, and what it says of each by how many came before.
struct Carried {
  using Behaviour = std::function<std::optional<Outcome>(size_t index, const Parcel&)>;
  std::mutex lock;
  std::vector<Parcel> parcels;
  Behaviour behaviour = [](size_t, const Parcel&) { return Outcome{Outcome::Kind::kTaken, 201, ""}; };

  size_t count() {
    const std::lock_guard guard(lock);
    return parcels.size();
  }
  Parcel parcel(size_t index) {
    const std::lock_guard guard(lock);
    return parcels.at(index);
  }
};

class FakeCarrier final : public Carrier {
 public:
  explicit FakeCarrier(Carried& carried) : carried_(carried) {}
  void send(Parcel parcel, std::function<void(Outcome)> done) override {
    std::optional<Outcome> outcome;
    {
      const std::lock_guard guard(carried_.lock);
      outcome = carried_.behaviour(carried_.parcels.size(), parcel);
      carried_.parcels.push_back(std::move(parcel));
    }
    if (outcome) done(*outcome);
  }

 private:
  Carried& carried_;
};

inline Settings settings() {
  Settings out;
  out.pages = "https://haechi.example";
  out.email = {.server = "mail.example:587", .user = "u", .password = "p", .from = "h@example.org"};
  out.sms = {.url = "https://sms.example/v1", .bearer = "token", .secret = kSecret};
  out.voice = {.url = "https://voice.example/v1", .bearer = "voices", .secret = kVoiceSecret};
  out.push.contact = "mailto:ops@example.org";
  out.push.services = {"https://push.example"};
  return out;
}

inline v1::Notification notification(const std::string& id, v1::NotificationChannel channel,
                                     v1::NotificationState state = v1::NOTIFICATION_STATE_QUEUED) {
  v1::Notification about;
  about.set_id(id);
  about.set_kind(v1::NOTIFICATION_KIND_DUTY_OPEN);
  about.set_party(v1::CASE_PARTY_PROTECTED_PERSON);
  about.set_person_id("p-1");
  about.set_channel(channel);
  about.set_state(state);
  return about;
}
inline v1::Notification to_station(const std::string& id, v1::NotificationChannel channel) {
  v1::Notification about = notification(id, channel);
  about.set_party(v1::CASE_PARTY_POLICE);
  about.clear_person_id();
  about.set_agency_id("ps-1");
  return about;
}

class SenderTest : public testing::Test {
 protected:
  SenderTest() {
    put_person(R"({"name":"김가해","phone":"010-1111-2222","language":"en"})");
    put_address(store::Holder::kAgency, "ps-1", R"({"phone":"+8211","email":"desk@ps.example"})");
    options.retry_first = Duration::millis(1);
    options.retry_max = Duration::millis(4);
    options.sms_secret = kSecret;
    options.voice_secret = kVoiceSecret;
    loop.start();
  }
  ~SenderTest() override {
    loop.stop();
    sender.reset();
  }

  void put_person(const char* json) { ASSERT_TRUE(records->put_person("p-1", store::Personal(json)).ok()); }
  void put_address(store::Holder holder, const char* id, const std::string& json) {
    ASSERT_TRUE(records->put_address(holder, id, store::AddressKind::kPost, store::Personal(json)).ok());
  }
  void subscribe_her(const std::string& endpoint = "https://push.example/her") {
    const std::string json = R"({"endpoint":")" + endpoint + R"(","p256dh":")" + base64url(phone.point()) +
                             R"(","auth":")" + base64url(std::string(16, 'a')) + R"("})";
    ASSERT_TRUE(
        records->put_address(store::Holder::kPerson, "p-1", store::AddressKind::kPush, store::Personal(json))
            .ok());
  }
  void make(Settings with = settings()) {
    sender.reset();
    letters = std::make_unique<Letters>(with, KeyPair::generate(), *records, clock);
    sender = std::make_unique<Sender>(loop, submit, *letters, clock, std::make_unique<FakeCarrier>(carried),
                                      options);
  }
  void publish(const v1::Notification& about, bool replayed = false) {
    auto effect = std::make_shared<v1::Effect>();
    *effect->mutable_case_effect()->mutable_update_notification() = about;
    auto batch = std::make_shared<spine::Batch>();
    batch->replayed = replayed;
    batch->entries.push_back({1, Time{1}, std::make_shared<v1::Fact>(), {effect}});
    published.push_back(batch);
    sender->on_batch(batch);
  }
  spine::Batches published;
  // Everything that was handed to the loop so far has run.
  void settle() {
    std::promise<void> done;
    loop.post([&] { done.set_value(); });
    done.get_future().wait();
  }
  net::Response receipt(const std::string& body, const link::Key& key) {
    net::Request request;
    request.method = "POST";
    request.headers = link::signed_headers(key, body, clock.now());
    request.body = body;
    std::promise<net::Response> answer;
    sender->receive_receipt(request, [&](net::Response response) { answer.set_value(std::move(response)); });
    return answer.get_future().get();
  }

  std::unique_ptr<store::FailingRecords> records =
      std::make_unique<store::FailingRecords>(std::move(store::Records::open(":memory:").value()));
  ManualClock clock{Time{1'795'342'680'000'000}};
  const KeyPair phone = KeyPair::generate();
  FakeSubmit submit;
  Carried carried;
  SenderOptions options;
  net::Loop loop{"notify"};
  std::unique_ptr<Letters> letters;
  std::unique_ptr<Sender> sender;
};

inline std::string header(const Parcel& parcel, const char* name) {
  for (const auto& [key, value] : parcel.headers)
    if (key == name) return value;
  return {};
}

}  // namespace haechi::notify
