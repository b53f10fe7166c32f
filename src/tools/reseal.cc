#include "tools/reseal.h"

#include <algorithm>
#include <cstdio>

#include "log/files.h"
#include "log/log.h"
#include "store/accounts.h"
#include "store/records.h"
#include "tools/cli_log.h"

namespace haechi::tools {
namespace {

constexpr std::string_view kAccounts = "account/";

struct Resealed {
  size_t owners = 0, texts = 0, ended = 0;
};

// Not those of snapshots, which end by themselves, and not the root from which signing keys are derived.
bool is_renewed(const std::string& owner) {
  constexpr std::string_view kKinds[] = {"person/", "zone/", "unit/", kAccounts};
  return owner == "house" || std::any_of(std::begin(kKinds), std::end(kKinds),
                                         [&](std::string_view kind) { return owner.starts_with(kind); });
}

// The last entry, as of which keys are made now: an erasure before it spares them, one after it ends them.
Result<uint64_t> last_entry(const std::string& directory) {
  if (!log::file_exists(directory + "/" + log::kDatabaseName))
    return Error{Code::kNotFound, "data", directory + " holds no log"};
  TRY(const std::unique_ptr<log::Log> opened, log::open_sqlite_log({.directory = directory}));
  return opened->next_no() - 1;
}

Result<Resealed> reseal(const ResealOptions& options) {
  const Unsealer unsealer(options.data, options.keys, vault::RingMode::kWrite);
  if (!unsealer.ring().ok()) return unsealer.ring().error();
  vault::KeyRing& ring = **unsealer.ring();
  TRY(const uint64_t last_no, last_entry(log_in(options.data)));
  TRY(const std::unique_ptr<store::Records> records,
      store::Records::open(options.data + "/records.sqlite", &ring));
  TRY(const std::unique_ptr<store::AccountRecords> accounts,
      store::AccountRecords::open(options.data + "/accounts.sqlite", &ring));
  ring.reach(last_no);
  Resealed done;
  const std::vector<std::string> owners = ring.owners();
  for (const std::string& owner : owners) {
    if (!is_renewed(owner)) continue;
    TRY([[maybe_unused]] const vault::KeyId next, ring.renew(owner));
    ++done.owners;
  }
  TRY_STATUS(ring.settle());
  TRY(const size_t of_persons, records->reseal());
  TRY(const size_t of_accounts, accounts->reseal());
  done.texts = of_persons + of_accounts;
  for (const std::string& owner : owners) {
    if (!options.end_replaced || !owner.starts_with(kAccounts)) continue;
    TRY(const size_t ended, ring.destroy_replaced(owner));
    done.ended += ended;
  }
  return done;
}

}  // namespace

int run_reseal(const ResealOptions& options) {
  const Result<Resealed> done = reseal(options);
  if (!done.ok()) return std::fprintf(stderr, "haechi: %s\n", done.error().text().c_str()), 1;
  std::printf("%zu owners have next keys, %zu texts are sealed under them; %zu keys were ended\n",
              done->owners, done->texts, done->ended);
  return 0;
}

}  // namespace haechi::tools
