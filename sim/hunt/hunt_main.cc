// ./x sim: hunts. One seed with its story, or many side by side with a progress bar.
//
//   hunt --seed N [--story] [--minutes M]       one world; ends with 1 and the story if something was found
//   hunt --seeds N [--from M] [--jobs J]        seeds M..M+N-1, each in a process of its own
//   hunt --list FILE                            the seeds of a file, one a line ("#" begins a remark)
//   hunt --deliver N [--seed S]                 no people, but N alerts for an agency at its worst
//   (delivery.h)
//   hunt --each-call                            a short story, ended at each call to the disk in turn
//   --canary NAME                               with a bug let in (only the program hunt_canary knows any)
//   --json                                      figures for programs, on the last line
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "base/canary.h"
#include "hunt/delivery.h"
#include "hunt/hunt.h"

namespace haechi::hunt {
namespace {

constexpr double kDrainedMaxS = 30;  // once nothing hinders it any more

struct Arguments {
  std::vector<uint64_t> seeds;
  HuntOptions one;
  int jobs = 1;
  int64_t seconds_max = 0;  // stop beginning new seeds after so long; 0 = no bound
  uint64_t deliver = 0;
  bool each_call = false;
  bool sweep = false, json = false, until_found = false;
};

// What a child process tells its parent about one seed.
struct Told {
  uint64_t digest = 0;
  double hours = 0;
  uint64_t starts = 0, entries = 0, violations = 0, snapshot_starts = 0, passed_over = 0, quarantined = 0;
};

void print(const Catch& caught, bool story) {
  std::printf(
      "seed %llu: %zu findings, %.1f h simulated, %llu starts (%llu from a snapshot), %llu violations, %llu "
      "alerts, %llu reports acknowledged, %llu phones woken, %llu answers with %llu places, digest %016llx\n "
      " faults: %s\n",
      static_cast<unsigned long long>(caught.seed), caught.findings.size(), caught.hours,
      static_cast<unsigned long long>(caught.starts),
      static_cast<unsigned long long>(caught.counts.snapshot_starts),
      static_cast<unsigned long long>(caught.counts.violations),
      static_cast<unsigned long long>(caught.counts.alerts),
      static_cast<unsigned long long>(caught.counts.acknowledged),
      static_cast<unsigned long long>(caught.counts.woken),
      static_cast<unsigned long long>(caught.counts.answers),
      static_cast<unsigned long long>(caught.counts.places), static_cast<unsigned long long>(caught.digest),
      caught.swarm.c_str());
  for (const std::string& finding : caught.findings) std::printf("  FOUND %s\n", finding.c_str());
  if (!story && caught.findings.empty()) return;
  std::printf("  what happened (minutes:seconds from the start):\n");
  // Up to the first finding and a little beyond, unless the whole was asked for.
  size_t end = caught.story.size();
  if (!story)
    for (size_t i = 0; i < caught.story.size(); ++i)
      if (caught.story[i].find("FOUND") != std::string::npos) {
        end = std::min(end, i + 8);
        break;
      }
  const size_t begin = story || end < 40 ? 0 : end - 40;
  for (size_t i = begin; i < end; ++i) std::printf("  %s\n", caught.story[i].c_str());
}

// What a node says when its disk fails it is part of the game; what a sanitizer says is not.
void silence() {
#ifndef __SANITIZE_ADDRESS__
  ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), 2);
#endif
}

// One seed in a process of its own: what a killed node leaves behind ends with it, and so does a program that
// fails.
pid_t fork_seed(const Arguments& arguments, uint64_t seed, Told* told) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child != 0) return child;
  silence();
  HuntOptions options = arguments.one;
  options.seed = seed;
  const Catch caught = run_hunt(options);
  const Auditor::Counts& counts = caught.counts;
  *told = {caught.digest,     caught.hours,           caught.starts,      counts.entries,
           counts.violations, counts.snapshot_starts, counts.passed_over, counts.quarantined};
  if (!caught.findings.empty() && !arguments.until_found) print(caught, false);
  std::fflush(nullptr);
  ::_exit(caught.findings.empty() ? 0 : 1);
}

