// ChildProcess: this very program, started again with other arguments. It ends with us, whatever ends us.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace haechi::tools {

class ChildProcess {
 public:
  // Standard output goes to `<files>.out`, standard error to `<files>.log`. To be called on the main thread:
  // the child ends when the thread that started it does.
  static Result<std::unique_ptr<ChildProcess>> start(const std::vector<std::string>& arguments,
                                                     const std::string& files);
  ~ChildProcess();  // stop()
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // The first line on its standard output that begins so. kUnavailable with the end of its log when it ended
  // or `wait` has passed without one.
  Result<std::string> line(const std::string& begins, Duration wait);
  bool running();
  // SIGTERM; after ten seconds SIGKILL.
  void stop();
  pid_t pid() const { return pid_; }

 private:
  ChildProcess(pid_t pid, std::string files) : pid_(pid), files_(std::move(files)) {}

  pid_t pid_;
  std::string files_;
  bool ended_ = false;
};

// The number behind `name=` in a line of name=value pairs; 0 if there is none.
uint16_t port_in(const std::string& line, const std::string& name);

}  // namespace haechi::tools
