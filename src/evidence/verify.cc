#include "evidence/verify.h"

#include "base/first_entry.h"
#include "evidence/notary.h"
#include "evidence/tree.h"
#include "log/files.h"
#include "log/log.h"

namespace haechi::evidence {
namespace {

Error broken(std::string reason) {
  return Error{Code::kCorrupt, "evidence", std::move(reason)};
}

class Verifier {
 public:
  Verifier(const EvidenceQuestion& question, EvidenceReport& report) : question_(question), report_(report) {}

  Status run() {
    const std::string own = question_.evidence_directory + "/" + kCheckpointName;
    const std::string witnessed = question_.evidence_directory + "/" + kWitnessedName;
    const bool has_own = log::file_exists(own);
    if (!has_own && question_.kept_checkpoint.empty()) return {};
    TRY_STATUS(find_keys());
    if (has_own) TRY_STATUS(take(own));
    if (log::file_exists(witnessed)) TRY_STATUS(take(witnessed));
    if (!question_.kept_checkpoint.empty()) TRY_STATUS(take(question_.kept_checkpoint));
    if (has_own) {
      TRY(tree_, Tree::open(question_.evidence_directory, report_.checkpoints[0].checkpoint.size, false));
    }
    TRY_STATUS(fold());
    if (tree_) TRY_STATUS(tree_->check());
    for (const CheckedCheckpoint& one : report_.checkpoints) TRY_STATUS(judge(one));
    return {};
  }

 private:
  Status find_keys() {
    const std::string& directory = question_.evidence_directory;
    LogKeys& keys = report_.keys = question_.keys;
    if (keys.empty()) {
      TRY(const std::string text, log::read_file(directory + "/" + kPublicKeyName, kNoteBytesMax));
      TRY(keys, read_log_keys(text));
      if (text_of(keys) != text) return broken("key.pub is damaged");
      return {};
    }
    const std::string succession = directory + "/" + kSuccessionName;
    if (!log::file_exists(succession)) return {};
    TRY(const std::string text, log::read_file(succession, kNoteBytesMax));
    if (Result<VerifierKey> next = read_succession(keys, text); next.ok()) keys.push_back(*std::move(next));
    return {};
  }

  Status take(const std::string& path) {
    TRY(const std::string text, log::read_file(path, kNoteBytesMax));
    const Result<Note> note = read_note(text);
    if (!note.ok()) return broken(path + ": " + note.error().text());
    const std::string& name = report_.keys.front().name();
    if (text_of(*note) != text || !signed_by_any(report_.keys, *note))
      return broken(path + " is not signed by " + name);
    TRY(const Checkpoint checkpoint, read_checkpoint(note->body));
    if (checkpoint.origin != name) return broken(path + " is of another log");
    report_.checkpoints.push_back({path, checkpoint, false});
    return {};
  }

  Status fold() {
    RunningRoot root(entries_before_the_first());
    compare(root);
    Status tree_fits;
    TRY_STATUS(log::read_directory(question_.log_directory, 1, [&](const log::Record& record) {
      const std::string entry = entry_of(record.no, record.stamp, record.fact);
      root.add(leaf_hash(entry));
      compare(root);
      if (tree_ && record.no <= tree_->size()) tree_fits = same_in_tree(record.no, entry);
      return tree_fits.ok();
    }));
    TRY_STATUS(tree_fits);
    records_ = root.size();
    report_.root = root.root();
    return {};
  }

  void compare(const RunningRoot& root) {
    for (CheckedCheckpoint& one : report_.checkpoints)
      if (one.checkpoint.size == root.size()) one.holds = one.checkpoint.root == root.root();
  }

  Status same_in_tree(uint64_t no, const std::string& entry) const {
    TRY(const std::string stored, tree_->entry(no - 1));
    if (stored == entry) return {};
    return broken("record " + std::to_string(no) + " is not the entry of its number in the tree");
  }

  Status judge(const CheckedCheckpoint& one) const {
    const std::string size = std::to_string(one.checkpoint.size);
    if (one.holds) return {};
    if (one.checkpoint.size > records_)
      return broken(one.file + " names " + size + " records, the log has " + std::to_string(records_) +
                    ": it was cut or rolled back");
    return broken("the first " + size + " records are not those that " + one.file +
                  " names: the log was changed or is another branch");
  }

  const EvidenceQuestion& question_;
  EvidenceReport& report_;
  std::unique_ptr<Tree> tree_;
  uint64_t records_ = 0;
};

}  // namespace

Status verify_evidence(const EvidenceQuestion& question, EvidenceReport& report) {
  report = {};
  return Verifier(question, report).run();
}

}  // namespace haechi::evidence
