#include "bench/judge/score.h"

#include <algorithm>

namespace haechi::judge {
namespace {

constexpr double kJoinS = 60, kMaterialS = 30, kLookBackS = 90, kFoundLateS = 300;
constexpr double kApproachS = 60, kApproachM = 30, kWarningSMax = 900, kWarningAheadS = 600;

struct Run {
  double begins_s, ends_s;
};

// Where the margin is at or under `limit_m`, from the first to the last sample of each run.
std::vector<Run> runs_under(const World& world, const std::vector<float>& margin_m, double limit_m) {
  std::vector<Run> runs;
  bool open = false;
  for (size_t i = 0; i < margin_m.size(); ++i) {
    const double s = static_cast<double>(world.begins_s) + static_cast<double>(i) * kTruthStepS;
    const bool under = margin_m[i] <= limit_m;
    if (under && !open) runs.push_back({s, s});
    if (under) runs.back().ends_s = s;
    open = under;
  }
  return runs;
}

double margin_at(const World& world, const Truth& truth, double s) {
  const double index = (s - static_cast<double>(world.begins_s)) / kTruthStepS;
  const auto last = static_cast<double>(truth.margin_m.size() - 1);
  return truth.margin_m[static_cast<size_t>(std::clamp(index, 0.0, last))];
}

void fill(const World& world, const Truth& truth, const std::vector<Run>& inside,
          const std::vector<Run>& deep, Episode& episode) {
  for (const Run& run : deep) {
    if (run.begins_s < episode.begins_s || run.begins_s > episode.ends_s) continue;
    Violation made{run.begins_s, run.begins_s, run.ends_s, run.ends_s - run.begins_s >= kMaterialS};
    for (const Run& around : inside)
      if (around.begins_s <= run.begins_s && around.ends_s >= run.ends_s) made.onset_s = around.begins_s;
    episode.material = episode.material || made.material;
    episode.violations.push_back(made);
  }
  episode.pass = !episode.material && !episode.violations.empty();
  const auto begins_s = static_cast<double>(world.begins_s);
  episode.under_way = episode.begins_s <= begins_s;
  if (episode.violations.empty()) return;
  const double onset_s = episode.violations.front().onset_s;
  episode.approach =
      onset_s - kApproachS >= begins_s && margin_at(world, truth, onset_s - kApproachS) >= kApproachM;
}

// The violation whose finding is asked of an episode: the first of its heaviest kind that was found, if any.
bool finds(const Alert& alert, const Violation& violation) {
  return alert.opened_s <= violation.ends_s + kLookBackS &&
         (!alert.cleared_s || *alert.cleared_s >= violation.onset_s);
}

bool is_false(const World& world, const Truth& truth, double at_s, double look_back_s = kLookBackS) {
  for (double s = at_s - look_back_s; s <= at_s; s += kTruthStepS)
    if (margin_at(world, truth, s) <= kBandM) return false;
  return true;
}

// He is not within radius and band when he is warned of, nor in the ten minutes after.
bool comes_to_nothing(const World& world, const Truth& truth, double warned_s) {
  return is_false(world, truth, warned_s + kWarningAheadS, kWarningAheadS);
}

bool found(const Episode& episode, const std::vector<Alert>& alerts) {
  for (const Violation& one : episode.violations) {
    if (one.material != episode.material) continue;
    for (const Alert& alert : alerts)
      if (!alert.warning && finds(alert, one)) return true;
  }
  return false;
}

// From the onset of the first material violation to the first alert; none for one that was under way, and
// none where an alert of an earlier episode still stood.
std::optional<double> delay_of(const Episode& episode, const std::vector<Alert>& alerts) {
  if (episode.under_way || !episode.material) return std::nullopt;
  for (const Violation& one : episode.violations) {
    if (!one.material) continue;
    for (const Alert& alert : alerts) {
      if (alert.warning || !finds(alert, one)) continue;
      if (alert.opened_s < episode.begins_s) return std::nullopt;
      return std::max(0.0, alert.opened_s - one.onset_s);
    }
  }
  return std::nullopt;
}

// How long before he came inside a warning stood that still did then.
std::optional<double> lead_of(const Episode& episode, const std::vector<Alert>& alerts) {
  const double onset_s = episode.violations.front().onset_s;
  for (const Alert& alert : alerts)
    if (alert.warning && alert.opened_s <= onset_s && alert.opened_s >= onset_s - kWarningSMax &&
        (!alert.cleared_s || *alert.cleared_s >= onset_s))
      return onset_s - alert.opened_s;
  return std::nullopt;
}

}  // namespace

Truth truth_of(const World& world) {
  Truth truth;
  const auto begins_s = static_cast<double>(world.begins_s);
  const double length_s = static_cast<double>(world.ends_s) - begins_s;
  const auto count = static_cast<size_t>(length_s / kTruthStepS) + 1;
  truth.margin_m.reserve(count);
  for (size_t i = 0; i < count; ++i)
    truth.margin_m.push_back(
        static_cast<float>(world.margin_m(begins_s + static_cast<double>(i) * kTruthStepS)));
  const std::vector<Run> inside = runs_under(world, truth.margin_m, 0);
  const std::vector<Run> deep = runs_under(world, truth.margin_m, -kBandM);
  for (const Run& run : runs_under(world, truth.margin_m, kBandM)) {
    if (!truth.episodes.empty() && run.begins_s - truth.episodes.back().ends_s < kJoinS) {
      truth.episodes.back().ends_s = run.ends_s;
      continue;
    }
    Episode made;
    made.begins_s = run.begins_s;
    made.ends_s = run.ends_s;
    truth.episodes.push_back(made);
  }
  for (Episode& episode : truth.episodes) fill(world, truth, inside, deep, episode);
  return truth;
}

void Tally::add(const Tally& other) {
  days += other.days;
  material += other.material;
  material_found += other.material_found;
  passes += other.passes;
  passes_found += other.passes_found;
  alerts += other.alerts;
  false_alerts += other.false_alerts;
  rung_episodes += other.rung_episodes;
  true_alerts += other.true_alerts;
  approaches += other.approaches;
  warned += other.warned;
  warnings += other.warnings;
  false_warnings += other.false_warnings;
  calls += other.calls;
  false_calls += other.false_calls;
  fixes_his += other.fixes_his;
  fixes_hers += other.fixes_hers;
  days_hers += other.days_hers;
  delays_s.insert(delays_s.end(), other.delays_s.begin(), other.delays_s.end());
  leads_s.insert(leads_s.end(), other.leads_s.begin(), other.leads_s.end());
}

double quantile_of(std::vector<double> sorted, double quantile) {
  if (sorted.empty()) return 0;
  std::sort(sorted.begin(), sorted.end());
  const auto index = static_cast<size_t>(quantile * static_cast<double>(sorted.size()));
  return sorted[std::min(index, sorted.size() - 1)];
}

Tally score(const World& world, const Truth& truth, const std::vector<Alert>& alerts,
            std::vector<Mishap>* mishaps) {
  Tally tally;
  tally.days = world.days();
  const auto note = [&](const char* what, double at_s) {
    if (mishaps != nullptr) mishaps->push_back({what, at_s});
  };
  std::vector<int> rung(truth.episodes.size(), 0);
  for (const Alert& alert : alerts) {
    if (alert.warning) {
      ++tally.warnings;
      const bool warned_falsely = comes_to_nothing(world, truth, alert.opened_s);
      tally.false_warnings += warned_falsely;
      if (warned_falsely) note("false warning", alert.opened_s);
      tally.calls += alert.called_s.has_value();
      tally.false_calls += alert.called_s && comes_to_nothing(world, truth, *alert.called_s);
      continue;
    }
    ++tally.alerts;
    if (is_false(world, truth, alert.opened_s)) {
      ++tally.false_alerts;
      note(is_false(world, truth, alert.opened_s, kFoundLateS) ? "false" : "false, found late",
           alert.opened_s);
      continue;
    }
    ++tally.true_alerts;
    for (size_t i = truth.episodes.size(); i-- > 0;) {
      if (truth.episodes[i].begins_s > alert.opened_s) continue;
      ++rung[i];
      break;
    }
  }
  for (const int count : rung) tally.rung_episodes += count > 0;
  for (const Episode& episode : truth.episodes) {
    const bool was_found = found(episode, alerts);
    tally.material += episode.material;
    tally.passes += episode.pass;
    tally.material_found += episode.material && was_found;
    tally.passes_found += episode.pass && was_found;
    if ((episode.material || episode.pass) && !was_found)
      note(episode.material ? "missed material" : "missed pass", episode.violations.front().onset_s);
    if (const auto delay = delay_of(episode, alerts)) tally.delays_s.push_back(*delay);
    if (!episode.approach) continue;
    ++tally.approaches;
    const std::optional<double> lead_s = lead_of(episode, alerts);
    tally.warned += lead_s.has_value();
    if (lead_s) tally.leads_s.push_back(*lead_s);
  }
  return tally;
}

}  // namespace haechi::judge