class Sweep {
 public:
  explicit Sweep(const Arguments& arguments) : arguments_(arguments) {
    const size_t bytes = sizeof(Told) * arguments.seeds.size();
    told_ =
        static_cast<Told*>(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  }

  int run() {
    size_t next = 0;
    while (next < arguments_.seeds.size() || !children_.empty()) {
      const bool more = next < arguments_.seeds.size() && !over();
      if (more && children_.size() < static_cast<size_t>(arguments_.jobs)) {
        const pid_t child = fork_seed(arguments_, arguments_.seeds[next], &told_[next]);
        children_[child] = next++;
        continue;
      }
      if (children_.empty()) break;
      reap();
      if (arguments_.until_found && !failed_.empty() && children_.empty()) break;
    }
    if (::isatty(2)) std::fprintf(stderr, "\r%*s\r", 78, "");
    summary();
    return failed_.empty() ? 0 : 1;
  }

 private:
  double elapsed_s() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }
  bool over() const {
    return (arguments_.seconds_max > 0 && elapsed_s() > static_cast<double>(arguments_.seconds_max)) ||
           (arguments_.until_found && !failed_.empty());
  }

  void reap() {
    int status = 0;
    const pid_t child = ::waitpid(-1, &status, 0);
    const auto found = children_.find(child);
    if (found == children_.end()) return;
    const size_t at = found->second;
    children_.erase(found);
    ++done_;
    hours_ += told_[at].hours;
    entries_ += told_[at].entries;
    starts_ += told_[at].starts;
    violations_ += told_[at].violations;
    snapshot_starts_ += told_[at].snapshot_starts;
    passed_over_ += told_[at].passed_over;
    quarantined_ += told_[at].quarantined;
    digest_ = digest_ * 31 + told_[at].digest;
    if (status != 0) failed_.push_back(arguments_.seeds[at]);
    if (WIFSIGNALED(status))
      std::printf("seed %llu: the program failed (signal %d); run it alone to see where\n",
                  static_cast<unsigned long long>(arguments_.seeds[at]), WTERMSIG(status));
    if (::isatty(2)) bar();
  }

  void bar() const {
    constexpr size_t kWidth = 30;
    const size_t filled = kWidth * done_ / arguments_.seeds.size();
    std::fprintf(stderr, "\r[%s%s] %zu/%zu seeds, %.0f h, %zu found", std::string(filled, '#').c_str(),
                 std::string(kWidth - filled, '.').c_str(), done_, arguments_.seeds.size(), hours_,
                 failed_.size());
  }

  void summary() const {
    const double s = elapsed_s();
    std::string seeds;
    for (const uint64_t seed : failed_) seeds += " " + std::to_string(seed);
    std::printf(
        "%zu seeds, %.1f simulated hours in %.1f s (%.1f hours per second), %llu starts (%llu from a "
        "snapshot, "
        "%llu snapshots passed over), %llu entries (%llu in quarantine), %llu violations; %zu seeds with "
        "findings%s%s\n",
        done_, hours_, s, hours_ / s, static_cast<unsigned long long>(starts_),
        static_cast<unsigned long long>(snapshot_starts_), static_cast<unsigned long long>(passed_over_),
        static_cast<unsigned long long>(entries_), static_cast<unsigned long long>(quarantined_),
        static_cast<unsigned long long>(violations_), failed_.size(), failed_.empty() ? "" : ":",
        seeds.c_str());
    if (arguments_.json)
      std::printf("{\"seeds\":%zu,\"hours\":%.2f,\"seconds\":%.2f,\"failed\":%zu,\"digest\":\"%016llx\"}\n",
                  done_, hours_, s, failed_.size(), static_cast<unsigned long long>(digest_));
  }

  const Arguments& arguments_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  Told* told_;
  std::map<pid_t, size_t> children_;
  size_t done_ = 0;
  double hours_ = 0;
  uint64_t entries_ = 0, starts_ = 0, violations_ = 0, digest_ = 0;
  uint64_t snapshot_starts_ = 0, passed_over_ = 0, quarantined_ = 0;
  std::vector<uint64_t> failed_;
};

int deliver(const DeliveryOptions& options) {
  const Delivered told = run_delivery(options);
  std::printf(
      "%llu alerts: %llu read by the agency, %llu with its signed receipt; %llu letters, %llu answered with "
      "a lie, "
      "%llu starts of the house, %.1f h simulated, the last receipt %.1f s after the last fault\n",
      static_cast<unsigned long long>(told.alerts), static_cast<unsigned long long>(told.read),
      static_cast<unsigned long long>(told.receipts), static_cast<unsigned long long>(told.letters),
      static_cast<unsigned long long>(told.lies), static_cast<unsigned long long>(told.starts), told.hours,
      told.drained_s);
  return told.whole() && told.drained_s <= kDrainedMaxS ? 0 : 1;
}

