// References: does what a registration names exist, and is it new? In the picture, or earlier in the same
// batch.
#pragma once

#include <set>
#include <string>

#include "base/result.h"
#include "haechi/v1/fact.pb.h"
#include "picture/picture.h"

namespace haechi::api {

class References {
 public:
  explicit References(const picture::Picture& picture) : picture_(picture) {}

  // kConflict naming the field that points nowhere. Facts that are not registrations name nothing.
  Status check(const v1::Fact& fact) const;
  // Of these conditions alone: what a measure asks for or was decided with.
  Status check_conditions(const v1::Order& order) const;
  // A violation of another system that was taken over already, as it is: it is not to be logged again.
  bool repeats(const v1::Fact& fact) const;
  // From now on what this fact registers exists.
  void add(const v1::Fact& fact);

 private:
  Status person(const std::string& id, v1::Role role, const std::string& field) const;
  Status zone(const std::string& id, const std::string& field) const;
  Status agency(const std::string& id, const std::string& field) const;
  Status unit(const std::string& id, const std::string& field) const;
  Status holidays(const v1::Schedule& schedule, const std::string& field) const;
  Status condition(const v1::Condition& condition, const std::string& field) const;
  Status order(const v1::Order& order) const;
  Status violation(const v1::ViolationTakenOver& violation) const;
  const Digest* told(const v1::ViolationTakenOver& violation) const;

  const picture::Picture& picture_;
  // What the batch registers or removes: id to "exists", and the role of persons.
  std::map<std::string, v1::Role> persons_;
  std::map<std::string, bool> zones_, units_;
  std::set<std::string> agencies_, holiday_calendars_;
  std::map<std::pair<std::string, std::string>, Digest> taken_over_;  // by source and id
};

}  // namespace haechi::api
