// Moulds: bytes of which most are as in others of their kind, kept as what differs.
//
// The first value of each length is the mould of all of that length, in which names, numbers and moments
// differ by a few bytes. What a value has of its own is kept for eight words at a time: a byte that says
// which of them differ; of each of these a byte that says which of its bytes do; and those bytes.
//
// The form is for memory alone. It is not the same in two processes that hold the same, and goes nowhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace haechi {

class Moulds {
 public:
  // How bytes of a word are moved together: in a few steps, or in one instruction of some processors. What is
  // kept is the same.
  enum class Moves : uint8_t { kInSteps, kAtOnce };
  static Moves quickest();
  explicit Moulds(Moves moves = quickest()) : moves_(moves) {}

  // What is to be kept of `raw`: after so many bytes of `room`, which grows as it must; returned is where it
  // ends there.
  size_t press(std::string_view raw, std::string& room, size_t at);
  // What press() was given. Good until `room` is touched. `end`: where its bytes end.
  std::string_view cast(const char* pressed, std::string& room, const char** end = nullptr) const;

 private:
  // Beyond these nothing is a mould.
  static constexpr size_t kLengthMax = 4'096, kCountMax = 256;
  const char* mould_of(size_t length) const;

  Moves moves_;
  std::vector<std::pair<size_t, std::string>> moulds_;  // by length; padded to whole groups of words
};

}  // namespace haechi
