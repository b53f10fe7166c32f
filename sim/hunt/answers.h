// Answers: the auditor's rules about what leaves the house to people at pages, over REST and on the open line
// of /live, by the name that a finding begins with:
//
//   recorded   whatever an answer shows is named by a record of that reader that became durable after the
//              request came and before the answer left; a place on a line by one of the last minute, each
//              place of his on hers by a row of its own
//   tied       a place is shown to a dispatcher only of people of his open calls, and coarsely of those his
//              agency was informed about; to a patrol car of whom it follows; to her of whom she has an open
//              view, after she agreed; a call to its own agency
//   complete   who may see all alerts sees all that are open
//   forward    the place of somebody never goes back
//   let in     nobody with a good key is turned away as a stranger, and no question fails in the house
//
// What ties somebody to somebody it knows from what the log says, and by no rule of the house.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "haechi/v1/api.pb.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "haechi/v1/picture.pb.h"
#include "hunt/schedule.h"
#include "hunt/town.h"
#include "net/http.h"
#include "trust/viewer.h"

namespace haechi::hunt {

class Answers {
 public:
  using Find = std::function<void(const std::string& rule, const std::string& what)>;
  Answers(const Schedule& schedule, const Town& town, Find find);

  // Of this person the order of fixes proves nothing.
  void distrust(const std::string& person_id) { distrusted_.insert(person_id); }
  void see_fact(const v1::Fact& fact);        // of an entry that is told for the first time
  void see_effect(const v1::Effect& effect);  // likewise
  // A message or a frame of places leaves on a line.
  void said(const trust::Viewer& viewer, uint64_t line, const std::string& message, bool binary);
  // An answer is leaving.
  void answered(const net::Request& request, Time arrived, const net::Response& response);

  uint64_t places() const { return places_; }  // shown so far

 private:
  using Spot = std::pair<int32_t, int32_t>;
  struct Record {
    Time at;
    std::set<std::string> ids;
  };
  struct Reading {
    const trust::Viewer& viewer;
    Time arrived;
  };
  void tie(const std::string& name, const std::string& by) { ties_[name].insert(by); }
  void untie(const std::string& name, const std::string& by);
  void untie_all(const std::string& by);
  bool tied(const std::string& name) const;
  void see_report(const v1::Report& report);
  void see_call(const v1::Call& call, bool closed);

  bool named(const Reading& reading, const std::string& id) const;
  void check_named(const Reading& reading, const std::string& id);
  void check_place(const Reading& reading, const std::string& person_id, const v1::Place& place);
  void check_live(const Reading& reading, const v1::LivePosition& live);
  void check_alerts(const Reading& reading, const v1::AlertList& list);
  void check_calls(const Reading& reading, const v1::CallList& list);
  void check_views(const Reading& reading, const v1::ViewList& list);
  void check_view(const Reading& reading, const v1::View& view);
  void check_line(const Reading& reading, uint64_t line, const v1::LiveMessage& message);
  void check_frame(const Reading& reading, uint64_t line, const std::string& frame);

  const Schedule& schedule_;
  const Find find_;
  std::map<std::string, trust::Viewer> viewers_;  // by what their requests are authorized with
  std::set<std::string> distrusted_, agreed_;
  std::map<std::string, std::deque<Record>> records_;    // by account, of the last minutes
  std::map<std::string, std::set<std::string>> ties_;    // by name, what holds it
  std::map<std::string, Time> untied_at_;                // the names that nothing holds any more
  std::map<std::string, std::pair<Time, Time>> alerts_;  // since when open, until when; unknown: still
  std::map<std::string, std::set<Spot>> spots_;          // where somebody's devices said that they are
  std::map<std::string, int64_t> newest_us_;             // fix that was shown of somebody
  std::set<std::string> points_;                         // account|wearer@fix that has a row of its own
  std::map<std::string, std::map<uint32_t, std::string>>
      holders_;  // by account and line, what an index stands for
  uint64_t places_ = 0;
};

}  // namespace haechi::hunt
