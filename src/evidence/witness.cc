#include "evidence/witness.h"

#include <charconv>

#include "base/base64.h"
#include "evidence/merkle.h"
#include "log/files.h"

namespace haechi::evidence {
namespace {

constexpr size_t kProofMax = 63;

struct AddCheckpoint {
  uint64_t old_size = 0;
  std::vector<Digest> proof;
  Note note;
  Checkpoint checkpoint;
};

Result<AddCheckpoint> read_request(std::string_view text) {
  AddCheckpoint out;
  const size_t end = text.find("\n\n");
  if (!text.starts_with("old ") || end == std::string_view::npos) return invalid("old", "must come first");
  std::string_view lines = text.substr(4, end - 4);
  const auto take_line = [&lines] {
    const size_t at = lines.find('\n');
    const std::string_view line = lines.substr(0, at);
    lines.remove_prefix(at == std::string_view::npos ? lines.size() : at + 1);
    return line;
  };
  const std::string_view size = take_line();
  const auto [rest, failed] = std::from_chars(size.data(), size.data() + size.size(), out.old_size);
  if (failed != std::errc() || std::to_string(out.old_size) != size) return invalid("old", "must be a size");
  while (!lines.empty()) {
    const auto hash = decode_base64(take_line());
    if (!hash || hash->size() != 32 || out.proof.size() == kProofMax) return invalid("proof", "is no proof");
    out.proof.emplace_back();
    std::copy(hash->begin(), hash->end(), out.proof.back().begin());
  }
  TRY(out.note, read_note(text.substr(end + 2)));
  TRY(out.checkpoint, read_checkpoint(out.note.body));
  return out;
}

WitnessAnswer plain(int status, std::string text) {
  return {status, "text/plain; charset=utf-8", std::move(text) + "\n"};
}

WitnessAnswer seen_size(uint64_t size) {
  return {409, "text/x.tlog.size", std::to_string(size) + "\n"};
}

}  // namespace

Result<Witness> Witness::open(const std::string& directory, const std::string& name,
                              const std::vector<VerifierKey>& logs) {
  TRY_STATUS(log::make_directory(directory));
  TRY(SigningKey key, SigningKey::open_or_make({directory + "/key"}, name, KeyUse::kCosignature));
  TRY_STATUS(log::replace_file(directory + "/key.pub", key.verifier().text() + "\n"));
  Witness witness(directory, std::move(key));
  for (const VerifierKey& log : logs) witness.logs_[log.name()].keys.push_back(log);
  for (auto& [origin, known] : witness.logs_) {
    const Result<std::string> stored = log::read_file(witness.file_of(origin), kNoteBytesMax);
    if (!stored.ok() && stored.error().code != Code::kNotFound) return stored.error();
    if (!stored.ok()) continue;
    TRY(const Note note, read_note(*stored));
    TRY(known.seen, read_checkpoint(note.body));
    if (!signed_by_any(known.keys, note))
      return Error{Code::kCorrupt, "witness", "what was seen of " + origin + " is not signed by it"};
  }
  return witness;
}

std::string Witness::file_of(const std::string& origin) const {
  return directory_ + "/seen-" + hex(view(sha256(origin)));
}

WitnessAnswer Witness::add_checkpoint(std::string_view request, Time now) {
  const Result<AddCheckpoint> read = read_request(request);
  if (!read.ok()) return plain(400, read.error().text());
  const auto found = logs_.find(read->checkpoint.origin);
  if (found == logs_.end()) return plain(404, "this log is not known here");
  Known& known = found->second;
  const Checkpoint& next = read->checkpoint;
  if (!signed_by_any(known.keys, read->note)) return plain(403, "not signed by the key of this log");
  if (read->old_size > next.size) return plain(400, "the old size is above the new one");
  if (read->old_size != known.seen.size) return seen_size(known.seen.size);
  if (next.size == known.seen.size && next.root != known.seen.root && next.size > 0)
    return seen_size(known.seen.size);
  const bool grown = known.seen.size == 0
                         ? read->proof.empty()
                         : extends(read->proof, known.seen.size, known.seen.root, next.size, next.root);
  if (!grown) return plain(422, "the checkpoint does not continue the one that was seen");
  Note note{read->note.body, read->note.signatures};
  if (!log::replace_file(file_of(next.origin), text_of(note)).ok())
    return plain(500, "cannot remember it now");
  known.seen = next;
  Note mine{note.body, {}};
  if (!key_.sign(mine, now).ok()) return plain(500, "cannot sign it now");
  // The signature lines alone.
  return {200, "text/plain; charset=utf-8", text_of(mine).substr(mine.body.size() + 1)};
}

}  // namespace haechi::evidence
