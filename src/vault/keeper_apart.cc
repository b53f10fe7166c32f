#include "vault/keeper_apart.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/ensure.h"
#include "vault/keeper_process.h"
#include "vault/keeper_wire.h"
#include "vault/key_ring.h"

namespace haechi::vault {
namespace {

constexpr size_t kQuestionBytes = 1u << 20;  // more is asked in pieces
constexpr size_t kWaysMax = 1u << 17;

Writer question(Ask ask) {
  Writer out;
  write(out, ask);
  return out;
}

template <typename T>
T taken(Reader& in) {
  T value{};
  read(in, value);
  return value;
}

// How many of them one question holds.
template <typename T, typename Size>
size_t fitting(std::span<const T> all, const Size& size) {
  size_t count = 0, bytes = 0;
  while (count < all.size() && (count == 0 || bytes + size(all[count]) <= kQuestionBytes))
    bytes += size(all[count++]);
  return count;
}

void append(std::vector<Keeper::Answer>& out, Reader& in) {
  auto answers = taken<std::vector<Keeper::Answer>>(in);
  if (out.empty())
    out = std::move(answers);
  else
    out.insert(out.end(), std::make_move_iterator(answers.begin()), std::make_move_iterator(answers.end()));
}

// Pairs of sockets: one for the life of both, and the lines.
struct Sockets {
  std::vector<int> here, there;
  ~Sockets() {
    for (const int socket : there) ::close(socket);
  }
  Status make() {
    for (int i = 0; i <= KeeperApart::kLines; ++i) {
      int pair[2];
      if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return Error{Code::kUnavailable, "keys", "no line to a keeper can be made"};
      here.push_back(pair[0]);
      // Out of the way of the places that they are to have there.
      there.push_back(::fcntl(pair[1], F_DUPFD_CLOEXEC, 100));
      ::close(pair[1]);
    }
    return {};
  }
};

Result<pid_t> start_process(const std::vector<int>& sockets, bool network) {
  posix_spawn_file_actions_t actions;
  ENSURE(::posix_spawn_file_actions_init(&actions) == 0);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  for (size_t i = 0; i < sockets.size(); ++i)
    ::posix_spawn_file_actions_adddup2(&actions, sockets[i], kFirstSocket + static_cast<int>(i));
  std::string name = "haechi", word = kKeeperWord, calls = "network";
  char* const words[] = {name.data(), word.data(), network ? calls.data() : nullptr, nullptr};
  pid_t process = 0;
  const int failed = ::posix_spawn(&process, "/proc/self/exe", &actions, nullptr, words, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    return Error{Code::kUnavailable, "keys",
                 std::string("no keeper can be started: ") + std::strerror(failed)};
  return process;
}

// The environment lies in the memory of this process, as it was given.
void forget(const char* variable) {
  if (char* said = std::getenv(variable)) OPENSSL_cleanse(said, std::strlen(said));
  ::unsetenv(variable);
}

}  // namespace

KeeperApart::KeeperApart(const std::vector<int>& sockets) {
  for (const int socket : sockets) {
    lines_.push_back(std::make_unique<KeeperLine>(socket));
    free_.push_back(lines_.back().get());
  }
}

Result<std::unique_ptr<KeeperApart>> KeeperApart::start(const RingPlace& place) {
  Sockets sockets;
  const Status made = sockets.make();
  if (sockets.here.empty()) return made.error();
  std::unique_ptr<KeeperApart> keeper(new KeeperApart({sockets.here.begin() + 1, sockets.here.end()}));
  keeper->life_ = sockets.here.front();
  TRY_STATUS(made);
  TRY(keeper->process_, start_process(sockets.there, is_token_uri(place.master_file)));
  for (const int socket : std::exchange(sockets.there, {})) ::close(socket);
  keeper->ending_ = ::eventfd(0, EFD_CLOEXEC);
  keeper->watcher_ = std::thread([all = keeper.get()] { all->watch(); });
  const Status opened = keeper->open_ring(place);
  forget(kMasterVariable);
  forget(kPinVariable);
  TRY_STATUS(opened);
  return keeper;
}

Result<std::unique_ptr<KeeperApart>> KeeperApart::open(const RingPlace& place,
                                                       const std::vector<int>& sockets) {
  std::unique_ptr<KeeperApart> keeper(new KeeperApart(sockets));
  TRY_STATUS(keeper->open_ring(place));
  return keeper;
}

KeeperApart::~KeeperApart() {
  if (watcher_.joinable()) {
    ::eventfd_write(ending_, 1);
    watcher_.join();
  }
  lines_.clear();
  if (ending_ >= 0) ::close(ending_);
  if (life_ >= 0) ::close(life_);
  if (process_ > 0) ::waitpid(process_, nullptr, 0);
}

void KeeperApart::watch() {
  pollfd both[] = {{life_, POLLIN, 0}, {ending_, POLLIN, 0}};
  while (::poll(both, 2, -1) < 0) {
  }
  const bool the_keeper_lives = both[1].revents != 0;
  ENSURE(the_keeper_lives, "nothing can be sealed any more: this process ends and is to be started again");
}

Status KeeperApart::open_ring(const RingPlace& place) {
  Writer out = question(Ask::kOpenRing);
  write(out, place);
  Result<bool> locked = false;
  ask(out, [&](Reader& in) { locked = take_result<bool>(in); });
  if (!locked.ok()) return locked.error();
  locked_ = *locked;
  return {};
}

KeeperLine& KeeperApart::take_line() const {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [this] { return !free_.empty(); });
  KeeperLine& line = *free_.back();
  free_.pop_back();
  return line;
}

void KeeperApart::give_back(KeeperLine& line) const {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(&line);
  }
  freed_.notify_one();
}

