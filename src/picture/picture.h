// Picture: what people look at, folded from facts and effects in entry order. The one type to read first.
//
// Pure: the same entries give the same picture. It only remembers; it never judges. Effects carry the whole
// state of their object, so an effect folded twice changes nothing but the timeline.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/archived.h"
#include "base/time.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "haechi/v1/picture.pb.h"
#include "law/restore_fence.h"
#include "picture/act_book.h"
#include "picture/alert_book.h"
#include "picture/call_book.h"
#include "picture/case_book.h"
#include "picture/device_book.h"
#include "picture/erasure_book.h"
#include "picture/node_book.h"
#include "picture/past_alerts.h"
#include "picture/place_history.h"
#include "picture/positions.h"
#include "picture/provision_book.h"
#include "picture/proximity_book.h"
#include "picture/taken_over.h"

namespace haechi::picture {

struct AccessCounts {
  uint64_t allowed = 0;
  uint64_t denied = 0;
  Time last_at;
};

using Effects = std::vector<std::shared_ptr<const v1::Effect>>;

class Picture {
 public:
  // Folds one durable entry. Entries come in order; one that was folded before (no <= entry_no()) is ignored.
  // Returns the holder whose newest place changed, if any did (numbers of positions()).
  std::optional<uint32_t> fold(uint64_t no, Time at, const v1::Fact& fact, const Effects& effects);

  // The holder whose device the entry folded last was a report of, whether it moved or not.
  std::optional<uint32_t> heard() const { return heard_; }

  // All of it, as bytes and back (base/archive.h).
  void save(Writer& out) const;
  void load(Reader& in);

  uint64_t entry_no() const { return entry_no_; }
  Time stamped_at() const { return stamped_at_; }

  const Positions& positions() const { return positions_; }
  const AlertBook& alerts() const { return alerts_; }
  const CallBook& calls() const { return calls_; }
  const DeviceBook& device_book() const { return device_book_; }
  const ProximityBook& proximity_book() const { return proximity_book_; }
  const CaseBook& case_book() const { return case_book_; }
  const PastAlerts& past_alerts() const { return past_alerts_; }
  const TakenOver& taken_over() const { return taken_over_; }
  const ErasureBook& erasure_book() const { return erasure_book_; }
  const ActBook& acts() const { return acts_; }
  const PlaceHistory& place_history() const { return place_history_; }
  const NodeBook& node_book() const { return node_book_; }
  const ProvisionBook& provision_book() const { return provision_book_; }
  AccessCounts access_counts() const { return access_; }

  // Registers, by id. Of an order only the latest version is kept.
  template <typename T>
  using Register = std::map<std::string, T, std::less<>>;
  const Register<v1::Person>& persons() const { return persons_; }
  const Register<v1::Device>& devices() const { return device_book_.devices(); }
  const Register<v1::Order>& orders() const { return orders_; }
  const Register<v1::Zone>& zones() const { return zones_; }
  const Register<v1::Jurisdiction>& jurisdictions() const { return jurisdictions_; }
  const Register<v1::Agency>& agencies() const { return agencies_; }
  const Register<v1::HolidayCalendar>& holiday_calendars() const { return holiday_calendars_; }

  v1::UnitLive unit_live(const std::string& unit_id) const;  // empty when unknown

  // Relations at this entry, for deciding who may see what.
  // The unit may follow the person now. A protected person only by the unit that was sent to her.
  const v1::TrackAccess* following(std::string_view unit_id, std::string_view person_id) const;
  bool unit_in_call(std::string_view unit_id, const v1::Call& call) const {
    return is_assigned(call, unit_id);
  }
  // An open call of the agency in which the person is wearer or protected person; null if none.
  const v1::Call* call_about(std::string_view agency_id, std::string_view person_id) const;
  const v1::Call* call_of_incident(std::string_view agency_id, std::string_view incident_id) const;  // open
  // The agency was told of this open incident for information only.
  bool informed(std::string_view agency_id, std::string_view incident_id) const;
  bool informed_about(std::string_view agency_id, std::string_view person_id) const;
  // An alert about both whose condition still holds; null if none.
  const v1::Alert* open_alert_between(std::string_view wearer_id, std::string_view protected_id) const;

 private:
  friend struct haechi::Fields<Picture>;
  static constexpr size_t kFieldCount = 24;
  void fold_fact(At at, const v1::Fact& fact, std::optional<uint32_t>& moved);
  void fold_told(uint64_t no, const v1::ReportReceived& received, const Effects& effects);
  void fold_effect(At at, const v1::Effect& effect);
  void fold_case(At at, const v1::CaseEffect& effect);
  void put_order_of_measure(At at, const v1::Order& order);
  void fold_call(At at, const v1::Call& call);
  void fold_incident(At at, const v1::Incident& incident);
  void fold_person(const v1::Person& person);
  void fold_erasure(const v1::ErasureOutcome& outcome);
  void fold_access(At at, const v1::AccessDecided& access);

  uint64_t entry_no_ = 0;
  Time stamped_at_;
  std::optional<uint32_t> heard_;
  law::RestoreFence fence_;
  Positions positions_;
  AlertBook alerts_;
  CallBook calls_;
  DeviceBook device_book_;
  ProximityBook proximity_book_;
  CaseBook case_book_;
  PastAlerts past_alerts_;
  TakenOver taken_over_;
  ErasureBook erasure_book_;
  ActBook acts_;
  PlaceHistory place_history_;
  NodeBook node_book_;
  ProvisionBook provision_book_;
  AccessCounts access_;
  Register<v1::Person> persons_;
  Register<v1::Order> orders_;
  Register<v1::Zone> zones_;
  Register<v1::Jurisdiction> jurisdictions_;
  Register<v1::Agency> agencies_;
  Register<v1::HolidayCalendar> holiday_calendars_;
};

}  // namespace haechi::picture
