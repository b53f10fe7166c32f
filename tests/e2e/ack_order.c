// Watches the order of things from inside a server, to be preloaded: no PUBACK may leave before a sync of the log that began
// after its report had been read has come back.
//
// The clock of it are the syncs of the log's write-ahead file, numbered as they begin. A report is good from the moment that a
// sync with a higher number than that of its reading has come back. What is counted lies in the file named by ACK_ORDER_FILE:
// PUBACKs, syncs, PUBACKs that left too early.
//
// With ACK_ORDER_LIE set, a sync is done when the next one begins and not when it says so: the control, which must be found out.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { kSockets = 4096, kPacketIds = 65536, kHeadBytes = 512 };

struct Counts {
  _Atomic uint64_t pubacks, syncs, early;
};

// Packets out of a stream that comes in any pieces; of each, its first bytes.
struct Stream {
  uint8_t head[kHeadBytes];
  size_t have, length;  // of the packet; length 0: not known yet
};

struct Socket {
  int is_mqtt;  // 0: not known, 1: it is, -1: it is not
  struct Stream in, out;
  uint32_t *read_at;  // by packet id: the syncs that had begun when the report was read
};

static struct Counts *counts;
static struct Socket sockets[kSockets];
static _Atomic uint32_t begun, finished;
static int lie;

