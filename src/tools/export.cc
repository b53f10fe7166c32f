#include "tools/export.h"

#include <cstdio>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "base/digest.h"
#include "base/first_entry.h"
#include "haechi/v1/effect.pb.h"
#include "log/chain.h"
#include "sim/api_client.h"
#include "spine/engine.h"
#include "tools/cli_log.h"
#include "tools/export_file.h"
#include "tools/fact_files.h"
#include "tools/manifest.h"
#include "tools/selection.h"
#include "tools/track_text.h"
#include "tools/violations.h"
#include "tools/zone_text.h"

namespace haechi::tools {
namespace {

namespace fs = std::filesystem;

// The two track files of one person.
class PersonTrack {
 public:
  PersonTrack(const std::string& folder, const std::string& person_id)
      : gpx_(folder, "tracks/" + person_id + ".gpx"), geojson_(folder, "tracks/" + person_id + ".geojson") {
    gpx_.add(gpx_head(person_id));
    geojson_.add("{\"type\":\"FeatureCollection\",\"features\":[\n");
  }

  // A segment is a run of one device in the order of its fixes: what came late begins another.
  void add(const v1::ReportReceived& received) {
    const v1::Report& report = received.report();
    if (begun_ && (report.device_id() != device_id_ || report.fix().fixed_at_us() < fixed_at_us_))
      gpx_.add(std::string(kGpxSegmentEnd) + kGpxSegment);
    if (!begun_) gpx_.add(kGpxSegment);
    gpx_.add(gpx_point(received));
    geojson_.add((begun_ ? ",\n" : "") + track_feature(received));
    begun_ = true;
    device_id_ = report.device_id();
    fixed_at_us_ = report.fix().fixed_at_us();
  }

  Status close(std::vector<ManifestFile>& files) {
    gpx_.add(std::string(begun_ ? kGpxSegmentEnd : "") + kGpxEnd);
    geojson_.add("\n]}\n");
    TRY_STATUS(close_file(gpx_, files));
    return close_file(geojson_, files);
  }

  static Status close_file(ExportFile& file, std::vector<ManifestFile>& files) {
    TRY_STATUS(file.close());
    files.push_back({file.name(), file.bytes(), file.lines(), file.sha256()});
    return {};
  }

 private:
  ExportFile gpx_, geojson_;
  bool begun_ = false;
  std::string device_id_;
  int64_t fixed_at_us_ = 0;
};

class Exporter {
 public:
  Exporter(const ExportOptions& options, const std::string& folder)
      : options_(options),
        folder_(folder),
        selection_(options.person_ids, options.from, options.to),
        unsealer_(options.data, options.keys) {
    std::error_code error;  // whatever goes wrong here, each file below it tells
    fs::create_directory(folder + "/tracks", error);
    for (const FactFile& file : kFactFiles) facts_.emplace_back(folder, std::string(file.name));
    tracks_.add_line(kTrackColumns);
  }

  Status run() {
    const auto take = [this](const std::function<void(const log::Record&, const v1::Fact&)>& use) {
      return [this, use](const log::Record& record) {
        const Result<v1::Fact> fact = unsealer_.fact(record);
        unreadable_ = fact.ok() ? Status() : Status(fact.error());
        if (fact.ok()) use(record, *fact);
        return fact.ok();
      };
    };
    TRY(std::set<uint64_t> passed_over, passed_over_in(options_.data));
    engine_.leave_out(std::move(passed_over));
    if (selection_.needs_survey())
      TRY_STATUS(read(take([this](const log::Record&, const v1::Fact& fact) { selection_.survey(fact); })));
    TRY_STATUS(read(take([this](const log::Record& record, const v1::Fact& fact) { step(record, fact); })));
    return finish();
  }

  const ExportResult& result() const { return result_; }

 private:
  Status read(const std::function<bool(const log::Record&)>& each) {
    TRY_STATUS(log::read_directory(log_in(options_.data), 1, each));
    return unreadable_;
  }

  void step(const log::Record& record, v1::Fact fact) {
    const law::Entry entry{record.no, record.stamp, fact};
    // The chain over the facts in clear, which the same log made anew has as well, whatever its keys are.
    chain_ = log::seal(chain_, record.no, record.stamp, fact.SerializeAsString(), scratch_).digest;
    if (manifest_.entries == 0) manifest_.first_at = record.stamp;
    manifest_.entries = record.no;
    manifest_.last_at = record.stamp;
    if (selection_.holds(entry)) write(record, fact);
    for (const auto& effect : engine_.step(entry)) take_effect(*effect);
  }

