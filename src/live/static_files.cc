#include "live/static_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <utility>

#include "base/digest.h"

namespace haechi::live {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, std::string_view>, 22> kContentTypes = {{
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
    {".topojson", "application/json"},
    {".pmtiles", "application/vnd.pmtiles"},
    {".mvt", "application/vnd.mapbox-vector-tile"},
    {".ogg", "audio/ogg"},
}};

// Larger ones are told apart by size and time: to digest a map of a country would take minutes.
constexpr uint64_t kDigestBytesMax = 8 << 20;
constexpr size_t kTagsMax = 4096;

// Only our own files, our own server and the map servers that were named; the page may not be framed.
std::string policy(const std::vector<std::string>& map_hosts) {
  std::string hosts;
  for (const std::string& host : map_hosts) hosts += " " + host;
  return "default-src 'self'; connect-src 'self' ws: wss:" + hosts + "; img-src 'self' data: blob:" + hosts +
         "; style-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; "
         "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; report-uri /csp-reports";
}

// Does an Accept-Encoding header take this coding? "br;q=0" does not.
bool takes_coding(std::string_view accepted, std::string_view coding) {
  while (!accepted.empty()) {
    const size_t comma = accepted.find(',');
    std::string_view one = accepted.substr(0, comma);
    accepted = comma == std::string_view::npos ? std::string_view() : accepted.substr(comma + 1);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    const size_t end = one.find_first_of("; ");
    if (one.substr(0, end) != coding) continue;
    const size_t quality = one.find("q=0");
    return quality == std::string_view::npos ||
           one.find_first_of("123456789", quality + 3) != std::string_view::npos;
  }
  return false;
}

struct Range {
  uint64_t from = 0, count = 0;
};
enum class Asked { kWhole, kRange, kNothing };

bool read_number(std::string_view text, uint64_t& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc() && end == text.data() + text.size();
}

// "bytes=0-99", "bytes=100-", "bytes=-100". Several ranges, other units and nonsense: the whole file, which
// is always a right answer. kNothing: none of the file lies in it.
Asked asked_range(std::string_view header, uint64_t size, Range& range) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit) || header.find(',') != std::string_view::npos) return Asked::kWhole;
  header.remove_prefix(kUnit.size());
  const size_t dash = header.find('-');
  if (dash == std::string_view::npos) return Asked::kWhole;
  const std::string_view first = header.substr(0, dash), last = header.substr(dash + 1);
  uint64_t from = 0, to = size - 1;
  if (first.empty()) {
    uint64_t count = 0;
    if (!read_number(last, count)) return Asked::kWhole;
    if (count == 0 || size == 0) return Asked::kNothing;
    from = count >= size ? 0 : size - count;
  } else {
    if (!read_number(first, from) || (!last.empty() && !read_number(last, to))) return Asked::kWhole;
    if (!last.empty() && to < from) return Asked::kWhole;
    if (from >= size) return Asked::kNothing;
    to = std::min(to, size - 1);
  }
  // A part of what was asked for is an answer too.
  range = {from, std::min<uint64_t>(to - from + 1, kFileBytesMax)};
  return Asked::kRange;
}

std::string encoded(std::string_view segment) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : segment) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

bool is_asset(std::string_view name) {
  return name.starts_with("assets/") || name.find("/assets/") != std::string_view::npos;
}

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
  return {};
}

StaticFiles::StaticFiles(fs::path folder, const std::vector<std::string>& map_hosts)
    : policy_(policy(map_hosts)) {
  std::error_code error;
  folder_ = fs::canonical(folder, error);
  if (error) folder_.clear();
}

std::optional<fs::path> StaticFiles::inside(std::string_view name) const {
  if (folder_.empty() || !is_safe(name)) return std::nullopt;
  std::error_code error;
  fs::path path = fs::canonical(folder_ / name, error);
  if (error || !path.string().starts_with(folder_.string() + '/')) return std::nullopt;
  return path;
}

std::optional<StaticFiles::File> StaticFiles::find(std::string_view name) const {
  const std::optional<fs::path> path = inside(name);
  std::error_code error;
  if (!path || !fs::is_regular_file(*path, error)) return std::nullopt;
  File file{*path, fs::file_size(*path, error), 0};
  if (error) return std::nullopt;
  file.written = static_cast<int64_t>(fs::last_write_time(*path, error).time_since_epoch().count());
  if (error) return std::nullopt;
  return file;
}

