#include "tools/export_file.h"

#include <openssl/evp.h>

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/ensure.h"

namespace haechi::tools {

struct RunningDigest::Context {
  EVP_MD_CTX* md = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(md); }
};

RunningDigest::RunningDigest() : context_(std::make_unique<Context>()) {
  ENSURE(context_->md != nullptr && EVP_DigestInit_ex(context_->md, EVP_sha256(), nullptr) == 1, "sha256");
}
RunningDigest::~RunningDigest() = default;
RunningDigest::RunningDigest(RunningDigest&&) noexcept = default;
RunningDigest& RunningDigest::operator=(RunningDigest&&) noexcept = default;

void RunningDigest::add(std::string_view bytes) {
  ENSURE(EVP_DigestUpdate(context_->md, bytes.data(), bytes.size()) == 1, "sha256");
}

std::string RunningDigest::finish() {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  ENSURE(EVP_DigestFinal_ex(context_->md, out, &size) == 1, "sha256");
  return hex({reinterpret_cast<const char*>(out), size});
}

ExportFile::ExportFile(const std::string& folder, std::string name)
    : path_(folder + "/" + name), name_(std::move(name)) {
  failed_ = !std::ofstream(path_, std::ios::binary | std::ios::trunc);
}

void ExportFile::add(std::string_view text) {
  buffer_ += text;
  lines_ += static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n'));
  if (buffer_.size() >= kBufferBytes) flush();
}

void ExportFile::add_line(std::string_view text) {
  add(text);
  add("\n");
}

void ExportFile::flush() {
  if (buffer_.empty()) return;
  digest_.add(buffer_);
  bytes_ += buffer_.size();
  std::ofstream file(path_, std::ios::binary | std::ios::app);
  file.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  file.close();
  if (!file) failed_ = true;
  buffer_.clear();
}

Status ExportFile::close() {
  flush();
  sha256_ = digest_.finish();
  if (failed_) return Error{Code::kUnavailable, name_, "cannot be written"};
  return {};
}

Result<std::string> digest_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{Code::kNotFound, path, "cannot be read"};
  RunningDigest digest;
  std::vector<char> piece(1 << 16);
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0)
    digest.add({piece.data(), static_cast<size_t>(file.gcount())});
  return digest.finish();
}

}  // namespace haechi::tools
