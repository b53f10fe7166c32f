// Screens: the pages of the readers that are open on /live, at the house's own end of their lines. Lines
// break now and then, some readers take nothing for a while, and a page comes back where it was or afresh.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "live/hub.h"
#include "net/loop.h"
#include "trust/viewer.h"

namespace haechi::hunt {

class Screens {
 public:
  // The first reader of each role has a page open. What a line carries is said as it leaves the house; a line
  // has a number of its own.
  using Said = std::function<void(const trust::Viewer& viewer, uint64_t line, const std::string& message,
                                  bool binary)>;
  Screens(net::Loop& loop, live::Hub& hub, const std::vector<trust::Viewer>& viewers, uint64_t seed,
          Said said);

  void start();

 private:
  class Line;
  struct Page {
    trust::Viewer viewer;
    std::shared_ptr<Line> line;
    std::string resume;  // "<epoch>:<cursor>"; empty: afresh
  };
  void open(size_t page);
  void cut(size_t page);
  void heard(Page& page, const std::string& message);

  net::Loop& loop_;
  live::Hub& hub_;
  Random random_;
  const Said said_;
  std::vector<Page> pages_;
  uint64_t lines_ = 0;
  std::string epoch_;
};

}  // namespace haechi::hunt