const std::string& StaticFiles::tag_of(const File& file) const {
  const std::string key = file.path.string();
  const auto known = tags_.find(key);
  if (known != tags_.end() && known->second.size == file.size && known->second.written == file.written)
    return known->second.text;
  std::string text = std::to_string(file.size) + "-" + std::to_string(file.written);
  if (file.size <= kDigestBytesMax) {
    std::ifstream stream(file.path, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(stream), {});
    text = hex(view(sha256(bytes))).substr(0, 32);
  }
  if (tags_.size() >= kTagsMax) tags_.clear();
  return (tags_[key] = Tag{file.size, file.written, '"' + text + '"'}).text;
}

// The neighbour to be sent instead, if the asker takes it. A range is of the file itself.
std::optional<StaticFiles::File> StaticFiles::packed(const net::Request& request, const std::string& name,
                                                     const File& file, net::Response& response) const {
  std::optional<File> chosen;
  bool any = false;
  for (const auto& [coding, ending] : {std::pair("br", ".br"), std::pair("gzip", ".gz")}) {
    const std::optional<File> neighbour = find(name + ending);
    if (!neighbour || neighbour->written < file.written || neighbour->size > kFileBytesMax) continue;
    any = true;
    if (chosen || !request.header("range").empty()) continue;
    if (!takes_coding(request.header("accept-encoding"), coding)) continue;
    chosen = neighbour;
    response.headers.emplace_back("content-encoding", coding);
  }
  if (any) response.headers.emplace_back("vary", "accept-encoding");
  return chosen;
}

std::optional<net::Response> StaticFiles::redirect(const net::Request& request, std::string_view path) const {
  const std::optional<fs::path> folder = inside(path);
  std::error_code error;
  if (!folder || !fs::is_directory(*folder, error) || !find(std::string(path) + "/index.html"))
    return std::nullopt;
  const size_t slash = path.rfind('/');
  net::Response response;
  response.status = 308;
  response.content_type = "text/plain; charset=utf-8";
  // Relative, so that it holds wherever the folder is mounted.
  std::string to = encoded(slash == std::string_view::npos ? path : path.substr(slash + 1)) + "/";
  if (!request.query.empty()) to += "?" + request.query;
  response.headers = {{"location", to}, {"cache-control", "no-cache"}};
  return response;
}

net::Response StaticFiles::send(const net::Request& request, const File& file, net::Response response) const {
  const std::string& tag = tag_of(file);
  response.headers.emplace_back("etag", tag);
  response.headers.emplace_back("accept-ranges", "bytes");
  if (request.header("if-none-match") == tag) {
    response.status = 304;
    return response;
  }
  Range range{0, file.size};
  const std::string_view since = request.header("if-range");
  const Asked asked =
      since.empty() || since == tag ? asked_range(request.header("range"), file.size, range) : Asked::kWhole;
  if (asked == Asked::kNothing) {
    net::Response nothing = net::problem(416, "range_not_satisfiable", "range", "the file is shorter");
    nothing.headers.emplace_back("content-range", "bytes */" + std::to_string(file.size));
    return nothing;
  }
  if (asked == Asked::kWhole && file.size > kFileBytesMax)
    return net::problem(413, "too_large", "range", "this file is sent in ranges only");
  std::ifstream stream(file.path, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(range.from));
  response.body.resize(range.count);
  stream.read(response.body.data(), static_cast<std::streamsize>(range.count));
  if (static_cast<uint64_t>(stream.gcount()) != range.count)
    return net::problem(503, "unavailable", "", "the file changed while it was read");
  if (asked == Asked::kRange) {
    response.status = 206;
    response.headers.emplace_back("content-range", "bytes " + std::to_string(range.from) + "-" +
                                                       std::to_string(range.from + range.count - 1) + "/" +
                                                       std::to_string(file.size));
  }
  return response;
}

std::optional<net::Response> StaticFiles::answer(const net::Request& request, std::string_view path) const {
  if (path.starts_with('/')) path.remove_prefix(1);
  std::string name(path);
  if (name.empty() || name.back() == '/') name += "index.html";
  const std::optional<File> file = find(name);
  if (!file) return redirect(request, path);
  if (content_type_of(name).empty()) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") {
    net::Response refused = net::problem(405, "method_not_allowed", "", "files are only read");
    refused.headers.emplace_back("allow", "GET, HEAD");
    return refused;
  }
  net::Response response;
  response.content_type = content_type_of(name);
  response.headers = {{"cache-control", is_asset(name) ? "public, max-age=31536000, immutable" : "no-cache"},
                      {"content-security-policy", policy_},
                      {"permissions-policy", "geolocation=(self), camera=(), microphone=()"},
                      {"referrer-policy", "no-referrer"}};
  const std::optional<File> neighbour = packed(request, name, *file, response);
  return send(request, neighbour ? *neighbour : *file, std::move(response));
}

}  // namespace haechi::live