// One life in a process of its own: 0 it was whole, 1 not, 2 whole and there was no such call.
int life_that_dies_at(uint64_t call, Death death) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    silence();
    DeliveryOptions options;
    options.alerts = 12;
    options.wearers = 4;
    options.snapshot_entries = 25;
    options.calm = true;
    options.die_at = call;
    options.death = death;
    const Delivered told = run_delivery(options);
    if (!told.whole())
      std::printf("call %llu, %s: %llu alerts of %llu, %llu read, %llu with a receipt\n",
                  static_cast<unsigned long long>(call), death == Death::kKilled ? "killed" : "power cut",
                  static_cast<unsigned long long>(told.alerts), static_cast<unsigned long long>(told.wanted),
                  static_cast<unsigned long long>(told.read), static_cast<unsigned long long>(told.receipts));
    std::fflush(nullptr);
    ::_exit(!told.whole() ? 1 : told.died ? 0 : 2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  std::printf("call %llu: the program failed (signal %d)\n", static_cast<unsigned long long>(call),
              WTERMSIG(status));
  return 1;
}

int die_at_each_call() {
  uint64_t calls = 0, broken = 0;
  for (const Death death : {Death::kKilled, Death::kPowerCut})
    for (uint64_t call = 1;; ++call) {
      const int end = life_that_dies_at(call, death);
      if (end == 2) break;
      ++calls;
      broken += end == 1;
      if (broken > 20) break;
    }
  std::printf(
      "%llu lives, each ended at another call to the disk or with the power at it: %llu with an alert too "
      "many, "
      "too few, or untold\n",
      static_cast<unsigned long long>(calls), static_cast<unsigned long long>(broken));
  return broken == 0 && calls > 0 ? 0 : 1;
}

std::vector<uint64_t> seeds_of(const std::string& path) {
  std::vector<uint64_t> out;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    uint64_t seed = 0;
    if (words >> seed) out.push_back(seed);
  }
  return out;
}

std::optional<Arguments> read_arguments(int count, char** texts) {
  Arguments out;
  uint64_t from = 1, seeds = 0;
  for (int i = 1; i < count; ++i) {
    const std::string name = texts[i];
    const auto number = [&] { return i + 1 < count ? std::strtoull(texts[++i], nullptr, 10) : 0; };
    if (name == "--seed")
      out.one.seed = number();
    else if (name == "--seeds")
      seeds = number();
    else if (name == "--from")
      from = number();
    else if (name == "--jobs")
      out.jobs = std::max(1, static_cast<int>(number()));
    else if (name == "--minutes")
      out.one.minutes = static_cast<int64_t>(number());
    else if (name == "--seconds")
      out.seconds_max = static_cast<int64_t>(number());
    else if (name == "--deliver")
      out.deliver = number();
    else if (name == "--each-call")
      out.each_call = true;
    else if (name == "--story")
      out.one.story = true;
    else if (name == "--json")
      out.json = true;
    else if (name == "--until-found")
      out.until_found = true;
    else if (name == "--list" && i + 1 < count)
      out.seeds = seeds_of(texts[++i]), out.sweep = true;
    else if (name == "--canary" && i + 1 < count && let_in(texts[i + 1]))
      out.one.poison = std::string_view(texts[++i]) == "poison";
    else
      return std::nullopt;
  }
  for (uint64_t i = 0; i < seeds; ++i) out.seeds.push_back(from + i);
  out.sweep |= seeds > 0;
  return out;
}

}  // namespace
}  // namespace haechi::hunt

// A process that is killed frees nothing.
extern "C" const char* __asan_default_options() {
  return "detect_leaks=0";
}

int main(int count, char** texts) {
  const auto arguments = haechi::hunt::read_arguments(count, texts);
  if (!arguments) {
    std::fprintf(stderr, "hunt: see the head of sim/hunt/hunt_main.cc for what it takes\n");
    return 2;
  }
  if (arguments->deliver > 0)
    return haechi::hunt::deliver({.seed = arguments->one.seed, .alerts = arguments->deliver});
  if (arguments->each_call) return haechi::hunt::die_at_each_call();
  if (arguments->sweep) return haechi::hunt::Sweep(*arguments).run();
  const haechi::hunt::Catch caught = haechi::hunt::run_hunt(arguments->one);
  haechi::hunt::print(caught, arguments->one.story);
  return caught.findings.empty() ? 0 : 1;
}
