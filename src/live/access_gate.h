// AccessGate: nobody is shown where a person is before the record of it is durable.
//
// One AccessDecided fact names all persons one viewer begins to see at one moment from one place; it opens
// the gate for each of them for a minute, there and nowhere else: a second session of the account has records
// of its own. While the log takes no facts the gate stays shut: viewing fails closed. Bounds: an entry for
// each session, address and person shown within the last two minutes; kPersonsPerFact names in a fact.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "base/time.h"
#include "net/loop.h"
#include "spine/submit.h"
#include "trust/audit.h"
#include "trust/decide.h"

namespace haechi::live {

class AccessGate {
 public:
  static constexpr size_t kPersonsPerFact = 500;

  // `opened` is called on the loop when the gate opened for some person of the account.
  AccessGate(net::Loop& loop, spine::Submit& submit, const Clock& clock,
             std::function<void(const std::string& account)> opened);

  // May the viewer be shown the person at this precision now? If not, the record is asked for at the next
  // flush(). `decision` must allow it.
  bool open(const trust::Viewer& viewer, trust::Action action, const std::string& person_id,
            const trust::Decision& decision, const trust::Source& source = {});
  // Submits the records asked for since the last call.
  void flush();
  // Forgets what has expired. To be called now and then.
  void sweep();
  size_t size() const;

 private:
  struct State {
    Time until;            // open before this moment
    bool pending = false;  // a record is on its way
  };
  using Key = std::tuple<std::string, trust::Action, trust::Precision>;  // person, action, precision
  using From = std::tuple<std::string, std::string, std::string>;        // account, session, address
  using States = std::map<Key, State>;
  struct Asked {
    trust::Viewer viewer;
    trust::Action action;
    trust::Decision decision;
    trust::Source source;
    std::vector<std::string> persons;
  };
  // The present; whatever is open is closed where the clock was set back since the last look at it.
  Time look();
  void submit(const Asked& asked);
  void answered(const From& from, const std::vector<Key>& keys, bool durable);

  net::Loop& loop_;
  spine::Submit& submit_;
  const Clock& clock_;
  std::function<void(const std::string&)> opened_;
  std::map<From, States> states_;
  std::vector<Asked> asked_;
  Time seen_;                          // when the clock was last looked at
  std::shared_ptr<AccessGate*> self_;  // so that answers that come after our end find nothing
};

}  // namespace haechi::live
