#include "base/last_words.h"

#include <cxxabi.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstring>
#include <ctime>
#include <exception>
#include <fstream>
#include <memory>
#include <typeinfo>

#include "base/files.h"

namespace haechi {
namespace {

constexpr int kSignals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS};
constexpr int kFramesMax = 24;
constexpr size_t kWordsMax = 64;

// Set before any handler can run; read inside of one, where nothing may be asked for.
int g_file = -1;
char g_build[96];
uintptr_t g_begin = 0, g_end = 0;        // of the program's code
constexpr size_t kStackSize = 64 << 10;  // the handler takes some 10 KiB of it
alignas(16) char g_stack[kStackSize];
std::atomic<bool> g_said{false};
std::atomic<void (*)()> g_also{nullptr};

// What the thread that aborts knows of why.
struct Cause {
  const char* kind = nullptr;
  const char* detail = nullptr;
  int line = 0;
};
thread_local constinit Cause t_cause;

// A line of bounded length, made without asking for memory.
class Line {
 public:
  void text(const char* text) {
    for (; *text != '\0' && used_ < sizeof(bytes_) - 1; ++text) bytes_[used_++] = *text;
  }
  void number(uint64_t value, int base) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits - 1, value, base).ptr;
    *end = '\0';
    text(digits);
  }
  void write_to(int file) {
    bytes_[used_] = '\n';
    ssize_t put = 0;
    for (size_t at = 0; at <= used_; at += static_cast<size_t>(put)) {
      put = ::write(file, bytes_ + at, used_ + 1 - at);
      if (put <= 0) return;
    }
  }

 private:
  char bytes_[700] = {};
  size_t used_ = 0;
};

const char* name_of(int signal) {
  switch (signal) {
    case SIGABRT:
      return "SIGABRT";
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGFPE:
      return "SIGFPE";
    case SIGILL:
      return "SIGILL";
    default:
      return "SIGSYS";
  }
}

void say_where(Line& line) {
  void* frames[kFramesMax];
  const int count = ::backtrace(frames, kFramesMax);
  line.text(" at");
  for (int i = 0; i < count; ++i) {
    const auto address = reinterpret_cast<uintptr_t>(frames[i]);
    if (address < g_begin || address >= g_end) continue;
    line.text(" +");
    line.number(address - g_begin, 16);
  }
}

void on_signal(int signal) {
  if (!g_said.exchange(true)) {
    if (const auto also = g_also.load()) also();
    Line line;
    line.number(static_cast<uint64_t>(::time(nullptr)), 10);
    line.text(" ");
    line.text(g_build);
    line.text(" ");
    if (t_cause.kind != nullptr) {
      line.text(t_cause.kind);
      line.text(" ");
      line.text(t_cause.detail);
      if (t_cause.line > 0) {
        line.text(":");
        line.number(static_cast<uint64_t>(t_cause.line), 10);
      }
    } else {
      line.text("signal ");
      line.text(name_of(signal));
    }
    say_where(line);
    if (g_file >= 0) {
      line.write_to(g_file);
      (void)::fdatasync(g_file);
    }
    constexpr std::string_view kHead = "haechi ended by a fault of its own: ";
    (void)!::write(STDERR_FILENO, kHead.data(), kHead.size());
    line.write_to(STDERR_FILENO);
  }
  ::raise(signal);  // to its own end: the handler is taken off (SA_RESETHAND)
}

// The type alone: what() may quote what somebody sent.
[[noreturn]] void on_terminate() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  t_cause = {"exception", type == nullptr ? "none" : type->name(), 0};
  std::abort();
}

const char* from_source(const char* file) {
  const char* found = std::strstr(file, "/src/");
  return found == nullptr ? file : found + 1;
}

