// The program `judge`: the benchmark of docs/judge.md. Prints one JSON document; x.d/judge.py makes tables of
// it.
#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

#include "bench/judge/oracle.h"
#include "bench/judge/score.h"

namespace {

using namespace haechi;
using namespace haechi::judge;

struct Options {
  std::string traces = "-";
  uint64_t seed = 1, worlds = 2'000, resting = 20;
  unsigned threads = 0;
  Weighing weighing;
  bool fixed = false;          // without the courses on which devices obey
  bool oracle = false;         // of what stands in the way of ours: spared courses, and who rests
  bool frontier = false;       // every oracle at every threshold
  bool only_frontier = false;  // and nothing else: it does not depend on the engine
  std::string mishaps;         // file
  std::string facts;           // file
  uint64_t facts_world = 0;    // whose facts
  std::string facts_rest;      // whose facts: of one who rests outside or inside, empty: who moves
  Course facts_course;
};

struct Key {
  size_t course;
  int kind;  // -1: all
  bool engine;
  auto operator<=>(const Key&) const = default;
};
using Tallies = std::map<Key, Tally>;

std::vector<Course> all_courses(bool fixed, bool spared) {
  std::vector<Course> courses;
  if (spared)
    for (const int64_t interval_s : {5, 15, 60})
      for (const double sigma_m : {5.0, 10.0, 20.0})
        courses.push_back({{interval_s, sigma_m, true}, false, true, {}});
  for (const bool obey : fixed ? std::vector<bool>{false} : std::vector<bool>{false, true})
    for (const int64_t interval_s : {5, 15, 60})
      for (const double sigma_m : {5.0, 10.0, 20.0}) {
        courses.push_back({{interval_s, sigma_m}, obey, true, {}});
        if (obey) courses.push_back({{interval_s, sigma_m}, obey, false, {}});
      }
  return courses;
}

void keep(const World& world, const Truth& truth, const Outcome& outcome, size_t course, uint64_t number,
          const Course& what, Tallies& tallies, std::string& mishap_lines) {
  for (const bool engine : {false, true}) {
    std::vector<Mishap> mishaps;
    Tally tally = score(world, truth, engine ? outcome.engine : outcome.naive, &mishaps);
    tally.fixes_his = outcome.fixes_his;
    tally.fixes_hers = outcome.fixes_hers;
    tally.days_hers = world.pair() ? world.days() : 0;
    tallies[{course, -1, engine}].add(tally);
    tallies[{course, static_cast<int>(world.kind), engine}].add(tally);
    for (const Mishap& one : mishaps) {
      char line[240];
      std::snprintf(line, sizeof line,
                    "{\"world\":%llu,\"kind\":\"%s\",\"interval_s\":%lld,\"sigma_m\":%g,\"obey\":%s,"
                    "\"spared\":%s,\"judge\":\"%s\",\"what\":\"%s\",\"after_s\":%.2f}\n",
                    static_cast<unsigned long long>(number), kKindNames[static_cast<int>(world.kind)],
                    static_cast<long long>(what.cell.interval_s), what.cell.sigma_m,
                    what.obey ? "true" : "false", what.cell.spared ? "true" : "false",
                    engine ? "haechi" : "naive", one.what, one.at_s - static_cast<double>(world.begins_s));
      mishap_lines += line;
    }
  }
}

// Runs `job` for 0..count-1 on all threads; `take` gets what it returns, one at a time, in the order of the
// numbers.
template <typename Job, typename Take>
void run_all(uint64_t count, unsigned threads, Job job, Take take) {
  std::mutex mutex;
  std::map<uint64_t, decltype(job(0))> done;
  std::atomic<uint64_t> next{0};
  uint64_t taken = 0;
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < threads; ++i)
    workers.emplace_back([&] {
      for (uint64_t number = next++; number < count; number = next++) {
        auto made = job(number);
        const std::lock_guard lock(mutex);
        done.emplace(number, std::move(made));
        for (auto first = done.begin(); first != done.end() && first->first == taken; ++taken)
          take(first->second), first = done.erase(first);
      }
    });
  for (std::thread& worker : workers) worker.join();
}

double ratio(uint64_t part, uint64_t whole, double empty) {
  return whole == 0 ? empty : static_cast<double>(part) / static_cast<double>(whole);
}

