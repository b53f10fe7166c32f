#include "api/files.h"

#include <algorithm>

#include "api/codes.h"
#include "api/hidden_data.h"
#include "api/json.h"
#include "api/pixels.h"
#include "api/virus_scanner.h"
#include "base/digest.h"

namespace haechi::api::files {
namespace {

constexpr std::array kMediaTypes = {"image/jpeg", "image/png", "application/pdf",
                                    "text/plain", "audio/mp4", "video/mp4"};
constexpr size_t kNameMax = 128;
constexpr uint64_t kPixelsMax = 50'000'000;  // a screen that draws them needs 200 MB

// Nothing that a computer could take for a way to another folder, or that breaks out of its line.
bool is_plain_name(std::string_view name) {
  return name.find_first_of("/\\:") == std::string_view::npos && !name.starts_with('.') &&
         std::none_of(name.begin(), name.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// What a file says of itself in its first bytes, so that nothing else goes by an innocent name. Text has no
// zero byte.
bool is_of_type(std::string_view content, std::string_view media_type) {
  if (media_type == "image/jpeg") return content.starts_with("\xFF\xD8\xFF");
  if (media_type == "image/png") return content.starts_with("\x89PNG\r\n\x1A\n");
  if (media_type == "application/pdf") return content.starts_with("%PDF-");
  if (media_type == "text/plain") return content.find('\0') == std::string_view::npos;
  return content.size() >= 8 && content.substr(4, 4) == "ftyp";  // ISO 14496-12, of audio and video alike
}

Status in_field(const std::string& field, Status status) {
  if (status.ok() || status.error().code != Code::kInvalid) return status;
  return invalid(field, status.error().reason);
}

}  // namespace

Status take_in(v1::FileInput& file, const std::string& field) {
  if (file.name().empty() || file.name().size() > kNameMax)
    return invalid(field + ".name", "must be 1..128 bytes");
  if (!is_plain_name(file.name()))
    return invalid(field + ".name", "must not begin with a dot or hold / \\ : or control characters");
  if (!is_one_of(kMediaTypes, file.media_type()))
    return invalid(field + ".media_type",
                   "must be image/jpeg, image/png, application/pdf, text/plain, audio/mp4 or video/mp4");
  if (file.content().empty()) return invalid(field + ".content", "must not be empty");
  if (file.content().size() > kFilesBytesMax)
    return invalid(field + ".content", "must be at most 600000 bytes");
  if (!is_of_type(file.content(), file.media_type()))
    return invalid(field + ".content", "does not begin like " + file.media_type());
  if (file.media_type().starts_with("image/") && pixels_of(file.content()) > kPixelsMax)
    return invalid(field + ".content", "must have at most 50 million pixels");
  file.set_content(without_hidden_data(file.content(), file.media_type()));
  return {};
}

Result<Plan> when_clean(const Exchange& exchange, std::vector<Named> files,
                        std::function<Result<Plan>(const Exchange&)> then) {
  const VirusScanner* scanner = exchange.world.scanner;
  if (files.empty() || !scanner->looks()) return then(exchange);
  Plan plan;
  plan.later = [scanner, files = std::move(files), then = std::move(then)](Deliver deliver) {
    return scanner->post([scanner, files, then, deliver] {
      Status seen;
      for (const Named& file : files)
        if (seen.ok()) seen = in_field(file.field, scanner->look_at(file.content));
      deliver([seen, then](const Exchange& e) -> Result<Plan> {
        if (!seen.ok()) return seen.error();
        return then(e);
      });
    });
  };
  return plan;
}

Kept kept(const std::string& id, const v1::FileInput& file) {
  Kept out;
  out.text = write_json(file);
  const Digest digest = sha256(file.content());
  out.digest = std::string(view(digest));
  out.info.set_id(id);
  out.info.set_name(file.name());
  out.info.set_media_type(file.media_type());
  out.info.set_size(static_cast<uint32_t>(file.content().size()));
  out.info.set_sha256(hex(view(digest)));
  return out;
}

Result<v1::FileAnswer> read(const std::string& id, const std::string& text, const std::string& digest) {
  v1::FileInput file;
  if (!read_json(text, file).ok()) return Error{Code::kCorrupt, "file", "the stored file cannot be read"};
  v1::FileAnswer answer;
  *answer.mutable_file() = kept(id, file).info;
  answer.set_content(file.content());
  answer.set_intact(view(sha256(file.content())) == std::string_view(digest));
  return answer;
}

Kept proof_of(const std::string& id, const v1::DutyDoneInput& input) {
  Kept out;
  if (input.has_file()) out = kept(id, input.file());
  if (input.proof().empty() && !input.has_file()) return out;
  v1::DutyDoneInput whole;
  whole.set_proof(input.proof());
  if (input.has_file()) *whole.mutable_file() = input.file();
  out.text = write_json(whole);
  out.digest = std::string(view(sha256(out.text)));
  return out;
}

}  // namespace haechi::api::files