__attribute__((constructor)) static void set_up(void) {
  const char *path = getenv("ACK_ORDER_FILE");
  lie = getenv("ACK_ORDER_LIE") != NULL;
  const int file = path ? open(path, O_RDWR | O_CREAT, 0600) : -1;
  if (file < 0 || ftruncate(file, sizeof *counts) != 0) abort();
  counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (counts == MAP_FAILED) abort();
  close(file);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void raise_to(_Atomic uint32_t *value, uint32_t to) {
  uint32_t now = *value;
  while (now < to && !atomic_compare_exchange_weak(value, &now, to)) {
  }
}

int fdatasync(int file) {
  static __typeof__(&fdatasync) next;
  if (!next) next = NEXT(fdatasync);
  char link[64], path[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0 || !memmem(path, (size_t)size, "/log/log.sqlite-wal", 19)) return next(file);
  const uint32_t mine = ++begun;
  if (lie) raise_to(&finished, mine - 1);
  const int failed = next(file);
  if (!failed && !lie) raise_to(&finished, mine);
  ++counts->syncs;
  return failed;
}

static void packet_in(struct Socket *socket, const uint8_t *packet, size_t have, size_t body) {
  if (packet[0] >> 4 != 3 || (packet[0] & 6) != 2 || have < body + 2) return;  // PUBLISH of QoS 1
  const size_t at = body + 2 + (size_t)(packet[body] << 8 | packet[body + 1]);
  if (have < at + 2) abort();  // a longer topic than this program is for
  if (!socket->read_at) socket->read_at = calloc(kPacketIds, sizeof *socket->read_at);
  socket->read_at[packet[at] << 8 | packet[at + 1]] = begun;
}

static void packet_out(struct Socket *socket, const uint8_t *packet, uint32_t done) {
  if (packet[0] >> 4 != 4) return;
  ++counts->pubacks;
  if (!socket->read_at || done <= socket->read_at[packet[2] << 8 | packet[3]]) ++counts->early;
}

// `done`: the newest sync that had come back before these bytes left; for bytes that came it means nothing.
static void follow(struct Socket *socket, struct Stream *stream, const uint8_t *bytes, size_t size, uint32_t done) {
  for (size_t at = 0; at < size;) {
    if (stream->have < kHeadBytes) stream->head[stream->have] = bytes[at];
    ++stream->have;
    ++at;
    size_t body = 1, length = 0;
    if (!stream->length) {
      int whole = 0;
      for (; body < stream->have && body <= 4 && !whole; ++body) {
        length |= (size_t)(stream->head[body] & 127) << 7 * (body - 1);
        whole = !(stream->head[body] & 128);
      }
      if (!whole) continue;
      stream->length = body + length;
    }
    // All but the last byte of the packet at once.
    if (stream->length > stream->have + 1 && at < size) {
      size_t more = stream->length - stream->have - 1;
      if (more > size - at) more = size - at;
      if (stream->have < kHeadBytes) {
        const size_t kept = more < kHeadBytes - stream->have ? more : kHeadBytes - stream->have;
        memcpy(stream->head + stream->have, bytes + at, kept);
      }
      stream->have += more;
      at += more;
    }
    if (stream->have < stream->length) continue;
    for (body = 1; stream->head[body] & 128; ++body) {
    }
    const size_t have = stream->length < kHeadBytes ? stream->length : kHeadBytes;
    if (stream == &socket->in) {
      packet_in(socket, stream->head, have, body + 1);
    } else {
      packet_out(socket, stream->head, done);
    }
    stream->have = stream->length = 0;
  }
}

static struct Socket *mqtt(int file, const uint8_t *bytes, size_t size) {
  if (file < 0 || file >= kSockets) return NULL;
  struct Socket *socket = &sockets[file];
  if (!socket->is_mqtt && size) socket->is_mqtt = bytes[0] == 0x10 ? 1 : -1;
  return socket->is_mqtt == 1 ? socket : NULL;
}

static void came(int file, const struct iovec *parts, size_t count, ssize_t size) {
  for (size_t part = 0; part < count && size > 0; ++part) {
    const size_t here = parts[part].iov_len < (size_t)size ? parts[part].iov_len : (size_t)size;
    struct Socket *socket = mqtt(file, parts[part].iov_base, here);
    if (socket) follow(socket, &socket->in, parts[part].iov_base, here, 0);
    size -= (ssize_t)here;
  }
}

static void left(int file, const struct iovec *parts, size_t count, ssize_t size, uint32_t done) {
  struct Socket *socket = file >= 0 && file < kSockets && sockets[file].is_mqtt == 1 ? &sockets[file] : NULL;
  for (size_t part = 0; socket && part < count && size > 0; ++part) {
    const size_t here = parts[part].iov_len < (size_t)size ? parts[part].iov_len : (size_t)size;
    follow(socket, &socket->out, parts[part].iov_base, here, done);
    size -= (ssize_t)here;
  }
}

ssize_t recvmsg(int file, struct msghdr *message, int flags) {
  static __typeof__(&recvmsg) next;
  if (!next) next = NEXT(recvmsg);
  const ssize_t size = next(file, message, flags);
  if (size > 0) came(file, message->msg_iov, message->msg_iovlen, size);
  return size;
}

ssize_t recv(int file, void *bytes, size_t space, int flags) {
  static __typeof__(&recv) next;
  if (!next) next = NEXT(recv);
  const ssize_t size = next(file, bytes, space, flags);
  const struct iovec part = {bytes, space};
  if (size > 0 && !(flags & MSG_PEEK)) came(file, &part, 1, size);
  return size;
}

ssize_t sendmsg(int file, const struct msghdr *message, int flags) {
  static __typeof__(&sendmsg) next;
  if (!next) next = NEXT(sendmsg);
  const uint32_t done = finished;
  const ssize_t size = next(file, message, flags);
  if (size > 0) left(file, message->msg_iov, message->msg_iovlen, size, done);
  return size;
}

ssize_t send(int file, const void *bytes, size_t length, int flags) {
  static __typeof__(&send) next;
  if (!next) next = NEXT(send);
  const uint32_t done = finished;
  const ssize_t size = next(file, bytes, length, flags);
  const struct iovec part = {(void *)bytes, length};
  if (size > 0) left(file, &part, 1, size, done);
  return size;
}

int close(int file) {
  static __typeof__(&close) next;
  if (!next) next = NEXT(close);
  if (file >= 0 && file < kSockets && sockets[file].is_mqtt) {
    free(sockets[file].read_at);
    memset(&sockets[file], 0, sizeof sockets[file]);
  }
  return next(file);
}
