// StaticFiles: the files of one folder over HTTP. For pages that need no build step and for the built web
// surfaces.
//
// Never leaves its folder: a path with "..", a backslash, a zero byte, an empty or dotted part is not found,
// and so is a symbolic link that points out. Files are read when asked for, up to kFileBytesMax; of a larger
// one (a map) only ranges. Belongs to one loop.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace haechi::live {

inline constexpr size_t kFileBytesMax = 32 << 20;

class StaticFiles {
 public:
  // `folder` need not exist; then nothing is found. Pages may fetch from `map_hosts`
  // ("https://tiles.example") besides this server.
  explicit StaticFiles(std::filesystem::path folder, const std::vector<std::string>& map_hosts = {});

  // Answers GET and HEAD for `path` relative to the folder ("" or a trailing '/' means index.html); nothing
  // if there is no such file, so that the caller can ask elsewhere. 304 when the caller has it, 206 or 416
  // for one range of bytes, 308 for a folder without its '/', 405 for other methods. A neighbour "<file>.br"
  // or
  // "<file>.gz" that is not older is sent instead to who takes it. Files in a folder "assets" carry a digest
  // in their name and are cached for a year; all others are asked for again.
  std::optional<net::Response> answer(const net::Request& request, std::string_view path) const;

 private:
  struct File {
    std::filesystem::path path;
    uint64_t size = 0;
    int64_t written = 0;  // of the file system's clock; only compared
  };
  struct Tag {
    uint64_t size;
    int64_t written;
    std::string text;
  };
  std::optional<std::filesystem::path> inside(std::string_view name) const;
  std::optional<File> find(std::string_view name) const;
  std::optional<File> packed(const net::Request& request, const std::string& name, const File& file,
                             net::Response& response) const;
  const std::string& tag_of(const File& file) const;
  std::optional<net::Response> redirect(const net::Request& request, std::string_view path) const;
  net::Response send(const net::Request& request, const File& file, net::Response response) const;

  std::filesystem::path folder_;
  std::string policy_;                       // Content-Security-Policy
  mutable std::map<std::string, Tag> tags_;  // of files already read, so that none is digested twice
};

// "text/html; charset=utf-8" for ".html", empty when not known: such a file is not served.
std::string_view content_type_of(std::string_view path);

}  // namespace haechi::live
