// StaticFiles: the files of one folder over HTTP. For pages that need no build step and for the built web
// surfaces.
//
// Never leaves its folder: a path with "..", a backslash, a zero byte, an empty or dotted part is not found,
// and so is a symbolic link that points out. Files are read when asked for, up to kFileBytesMax.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace haechi::live {

inline constexpr size_t kFileBytesMax = 32 << 20;

class StaticFiles {
 public:
  // `folder` need not exist; then nothing is found.
  explicit StaticFiles(std::filesystem::path folder);

  // Answers GET and HEAD for `path` relative to the folder ("" or a trailing '/' means index.html); nothing
  // if there is no such file, so that the caller can ask elsewhere. 304 when the caller has it, 405 for other
  // methods. Files under assets/ carry a digest in their name and are cached for a year; all others are asked
  // for again.
  std::optional<net::Response> answer(const net::Request& request, std::string_view path) const;

 private:
  std::optional<std::filesystem::path> find(std::string_view path) const;

  std::filesystem::path folder_;
};

// "text/html; charset=utf-8" for ".html", application/octet-stream when not known.
std::string_view content_type_of(std::string_view path);

}  // namespace haechi::live