void print_tally(const Tally& tally) {
  std::printf(
      "\"recall_long\":%.4f,\"recall_short\":%.4f,\"false_per_day\":%.4f,\"alerts_per_episode\":%.4f,",
      ratio(tally.material_found, tally.material, 1), ratio(tally.passes_found, tally.passes, 1),
      static_cast<double>(tally.false_alerts) / tally.days, ratio(tally.true_alerts, tally.rung_episodes, 1));
  std::printf("\"delay_p50_s\":%.2f,\"delay_p95_s\":%.2f,\"warned_before_onset\":%.4f,\"wearer_days\":%.3f",
              quantile_of(tally.delays_s, 0.5), quantile_of(tally.delays_s, 0.95),
              ratio(tally.warned, tally.approaches, 0), tally.days);
}

void print_rest(const Tally& tally) {
  std::printf(
      ",\"material\":%llu,\"passes\":%llu,\"approaches\":%llu,\"alerts\":%llu,\"warnings_per_day\":%.3f,",
      static_cast<unsigned long long>(tally.material), static_cast<unsigned long long>(tally.passes),
      static_cast<unsigned long long>(tally.approaches), static_cast<unsigned long long>(tally.alerts),
      static_cast<double>(tally.warnings) / tally.days);
  std::printf("\"warned_lead_p50_s\":%.1f,", quantile_of(tally.leads_s, 0.5));
  std::printf("\"false_warnings_per_day\":%.3f,\"calls_per_day\":%.3f,\"false_calls_per_day\":%.3f,",
              static_cast<double>(tally.false_warnings) / tally.days,
              static_cast<double>(tally.calls) / tally.days,
              static_cast<double>(tally.false_calls) / tally.days);
  std::printf("\"reports_per_hour_his\":%.1f,\"reports_per_hour_hers\":%.1f",
              static_cast<double>(tally.fixes_his) / tally.days / 24,
              tally.days_hers > 0 ? static_cast<double>(tally.fixes_hers) / tally.days_hers / 24 : 0.0);
}

// Of the material violations whose onset was seen: the share that had rung 0, 5, .. 150 s after it.
void print_found_by(const Tally& tally) {
  const uint64_t all = tally.delays_s.size() + tally.material - tally.material_found;
  std::printf(",\"found_by_5_s\":[");
  for (int s = 0; s <= 150; s += 5) {
    uint64_t found = 0;
    for (const double delay_s : tally.delays_s) found += delay_s <= s;
    std::printf(s == 0 ? "%.4f" : ",%.4f", ratio(found, all, 0));
  }
  std::printf("]");
}

void print_cells(const std::vector<Course>& courses, const Tallies& tallies) {
  std::printf("\"cells\":[");
  const char* comma = "";
  for (const auto& [key, tally] : tallies) {
    const Course& course = courses[key.course];
    std::printf("%s\n{\"interval_s\":%lld,\"sigma_m\":%g,\"judge\":\"%s\",", comma,
                static_cast<long long>(course.cell.interval_s), course.cell.sigma_m,
                key.engine ? "haechi" : "naive");
    print_tally(tally);
    print_rest(tally);
    if (key.kind < 0) print_found_by(tally);
    std::printf(",\"obey\":%s,\"warns_wearer\":%s,\"spared\":%s,\"kind\":\"%s\"}",
                course.obey ? "true" : "false", course.warns_wearer ? "true" : "false",
                course.cell.spared ? "true" : "false", key.kind < 0 ? "all" : kKindNames[key.kind]);
    comma = ",";
  }
  std::printf("]");
}

// 24 hours at rest beside a border: alerts of the naive judge, of ours (and of ours within the first ten
// minutes), and of an oracle that is told that he rests.
struct Rest {
  uint64_t naive = 0, engine = 0, early = 0, warned = 0, once = 0, oracle = 0, oracle_once = 0;
};

Rest rest(const Options& options, uint64_t number, bool inside, const Cell& cell) {
  constexpr double kEarlyS = 600;
  Rest made;
  const World world = resting_world(options.seed, number, inside);
  const Outcome outcome = hold(world, {cell, false, false, options.weighing});
  made.naive = outcome.naive.size();
  for (const Alert& alert : outcome.engine) {
    made.warned += alert.warning;
    made.engine += !alert.warning;
    made.early += !alert.warning && alert.opened_s < static_cast<double>(world.begins_s) + kEarlyS;
  }
  made.once = made.engine == 1;
  if (!options.oracle) return made;
  made.oracle = alerts_at(world, nullptr, read(world, cell, Told::kSpeeds).certainty[1], 3).size();
  made.oracle_once = made.oracle == 1;
  return made;
}

