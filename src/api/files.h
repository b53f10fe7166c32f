// Files that come with a petition or as the proof of a duty: kept in the record store, their digests in the
// log.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/exchange.h"
#include "base/result.h"
#include "haechi/v1/case_api.pb.h"

namespace haechi::api::files {

inline constexpr size_t kFilesBytesMax = 600'000;  // of one request

struct Kept {
  std::string text;    // as the record store keeps it; empty: nothing
  std::string digest;  // SHA-256 of the content
  v1::FileInfo info;
};

// kInvalid says what is wrong with it. What is hidden in it is taken out (hidden_data.h).
Status take_in(v1::FileInput& file, const std::string& field);

// A file, and what its field is called in errors.
struct Named {
  std::string field, content;
};
// `then`, once no virus was found in any of them; what it answers is an error where one was, or where nobody
// could look. At once where this node has no scanner, or there are no files.
Result<Plan> when_clean(const Exchange& exchange, std::vector<Named> files,
                        std::function<Result<Plan>(const Exchange&)> then);

Kept kept(const std::string& id, const v1::FileInput& file);
// What was kept. kCorrupt when it cannot be read.
Result<v1::FileAnswer> read(const std::string& id, const std::string& text, const std::string& digest);
// Text and file (checked) of a proof, as one; the digest covers both.
Kept proof_of(const std::string& id, const v1::DutyDoneInput& input);

}  // namespace haechi::api::files
