// UsageLedger: one durable row for each place of a wearer before it is shown to a protected person (kr: EM
// Act 31-8, EM Decree 14 and 23-17(2)). A row is an AccessDecided fact that says whom, to whom, under which
// order, and of which moment the place is; never the place itself.
//
// 1. No point is shown before its row is durable, and no account gets two rows for one point of a view.
// 2. Where the log takes no row the point is not shown: she is told the distance instead.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "net/loop.h"
#include "spine/submit.h"
#include "trust/audit.h"
#include "trust/decide.h"

namespace haechi::v1 {
class View;
}

namespace haechi::live {

class UsageLedger {
 public:
  enum class Row { kWritten, kAsked, kRefused };

  // `written` is called on the loop when an asked row was written or refused.
  UsageLedger(net::Loop& loop, spine::Submit& submit,
              std::function<void(const std::string& account)> written);

  // Of the view's point for this account; asks for it where it is new. One at a time for each view: a point
  // that comes meanwhile waits. `decision` must allow it in full.
  Row row(const trust::Viewer& viewer, const v1::View& view, const trust::Decision& decision,
          const trust::Source& source = {});
  // Forgets views that are not open any more.
  void sweep(const std::function<bool(const std::string& view_id)>& is_open);

 private:
  struct State {
    int64_t written_us = -1, refused_us = -1;  // of which point
    bool pending = false;
  };
  using Key = std::pair<std::string, std::string>;  // account, view
  void answered(const Key& key, int64_t point_us, bool durable);

  net::Loop& loop_;
  spine::Submit& submit_;
  std::function<void(const std::string&)> written_;
  std::map<Key, State> states_;
  std::shared_ptr<UsageLedger*> self_;  // so that answers that come after our end find nothing
};

}  // namespace haechi::live
