#include "vault/change_request.h"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/files.h"

namespace haechi::vault {
namespace {

constexpr const char* kTaken = "taken\n";
constexpr const char* kDone = "done ";

std::string request_file(const RingPlace& place) {
  return place.path + ".change";
}
std::string answer_file(const RingPlace& place) {
  return place.path + ".changed";
}

std::optional<std::string> text_of(const std::string& path) {
  std::ifstream in(path);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Until the answer is another one than `before`.
std::optional<std::string> wait_for_answer(const RingPlace& place, const std::string& before,
                                           Duration within) {
  constexpr Duration kLook = Duration::millis(50);
  for (Duration waited{}; waited < within; waited = waited + kLook) {
    if (auto answer = text_of(answer_file(place)); answer && *answer != before) return answer;
    std::this_thread::sleep_for(std::chrono::microseconds(kLook.us));
  }
  return std::nullopt;
}

}  // namespace

Result<size_t> ask_for_change(const RingPlace& place, const std::string& to) {
  const auto failed = [](std::string reason) { return Error{Code::kUnavailable, "keys", std::move(reason)}; };
  ::unlink(answer_file(place).c_str());
  TRY_STATUS(replace_file(request_file(place), to));
  auto answer = wait_for_answer(place, "", kRequestTakenWithin);
  if (!answer && ::unlink(request_file(place).c_str()) == 0)
    return Error{Code::kNotFound, "keys", "no node takes a request beside " + place.path};
  if (!answer || *answer == kTaken) answer = wait_for_answer(place, kTaken, kRequestDoneWithin);
  if (!answer)
    return failed(
        "the master key is being changed still, or the node ended while it was: it goes on at its start");
  ::unlink(answer_file(place).c_str());
  if (!answer->starts_with(kDone)) return failed(*answer);
  size_t keys = 0;
  std::from_chars(answer->data() + std::string_view(kDone).size(), answer->data() + answer->size(), keys);
  return keys;
}

std::optional<std::string> change_asked(const RingPlace& place) {
  return text_of(request_file(place));
}

Status take_change(const RingPlace& place) {
  return replace_file(answer_file(place), kTaken);
}

Status answer_change(const RingPlace& place, const Result<size_t>& done) {
  TRY_STATUS(
      replace_file(answer_file(place), done.ok() ? kDone + std::to_string(*done) : done.error().text()));
  if (::unlink(request_file(place).c_str()) != 0)
    return Error{Code::kUnavailable, "keys", request_file(place) + " cannot be removed"};
  return sync_directory(directory_of(place.path));
}

}  // namespace haechi::vault
