#include "node/credentials.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace haechi::node {
namespace {

constexpr std::string_view kPrefix = "credential:";

std::string directory() {
  const char* given = std::getenv("CREDENTIALS_DIRECTORY");
  return given == nullptr ? std::string() : std::string(given);
}

}  // namespace

Result<std::string> credential_file(const std::string& setting, const std::string& text) {
  if (!text.starts_with(kPrefix)) return text;
  const std::string name = text.substr(kPrefix.size());
  const bool is_name = !name.empty() && name.find('/') == std::string::npos && !name.starts_with('.');
  const std::string path = directory() + "/" + name;
  std::error_code error;
  if (is_name && !directory().empty() && std::filesystem::is_regular_file(path, error)) return path;
  return invalid(setting, "this process was given no credential \"" + name + "\"");
}

Result<std::string> credential_value(const std::string& setting, const std::string& text) {
  if (!text.starts_with(kPrefix)) return Error{Code::kNotFound, setting, "is no credential"};
  TRY(const std::string path, credential_file(setting, text));
  std::ifstream file(path, std::ios::binary);
  std::string value(std::istreambuf_iterator<char>(file), {});
  if (value.ends_with('\n')) value.pop_back();
  if (value.empty()) return invalid(setting, "the credential is empty, or cannot be read: " + path);
  return value;
}

bool is_credential(const std::string& path) {
  return !directory().empty() && path.starts_with(directory() + "/");
}

}  // namespace haechi::node
