// Health: what the node tells the log of itself (NodeCondition), and the mark that tells an older log.
//
// The mark lies beside the key ring, which is in no backup of the data
// (docs/decisions/0008-keys-and-erasure.md): so many entries were on disk. A log that has fewer is an older
// copy that was put back, and the node does not start with it unless a person says why it should.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "net/loop.h"
#include "node/config.h"
#include "node/elsewhere.h"
#include "node/metrics.h"
#include "node/node_watch.h"
#include "picture/node_book.h"
#include "spine/spine.h"

namespace haechi::node {

// The mark beside the keys.
struct Seen {
  uint64_t entries = 0;   // so many of that log were once on disk
  uint64_t accepted = 0;  // fewer, though others have seen so many: a person has said why
};
// Nothing of it: no mark, or one of another log.
Seen read_seen(const std::string& file, const std::string& log_id);
Status write_seen(const std::string& file, const std::string& log_id, const Seen& seen);
// kCorrupt: `where` has seen more than the log has, and nobody has said that this may be.
Status check_seen(uint64_t seen, const std::string& where, uint64_t entries, const std::string& accepted_for);
// "<the ring's directory>/seen".
std::string seen_file(const Config& config);
// Where a program that ends by a fault of its own says so (base/last_words.h).
std::string last_words_file(const Config& config);

class Health {
 public:
  // Everything given outlives it. `seen`: what the mark said when the log was opened.
  Health(const Config& config, std::string log_id, const Seen& seen, spine::Spine& spine, const Clock& clock);
  // After the replay, before tell(): what witnesses and mirrors have seen. kCorrupt: as check_seen().
  Status take(const SeenElsewhere& elsewhere);
  // After the replay: how the program before this one ended, whether an older log was accepted, and what was
  // mended of it.
  void tell();
  // Any thread. What was found when the log was read again; the next start looks at all of it.
  void tell_harmed(const Error& what);
  // On the loop, from now on; `told` is read before this returns.
  void watch(net::Loop& loop, const picture::NodeBook& told);
  void count(Metrics& metrics);

 private:
  void tell(v1::NodeCondition condition, spine::Done done = {});
  void tell_last_words();
  void tell_mending();
  void tell_harm_over(const picture::NodeBook& told);
  void look();
  void mark();

  const Config& config_;
  const std::string log_id_;
  Seen seen_;
  uint64_t older_than_ = 0;  // entries that were seen, wherever that was
  uint64_t unheard_ = 0;     // witnesses and mirrors that could not be asked
  spine::Spine& spine_;
  const Clock& clock_;
  std::optional<NodeWatch> watch_;  // on the loop
  uint64_t marked_ = 0;             // likewise
  bool mark_failed_ = false;        // likewise
  std::future<bool> accepted_;      // that an older log was is durable; none: none was
  bool may_mark_ = true;            // on the loop
  std::atomic<int64_t> days_left_{-1};
  std::atomic<bool> harmed_{false};
};

}  // namespace haechi::node
