// Explainer: how one alert came about. Folds entries until the engine raises it, then sets beside each other
// what the alert says and what led to it: the order, the fixes of both persons, and the machine's own
// arithmetic, step by step, from the last moment at which nothing was the matter.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "monitor/witness.h"
#include "spine/engine.h"

namespace haechi::tools {

class Explainer : private monitor::Witness {
 public:
  explicit Explainer(std::string alert_id, std::set<uint64_t> passed_over = {});

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
    Time at;
  };
  struct Registered {
    uint64_t entry_no = 0;
    Time at;
    v1::Order order;
  };
  struct Told {
    uint64_t entry_no = 0;
    monitor::Observed observed;  // its views are cleared
  };
  struct Noted {
    uint64_t entry_no = 0;
    std::string line;
  };
  using Key = std::tuple<v1::AlertKind, std::string, std::string>;  // kind, order, condition

  void observed(const monitor::Observed& observed) override;
  void noted(v1::AlertKind kind, std::string_view wearer_id, const std::string& line) override;
  void fold(const law::Entry& entry);

  const Registered* order() const;
  std::string origin_text() const;
  std::string order_text() const;
  std::string fixes_text(const std::string& who, const std::string& person_id) const;
  std::string arithmetic_text() const;
  std::string notes_text() const;

  std::string alert_id_;
  spine::Engine engine_{0};
  uint64_t now_no_ = 0;
  std::map<std::string, std::string> holders_;  // person by device
  std::map<std::string, std::vector<Registered>> orders_;
  std::map<std::string, std::deque<Heard>> heard_;  // by person, as they came
  std::map<Key, std::deque<Told>> told_;
  std::map<std::pair<v1::AlertKind, std::string>, std::deque<Noted>> noted_;
  std::optional<v1::Alert> alert_;
  uint64_t entry_no_ = 0;  // that raised it
  std::string cause_;
};

}  // namespace haechi::tools
