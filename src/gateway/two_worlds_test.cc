// Promise 9: two worlds that differ only in where the protected persons are, and in what their devices say,
// are the same world to a wearer's devices: byte for byte and moment for moment.
//
// The real spine, engine, MQTT sessions and HTTP intake run on a clock of their own. What is left out of the
// comparison is what the two worlds may not share: effects for everybody else.
#include <gtest/gtest.h>

#include <future>
#include <map>

#include "base/random.h"
#include "gateway/http_intake.h"
#include "gateway/mqtt_session.h"
#include "gateway/mqtt_test_support.h"
#include "geo/place.h"
#include "haechi/v1/effect.pb.h"
#include "law/shapes.h"
#include "net/loop.h"
#include "spine/spine.h"

namespace haechi::gateway {
namespace {

constexpr int64_t kSeconds = 180;
constexpr int kWorlds = 10'000;
constexpr geo::Place kHome{376'360'000, 1'272'165'000};

geo::Place at_m(double east, double north) {
  return geo::moved(kHome, {static_cast<int64_t>(east * 1000), static_cast<int64_t>(north * 1000)});
}

// Durable at once, and never read back.
class NoLog final : public log::Log {
 public:
  Result<uint64_t> append(std::span<const log::NewRecord> batch) override {
    const uint64_t first = next_;
    next_ += batch.size();
    last_ = batch.back().stamp;
    return first;
  }
  uint64_t next_no() const override { return next_; }
  Time last_stamp() const override { return last_; }
  Digest head() const override { return {}; }
  std::string id() const override { return "none"; }
  Status read(uint64_t, const std::function<bool(const log::Record&)>&) override { return {}; }

 private:
  uint64_t next_ = 1;
  Time last_;
};

// One person walking, driving or resting, as a seed has it.
class Walk {
 public:
  explicit Walk(Random random) : random_(random) {
    const double reach = random_.chance(0.3) ? 150 : 1'800;
    east_ = (random_.unit() * 2 - 1) * reach;
    north_ = (random_.unit() * 2 - 1) * reach;
    turn();
  }
  geo::Place after(double seconds) {
    if (random_.chance(0.1)) turn();
    east_ += east_mps_ * seconds;
    north_ += north_mps_ * seconds;
    return at_m(east_, north_);
  }

 private:
  void turn() {
    // Mostly towards the middle of the town, where the others are.
    const double speed = random_.chance(0.2) ? 0 : random_.unit() * (random_.chance(0.5) ? 2 : 20);
    const double distance = std::max(1.0, std::hypot(east_, north_));
    const bool home = random_.chance(0.6);
    const double angle = random_.unit() * 6.283;
    east_mps_ = home ? -east_ / distance * speed : std::cos(angle) * speed;
    north_mps_ = home ? -north_ / distance * speed : std::sin(angle) * speed;
  }
  Random random_;
  double east_ = 0, north_ = 0, east_mps_ = 0, north_mps_ = 0;
};

struct Transcript {
  std::string seen;       // all that the wearer's devices were sent, each with its moment
  std::string elsewhere;  // every effect
  size_t commands = 0;    // sent to his devices
};

class World {
 public:
  World(uint64_t seed, uint64_t hers, bool warns, net::Loop& loop)
      : common_(seed),
        hers_(hers),
        spine_(options(), std::make_unique<NoLog>(), clock_),
        rejections_(spine_),
        intake_(loop, clock_, spine_, devices_, rejections_, {}),
        hub_({}, devices_, spine_, clock_, [] {}),
        session_(hub_, kStart) {
    clock_.set(kWall);
    spine_.subscribe([this](const auto& batch) { take(*batch); });
    people();
    orders(warns);
    send(connect_bytes(mqtt::Version::k5, "his-anklet", "secret"));
    send(subscribe_bytes(mqtt::Version::k5, "d/his-anklet/cmd", 1));
  }

  Transcript run() {
    Walk his(common_.fork(1)), other(hers_.fork(2));
    std::vector<Walk> walks = {Walk(hers_.fork(3)), Walk(hers_.fork(4))};
    Random doings = common_.fork(5), her_doings = hers_.fork(6);
    const double silence = her_doings.unit() * 0.8;
    for (int64_t second = 1; second <= kSeconds; ++second) {
      now_ = now_ + Duration::seconds(1);
      clock_.set(kWall + (now_ - kStart));
      v1::Fact tick;
      tick.mutable_clock_ticked();
      submit(tick);
      if (second % 15 == 0) his_report(his, doings);
      if (second % 20 == 0) his_unit(doings);
      if (second % 10 == 3) person_report("other", other.after(10), her_doings);
      for (size_t i = 0; i < walks.size(); ++i)
        if (second % 5 == static_cast<int64_t>(i) && !her_doings.chance(silence))
          person_report("her" + std::to_string(i), walks[i].after(5), her_doings);
      settle();
      hub_.tick(now_);
      note();
    }
    return std::move(out_);
  }

 private:
  static spine::SpineOptions options() {
    spine::SpineOptions out;
    out.tick = Duration{};
    return out;
  }

  void people() {
    for (const char* id : {"his", "other", "her0", "her1"}) {
      const std::string person = id;
      const bool worn = person == "his" || person == "other";
      v1::Fact fact;
      fact.mutable_person_registered()->set_id(person);
      fact.mutable_person_registered()->set_role(worn ? v1::ROLE_WEARER : v1::ROLE_PROTECTED_PERSON);
      submit(fact);
      register_device(person + (worn ? "-anklet" : "-phone"), person,
                      worn ? v1::DEVICE_KIND_ANKLE : v1::DEVICE_KIND_PHONE);
    }
    register_device("his-unit", "his", v1::DEVICE_KIND_PHONE);
    v1::Fact zone;
    zone.mutable_zone_registered()->set_id("school");
    v1::Circle& circle = *zone.mutable_zone_registered()->mutable_shape()->mutable_circle();
    law::set_place(at_m(static_cast<double>(common_.between(-900, 900)), 0), *circle.mutable_centre());
    circle.set_radius_mm(static_cast<uint32_t>(common_.between(50, 400)) * 1'000);
    submit(zone);
  }

  void register_device(const std::string& id, const std::string& person, v1::DeviceKind kind) {
    v1::Fact fact;
    v1::Device& device = *fact.mutable_device_registered();
    device.set_id(id);
    device.set_kind(kind);
    device.set_person_id(person);
    device.set_interval_s(15);
    const Digest digest = sha256("secret");
    device.set_secret_sha256(view(digest).data(), digest.size());
    submit(fact);
  }

  void orders(bool warns) {
    order("keep-away", "his", [&](v1::Condition& condition) {
      condition.mutable_keep_away()->set_protected_id("her0");
      condition.mutable_keep_away()->set_warns_wearer(warns);
    });
    if (common_.chance(0.5))
      order("second", "his", [&](v1::Condition& condition) {
        condition.mutable_keep_away()->set_protected_id(common_.chance(0.5) ? "her0" : "her1");
        condition.mutable_keep_away()->set_no_view(common_.chance(0.3));
      });
    if (common_.chance(0.5))
      order("barred", "his", [&](v1::Condition& condition) {
        condition.mutable_exclusion()->set_zone_id("school");
        condition.mutable_exclusion()->set_buffer_mm(100'000);
        if (common_.chance(0.5)) condition.mutable_exclusion()->set_protected_id("her0");
      });
    if (common_.chance(0.3))
      order("stay", "his",
            [&](v1::Condition& condition) { condition.mutable_inclusion()->set_zone_id("school"); });
    if (common_.chance(0.5))
      order("apart", "his",
            [&](v1::Condition& condition) { condition.mutable_no_contact()->set_person_id("other"); });
    if (common_.chance(0.5))
      order("another", "other", [&](v1::Condition& condition) {
        condition.mutable_keep_away()->set_protected_id("her0");
        condition.mutable_keep_away()->set_warns_wearer(true);
      });
  }

  void order(const std::string& id, const std::string& wearer,
             const std::function<void(v1::Condition&)>& say) {
    v1::Fact fact;
    v1::Order& made = *fact.mutable_order_registered();
    made.set_id(id);
    made.set_version(1);
    made.set_kind("ST_PROV_3_2");
    made.set_legal_basis("31-6");
    made.set_wearer_id(wearer);
    made.set_starts_at_us(kWall.us);
    made.set_time_zone("UTC");
    made.add_conditions()->set_id("c");
    say(*made.mutable_conditions(0));
    submit(fact);
  }

  void submit(const v1::Fact& fact) {
    spine_.submit(std::make_unique<v1::Fact>(fact), {});
    while (spine_.run_once()) {
    }
  }

  // As the node does it.
  void take(const spine::Batch& batch) {
    for (const spine::PublishedEntry& entry : batch.entries) {
      if (entry.fact->has_device_registered()) devices_.apply(*entry.fact);
      for (const auto& effect : entry.effects) {
        out_.elsewhere += effect->SerializeAsString();
        if (effect->has_command_device()) hub_.command(effect->command_device(), now_);
        out_.commands += effect->command_device().device_id().starts_with("his");
      }
    }
  }

  v1::Report report_of(const std::string& device, geo::Place place, Random& doings) {
    v1::Report report;
    report.set_device_id(device);
    report.set_epoch(1);
    report.set_seq(++seq_[device]);
    if (!doings.chance(0.05)) {
      law::set_place(place, *report.mutable_fix()->mutable_place());
      const int64_t age_s = doings.chance(0.1) ? doings.between(0, 90) : 0;
      report.mutable_fix()->set_fixed_at_us((clock_.now() - Duration::seconds(age_s)).us);
      report.mutable_fix()->set_accuracy_mm(static_cast<uint32_t>(doings.between(3'000, 40'000)));
      report.mutable_fix()->set_source(v1::FIX_SOURCE_GNSS);
    }
    if (doings.chance(0.04)) report.add_events(static_cast<v1::DeviceEvent>(doings.between(1, 9)));
    if (doings.chance(0.2)) report.set_battery_percent(static_cast<uint32_t>(doings.below(101)));
    return report;
  }

  void his_report(Walk& walk, Random& doings) {
    const v1::Report report = report_of("his-anklet", walk.after(15), doings);
    send(publish_bytes(mqtt::Version::k5, "d/his-anklet/report", report.SerializeAsString(), 1, ++packet_));
    // Now and then the acknowledgement got lost, and it comes again.
    if (doings.chance(0.1))
      send(publish_bytes(mqtt::Version::k5, "d/his-anklet/report", report.SerializeAsString(), 1, ++packet_));
  }

  void his_unit(Random& doings) {
    v1::Report report = report_of("his-unit", kHome, doings);
    report.clear_fix();
    net::Request request;
    request.method = "POST";
    request.path = "/ingest/v1/reports";
    request.headers = {{"content-type", "application/x-protobuf; type=report"}, {"authorization", kBasic}};
    request.body = report.SerializeAsString();
    intake_.handle(std::move(request), [this](const net::Response& response) {
      saw("http " + std::to_string(response.status) + " " + response.content_type + " " + response.body);
      for (const auto& [name, value] : response.headers) saw(name + ": " + value);
    });
    settle();
  }

  void person_report(const std::string& person, geo::Place place, Random& doings) {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    *received.mutable_report() =
        report_of(person == "other" ? "other-anklet" : person + "-phone", place, doings);
    received.set_received_at_us(clock_.now().us);
    received.set_protocol("app");
    if (doings.chance(0.05)) {
      v1::Contact& contact = *received.mutable_report()->add_contacts();
      contact.set_device_id("his-anklet");
      contact.set_rssi_dbm(static_cast<int32_t>(doings.between(-95, -40)));
    }
    submit(fact);
  }

  void send(const std::string& bytes) {
    unheard_ += bytes;
    unheard_.erase(0, session_.on_bytes(unheard_, now_));
    settle();
    note();
  }

  void settle() {
    while (spine_.run_once()) {
    }
    hub_.drain_receipts(now_);
  }

  void note() {
    if (!session_.output().empty()) saw(session_.output());
    session_.output().clear();
  }

  void saw(const std::string& bytes) { out_.seen += std::to_string(now_.us) + " " + bytes + "\n"; }

  static constexpr Time kStart{1'000'000'000};
  static constexpr Time kWall{1'773'446'400'000'000};
  static constexpr char kBasic[] = "Basic aGlzLXVuaXQ6c2VjcmV0";  // his-unit:secret

  Random common_, hers_;
  Time now_ = kStart;
  ManualClock clock_{kWall};
  Transcript out_;
  Devices devices_;
  spine::Spine spine_;
  Rejections rejections_;
  HttpIntake intake_;
  MqttHub hub_;
  MqttSession session_;
  std::string unheard_;
  std::map<std::string, uint64_t> seq_;
  uint16_t packet_ = 0;
};

// On the loop, so that the intake answers within the call.
void on_loop(const std::function<void(net::Loop&)>& task) {
  net::Loop loop("two-worlds");
  loop.start();
  std::promise<void> done;
  loop.post([&] {
    task(loop);
    done.set_value();
  });
  done.get_future().wait();
}

TEST(TwoWorlds, NothingThatHisDevicesAreSentDependsOnWhereSheIs) {
  size_t commands = 0, differing_elsewhere = 0;
  on_loop([&](net::Loop& loop) {
    for (uint64_t seed = 1; seed <= kWorlds; ++seed) {
      const Transcript one = World(seed, 2 * seed, false, loop).run();
      const Transcript two = World(seed, 2 * seed + 1, false, loop).run();
      ASSERT_EQ(one.seen, two.seen) << "seed " << seed;
      commands += one.commands;
      differing_elsewhere += one.elsewhere != two.elsewhere;
    }
  });
  EXPECT_GT(commands, size_t{kWorlds} / 10) << "worlds in which his devices are told nothing prove nothing";
  EXPECT_EQ(differing_elsewhere, size_t{kWorlds}) << "two equal worlds prove nothing";
}

TEST(TwoWorlds, AnOrderThatWarnsHimDoesTellHim) {
  size_t different = 0;
  on_loop([&](net::Loop& loop) {
    for (uint64_t seed = 1; seed <= 50; ++seed)
      different +=
          World(seed, 2 * seed, true, loop).run().seen != World(seed, 2 * seed + 1, true, loop).run().seen;
  });
  EXPECT_GT(different, 10u) << "if this saw nothing, the other test would see nothing either";
}

}  // namespace
}  // namespace haechi::gateway
