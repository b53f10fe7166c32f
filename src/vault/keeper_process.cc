// The keeper as a process: it locks itself in, answers, and ends with the node that started it.
#include "vault/keeper_process.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdio>
#include <thread>
#include <vector>

#include "base/ensure.h"
#include "base/signals.h"
#include "vault/keeper_apart.h"
#include "vault/keeper_desk.h"

namespace haechi::vault {
namespace {

constexpr int kEnded = 0, kNobodyAsks = 2, kNoQuestion = 3;

// Whether no page of this process is ever written to a disk.
bool lock_memory() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_max != RLIM_INFINITY) return false;
  limit.rlim_cur = RLIM_INFINITY;
  return ::setrlimit(RLIMIT_MEMLOCK, &limit) == 0 && ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

// Neither another program nor another process, no look into others, and no line to anybody but the node. A
// module of a token may need files and threads; one that needs the network is refused it (EPERM), and says
// so.
void forbid_calls(bool network) {
#if defined(__x86_64__)
  constexpr uint32_t kMachine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
  constexpr uint32_t kMachine = AUDIT_ARCH_AARCH64;
#else
#error "name the machine's number of seccomp here"
#endif
  constexpr auto kCall = offsetof(seccomp_data, nr), kArch = offsetof(seccomp_data, arch),
                 kFirst = offsetof(seccomp_data, args);
  std::vector<sock_filter> filter = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kArch),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kMachine, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kCall),
  };
  const auto answer = [&](long call, uint32_t verdict) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, verdict));
  };
  for (const long call : {
         SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_unshare,
             SYS_setns, SYS_mount, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
#if defined(__x86_64__)
             SYS_fork, SYS_vfork,
#endif
             SYS_init_module, SYS_finit_module, SYS_kexec_load, SYS_io_uring_setup
       })
    answer(call, SECCOMP_RET_KILL_PROCESS);
  for (const long call : {SYS_bind, SYS_listen, SYS_accept, SYS_accept4})
    answer(call, SECCOMP_RET_ERRNO | EPERM);
  if (!network)
    for (const long call : {SYS_socket, SYS_connect}) answer(call, SECCOMP_RET_ERRNO | EPERM);
  answer(SYS_clone3,
         SECCOMP_RET_ERRNO | ENOSYS);  // whose words cannot be read here; threads are made by clone()
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3));
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kFirst));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  ENSURE(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  ENSURE(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0, errno);
}

bool is_socket(int file) {
  struct stat about {};
  return ::fstat(file, &about) == 0 && S_ISSOCK(about.st_mode);
}

}  // namespace

int run_keeper(bool network) {
  ENSURE(::prctl(PR_SET_DUMPABLE, 0) == 0);
  constexpr int kLast = kFirstSocket + KeeperApart::kLines;
  if (!is_socket(kFirstSocket) || !is_socket(kLast))
    return std::fprintf(stderr, "haechi: a keeper is started by a node, and serves it alone\n"), kNobodyAsks;
  ::close_range(kLast + 1, ~0U, 0);
  // Whoever stops node and keeper together means the node, which ends this one when it is done.
  (void)block_signals({SIGINT, SIGTERM, SIGHUP});
  std::signal(SIGPIPE, SIG_IGN);
  ENSURE(::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
  const rlimit none{0, 0};
  ENSURE(::setrlimit(RLIMIT_CORE, &none) == 0);
  KeeperDesk desk(lock_memory());
  forbid_calls(network);
  for (int line = kFirstSocket + 1; line <= kLast; ++line) {
    std::thread([&desk, line] {
      KeeperLine asked(line);
      if (desk.serve(asked)) return;
      std::fprintf(stderr, "haechi: the keeper was asked what is no question, and ends\n");
      ::_exit(kNoQuestion);
    }).detach();
  }
  // What is under way goes no further, as if the machine stopped: the ring bears that.
  pollfd node{kFirstSocket, POLLIN, 0};
  while (::poll(&node, 1, -1) < 0) {
  }
  ::_exit(kEnded);
}

}  // namespace haechi::vault
