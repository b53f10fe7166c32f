// ExportFile: one file of an export, written piece by piece, with its SHA-256, size and number of lines.
//
// Between two pieces it holds no file handle, only a buffer of kBufferBytes at most: an export writes two
// files for each person at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace haechi::tools {

// SHA-256 of bytes that come in pieces.
class RunningDigest {
 public:
  RunningDigest();
  ~RunningDigest();
  RunningDigest(RunningDigest&&) noexcept;
  RunningDigest& operator=(RunningDigest&&) noexcept;

  void add(std::string_view bytes);
  // Hexadecimal. Once.
  std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

class ExportFile {
 public:
  static constexpr size_t kBufferBytes = 8'192;

  // `name` is relative to `folder`, as the manifest shows it. The file is made at once, empty.
  ExportFile(const std::string& folder, std::string name);

  void add(std::string_view text);
  // `text` and a line end.
  void add_line(std::string_view text);
  // What was not written yet goes out. kUnavailable when any piece could not be written.
  Status close();

  const std::string& name() const { return name_; }
  uint64_t bytes() const { return bytes_; }
  uint64_t lines() const { return lines_; }
  // After close().
  const std::string& sha256() const { return sha256_; }

 private:
  void flush();

  std::string path_, name_, buffer_, sha256_;
  RunningDigest digest_;
  uint64_t bytes_ = 0, lines_ = 0;
  bool failed_ = false;
};

// SHA-256 of a file, hexadecimal. kNotFound when it cannot be read.
Result<std::string> digest_of_file(const std::string& path);

}  // namespace haechi::tools