void print_resting(const Options& options) {
  std::printf(",\n\"resting\":[");
  const char* comma = "";
  for (const bool inside : {false, true})
    for (const int64_t interval_s : {5, 15, 60}) {
      Rest sum;
      run_all(
          options.resting, options.threads,
          [&](uint64_t number) {
            return rest(options, number, inside, {interval_s, 20});
          },
          [&](const Rest& one) {
            sum.naive += one.naive, sum.engine += one.engine, sum.early += one.early,
                sum.warned += one.warned;
            sum.once += one.once, sum.oracle += one.oracle, sum.oracle_once += one.oracle_once;
          });
      const auto days = static_cast<double>(options.resting);
      const auto a_day = [&](uint64_t count) { return static_cast<double>(count) / days; };
      std::printf(
          "%s\n{\"inside\":%s,\"interval_s\":%lld,\"days\":%g,\"naive_per_day\":%.3f,"
          "\"haechi_per_day\":%.3f,\"haechi_early_per_day\":%.3f,\"haechi_warnings_per_day\":%.3f,"
          "\"haechi_once\":%llu",
          comma, inside ? "true" : "false", static_cast<long long>(interval_s), days, a_day(sum.naive),
          a_day(sum.engine), a_day(sum.early), a_day(sum.warned), static_cast<unsigned long long>(sum.once));
      if (options.oracle)
        std::printf(",\"oracle_per_day\":%.3f,\"oracle_once\":%llu", a_day(sum.oracle),
                    static_cast<unsigned long long>(sum.oracle_once));
      std::printf("}");
      comma = ",";
    }
  std::printf("]");
}

// Every oracle at every threshold, in the cells of the table and with devices that report every 2 s whatever
// they are asked: the best that any command can get.
using Points = std::vector<Tally>;

void judge_as_oracle(const World& world, const Truth& truth, const Cell& cell, Told told, Points& points,
                     size_t& at) {
  const Readings readings = read(world, cell, told);
  for (const std::vector<float>& certainty : readings.certainty)
    for (const double least : kCertainties)
      points[at++].add(score(world, truth, alerts_at(world, &truth, certainty, least)));
  for (const double least : kChances)
    points[at++].add(score(world, truth, warnings_at(world, readings.chance, least)));
}

void print_frontier(const Options& options, const std::vector<Stretch>& traces) {
  std::vector<std::pair<Cell, Told>> all;
  for (const Told told : {Told::kErrors, Told::kSpeeds, Told::kVelocities, Told::kWay, Told::kPlaces})
    for (const int64_t interval_s : {2, 5, 15, 60})
      for (const double sigma_m : {5.0, 10.0, 20.0})
        if (interval_s > 2 || told == Told::kSpeeds || told == Told::kWay)
          all.push_back({{interval_s, sigma_m}, told});
  const size_t each = kLevelsM.size() * kCertainties.size() + kChances.size();
  Points sum(all.size() * each);
  run_all(
      options.worlds, options.threads,
      [&](uint64_t number) {
        const World world = draw_world(traces, options.seed, number);
        const Truth truth = truth_of(world);
        Points points(sum.size());
        size_t at = 0;
        for (const auto& [cell, told] : all) judge_as_oracle(world, truth, cell, told, points, at);
        return points;
      },
      [&](const Points& points) {
        for (size_t i = 0; i < sum.size(); ++i) sum[i].add(points[i]);
      });
  std::printf(",\n\"oracle\":[");
  for (size_t i = 0; i < sum.size(); ++i) {
    const auto& [cell, told] = all[i / each];
    const size_t point = i % each, alerting = kLevelsM.size() * kCertainties.size();
    std::printf("%s\n{\"interval_s\":%lld,\"sigma_m\":%g,\"judge\":\"oracle\",\"told\":\"%s\",",
                i == 0 ? "" : ",", static_cast<long long>(cell.interval_s), cell.sigma_m,
                kToldNames[static_cast<int>(told)]);
    if (point < alerting)
      std::printf("\"level_m\":%g,\"deviations\":%g,", kLevelsM[point / kCertainties.size()],
                  kCertainties[point % kCertainties.size()]);
    else
      std::printf("\"chance\":%g,", kChances[point - alerting]);
    print_tally(sum[i]);
    std::printf(",\"false_warnings_per_day\":%.3f,\"warned_lead_p50_s\":%.1f}",
                static_cast<double>(sum[i].false_warnings) / sum[i].days, quantile_of(sum[i].leads_s, 0.5));
  }
  std::printf("]");
}

