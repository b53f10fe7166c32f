#include "live/static_files.h"

#include <array>
#include <fstream>
#include <utility>

#include "base/digest.h"

namespace haechi::live {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kContentTypes = {{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".geojson", "application/geo+json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".pbf", "application/x-protobuf"},
    {".txt", "text/plain; charset=utf-8"},
    {".mp3", "audio/mpeg"},
    {".map", "application/json"},
}};

// Only our own files and our own server; the page may not be framed.
constexpr std::string_view kPolicy =
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

bool is_safe(std::string_view path) {
  if (path.find_first_of(std::string_view("\\\0:", 3)) != std::string_view::npos) return false;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part.front() == '.') return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
  return false;
}

}  // namespace

std::string_view content_type_of(std::string_view path) {
  const size_t dot = path.rfind('.');
  if (dot != std::string_view::npos) {
    for (const auto& [ending, type] : kContentTypes) {
      if (path.substr(dot) == ending) return type;
    }
  }
  return "application/octet-stream";
}

StaticFiles::StaticFiles(fs::path folder) {
  std::error_code error;
  folder_ = fs::canonical(folder, error);
  if (error) folder_.clear();
}

std::optional<fs::path> StaticFiles::find(std::string_view path) const {
  if (folder_.empty()) return std::nullopt;
  std::string name(path);
  if (name.empty() || name.back() == '/') name += "index.html";
  if (!is_safe(name)) return std::nullopt;
  std::error_code error;
  const fs::path file = fs::canonical(folder_ / name, error);
  if (error || !fs::is_regular_file(file, error)) return std::nullopt;
  if (!file.string().starts_with(folder_.string() + '/')) return std::nullopt;
  if (fs::file_size(file, error) > kFileBytesMax || error) return std::nullopt;
  return file;
}

std::optional<net::Response> StaticFiles::answer(const net::Request& request, std::string_view path) const {
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::optional<fs::path> file = find(path);
  if (!file) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") {
    net::Response refused = net::problem(405, "method_not_allowed", "", "files are only read");
    refused.headers.emplace_back("allow", "GET, HEAD");
    return refused;
  }
  std::ifstream stream(*file, std::ios::binary);
  net::Response response;
  response.body.assign(std::istreambuf_iterator<char>(stream), {});
  if (!stream) return std::nullopt;
  response.content_type = content_type_of(file->filename().string());
  const std::string tag = '"' + hex(view(sha256(response.body))).substr(0, 32) + '"';
  const bool immutable = path.starts_with("assets/");
  response.headers = {{"etag", tag},
                      {"cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache"},
                      {"content-security-policy", std::string(kPolicy)},
                      {"referrer-policy", "no-referrer"}};
  if (request.header("if-none-match") == tag) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

}  // namespace haechi::live