// The first object is the program itself.
int look_at_program(dl_phdr_info* info, size_t, void* id) {
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = info->dlpi_phdr[i];
    const uintptr_t at = info->dlpi_addr + part.p_vaddr;
    if (part.p_type == PT_LOAD) g_end = std::max(g_end, at + part.p_memsz);
    if (part.p_type != PT_NOTE) continue;
    for (uintptr_t note = at; note + sizeof(ElfW(Nhdr)) <= at + part.p_memsz;) {
      const auto* head = reinterpret_cast<const ElfW(Nhdr)*>(note);
      const auto padded = [](size_t size) { return (size + 3) & ~size_t{3}; };
      const auto* bytes = reinterpret_cast<const uint8_t*>(head + 1) + padded(head->n_namesz);
      if (head->n_type == NT_GNU_BUILD_ID && head->n_namesz == 4 && std::memcmp(head + 1, "GNU", 4) == 0)
        *static_cast<std::basic_string_view<uint8_t>*>(id) = {bytes, head->n_descsz};
      note += sizeof(*head) + padded(head->n_namesz) + padded(head->n_descsz);
    }
  }
  g_begin = info->dlpi_addr;
  return 1;
}

// What was there before.
stack_t handle_signals_on(char* bytes) {
  stack_t stack{}, before{};
  stack.ss_sp = bytes;
  stack.ss_size = kStackSize;
  ::sigaltstack(&stack, &before);
  return before;
}

class ThreadStack {
 public:
  ThreadStack() = default;
  ~ThreadStack() { ::sigaltstack(&before_, nullptr); }
  ThreadStack(const ThreadStack&) = delete;
  ThreadStack& operator=(const ThreadStack&) = delete;

 private:
  std::unique_ptr<char[]> bytes_ = std::make_unique<char[]>(kStackSize);
  stack_t before_ = handle_signals_on(bytes_.get());
};

}  // namespace

void keep_stack_for_last_words() {
  thread_local const ThreadStack kept;
}

void before_last_words(void (*also)()) {
  g_also = also;
}

void note_broken_invariant(const char* file, int line) {
  t_cause = {"invariant", from_source(file), line};
}

void note_failed_storage() {
  t_cause = {"storage", "a disk refused a write", 0};
}

Status install_last_words(const std::string& path, std::string_view version) {
  g_file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (g_file < 0) return system_error("open", path);
  std::basic_string_view<uint8_t> id;
  ::dl_iterate_phdr(look_at_program, &id);
  std::string build(version.substr(0, 40));
  constexpr char kDigits[] = "0123456789abcdef";
  if (!id.empty()) build += '-';
  for (const uint8_t byte : id.substr(0, 8)) (build += kDigits[byte >> 4]) += kDigits[byte & 15];
  build.copy(g_build, sizeof g_build - 1);
  // The first call loads what it needs; inside of a handler that could not be done.
  void* frames[2];
  (void)::backtrace(frames, 2);
  std::set_terminate(on_terminate);
  (void)handle_signals_on(g_stack);
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_ONSTACK | SA_RESETHAND | SA_NODEFER);
  ::sigemptyset(&action.sa_mask);
  for (const int signal : kSignals) ::sigaction(signal, &action, nullptr);
  return {};
}

std::vector<LastWord> read_last_words(const std::string& path) {
  std::vector<LastWord> out;
  std::ifstream file(path);
  for (std::string line; out.size() < kWordsMax && std::getline(file, line);) {
    LastWord word;
    int64_t seconds = 0;
    const auto [rest, failed] = std::from_chars(line.data(), line.data() + line.size(), seconds);
    const size_t build = line.find(' ');
    const size_t how = build == std::string::npos ? build : line.find(' ', build + 1);
    if (failed != std::errc() || how == std::string::npos || seconds < 0 || seconds > 253'402'300'799)
      continue;
    word.at = Time{seconds * 1'000'000};
    word.build = line.substr(build + 1, how - build - 1);
    word.how = line.substr(how + 1);
    out.push_back(std::move(word));
  }
  return out;
}

Status forget_last_words(const std::string& path) {
  if (::truncate(path.c_str(), 0) != 0 && errno != ENOENT) return system_error("empty", path);
  return {};
}

}  // namespace haechi
