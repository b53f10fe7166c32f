// Explainer: how one alert came about. Folds entries until the engine raises it, then sets beside each other
// what the alert says and what the entries say: the order, the fixes of both persons, and the arithmetic
// between them, done again with the functions the machine uses.
//
// Looks from outside: it keeps its own tracks, by the machine's rules for whose fixes count.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "law/order.h"
#include "monitor/margin.h"
#include "spine/engine.h"

namespace haechi::tools {

class Explainer {
 public:
  explicit Explainer(std::string alert_id) : alert_id_(std::move(alert_id)) {}

  // False once the alert has been raised: no more is needed.
  bool step(const law::Entry& entry);
  bool found() const { return alert_.has_value(); }
  // Lines for people, in English. ENSURE: found.
  std::string text() const;

 private:
  struct Heard {
    uint64_t entry_no = 0;
    std::string device_id;
    v1::Fix fix;
    Time at;  // when the machine takes the fix to have been
    Time received;
  };
  struct Carried {
    std::vector<Heard> fixes;  // as they came
    monitor::Track track;
  };
  struct Registered {
    uint64_t entry_no = 0;
    Time at;
    v1::Order order;
  };
  // A way to arrive at the alert's numbers.
  struct Account {
    std::string how;
    monitor::Measure measure;
  };

  void fold(const law::Entry& entry);
  void hear(const law::Entry& entry);
  bool tells_position(const v1::Device& device) const;
  const Registered* order() const;
  std::optional<law::Condition> condition() const;
  // The distance at which the alert's tier begins; none for kinds without a margin.
  std::optional<int64_t> limit_mm(const law::Condition& condition) const;
  std::vector<Account> accounts(const law::Condition& condition) const;
  void add_pair_accounts(std::vector<Account>& out) const;
  void add_zone_accounts(const law::Condition& condition, std::vector<Account>& out) const;
  const Carried* carried(const std::string& person_id) const;

  std::string origin_text() const;
  std::string order_text() const;
  std::string fixes_text(const std::string& who, const std::string& person_id) const;
  std::string arithmetic_text() const;
  std::string decision_text() const;

  std::string alert_id_;
  spine::Engine engine_{0};
  std::map<std::string, v1::Person> persons_;
  std::map<std::string, v1::Device> devices_;
  std::map<std::string, v1::Zone> zones_;
  std::map<std::string, std::vector<Registered>> orders_;
  std::map<std::string, Carried> carried_;
  std::optional<v1::Alert> alert_;
  uint64_t entry_no_ = 0;  // that raised it
  std::string cause_;
};

}  // namespace haechi::tools
