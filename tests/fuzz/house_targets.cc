// What our own disk gives back after it has decayed, what operators hand over in files, and what a browser
// says on an open line.
#include <stdlib.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "api/json.h"
#include "base/ensure.h"
#include "base/saved.h"
#include "haechi/v1/account.pb.h"
#include "haechi/v1/api.pb.h"
#include "haechi/v1/case_api.pb.h"
#include "haechi/v1/dispatch.pb.h"
#include "haechi/v1/fact.pb.h"
#include "link/messages.h"
#include "live/said.h"
#include "log/files.h"
#include "log/journal.h"
#include "log/log.h"
#include "net/loop.h"
#include "net/socket_end.h"
#include "net/wire.h"
#include "spine/engine.h"
#include "tests/fuzz/targets.h"
#include "tests/scenarios/language.h"
#include "tools/fact_files.h"
#include "tools/import_rows.h"

namespace haechi::fuzz {
namespace {

namespace fs = std::filesystem;

// A folder of this process, in memory where there is such a place.
class Folder {
 public:
  Folder() {
    std::string name =
        (fs::exists("/dev/shm") ? std::string("/dev/shm") : fs::temp_directory_path().string()) +
        "/haechi-fuzz-XXXXXX";
    ENSURE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  const std::string& path() const { return path_; }
  void empty() const {
    for (const auto& entry : fs::directory_iterator(path_)) fs::remove_all(entry);
  }
  void put(const std::string& name, std::string_view bytes) const {
    std::ofstream(path_ + "/" + name, std::ios::binary | std::ios::trunc) << bytes;
  }
  std::string get(const std::string& name) const {
    std::ifstream in(path_ + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::string path_;
};

const Folder& folder() {
  static const Folder one;
  return one;
}

constexpr uint64_t kRecords = 12,
                   kAcknowledged = kRecords - 1;  // the mark is one batch behind (log/watermark.h)
const char* const kIdentity = "000102030405060708090a0b0c0d0e0f";

std::string fact_at(uint64_t no) {
  return "fact " + std::to_string(no) + std::string(no * 31 % 200, static_cast<char>('a' + no));
}
Time stamp_at(uint64_t no) {
  return Time{1'773'446'400'000'000 + static_cast<int64_t>(no) * 1'000};
}

// A small log as a power cut leaves it: half in the database, half in SQLite's write-ahead file.
struct LogFiles {
  std::string parts[3];  // in the order of kLogParts
  Digest head{};
};
const char* const kLogParts[3] = {log::kDatabaseName, "log.sqlite-wal", log::kWatermarkName};

LogFiles log_files() {
  const Folder made;
  log::SqliteOptions options;
  options.directory = made.path();
  options.page_bytes = 512;
  options.identity = kIdentity;
  LogFiles files;
  const auto write_half = [&](uint64_t to) {
    auto opened = log::open_sqlite_log(options);
    ENSURE(opened.ok());
    for (uint64_t no = (*opened)->next_no(); no <= to; ++no) {
      const std::string fact = fact_at(no);
      const log::NewRecord record{stamp_at(no), fact};
      ENSURE((*opened)->append({&record, 1}).ok());
    }
    for (int part = 0; part < 3; ++part) files.parts[part] = made.get(kLogParts[part]);
    files.head = (*opened)->head();
  };
  write_half(kRecords / 2);
  write_half(kRecords);
  return files;
}

const LogFiles& good_log() {
  static const LogFiles files = log_files();
  return files;
}

// The first byte says which of the files it is; the others are as they were written. Whatever is read is
// what was written at its number, and nothing acknowledged is missing from a log that is called whole.
bool log_of(std::string_view bytes) {
  if (bytes.empty()) return false;
  folder().empty();
  const int harmed = static_cast<unsigned char>(bytes[0]) % 3;
  for (int part = 0; part < 3; ++part)
    folder().put(kLogParts[part],
                 part == harmed ? bytes.substr(1) : std::string_view(good_log().parts[part]));
  log::VerifyReport report;
  const bool whole = log::verify_directory(folder().path(), report).ok();
  if (whole) ENSURE(report.records >= kAcknowledged && report.records <= kRecords);
  if (whole && report.records == kRecords) ENSURE(report.head == good_log().head);
  uint64_t read = 0;
  (void)log::read_directory(folder().path(), 1, [&](const log::Record& record) {
    ENSURE(record.no == ++read && record.stamp == stamp_at(read) && record.fact == fact_at(read));
    return true;
  });
  return whole && read == kRecords;
}

std::vector<std::string> logs() {
  std::vector<std::string> out;
  for (int part = 0; part < 3; ++part) out.push_back(static_cast<char>(part) + good_log().parts[part]);
  return out;
}

log::Identity journal_identity() {
  log::Identity identity{};
  for (size_t i = 0; i < identity.size(); ++i) identity[i] = static_cast<uint8_t>(i);
  return identity;
}

// Batch after batch as they were written, and nothing else: a harmed one ends the reading.
bool journal(std::string_view bytes) {
  folder().empty();
  folder().put(log::kJournalName, bytes);
  auto opened = log::Journal::open(folder().path(), journal_identity());
  if (!opened.ok()) return false;
  uint64_t read = 0;
  const Status status = (*opened)->read([&](std::span<const log::StoredRecord> batch) -> Status {
    for (const log::StoredRecord& record : batch) {
      ENSURE(record.no == ++read && record.stamp == stamp_at(read) && record.fact == fact_at(read));
    }
    return {};
  });
  return status.ok() && read > 0;
}

std::string good_journal() {
  const Folder made;
  auto opened = log::Journal::open(made.path(), journal_identity());
  ENSURE(opened.ok());
  log::ChainPoint before;
  for (uint64_t no = 1; no <= kRecords; no += 3) {
    std::vector<std::string> facts;
    std::vector<log::NewRecord> batch;
    for (uint64_t i = no; i < no + 3; ++i) facts.push_back(fact_at(i));
    for (uint64_t i = 0; i < 3; ++i) batch.push_back({stamp_at(no + i), facts[i]});
    const auto after = (*opened)->append(before, batch);
    ENSURE(after.ok());
    before = *after;
  }
  return made.get(log::kJournalName);
}

// What the engine held, as its part of a snapshot.
bool snapshots(std::string_view bytes) {
  spine::Engine engine(0);
  haechi::Reader in(bytes);
  engine.load(in);
  return in.done();
}

std::string good_snapshot() {
  spine::Engine engine(0);
  uint64_t no = 0;
  for (
      const char* json :
      {R"({"person_registered":{"id":"W-1","role":"ROLE_WEARER"}})",
       R"({"person_registered":{"id":"P-1","role":"ROLE_PROTECTED_PERSON"}})",
       R"({"device_registered":{"id":"D-1","kind":"DEVICE_KIND_ANKLE","person_id":"W-1"}})",
       R"({"order_registered":{"id":"O-1","version":1,"kind":"ST_PROV_3_2","legal_basis":"x","wearer_id":"W-1",
            "starts_at_us":"1","conditions":[{"id":"c","keep_away":{"protected_id":"P-1"}}]}})",
       R"({"report_received":{"report":{"device_id":"D-1","epoch":1,"seq":"1","fix":{"place":{"lat_e7":375010000,
            "lng_e7":1270000000},"fixed_at_us":"1773446406000000","accuracy_mm":8000}},"received_at_us":"1773446406000000"}})",
       R"({"clock_ticked":{}})"}) {
    v1::Fact fact;
    ENSURE(api::read_json(json, fact).ok());
    ++no;
    (void)engine.step({no, stamp_at(no + 6'000'000), fact});
  }
  return saved(engine);
}

