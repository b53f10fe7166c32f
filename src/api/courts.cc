// Which court is asked: by where she lives, which is one of the places the law names (kr: Stalking Act
// 17-5(1)). The others, where it happened and where he lives, are hers to choose: his address is not for her
// to learn.
#include "api/json.h"
#include "api/legal.h"
#include "law/identity.h"
#include "trust/personal.h"

namespace haechi::api::legal {
namespace {

// How much of the address the district is; 0: it does not lie in it. Whole words only.
size_t covers(const std::string& district, const std::string& address) {
  if (district.empty() || address.rfind(district, 0) != 0) return 0;
  const bool whole = address.size() == district.size() || address[district.size()] == ' ';
  return whole ? district.size() : 0;
}

}  // namespace

std::vector<const v1::Agency*> courts_of(const Exchange& exchange, const std::string& address) {
  const std::string normal = law::normal_address(address);
  std::vector<const v1::Agency*> found;
  size_t narrowest = 0;
  for (const auto& [id, agency] : exchange.world.picture.agencies()) {
    size_t fits = 0;
    for (const std::string& district : agency.court_districts())
      fits = std::max(fits, covers(law::normal_address(district), normal));
    if (fits == 0 || fits < narrowest) continue;
    if (fits > narrowest) found.clear();
    narrowest = fits;
    found.push_back(&agency);
  }
  return found;
}

Result<std::string> address_of(const Exchange& exchange, const std::string& person_id) {
  TRY(const std::optional<store::Personal> record, exchange.world.records.person(person_id));
  if (!record) return std::string();
  TRY(const std::string text, trust::reveal(exchange.viewer, exchange.purpose, *record));
  v1::PersonRecord read;
  if (!read_json(text, read).ok()) return Error{Code::kCorrupt, "record", "the stored record cannot be read"};
  return read.address();
}

}  // namespace haechi::api::legal
