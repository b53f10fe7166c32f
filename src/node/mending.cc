#include "node/mending.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <future>
#include <memory>

#include "base/files.h"
#include "evidence/mend.h"
#include "evidence/notary.h"
#include "net/run_on.h"
#include "node/snapshots.h"

namespace haechi::node {
namespace {

constexpr Duration kAnswerMax = Duration::seconds(10);
constexpr size_t kAnswerBytesMax = 8u << 20;  // a push; one record of it alone may have 4 MiB

std::string check_file(const Config& config) {
  return config.data + "/check_log";
}

Status forget_check(const Config& config) {
  const std::string file = check_file(config);
  if (::unlink(file.c_str()) == 0 || errno == ENOENT) return {};
  return system_error("remove", file);
}

// Asks one mirror and waits for it: nothing else goes on before the log is there.
class MirrorLine {
 public:
  MirrorLine(std::string url, net::ClientOptions options) : url_(std::move(url)) {
    options.timeout = kAnswerMax;
    options.response_bytes_max = kAnswerBytesMax;
    client_ = net::HttpClient::create(loop_, std::move(options));
    loop_.start();
  }
  ~MirrorLine() {
    net::run_on(loop_, [this] { client_.reset(); });
    loop_.stop();
  }
  MirrorLine(const MirrorLine&) = delete;

  Result<std::string> ask(const std::string& note) {
    std::promise<Result<net::Response>> answered;
    client_->send("POST", url_, {{"content-type", "text/plain"}}, note, true,
                  [&answered](const Result<net::Response>& response) { answered.set_value(response); });
    TRY(net::Response response, answered.get_future().get());
    if (response.status == 200) return std::move(response.body);
    return Error{Code::kUnavailable, "mirror",
                 "answers " + std::to_string(response.status) + " " + response.body.substr(0, 200)};
  }

 private:
  const std::string url_;
  net::Loop loop_{"mending"};
  std::unique_ptr<net::HttpClient> client_;
};

// Empty: it was mended. Else why not.
std::string mend(const Config& config, const LogKeyPlaces& keys, const net::ClientOptions& line,
                 const Clock& clock) {
  const std::string evidence = config.data + "/evidence";
  const evidence::MendOptions options{config.data, evidence, keys.key, keys.next};
  std::string why;
  for (const std::string& mirror : config.mirrors) {
    MirrorLine asked(mirror + "/give_back", line);
    const Result<evidence::Mended> mended = evidence::mend_log(
        options, [&asked](const std::string& note) { return asked.ask(note); }, clock.now());
    if (mended.ok()) {
      spdlog::critical("{}", mended->text());
      return "";
    }
    why += "; not mended from " + mirror + ": " + mended.error().text();
  }
  return why.empty() ? "; there is no mirror to mend it from" : why;
}

// What is wrong with the log itself, from its first record on. The journal beside it is another matter.
Status look_at_all(const Config& config) {
  log::VerifyReport report;
  const Status found = log::verify_directory(config.data + "/log", report);
  return !found.ok() && found.error().code == Code::kCorrupt ? found : Status();
}

// Where there never was a log, nothing has signed one.
Status look_for(const Config& config) {
  const std::string directory = config.data + "/log/";
  if (file_exists(directory + "log.sqlite") || file_exists(directory + "watermark")) return {};
  if (!file_exists(config.data + "/evidence/key.pub")) return {};
  return Error{Code::kCorrupt, "log",
               "is gone, and what it signed is still in " + config.data +
                   "/evidence. Put a copy in its place; or, to begin a new one, take that away as well"};
}

bool is_harm(const Result<spine::OpenedLog>& opened, const Config& config) {
  return !opened.ok() && opened.error().code == Code::kCorrupt && !look_at_all(config).ok();
}

}  // namespace

Result<spine::OpenedLog> open_or_mend(const Config& config, const LogKeyPlaces& keys,
                                      const spine::SnapshotStore& snapshots, const net::ClientOptions& line,
                                      const Clock& clock) {
  const auto open = [&]() -> Result<spine::OpenedLog> {
    TRY(auto opened, open_with_snapshot(config.data + "/log", config.journal, snapshots));
    TRY_STATUS(evidence::open_again(config.data + "/evidence"));  // before anything is appended
    return opened;
  };
  TRY_STATUS(evidence::finish_mending(config.data));
  const Status there = look_for(config);
  Status harm = there;
  if (there.ok() && check_is_asked(config)) harm = look_at_all(config);
  if (harm.ok()) {
    TRY_STATUS(forget_check(config));
    Result<spine::OpenedLog> opened = open();
    if (!is_harm(opened, config)) return opened;
    harm = opened.error();
  }
  spdlog::critical("the log is harmed: {}", harm.error().text());
  const std::string why = mend(config, keys, line, clock);
  if (why.empty()) {
    TRY_STATUS(forget_check(config));
    return open();
  }
  Error error = harm.error();
  error.reason += why;
  // What lies before the snapshot is not needed to go on, and who is guarded needs that more.
  if (there.ok() && check_is_asked(config)) {
    Result<spine::OpenedLog> opened = open();
    if (opened.ok()) spdlog::critical("it goes on with a log that is harmed: {}", error.text());
    if (opened.ok()) return opened;
  }
  return error;
}

Status ask_for_check(const Config& config) {
  return replace_file(check_file(config), "harm was found\n");
}

bool check_is_asked(const Config& config) {
  return file_exists(check_file(config));
}

}  // namespace haechi::node
