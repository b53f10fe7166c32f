// Directories and small files that are on disk, name and content, when the call returns. Syncing a file does
// not promise that its name survives a power cut; syncing its directory does.
//
// Errors: kUnavailable with the system's words.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace haechi {

bool file_exists(const std::string& path);
// From errno: "cannot <what> <path>: ...".
Error system_error(const std::string& what, const std::string& path);
// Every name in it survives.
Status sync_directory(const std::string& directory);
// "." for a name alone.
std::string directory_of(const std::string& path);
// Made with those above it if missing, for its owner only, for what lies in it is personal data. Synced also
// when it is there: whoever made it may have been killed before.
Status make_directory(const std::string& directory);
// Puts `bytes` in place of what the file held, for its owner only: after a crash there is the old file or the
// new one, whole.
Status replace_file(const std::string& path, std::string_view bytes);
// Likewise with bytes that `pieces` hands to `put` one after the other.
using PutBytes = std::function<Status(std::string_view bytes)>;
Status replace_file(const std::string& path, const std::function<Status(const PutBytes& put)>& pieces);
// Prints what failed and aborts. For storage whose state is no longer known: after a sync that failed, the
// next one may succeed although what it was for is lost.
[[noreturn]] void storage_failed(std::string_view what);

// The first bytes of a file, made if missing, in memory for as long as munmap() is not called: what is
// written there outlives the process. They have their place on the disk: a full one is told now
// (kUnavailable), and not as the end of the process when they are written.
Result<void*> map_page(const std::string& path, size_t bytes);

}  // namespace haechi
