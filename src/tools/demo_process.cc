#include "tools/demo_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace haechi::tools {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr size_t kLogTail = 2'000;

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

// Between fork and exec: only what is safe there.
[[noreturn]] void become(char* const* arguments, int out, int log, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);
  setpgid(0, 0);  // the terminal's Ctrl-C is for us; we end the child ourselves
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(out, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv("/proc/self/exe", arguments);
  _exit(127);
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(const std::vector<std::string>& arguments,
                                                          const std::string& files) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  const int out = ::open((files + ".out").c_str(), kFlags, 0600);
  const int log = ::open((files + ".log").c_str(), kFlags, 0600);
  std::vector<std::string> words = {"haechi"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = out < 0 || log < 0 ? -1 : fork();
  if (pid == 0) become(pointers.data(), out, log, parent);
  if (out >= 0) ::close(out);
  if (log >= 0) ::close(log);
  if (pid < 0) return Error{Code::kUnavailable, files, "a child process could not be started"};
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, files));
}

ChildProcess::~ChildProcess() {
  stop();
}

bool ChildProcess::running() {
  if (!ended_ && waitpid(pid_, nullptr, WNOHANG) == pid_) ended_ = true;
  return !ended_;
}

Result<std::string> ChildProcess::line(const std::string& begins, Duration wait) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::microseconds(wait.us);
  while (true) {
    const bool alive = running();
    std::istringstream lines(text_of(files_ + ".out"));
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with(begins) && !lines.eof()) return line;
    if (!alive || std::chrono::steady_clock::now() >= deadline) {
      std::string log = text_of(files_ + ".log");
      if (log.size() > kLogTail) log.erase(0, log.size() - kLogTail);
      return Error{Code::kUnavailable, files_, (alive ? "did not become ready: " : "ended: ") + log};
    }
    std::this_thread::sleep_for(kPoll);
  }
}

void ChildProcess::stop() {
  if (!running()) return;
  kill(pid_, SIGTERM);
  for (int i = 0; i < 500; ++i) {
    if (!running()) return;
    std::this_thread::sleep_for(kPoll);
  }
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  ended_ = true;
}

uint16_t port_in(const std::string& line, const std::string& name) {
  const size_t at = (" " + line).find(" " + name + "=");
  return at == std::string::npos ? uint16_t{0}
                                 : static_cast<uint16_t>(std::atoi(line.c_str() + at + name.size() + 1));
}

}  // namespace haechi::tools
