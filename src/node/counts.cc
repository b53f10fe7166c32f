#include "node/counts.h"

namespace haechi::node {

void count_spine(Metrics& metrics, const spine::Spine& spine) {
  const auto of_spine = [&](const char* name, const char* help, uint64_t spine::SpineStats::*field,
                            bool counter) {
    metrics.add(
        {name, help, {}, counter, [&spine, field] { return static_cast<double>(spine.stats().*field); }});
  };
  using S = spine::SpineStats;
  of_spine("haechi_spine_entries_total", "Facts made durable.", &S::entries, true);
  of_spine("haechi_spine_entry_no", "Number of the newest entry.", &S::entry_no, false);
  of_spine("haechi_spine_batches_total", "Commits.", &S::batches, true);
  of_spine("haechi_spine_effects_total", "Effects published.", &S::effects, true);
  of_spine("haechi_spine_duplicates_total", "Reports that were logged already.", &S::duplicates, true);
  of_spine("haechi_spine_conflicting_total", "Reports with a known number and other content.",
           &S::conflicting, true);
  of_spine("haechi_spine_refused_total", "Facts refused because the queue was full.", &S::refused, true);
  of_spine("haechi_spine_queue_depth", "Facts waiting.", &S::queue_depth, false);
  of_spine("haechi_spine_commit_microseconds_total", "Time spent in commits.", &S::commit_us_sum, true);
  of_spine("haechi_spine_commit_microseconds_max", "Longest commit.", &S::commit_us_max, false);
  of_spine("haechi_spine_step_microseconds_total", "Time spent judging.", &S::step_us_sum, true);
}

}  // namespace haechi::node