// Statement after statement, as a scenario file has them.
bool scenarios(std::string_view bytes) {
  scenario::Language language(1, Duration::seconds(900));
  bool understood = false;
  size_t lines = 0;
  for (std::string_view rest = bytes; !rest.empty() && ++lines <= 40;) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    try {
      const std::string line(rest.substr(0, end));
      if (line != "restart") (void)language.run(line);
      understood = true;
    } catch (const scenario::Mistake&) {
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return understood;
}

// The first line names a file of a folder to be imported, the rest is what is in it. Its rows never go back
// in time.
bool rows(std::string_view bytes) {
  const size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return false;
  const std::string name(bytes.substr(0, end));
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = {"violations.csv", "zones.geojson", "tracks/t.gpx", "tracks/t.geojson",
                                    "tracks/t.csv"};
    for (const auto& file : tools::kFactFiles) all.emplace_back(file.name);
    return all;
  }();
  if (std::find(names.begin(), names.end(), name) == names.end()) return false;
  folder().empty();
  fs::create_directory(folder().path() + "/tracks");
  folder().put(name, bytes.substr(end + 1));
  tools::RowOptions options;
  options.folder = folder().path();
  options.source = "old";
  options.lenient = bytes.size() % 2 == 0;
  tools::ImportRows read(options);
  bool understood = false;
  Time last;
  for (tools::ImportRow row; read.next(row);) {
    ENSURE(!(row.at < last));
    last = row.at;
    understood |= !row.bad;
  }
  return understood;
}