int run(const Options& options, const std::vector<Stretch>& traces) {
  std::vector<Course> courses;
  if (!options.only_frontier) courses = all_courses(options.fixed, options.oracle);
  for (Course& course : courses) course.weighing = options.weighing;
  Tallies tallies;
  std::string lines;
  run_all(
      options.worlds, options.threads,
      [&](uint64_t number) {
        std::pair<Tallies, std::string> made;
        const World world = draw_world(traces, options.seed, number);
        const Truth truth = truth_of(world);
        for (size_t c = 0; c < courses.size(); ++c)
          keep(world, truth, hold(world, courses[c]), c, number, courses[c], made.first, made.second);
        return made;
      },
      [&](const std::pair<Tallies, std::string>& made) {
        for (const auto& [key, tally] : made.first) tallies[key].add(tally);
        lines += made.second;
      });
  if (!options.mishaps.empty()) std::ofstream(options.mishaps) << lines;
  std::printf("{\"seed\":%llu,\"worlds\":%llu,", static_cast<unsigned long long>(options.seed),
              static_cast<unsigned long long>(options.worlds));
  print_cells(courses, tallies);
  if (options.resting > 0 && !options.only_frontier) print_resting(options);
  if (options.frontier || options.only_frontier) print_frontier(options, traces);
  std::printf("}\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Judges real traces: the engine and a naive geofence, against the truth", "judge");
  Options options;
  app.add_option("--traces", options.traces, "person,trip,unix_s,lat,lon lines; - is standard input");
  app.add_option("--seed", options.seed, "Of worlds and errors");
  app.add_option("--worlds", options.worlds, "How many");
  app.add_option("--resting", options.resting, "Wearers who rest beside a border for 24 hours");
  app.add_flag("--fixed", options.fixed, "Without devices that obey");
  app.add_flag("--oracle", options.oracle,
               "Ours also without leaps, loss and lateness; rest also as an oracle");
  app.add_flag("--frontier", options.frontier, "What judges could do who are told what none can know");
  app.add_flag("--only-frontier", options.only_frontier, "That, and nothing that depends on the engine");
  app.add_option("--band", options.weighing.band_mm, "The order's band, in millimetres");
  app.add_option("--confirm", options.weighing.confirm_ppm, "The order's confirm_ppm");
  app.add_option("--threads", options.threads, "0: one per core");
  app.add_option("--mishaps", options.mishaps, "Write every miss and false alert there, a line each");
  app.add_option("--facts", options.facts,
                 "Write one world's facts there, for haechi replay --facts, and end");
  app.add_option("--world", options.facts_world, "Which world, with --facts");
  app.add_option("--rest", options.facts_rest, "With --facts: of a wearer who rests there beside a border")
      ->check(CLI::IsMember({"outside", "inside"}));
  app.add_option("--interval", options.facts_course.cell.interval_s, "With --facts");
  app.add_option("--sigma", options.facts_course.cell.sigma_m, "With --facts");
  app.add_flag("--spared", options.facts_course.cell.spared, "With --facts: no fix leaps, is lost or late");
  app.add_flag("--obey", options.facts_course.obey, "With --facts");
  CLI11_PARSE(app, argc, argv);
  if (options.threads == 0) options.threads = std::max(1u, std::thread::hardware_concurrency());
  std::ifstream file;
  if (options.traces != "-") file.open(options.traces);
  const auto traces = read_traces(options.traces == "-" ? std::cin : file, 120);
  if (!traces.ok()) return std::fprintf(stderr, "judge: %s\n", traces.error().text().c_str()), 2;
  if (options.facts.empty()) return run(options, *traces);
  std::ofstream facts(options.facts);
  hold(options.facts_rest.empty()
           ? draw_world(*traces, options.seed, options.facts_world)
           : resting_world(options.seed, options.facts_world, options.facts_rest == "inside"),
       options.facts_course, &facts);
  return facts.good() ? 0 : 1;
}
