// Disk: files as a machine keeps them. What was written and not synced is in the page cache: it outlives the
// process but not the power, and a power cut keeps of it whichever sectors it likes. Names are synced through
// their directory, as POSIX says.
//
// Faults are drawn from a seed of its own: errors told once and then forgotten, a disk that is slow or full,
// a bit that decays. Calls answer like the system's, with -errno for an error.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/time.h"

namespace haechi::hunt {

enum class Death {
  kKilled,    // the machine goes on: the page cache stays
  kPowerCut,  // what was not synced is lost, or torn
};

// How the disk misbehaves now.
struct DiskFaults {
  double error_chance = 0;  // of a write or a sync: EIO, told once
  bool full = false;        // what would make a file longer is refused
  Duration sync_min = Duration{200};
  Duration sync_max = Duration::millis(3);
};

class Disk {
 public:
  explicit Disk(uint64_t seed) : random_(seed) {}

  DiskFaults faults;
  // The process that uses the disk dies at its n-th write or sync from now; 0 = it does not.
  uint64_t die_after = 0;
  uint64_t errors_told = 0;

  int open(const std::string& path, int flags);
  int close(int file);
  ssize_t pread(int file, void* into, size_t bytes, off_t at);
  ssize_t pwrite(int file, const void* from, size_t bytes, off_t at);
  ssize_t read(int file, void* into, size_t bytes);
  ssize_t write(int file, const void* from, size_t bytes);
  int truncate(int file, off_t bytes);
  int sync(int file);
  int unlink(const std::string& path);
  int rename(const std::string& from, const std::string& to);
  int mkdir(const std::string& path);
  // The names in it.
  std::vector<std::string> list(int directory) const;
  int allocate(int file, off_t bytes);
  // What is written there is written to the file, by whatever death it may be known later.
  void* map(int file, size_t bytes);
  int sync_map(void* at);
  int unmap(void* at);
  bool is_map(void* at) const { return maps_.contains(at); }
  struct Found {
    uint64_t inode = 0;
    uint64_t bytes = 0;
    bool directory = false;
  };
  int stat(const std::string& path, Found& found) const;
  int stat(int file, Found& found) const;

  // Every open file of the dead process is closed, and its last writes are what `death` leaves of them.
  void crash(Death death);
  // One bit of one file of that directory decays. What was changed, in words; empty: there was nothing.
  std::string rot(const std::string& directory);
  // One file of it is torn or lost; likewise.
  std::string spoil(const std::string& directory);
  // The operator removes what is in it.
  void clear(const std::string& directory);
  // The mirror gives the file back.
  void mend();
  // It was not noticed by a start that read everything: what decayed is in use no more.
  void mend_forgotten() { rotten_.reset(); }
  bool decayed() const { return rotten_ != nullptr; }

 private:
  struct Change {
    size_t at;
    std::string bytes;
    bool cut;  // the file now ends at `at`
  };
  struct File {
    uint64_t inode = 0;
    bool directory = false;
    std::string now, durable;
    std::vector<Change> unsynced;
  };
  struct Name {
    std::string path;
    std::shared_ptr<File> file;  // none: the name is gone
  };
  using Names = std::map<std::string, std::shared_ptr<File>>;
  struct Open {
    std::shared_ptr<File> file;
    size_t at = 0;
  };
  struct Map {
    std::shared_ptr<File> file;
    std::string bytes;
  };
  void put(File& file, Change change);
  void write_back(Map& map);
  Open* opened(int file);
  using Named = std::pair<std::string, std::shared_ptr<File>>;
  std::vector<Named> files_in(const std::string& directory) const;
  int refuse();
  void name(std::vector<Name> change);
  static void apply(Names& names, const std::vector<Name>& change);
  static void apply(std::string& content, const Change& change);
  void lose_unsynced(File& file);

  Random random_;
  uint64_t last_inode_ = 0;
  std::map<int, Open> open_;
  std::map<void*, std::unique_ptr<Map>> maps_;
  Names names_, durable_names_;
  std::vector<std::vector<Name>> unsynced_names_;
  std::shared_ptr<File> rotten_;
  size_t rotten_at_ = 0;
  uint8_t rotten_bit_ = 0;

 public:
  static constexpr int kFirstFile = 1 << 24;
};

// The one that holds the paths below kDiskRoot.
extern Disk* mounted;
inline constexpr std::string_view kDiskRoot = "/hunt/";

}  // namespace haechi::hunt
