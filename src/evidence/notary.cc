#include "evidence/notary.h"

#include <unistd.h>

#include "base/base64.h"
#include "base/first_entry.h"
#include "evidence/mirror.h"
#include "log/files.h"

namespace haechi::evidence {
namespace {

constexpr size_t kFoldAtOnce = 1'024;  // entries in one write

Error broken(std::string reason) {
  return Error{Code::kCorrupt, "evidence", std::move(reason)};
}

}  // namespace

std::string origin_of(const std::string& log_id) {
  return "haechi/" + log_id;
}

Notary::Notary(NotaryOptions options, log::Reader& reader, SigningKey key, std::optional<SigningKey> next)
    : options_(std::move(options)), reader_(reader), key_(std::move(key)), next_(std::move(next)) {}

Result<std::unique_ptr<Notary>> Notary::open(const NotaryOptions& options, log::Reader& reader,
                                             const std::string& log_id) {
  TRY_STATUS(log::make_directory(options.directory));
  TRY(SigningKey key, SigningKey::open_or_make(options.key, origin_of(log_id), KeyUse::kLog));
  std::optional<SigningKey> next;
  if (options.next_key.named()) {
    TRY(SigningKey opened, SigningKey::open_or_make(options.next_key, origin_of(log_id), KeyUse::kLog));
    next.emplace(std::move(opened));
  }
  std::unique_ptr<Notary> notary(new Notary(options, reader, std::move(key), std::move(next)));
  TRY_STATUS(notary->take_up());
  return notary;
}

Status Notary::tell_keys() const {
  LogKeys keys{key_.verifier()};
  if (next_) {
    keys.push_back(next_->verifier());
    Note succession{body_of_succession(next_->verifier()), {}};
    TRY_STATUS(sign(succession));
    TRY_STATUS(log::replace_file(options_.directory + "/" + kSuccessionName, text_of(succession)));
  }
  return log::replace_file(options_.directory + "/" + kPublicKeyName, text_of(keys));
}

Status Notary::sign(Note& note) const {
  TRY_STATUS(key_.sign(note, Time{}));
  return next_ ? next_->sign(note, Time{}) : Status();
}

Status Notary::take_up() {
  TRY_STATUS(tell_keys());
  Checkpoint& last = newest_.checkpoint;
  last.origin = key_.verifier().name();
  last.size = entries_before_the_first();
  last.root = RunningRoot(last.size).root();
  const Result<std::string> stored =
      log::read_file(options_.directory + "/" + kCheckpointName, kNoteBytesMax);
  if (!stored.ok() && stored.error().code != Code::kNotFound) return stored.error();
  if (!stored.ok()) return make_again();
  TRY(newest_.note, read_note(*stored));
  TRY(last, read_checkpoint(newest_.note.body));
  if (last.origin != key_.verifier().name() || !key_.verifier().signed_at(newest_.note))
    return broken("the last checkpoint is not signed by this log's key");
  if (reader_.next_no() - 1 < last.size)
    return broken("the log has " + std::to_string(reader_.next_no() - 1) +
                  " records, its last checkpoint names " + std::to_string(last.size) +
                  ": it was cut or rolled back");
  Result<std::unique_ptr<Tree>> tree = Tree::open(options_.directory, last.size, true);
  if (!tree.ok() && tree.error().code != Code::kCorrupt) return tree.error();
  if (!tree.ok()) return make_again();
  tree_ = std::move(*tree);
  TRY(const Digest root, tree_->root(last.size));
  if (root != last.root) return make_again();
  // The log may be another one of the same length or longer; its chain ties the last record to all before it.
  std::string found;
  TRY_STATUS(reader_.read(last.size, [&found](const log::Record& record) {
    found = entry_of(record.no, record.stamp, record.fact);
    return false;
  }));
  TRY(const std::string known, tree_->entry(last.size - 1));
  if (found != known)
    return broken("record " + std::to_string(last.size) + " is not the one that the last checkpoint names");
  return {};
}

Status Notary::make_again() {
  const Checkpoint& last = newest_.checkpoint;
  TRY(tree_, Tree::open(options_.directory, entries_before_the_first(), true));
  TRY_STATUS(fold(last.size + 1));
  TRY(const Digest root, tree_->root(last.size));
  if (root != last.root)
    return broken("the first " + std::to_string(last.size) +
                  " records are not those that the last checkpoint names");
  return {};
}

// Up to before `until_no`.
Status Notary::fold(uint64_t until_no) {
  Status appended;
  std::string entries;
  if (tree_->size() + 1 >= until_no) return {};
  TRY_STATUS(reader_.read(tree_->size() + 1, [&](const log::Record& record) {
    entries += entry_of(record.no, record.stamp, record.fact);
    const bool is_last = record.no + 1 >= until_no;
    if (!is_last && entries.size() < kFoldAtOnce * kEntryBytes) return true;
    appended = tree_->append(entries);
    entries.clear();
    return appended.ok() && !is_last;
  }));
  if (!appended.ok() || entries.empty()) return appended;
  return tree_->append(entries);  // the log ends before `until_no`
}

Status Notary::round() {
  TRY_STATUS(fold(reader_.next_no()));
  Checkpoint next = newest_.checkpoint;
  if (tree_->size() == next.size) return {};
  next.size = tree_->size();
  TRY(next.root, tree_->root(next.size));
  TRY_STATUS(tree_->sync());
  return publish(next);
}

Status Notary::close() {
  TRY_STATUS(round());
  return log::replace_file(options_.directory + "/" + kClosedName,
                           std::to_string(newest_.checkpoint.size) + "\n");
}

Status open_again(const std::string& directory) {
  const std::string path = directory + "/" + kClosedName;
  if (!log::file_exists(path)) return {};
  if (::unlink(path.c_str()) != 0) return log::system_error("remove", path);
  return log::sync_directory(directory);
}

Status Notary::publish(const Checkpoint& checkpoint) {
  Note note{body_of(checkpoint), {}};
  TRY_STATUS(sign(note));
  TRY_STATUS(log::replace_file(options_.directory + "/" + kCheckpointName, text_of(note)));
  newest_ = {checkpoint, std::move(note)};
  return {};
}

Result<std::string> Notary::request_to_witness(const SignedCheckpoint& offered, uint64_t known_size) const {
  const uint64_t size = offered.checkpoint.size;
  if (known_size > size)
    return broken("a witness has seen " + std::to_string(known_size) + " records, the log has " +
                  std::to_string(size) + ": it was rolled back");
  std::string out = "old " + std::to_string(known_size) + "\n";
  if (known_size > 0) {
    TRY(const std::vector<Digest> proof, tree_->consistency(known_size, size));
    for (const Digest& hash : proof) out += base64(view(hash)) + "\n";
  }
  return out + "\n" + text_of(offered.note);
}

Result<Notary::MirrorRequest> Notary::request_to_mirror(uint64_t known_size) const {
  const uint64_t newest = newest_.checkpoint.size;
  if (known_size > newest)
    return broken("a mirror has " + std::to_string(known_size) + " records, the log has " +
                  std::to_string(newest) + ": it was rolled back");
  std::string records;
  Checkpoint until{newest_.checkpoint.origin, known_size, {}};
  if (known_size < newest)
    TRY_STATUS(reader_.read(known_size + 1, [&](const log::Record& record) {
      add_to_push(records, record);
      until.size = record.no;
      return until.size < newest && records.size() < kPushBytesMax;
    }));
  TRY(until.root, tree_->root(until.size));
  Note note{body_of(until), {}};
  TRY_STATUS(sign(note));
  return MirrorRequest{push_of(note, records), until.size};
}

Status Notary::take_cosignature(const SignedCheckpoint& offered, const VerifierKey& witness,
                                std::string_view lines) {
  const std::string& body = offered.note.body;
  TRY(const Note answered, read_note(body + "\n" + std::string(lines)));
  if (!witness.signed_at(answered)) return invalid("witness", "has not cosigned the checkpoint");
  if (witnessed_.body != body) witnessed_ = offered.note;
  for (const NoteSignature& one : answered.signatures)
    if (one.key_id == witness.id() && !witness.signed_at(witnessed_)) witnessed_.signatures.push_back(one);
  return log::replace_file(options_.directory + "/" + kWitnessedName, text_of(witnessed_));
}

Result<std::string> Notary::file(std::string_view path) const {
  if (path == kWitnessedName) return log::read_file(options_.directory + "/" + kWitnessedName, kNoteBytesMax);
  if (path == kSuccessionName)
    return log::read_file(options_.directory + "/" + kSuccessionName, kNoteBytesMax);
  if (path != kCheckpointName) return tree_->tile(path, newest_.checkpoint.size);
  if (newest_.checkpoint.size == 0) return Error{Code::kNotFound, "", "nothing was signed yet"};
  return text_of(newest_.note);
}

}  // namespace haechi::evidence
