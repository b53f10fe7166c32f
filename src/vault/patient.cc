#include "vault/patient.h"

#include <memory>
#include <utility>

#include "base/in_time.h"

namespace haechi::vault {
namespace {

// The token, and the thread that asks it.
struct Asked {
  Asked(std::unique_ptr<Master> of, Duration patience) : master(std::move(of)), thread("token", patience) {}
  const std::unique_ptr<Master> master;
  InTime thread;  // ends first
};

class Patient final : public Master {
 public:
  Patient(std::unique_ptr<Master> master, Duration patience)
      : asked_(std::make_unique<Asked>(std::move(master), patience)) {}
  // Who hangs for ever is left behind: we end all the same.
  ~Patient() override {
    if (asked_->thread.run([] {}) != InTime::Came::kDone) (void)asked_.release();
  }

  Result<std::string> wrap(const Key& key) override {
    auto answer = asked_->thread.ask([key, &master = *asked_->master] { return master.wrap(key); });
    if (answer) return *std::move(answer);
    return Error{Code::kUnavailable, "master key", "its token does not answer"};
  }
  std::optional<Key> unwrap(std::string_view wrapped) override {
    const auto answer = asked_->thread.ask(
        [bytes = std::string(wrapped), &master = *asked_->master] { return master.unwrap(bytes); });
    return answer ? *answer : std::nullopt;
  }

 private:
  std::unique_ptr<Asked> asked_;
};

}  // namespace

std::unique_ptr<Master> patient(std::unique_ptr<Master> master, Duration patience) {
  return std::make_unique<Patient>(std::move(master), patience);
}

}  // namespace haechi::vault
