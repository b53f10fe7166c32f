#include "vault/master.h"

#include "vault/cipher.h"

namespace haechi::vault {
namespace {

class KeptMaster final : public Master {
 public:
  explicit KeptMaster(const Key& key) : key_(key) {}
  Result<std::string> wrap(const Key& key) override { return vault::wrap(key_, key); }
  std::optional<Key> unwrap(std::string_view wrapped) override { return vault::unwrap(key_, wrapped); }

 private:
  const Key key_;
};

}  // namespace

std::unique_ptr<Master> master_of(const Key& key) {
  return std::make_unique<KeptMaster>(key);
}

}  // namespace haechi::vault
