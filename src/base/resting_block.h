// Block: the bytes of one value at rest, in hardly more memory than they are.
//
// The allocator gives sizes that lie a quarter apart or less: a tenth of what it gives lies idle. So what
// does not fit lies in two pieces: one of a size that it gives, and at the end of that the address of the
// rest.
//
// It begins with a glance (base/resting_list.h) of so many bytes, which is in the first piece, and then says
// how many bytes it has.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace haechi::resting {

struct Block {
  static constexpr size_t kSizeBytes = 2;
  // `bytes`: a glance, room for the size, and what is to be kept.
  static char* make(std::string_view bytes, size_t glance_bytes);
  // Behind glance and size. In one piece: good until `room` is touched, or the block is gone.
  static const char* content(const char* block, size_t glance_bytes, std::string& room);
  static void give_back(char* block, size_t glance_bytes);
};

}  // namespace haechi::resting
