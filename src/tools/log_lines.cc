#include "tools/log_lines.h"

#include <algorithm>
#include <cstdint>

#include <spdlog/pattern_formatter.h>

#include "base/digest.h"

namespace haechi::tools {
namespace {

// How many bytes the text begins with that a terminal or a reader of lines would obey: of ASCII, U+0080 to
// U+009F (of which some terminals take one for the begin of a command), and the two line ends of Unicode.
size_t obeyed(std::string_view text) {
  if (static_cast<uint8_t>(text[0]) < ' ' || text[0] == '\x7f') return 1;
  if (text.starts_with("\u2028") || text.starts_with("\u2029")) return 3;
  return text.size() > 1 && text[0] == '\xc2' && static_cast<uint8_t>(text[1]) < 0xa0 ? 2 : 0;
}

class Message final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& said, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string line = one_line({said.payload.data(), said.payload.size()});
    out.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<Message>(); }
};

}  // namespace

std::string one_line(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t bytes = obeyed(text);
    if (bytes == 0) {
      out += text[0];
    } else if (text[0] == '\n' || text[0] == '\r') {
      out += text[0] == '\n' ? "\\n" : "\\r";
    } else {
      for (const char c : text.substr(0, bytes)) out += "\\x" + hex({&c, 1});
    }
    text.remove_prefix(std::max<size_t>(bytes, 1));
  }
  return out;
}

std::unique_ptr<spdlog::formatter> log_lines() {
  auto made = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  made->add_flag<Message>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %*");
  return made;
}

}  // namespace haechi::tools
