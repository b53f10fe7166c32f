#include "tools/replay.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "log/log.h"
#include "sim/api_client.h"
#include "spine/engine.h"
#include "tools/cli_log.h"
#include "tools/explain.h"
#include "tools/fact_lines.h"

namespace haechi::tools {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr Duration kTickedMax = Duration::seconds(366 * 86'400);

void print_entry(const law::Entry& entry) {
  std::printf("{\"entry_no\":%llu,\"at_us\":%lld,\"fact\":%s}\n", static_cast<unsigned long long>(entry.no),
              static_cast<long long>(entry.stamped_at.us), sim::to_json(entry.fact).c_str());
}

int fail(const Error& error) {
  std::fprintf(stderr, "replay: %s\n", error.text().c_str());
  return 1;
}

int replay_log(const ReplayOptions& options) {
  spine::Engine engine(0);
  if (options.effects) {
    const auto passed_over = passed_over_in(options.directory);
    if (!passed_over.ok()) return fail(passed_over.error());
    engine.leave_out(*passed_over);
  }
  const Status status = read_log(
      options.directory, options.keys, options.effects ? 1 : options.from_no, [&](const law::Entry& entry) {
        const auto effects =
            options.effects ? engine.step(entry) : std::vector<std::shared_ptr<const v1::Effect>>();
        if (entry.no < options.from_no) return true;
        print_entry(entry);
        for (const auto& effect : effects) std::printf("{\"effect\":%s}\n", sim::to_json(*effect).c_str());
        return true;
      });
  return status.ok() ? 0 : fail(status.error());
}

int replay_facts(const ReplayOptions& options, std::istream& lines) {
  spine::Engine engine(0);
  const bool all = read_facts(lines, options.ticks, std::cerr, [&](const law::Entry& entry) {
    for (const auto& effect : engine.step(entry))
      if (entry.no >= options.from_no) std::printf("%s\n", sim::to_json(*effect).c_str());
    return true;
  });
  return all ? 0 : 1;
}

int explain(const ReplayOptions& options, std::istream& lines) {
  std::set<uint64_t> passed_over;
  if (options.facts.empty()) {
    auto found = passed_over_in(options.directory);
    if (!found.ok()) return fail(found.error());
    passed_over = *std::move(found);
  }
  Explainer explainer(options.explain, std::move(passed_over));
  const EachEntry each = [&](const law::Entry& entry) { return explainer.step(entry); };
  if (options.facts.empty()) {
    const Status status = read_log(options.directory, options.keys, 1, each);
    if (!status.ok()) return fail(status.error());
  } else {
    read_facts(lines, options.ticks, std::cerr, each);
  }
  if (!explainer.found())
    return std::fprintf(stderr, "replay: no alert %s is raised\n", options.explain.c_str()), 1;
  std::printf("%s", explainer.text().c_str());
  return 0;
}

}  // namespace

bool read_facts(std::istream& lines, bool ticks, std::ostream& refusals, const EachEntry& each) {
  FactLines facts;
  uint64_t entry_no = 0;
  Time last;
  bool all = true;
  std::string line;
  v1::Fact tick;
  tick.mutable_clock_ticked();
  const auto refuse = [&](size_t number, const std::string& reason) {
    refusals << "line " << number << ": " << reason << "\n";
    all = false;
  };
  for (size_t number = 1; std::getline(lines, line); ++number) {
    const auto read = facts.read(line);
    if (!read.ok()) {
      refuse(number, read.error().text());
      continue;
    }
    for (const StampedFact& one : *read) {
      if (ticks && last.known() && one.at - last > kTickedMax) {
        refuse(number, "at_us: is over a year after the line above; the rest is left out");
        return false;
      }
      for (int64_t s = last.us / kSecondUs + 1; ticks && last.known() && s * kSecondUs < one.at.us; ++s)
        if (!each(law::Entry{++entry_no, Time{s * kSecondUs}, tick})) return all;
      if (!each(law::Entry{++entry_no, one.at, one.fact})) return all;
      last = one.at;
    }
  }
  return all;
}

Status read_log(const std::string& directory, const KeysAt& keys, uint64_t first_no, const EachEntry& each) {
  const Unsealer unsealer(directory, keys);
  Status unreadable;
  const auto take = [&](const log::Record& record) {
    const Result<v1::Fact> fact = unsealer.fact(record);
    if (fact.ok()) return each(law::Entry{record.no, record.stamp, *fact});
    unreadable = fact.error();
    return false;
  };
  TRY_STATUS(log::read_directory(log_in(directory), first_no, take));
  return unreadable;
}

int run_replay(const ReplayOptions& options) {
  std::ios::sync_with_stdio(false);
  std::ifstream file;
  const bool from_file = !options.facts.empty() && options.facts != "-";
  if (from_file) file.open(options.facts);
  if (from_file && !file)
    return std::fprintf(stderr, "replay: %s cannot be read\n", options.facts.c_str()), 1;
  std::istream& lines = from_file ? static_cast<std::istream&>(file) : std::cin;
  if (!options.explain.empty()) return explain(options, lines);
  return options.facts.empty() ? replay_log(options) : replay_facts(options, lines);
}

}  // namespace haechi::tools
