#include "tools/bundle.h"

#include <cstdint>
#include <cstdio>
#include <filesystem>

#include "log/files.h"
#include "node/bundle.h"
#include "node/watched_key.h"
#include "tools/cli_log.h"

namespace haechi::tools {

Result<BundleResult> bundle_log(const BundleOptions& options) {
  const api::BundleQuery query{
      options.wearer_id, {options.wearer_id}, options.protected_id, options.from, options.to};
  TRY(std::set<uint64_t> passed_over, passed_over_in(options.data));
  TRY(const std::shared_ptr<Signer> in_token, node::WatchedKey::open(options.key, "key"));
  TRY(const std::unique_ptr<node::Bundle> bundle,
      node::Bundle::begin(
          query, {options.data + "/evidence", {options.key, in_token}, options.build, std::move(passed_over)},
          SIZE_MAX));
  const Unsealer unsealer(options.data, options.keys);
  const vault::KeyRing* ring = unsealer.ring().ok() ? unsealer.ring()->get() : nullptr;
  Status taken;
  TRY_STATUS(log::read_directory(log_in(options.data), 1, [&](const log::Record& record) {
    if (record.no > bundle->entries_needed()) return false;
    const Result<v1::Fact> fact = unsealer.fact(record);
    taken = fact.ok() ? bundle->take(record, *fact, ring) : Status(fact.error());
    return taken.ok();
  }));
  TRY_STATUS(taken);
  TRY(const std::string text, bundle->signed_text([] { return true; }));
  TRY_STATUS(log::replace_file(std::filesystem::absolute(options.out).string(), text));
  return BundleResult{bundle->entries_needed(), bundle->entries_proven(), bundle->alerts(), bundle->points()};
}

int run_bundle(const BundleOptions& options) {
  const Result<BundleResult> done = bundle_log(options);
  if (!done.ok()) return std::fprintf(stderr, "bundle: %s\n", done.error().text().c_str()), 1;
  std::printf("%llu alerts and %llu points, on %llu entries of a log of %llu\n",
              static_cast<unsigned long long>(done->alerts), static_cast<unsigned long long>(done->points),
              static_cast<unsigned long long>(done->entries), static_cast<unsigned long long>(done->records));
  return 0;
}

}  // namespace haechi::tools