void KeeperApart::ask(const Writer& question, const std::function<void(Reader& answer)>& read) const {
  KeeperLine& line = take_line();
  const bool sent = line.send(question.written());
  const auto answer = sent ? line.receive() : std::nullopt;
  const bool the_keeper_answers = answer.has_value();
  ENSURE(the_keeper_answers, "nothing can be sealed any more: this process ends and is to be started again");
  Reader in(*answer);
  read(in);
  ENSURE(in.done(), "an answer of the keeper is none");
  give_back(line);
}

Result<KeyId> KeeperApart::key_of(const std::string& owner) {
  Writer out = question(Ask::kKeyOf);
  write(out, owner);
  write(out, reached_.load());
  Result<KeyId> id = KeyId{0};
  ask(out, [&](Reader& in) { id = take_result<KeyId>(in); });
  return id;
}

bool KeeperApart::has_older(const std::string& owner, uint64_t no) const {
  Writer out = question(Ask::kHasOlder);
  write(out, owner);
  write(out, no);
  bool older = false;
  ask(out, [&](Reader& in) { older = taken<bool>(in); });
  return older;
}

Status KeeperApart::destroy(const std::string& owner, uint64_t no) {
  Writer out = question(Ask::kDestroy);
  write(out, owner);
  write(out, no);
  Result<bool> done = true;
  ask(out, [&](Reader& in) { done = take_result<bool>(in); });
  return done.ok() ? Status() : Status(done.error());
}

size_t KeeperApart::under_house() const {
  uint64_t count = 0;
  ask(question(Ask::kUnderHouse), [&](Reader& in) { count = taken<uint64_t>(in); });
  return count;
}

Result<size_t> KeeperApart::change_master(const RingPlace& place, const std::string& to) {
  Writer out = question(Ask::kChangeMaster);
  write(out, place);
  write(out, to);
  Result<size_t> keys = size_t{0};
  ask(out, [&](Reader& in) { keys = take_result<size_t>(in); });
  return keys;
}

Result<std::vector<Keeper::SealedPart>> KeeperApart::seal(std::span<const Part> parts, uint64_t last_no) {
  Result<std::vector<SealedPart>> all = std::vector<SealedPart>();
  while (!parts.empty()) {
    const size_t count = fitting(parts, [](const Part& part) { return part.text.size(); });
    const auto some = parts.first(count);
    parts = parts.subspan(count);
    Writer out = question(Ask::kSealParts);
    write(out, uint64_t{count});
    for (const Part& part : some) write(out, part);
    write(out, parts.empty() ? last_no : some.back().no);
    Result<std::vector<SealedPart>> sealed = std::vector<SealedPart>();
    ask(out, [&](Reader& in) { sealed = take_result<std::vector<SealedPart>>(in); });
    if (!sealed.ok()) return sealed;
    if (all->empty())
      all = std::move(sealed);
    else
      std::move(sealed->begin(), sealed->end(), std::back_inserter(*all));
  }
  reached_ = last_no;
  return all;
}

std::vector<Keeper::Answer> KeeperApart::seal(std::span<const Text> texts) const {
  std::vector<Answer> all;
  while (!texts.empty()) {
    const size_t count = fitting(texts, [](const Text& text) { return text.text.size(); });
    Writer out = question(Ask::kSealTexts);
    write(out, uint64_t{count});
    for (const Text& text : texts.first(count)) {
      write(out, text.key_id);
      put(out, text.nonce);
      put(out, text.beside);
      put(out, text.text);
    }
    texts = texts.subspan(count);
    ask(out, [&](Reader& in) { append(all, in); });
  }
  return all;
}

std::vector<Keeper::Answer> KeeperApart::open(std::span<const Box> boxes) const {
  std::vector<Answer> all;
  while (!boxes.empty()) {
    const size_t count = fitting(boxes, [](const Box& box) { return box.box.size(); });
    Writer out = question(Ask::kOpenBoxes);
    write(out, uint64_t{count});
    for (const Box& box : boxes.first(count)) {
      write(out, uint64_t{box.key_ids.size()});
      out.bytes(box.key_ids.data(), box.key_ids.size_bytes());
      put(out, box.nonce);
      put(out, box.beside);
      put(out, box.box);
    }
    boxes = boxes.subspan(count);
    ask(out, [&](Reader& in) { append(all, in); });
  }
  return all;
}

Result<Digest> KeeperApart::device_mac(const std::string& device_id, uint32_t generation,
                                       std::string_view bytes) {
  Writer out = question(Ask::kDeviceMac);
  write(out, device_id);
  write(out, generation);
  put(out, bytes);
  Result<Digest> mac = Digest();
  ask(out, [&](Reader& in) { mac = take_result<Digest>(in); });
  return mac;
}

Result<std::string> KeeperApart::device_key(const std::string& device_id, uint32_t generation) {
  Writer out = question(Ask::kDeviceKey);
  write(out, device_id);
  write(out, generation);
  Result<std::string> key = std::string();
  ask(out, [&](Reader& in) { key = take_result<std::string>(in); });
  return key;
}

// For each place that is shown coarse, and of a person always the same.
Result<Digest> KeeperApart::coarse_digest(std::string_view text) {
  const std::lock_guard lock(ways_mutex_);
  std::string name(text);
  if (const auto known = ways_.find(name); known != ways_.end()) return known->second;
  Writer out = question(Ask::kCoarse);
  put(out, text);
  Result<Digest> digest = Digest();
  ask(out, [&](Reader& in) { digest = take_result<Digest>(in); });
  if (!digest.ok()) return digest;
  if (ways_.size() >= kWaysMax) ways_.clear();
  ways_.emplace(std::move(name), *digest);
  return digest;
}

}  // namespace haechi::vault
