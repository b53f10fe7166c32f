#include "log/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "log/files.h"

namespace haechi::log {
namespace {

constexpr std::string_view kMagic = "HAEJOUR1";
constexpr std::string_view kBatchMagic = "HAEBATCH";
constexpr size_t kBatchHead = 8 + 8 + 8;            // magic, length of the body, checksum of the body
constexpr size_t kRecordHead = 8 + 8 + 8 + 8 + 32;  // length of the fact, number, stamp, checksum, digest

std::string header_of(const Identity& identity) {
  std::string out(kMagic);
  out.append(reinterpret_cast<const char*>(identity.data()), identity.size());
  put_u64(out, crc32c(out));
  return out;
}

// The body of the batch that begins there; nothing: none that is whole does.
std::optional<std::string_view> body_at(std::string_view bytes, size_t at) {
  if (bytes.size() - at < kBatchHead || bytes.substr(at, kBatchMagic.size()) != kBatchMagic)
    return std::nullopt;
  const uint64_t length = get_u64(bytes.substr(at + 8));
  if (length > bytes.size() - at - kBatchHead) return std::nullopt;
  const std::string_view body = bytes.substr(at + kBatchHead, length);
  if (crc32c(body) != get_u64(bytes.substr(at + 16))) return std::nullopt;
  return body;
}

// How far whole batches reach from the header on. kCorrupt: there are more of them behind a damaged one.
Result<uint64_t> whole_until(std::string_view bytes, uint64_t from) {
  uint64_t at = from;
  while (at < bytes.size()) {
    const auto body = body_at(bytes, at);
    if (!body) break;
    at += kBatchHead + body->size();
  }
  for (size_t next = bytes.find(kBatchMagic, at + 1); next != std::string_view::npos;
       next = bytes.find(kBatchMagic, next + 1))
    if (body_at(bytes, next)) return corrupt("the journal is damaged before records that were acknowledged");
  return at;
}

Result<std::vector<StoredRecord>> records_of(std::string_view body) {
  std::vector<StoredRecord> out;
  while (!body.empty()) {
    if (body.size() < kRecordHead || get_u64(body) > body.size() - kRecordHead)
      return corrupt("the journal holds what is no record");
    StoredRecord& record = out.emplace_back();
    record.no = get_u64(body.substr(8));
    record.stamp = Time{static_cast<int64_t>(get_u64(body.substr(16)))};
    record.crc = static_cast<uint32_t>(get_u64(body.substr(24)));
    record.digest = body.substr(32, 32);
    record.fact = body.substr(kRecordHead, get_u64(body));
    body.remove_prefix(kRecordHead + record.fact.size());
  }
  return out;
}

// All of a file in memory as far as it is looked at: a journal may be larger than the machine.
class Mapped {
 public:
  static Result<Mapped> of(int file, const std::string& path) {
    const off_t size = ::lseek(file, 0, SEEK_END);
    if (size < 0) return system_error("read", path);
    if (size == 0) return Mapped(nullptr, 0);
    void* at = ::mmap(nullptr, static_cast<size_t>(size), PROT_READ, MAP_PRIVATE, file, 0);
    if (at == MAP_FAILED) return system_error("read", path);
    return Mapped(at, static_cast<size_t>(size));
  }
  Mapped(Mapped&& other) noexcept : at_(std::exchange(other.at_, nullptr)), size_(other.size_) {}
  Mapped& operator=(Mapped&&) = delete;
  ~Mapped() {
    if (at_ != nullptr) ::munmap(at_, size_);
  }
  std::string_view bytes() const { return {static_cast<const char*>(at_), size_}; }

 private:
  Mapped(void* at, size_t size) : at_(at), size_(size) {}
  void* at_;
  size_t size_;
};

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::string& directory, const Identity& identity) {
  TRY_STATUS(make_directory(directory));
  const std::string path = directory + "/" + kJournalName;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return system_error("open", path);
  std::unique_ptr<Journal> journal(new Journal(file, path));
  if (::flock(file, LOCK_EX | LOCK_NB) != 0)
    return Error{Code::kUnavailable, "log.journal", path + " is in use by another process"};
  TRY_STATUS(journal->begin(identity));
  TRY_STATUS(sync_directory(directory));
  return journal;
}

Journal::~Journal() {
  ::close(file_);
}

// What was never whole held nothing.
Status Journal::begin(const Identity& identity) {
  TRY(const Mapped mapped, Mapped::of(file_, path_));
  const std::string_view bytes = mapped.bytes();
  const std::string header = header_of(identity);
  static_assert(kHeaderBytes == 8 + sizeof(Identity) + 8);
  if (bytes.size() < kHeaderBytes) {
    if (::ftruncate(file_, 0) != 0) return system_error("empty", path_);
    TRY_STATUS(put(header, 0));
  } else if (!bytes.starts_with(header)) {
    return invalid("log.journal", path_ + " is of another log, or damaged at its beginning");
  }
  bytes_ = kHeaderBytes;
  if (bytes.size() > kHeaderBytes) {
    TRY(bytes_, whole_until(bytes, kHeaderBytes));
  }
  return {};
}

Status Journal::put(std::string_view bytes, uint64_t at) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return system_error("write", path_);
    bytes.remove_prefix(static_cast<size_t>(put));
    at += static_cast<uint64_t>(put);
  }
  if (::fdatasync(file_) != 0) return system_error("sync", path_);
  return {};
}

Result<ChainPoint> Journal::append(const ChainPoint& before, std::span<const NewRecord> batch) {
  std::string body, scratch;
  ChainPoint last = before;
  for (const NewRecord& record : batch) {
    const Seal made = seal(last.digest, last.no + 1, record.stamp, record.fact, scratch);
    last = {last.no + 1, made.digest};
    put_u64(body, record.fact.size());
    put_u64(body, last.no);
    put_u64(body, static_cast<uint64_t>(record.stamp.us));
    put_u64(body, made.crc);
    body.append(view(made.digest));
    body.append(record.fact);
  }
  std::string frame(kBatchMagic);
  put_u64(frame, body.size());
  put_u64(frame, crc32c(body));
  frame += body;
  TRY_STATUS(put(frame, bytes_));
  bytes_ += frame.size();
  return last;
}

Status Journal::read(const std::function<Status(std::span<const StoredRecord>)>& each) const {
  TRY(const Mapped mapped, Mapped::of(file_, path_));
  const std::string_view whole = mapped.bytes().substr(0, bytes_);
  for (uint64_t at = kHeaderBytes; at < whole.size();) {
    const auto body = body_at(whole, at);
    if (!body) return corrupt("the journal changed while it was read");
    TRY(const std::vector<StoredRecord> records, records_of(*body));
    TRY_STATUS(each(records));
    at += kBatchHead + body->size();
  }
  return {};
}

Status Journal::clear() {
  if (::ftruncate(file_, static_cast<off_t>(kHeaderBytes)) != 0 || ::fsync(file_) != 0)
    return system_error("empty", path_);
  bytes_ = kHeaderBytes;
  return {};
}

}  // namespace haechi::log
