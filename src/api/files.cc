#include "api/files.h"

#include "api/codes.h"
#include "api/json.h"
#include "base/digest.h"

namespace haechi::api::files {
namespace {

constexpr std::array kMediaTypes = {"image/jpeg", "image/png", "application/pdf",
                                    "text/plain", "audio/mp4", "video/mp4"};
constexpr size_t kNameMax = 128;

}  // namespace

Status check(const v1::FileInput& file, const std::string& field) {
  if (file.name().empty() || file.name().size() > kNameMax)
    return invalid(field + ".name", "must be 1..128 bytes");
  if (!is_one_of(kMediaTypes, file.media_type()))
    return invalid(field + ".media_type",
                   "must be image/jpeg, image/png, application/pdf, text/plain, audio/mp4 or video/mp4");
  if (file.content().empty()) return invalid(field + ".content", "must not be empty");
  if (file.content().size() > kFilesBytesMax)
    return invalid(field + ".content", "must be at most 600000 bytes");
  return {};
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

Result<Kept> proof_of(const std::string& id, const v1::DutyDoneInput& input) {
  Kept out;
  if (input.has_file()) {
    TRY_STATUS(check(input.file(), "file"));
    out = kept(id, input.file());
  }
  if (input.proof().empty() && !input.has_file()) return out;
  v1::DutyDoneInput whole;
  whole.set_proof(input.proof());
  if (input.has_file()) *whole.mutable_file() = input.file();
  out.text = write_json(whole);
  out.digest = std::string(view(sha256(out.text)));
  return out;
}

}  // namespace haechi::api::files
