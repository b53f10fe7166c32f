// Rights: finds in the picture what ties a viewer to an object now, and lets trust decide. Has no rule of its
// own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "live/change.h"
#include "picture/picture.h"
#include "trust/decide.h"

namespace haechi::live {

class Rights {
 public:
  Rights(const picture::Picture& picture, const Clock& clock) : picture_(picture), clock_(clock) {}

  // May the viewer see this message, apart from the places in it? Directed messages: is the viewer named?
  trust::Decision see(const trust::Viewer& viewer, const Change& change) const;
  // That an alert exists, of what kind, and that it ended: all a protected person sees of an alert about her.
  trust::Decision see_reduced(const trust::Viewer& viewer, const Change& change) const;
  trust::Decision person_place(const trust::Viewer& viewer, const std::string& person_id) const;
  trust::Decision unit_place(const trust::Viewer& viewer, const std::string& unit_id) const;
  trust::Decision holder_place(const trust::Viewer& viewer, uint32_t holder) const;
  // Whose places something may tie the viewer to now, in no order; nothing: perhaps anybody's. Whoever is not
  // among them is denied, so that not everyone has to be asked about each time that somebody is heard.
  std::optional<std::vector<uint32_t>> tied_holders(const trust::Viewer& viewer) const;
  trust::Decision report_shown(const trust::Viewer& viewer, const v1::Alert& alert) const;

 private:
  // For whether a right has ended: never before the newest entry, so that a clock that was set back gives
  // none again.
  Time now() const;
  // Is what the view rests on in force? Says by what and until when.
  bool under_order(const v1::View& view, trust::Subject& subject) const;
  bool recused(const trust::Viewer& viewer, const std::string& person_id) const;
  trust::Decision decide(const trust::Viewer& viewer, trust::Action action,
                         const trust::Subject& subject) const;

  const picture::Picture& picture_;
  const Clock& clock_;
};

// May this role see anything live at all?
bool sees_live_data(const trust::Viewer& viewer);
// May it see the place of some person or unit?
bool sees_places(const trust::Viewer& viewer);
// May it see some case? Enough to be told that cases changed, which says nothing of any of them.
bool sees_cases(const trust::Viewer& viewer);

}  // namespace haechi::live