  void write(const log::Record& record, v1::Fact& fact) {
    ++result_.entries;
    const bool erased = fact.sealed_size() > 0;
    fact.clear_sealed();
    facts_[fact_file_of(fact.kind_case())].add_line("{\"entry_no\":" + std::to_string(record.no) +
                                                    ",\"at_us\":" + std::to_string(record.stamp.us) +
                                                    ",\"fact\":" + sim::to_json(fact) + "}");
    if (fact.has_zone_registered()) zones_[fact.zone_registered().id()] = fact.zone_registered();
    if (fact.has_report_received()) write_track(fact.report_received());
    if (fact.has_violation_taken_over()) violations_.take(fact.violation_taken_over());
    // Fields of a newer build are not in the JSON of this one: such an entry is not carried over whole.
    const std::string whole = fact.SerializeAsString();
    fact.DiscardUnknownFields();
    if (erased || fact.SerializeAsString() != whole) ++manifest_.inexact;
  }

  void write_track(const v1::ReportReceived& received) {
    ++result_.reports;
    const std::string& person_id = selection_.person_of(received.report().device_id());
    if (!received.report().has_fix() || person_id.empty()) return;
    tracks_.add_line(track_csv(person_id, received));
    auto& track = person_tracks_[person_id];
    if (!track) track = std::make_unique<PersonTrack>(folder_, person_id);
    track->add(received);
  }

  void take_effect(const v1::Effect& effect) {
    const v1::Alert* alert = effect.has_raise_alert()    ? &effect.raise_alert()
                             : effect.has_update_alert() ? &effect.update_alert()
                             : effect.has_clear_alert()  ? &effect.clear_alert()
                                                         : nullptr;
    if (alert == nullptr || !selection_.holds(*alert, Time{effect.at_us()})) return;
    alerts_.add_line(sim::to_json(effect));
    violations_.take(*alert);
  }

  Status finish() {
    ExportFile zones(folder_, "zones.geojson"), violations(folder_, "violations.csv");
    zones.add("{\"type\":\"FeatureCollection\",\"features\":[\n");
    bool first = true;
    for (const auto& [id, zone] : zones_) {
      if (zone.removed() || zone.shape().kind_case() == v1::Shape::KIND_NOT_SET) continue;
      zones.add((first ? "" : ",\n") + zone_feature(zone));
      first = false;
    }
    zones.add("\n]}\n");
    violations_.write(violations);
    result_.alerts = violations_.alerts();
    std::vector<ManifestFile>& files = manifest_.files;
    for (ExportFile& file : facts_) TRY_STATUS(PersonTrack::close_file(file, files));
    for (ExportFile* file : {&alerts_, &tracks_, &zones, &violations})
      TRY_STATUS(PersonTrack::close_file(*file, files));
    for (auto& [id, track] : person_tracks_) TRY_STATUS(track->close(files));
    manifest_.build = options_.build;
    manifest_.complete = result_.complete = selection_.everything() && manifest_.inexact == 0;
    manifest_.head = hex(view(chain_));
    manifest_.person_ids = {options_.person_ids.begin(), options_.person_ids.end()};
    manifest_.from = options_.from;
    manifest_.to = options_.to;
    return write_manifest(folder_, manifest_);
  }

  const ExportOptions& options_;
  const std::string folder_;
  Selection selection_;
  spine::Engine engine_{0, entries_before_the_first()};
  Violations violations_;
  std::deque<ExportFile> facts_;  // one for each of kFactFiles
  ExportFile alerts_{folder_, "alerts.jsonl"}, tracks_{folder_, "tracks.csv"};
  std::map<std::string, std::unique_ptr<PersonTrack>> person_tracks_;
  std::map<std::string, v1::Zone> zones_;  // as registered last
  Manifest manifest_;
  ExportResult result_;
  Digest chain_{};
  std::string scratch_;
  const Unsealer unsealer_;
  Status unreadable_;
};

}  // namespace

Result<ExportResult> export_log(const ExportOptions& options) {
  std::error_code error;
  std::string out = options.out;
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  const std::string unfinished = out + ".unfinished";
  for (const std::string& taken : {out, unfinished})
    if (fs::exists(taken, error)) return Error{Code::kConflict, "out", taken + " exists already"};
  if (!fs::create_directory(unfinished, error))
    return Error{Code::kUnavailable, "out", "cannot make the folder " + unfinished};
  fs::permissions(unfinished, fs::perms::owner_all, error);  // where people were is for nobody else to read
  Exporter exporter(options, unfinished);
  Status status = exporter.run();
  if (status.ok()) {
    fs::rename(unfinished, out, error);
    if (error) status = Error{Code::kUnavailable, "out", "cannot make the folder " + options.out};
  }
  if (status.ok()) return exporter.result();
  fs::remove_all(unfinished, error);
  return status.error();
}

int run_export(const ExportOptions& options) {
  const Result<ExportResult> done = export_log(options);
  if (!done.ok()) return std::fprintf(stderr, "export: %s\n", done.error().text().c_str()), 1;
  std::printf("%llu entries exported, %llu of them reports; %llu alerts; %s\n",
              static_cast<unsigned long long>(done->entries), static_cast<unsigned long long>(done->reports),
              static_cast<unsigned long long>(done->alerts),
              done->complete ? "complete: the same log can be made from it" : "a part of the log");
  return 0;
}

}  // namespace haechi::tools
