// LastWords: the last handler. However this program ends by a fault of its own (a broken invariant, an
// exception that nobody caught, a fatal signal), one line says so before it does: in what it writes to its
// log, and in a file that the next start reads.
//
//   1795342680 0.1.0-5f2a9c invariant src/log/chain.cc:41 at +1f3a0 +2b771
//
// The line holds when, of which build, by what, and where in the program (offsets from its beginning, of the
// thread that ended): nothing of memory, nothing that anybody sent or typed. Then it ends as it would have.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace haechi {

struct LastWord {
  Time at;            // when
  std::string build;  // version and the linker's id of the program
  std::string how;    // "signal SIGSEGV at +1f3a0", "invariant src/log/chain.cc:41 at ..."
};

// Once, before threads are made. `path` is kept open; its directory is there.
Status install_last_words(const std::string& path, std::string_view version);
// What runs before this one left there, oldest first; lines that are none are passed over.
std::vector<LastWord> read_last_words(const std::string& path);
// They are kept elsewhere.
Status forget_last_words(const std::string& path);

// The calling thread can say its last words with no stack left, until it ends. The one that installed them
// can.
void keep_stack_for_last_words();

// Called before the line is written, inside of the signal's handler and on the thread that ended: asks for
// nothing.
void before_last_words(void (*also)());
// By whom the end is brought about: says what it is before it aborts. `file` is a literal.
void note_broken_invariant(const char* file, int line);
void note_failed_storage();

}  // namespace haechi
