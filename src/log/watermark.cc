#include "log/watermark.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <system_error>

#include "log/chain.h"
#include "log/files.h"

namespace haechi::log {
namespace {

constexpr std::string_view kMagic = "HAEMARK1";
constexpr size_t kBodyBytes = 8 + 16 + 8 + 8 + 32;  // magic, identity, turn, number, digest
constexpr size_t kMarkBytes = kBodyBytes + 8;       // and the checksum

std::optional<Mark> decode_mark(std::string_view slot) {
  if (slot.size() < kMarkBytes) return std::nullopt;
  const std::string_view body = slot.substr(0, kBodyBytes);
  if (body.substr(0, kMagic.size()) != kMagic) return std::nullopt;
  if (get_u64(slot.substr(kBodyBytes)) != crc32c(body)) return std::nullopt;
  Mark mark;
  std::memcpy(mark.identity.data(), body.data() + 8, mark.identity.size());
  mark.turn = get_u64(body.substr(24));
  mark.point.no = get_u64(body.substr(32));
  std::memcpy(mark.point.digest.data(), body.data() + 40, mark.point.digest.size());
  return mark;
}

bool write_all(int file, std::string_view bytes, size_t at) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(put));
    at += static_cast<size_t>(put);
  }
  return true;
}

}  // namespace

std::string encode_mark(const Mark& mark) {
  std::string out(kMagic);
  out.append(reinterpret_cast<const char*>(mark.identity.data()), mark.identity.size());
  put_u64(out, mark.turn);
  put_u64(out, mark.point.no);
  out.append(view(mark.point.digest));
  put_u64(out, crc32c(out));
  return out;
}

Result<Mark> read_watermark(const std::string& path) {
  TRY(const std::string bytes, read_file(path, kSlotCount * kSlotBytes));
  std::optional<Mark> newest;
  for (size_t slot = 0; slot < kSlotCount; ++slot) {
    if (bytes.size() < slot * kSlotBytes) break;
    const std::optional<Mark> mark = decode_mark(std::string_view(bytes).substr(slot * kSlotBytes));
    if (!mark) continue;
    if (newest && newest->identity != mark->identity) return corrupt("the watermark file is of two logs");
    if (!newest || newest->turn < mark->turn) newest = mark;
  }
  if (!newest)
    return corrupt("the watermark file is damaged: it cannot say how many records were acknowledged");
  return *newest;
}

Status create_watermark(const std::string& path, const Mark& mark) {
  std::string bytes(kSlotCount * kSlotBytes, '\0');
  const std::string encoded = encode_mark(mark);
  bytes.replace((mark.turn % kSlotCount) * kSlotBytes, encoded.size(), encoded);
  const std::string fresh = path + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return system_error("make", fresh);
  const bool written = write_all(file, bytes, 0) && ::fsync(file) == 0;
  const Status status = written ? Status() : system_error("write", fresh);
  ::close(file);
  if (!status.ok()) return status;
  if (::rename(fresh.c_str(), path.c_str()) != 0) return system_error("rename", fresh);
  return sync_directory(directory_of(path));
}

Result<std::unique_ptr<WatermarkWriter>> WatermarkWriter::open(const std::string& path, const Mark& last,
                                                               bool soft) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return system_error("open", path);
  std::unique_ptr<WatermarkWriter> writer(new WatermarkWriter(file, last, soft));
  try {
    writer->thread_ = std::thread([raw = writer.get()] { raw->run(); });
    pthread_setname_np(writer->thread_.native_handle(), "watermark");
  } catch (const std::system_error&) {
    return Error{Code::kUnavailable, "log", "cannot start a thread for the watermark"};
  }
  return writer;
}

WatermarkWriter::WatermarkWriter(int file, const Mark& last, bool soft)
    : file_(file), soft_(soft), mark_(last) {}

WatermarkWriter::~WatermarkWriter() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  ::close(file_);
}

void WatermarkWriter::start(const ChainPoint& point) {
  {
    const std::lock_guard lock(mutex_);
    ENSURE(!pending_);
    ENSURE(point.no >= mark_.point.no, point.no, mark_.point.no);
    mark_.point = point;
    ++mark_.turn;
    pending_ = true;
  }
  changed_.notify_all();
}

bool WatermarkWriter::wait(std::optional<Duration> longest) {
  std::unique_lock lock(mutex_);
  const auto is_over = [this] { return !pending_; };
  if (longest) return changed_.wait_for(lock, std::chrono::microseconds(longest->us), is_over) && !failed_;
  changed_.wait(lock, is_over);
  return !failed_;
}

void WatermarkWriter::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return pending_ || stop_; });
    if (!pending_) return;
    const Mark mark = mark_;
    lock.unlock();
    const bool written = write(mark);
    lock.lock();
    if (!written) failed_ = true;
    pending_ = false;
    changed_.notify_all();
  }
}

bool WatermarkWriter::write(const Mark& mark) {
  if (write_all(file_, encode_mark(mark), (mark.turn % kSlotCount) * kSlotBytes) && ::fdatasync(file_) == 0)
    return true;
  if (!soft_) storage_failed("the watermark could not be written: " + std::string(std::strerror(errno)));
  return false;
}

}  // namespace haechi::log