// Bytes of a browser after its handshake: whatever frames they are, a message is no longer than allowed, and
// the line ends.
bool frames(std::string_view bytes) {
  int ends[2];
  ENSURE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  net::Loop loop("fuzz");
  boost::asio::ip::tcp::socket ours(loop.io()), theirs(loop.io());
  ours.assign(boost::asio::ip::tcp::v4(), ends[0]);
  theirs.assign(boost::asio::ip::tcp::v4(), ends[1]);
  net::ServerLimits limits;
  limits.socket_message_bytes_max = 2'000;
  net::Request request;
  request.method = "GET";
  request.path = "/live";
  request.headers = {{"host", "h"},
                     {"upgrade", "websocket"},
                     {"connection", "Upgrade"},
                     {"sec-websocket-version", "13"},
                     {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  bool understood = false, gone = false;
  auto socket = net::accept_socket(
      loop, net::Wire(std::move(ours)), request, limits,
      [&](std::shared_ptr<net::Socket> opened) {
        opened->on_message = [&](std::string message) {
          ENSURE(message.size() <= limits.socket_message_bytes_max);
          (void)live::read_said(message);
          understood = true;
        };
      },
      [&](net::SocketEnd*) { gone = true; });
  boost::system::error_code ignored;
  boost::asio::write(theirs, boost::asio::buffer(bytes.data(), std::min<size_t>(bytes.size(), 60'000)),
                     ignored);
  theirs.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  while (!gone && loop.io().run_one() > 0) {
  }
  ENSURE(gone);
  socket.reset();
  theirs.close(ignored);
  loop.io().poll();
  return understood;
}

// Masked with zeros, as any mask may be.
std::string frame(char first, const std::string& payload) {
  return first + std::string(1, static_cast<char>(0x80 | payload.size())) + std::string(4, '\0') + payload;
}

// Every message of the interface: the body of every route is one of them.
std::vector<const google::protobuf::Descriptor*> all_messages() {
  std::vector<const google::protobuf::FileDescriptor*> files = {
      v1::FactBatch::descriptor()->file(), v1::PetitionInput::descriptor()->file(),
      v1::AccountInput::descriptor()->file(), v1::HandOffMessage::descriptor()->file()};
  std::vector<const google::protobuf::Descriptor*> all;
  for (size_t at = 0; at < files.size(); ++at) {
    for (int i = 0; i < files[at]->message_type_count(); ++i) all.push_back(files[at]->message_type(i));
    for (int i = 0; i < files[at]->dependency_count(); ++i)
      if (const auto* file = files[at]->dependency(i);
          file->package() == "haechi.v1" && std::find(files.begin(), files.end(), file) == files.end())
        files.push_back(file);
  }
  return all;
}

// Which message the first two bytes say, the rest is its JSON. What is taken is written and read again as the
// same.
bool every_body(std::string_view bytes) {
  static const std::vector<const google::protobuf::Descriptor*> all = all_messages();
  if (bytes.size() < 2) return false;
  const size_t which = static_cast<unsigned char>(bytes[0]) << 8 | static_cast<unsigned char>(bytes[1]);
  const google::protobuf::Message* form =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(all[which % all.size()]);
  const std::unique_ptr<google::protobuf::Message> message(form->New()), again(form->New());
  if (!api::read_json(bytes.substr(2), *message).ok()) return false;
  ENSURE(api::read_json(api::write_json(*message), *again).ok());
  ENSURE(again->SerializeAsString() == message->SerializeAsString());
  return true;
}

std::string body_of(const google::protobuf::Descriptor* type, const std::string& json) {
  const std::vector<const google::protobuf::Descriptor*> all = all_messages();
  const size_t which = std::find(all.begin(), all.end(), type) - all.begin();
  return std::string{static_cast<char>(which >> 8), static_cast<char>(which)} + json;
}

// What a CAD answers or posts.
bool messages(std::string_view bytes) {
  const auto read = link::read_messages(bytes);
  if (!read.ok()) return false;
  for (const v1::HandOffMessage& message : *read) ENSURE(link::read_messages(link::to_json(message)).ok());
  return !read->empty();
}

const char* const kScenario =
    "start 2026-03-14 08:00 Asia/Seoul\norigin 37.6 north 127.2 east\nplace home at 1 km east\nwearer "
    "W\nprotected P\n"
    "phone D of P\nP is at home\nat 08:01 W is at origin\nuntil 08:05\nopen alerts";

}  // namespace

std::vector<Target> house_targets() {
  return {
      {"log", log_of, logs(), 5'000},
      {"journal", journal, {good_journal()}, 20'000},
      {"snapshots", snapshots, {good_snapshot()}, 20'000},
      {"scenarios", scenarios, {kScenario}, 5'000},
      {"rows",
       rows,
       {"persons.jsonl\n{\"at_us\":1773446400000000,\"fact\":{\"person_registered\":{\"id\":\"W-1\",\"role\":"
        "\"ROLE_WEARER\"}}}\n",
        "violations.csv\nid,kind,wearer_id,happened_at\nv-1,KEEP_AWAY,W-1,2026-03-14T00:00:00Z\n"},
       20'000},
      {"frames",
       frames,
       {frame('\x81', R"({"shown":{"alert_id":"a-1"}})") + frame('\x89', "ping") + frame('\x88', "\x03\xE8"),
        frame('\x01', R"({"shown":)") + frame('\x80', R"({"call_id":"c-1"}})"),
        frame('\x82', std::string(100, 'x'))},
       10'000},
      {"every_body",
       every_body,
       {body_of(v1::PetitionInput::descriptor(), R"({"case_id":"c-1","kinds":["ST_VPO_1"],"statement":"x"})"),
        body_of(v1::AccountInput::descriptor(), "{}")}},
      {"messages",
       messages,
       {R"({"id":"m-1","handOffId":"h-1","ack":{}})",
        R"([{"id":"m-1","handOffId":"h-1","accepted":{"callNumber":"112-1"}}])"}},
  };
}

}  // namespace haechi::fuzz
