#include "tests/scenarios/words.h"

#include <cstdlib>
#include <sstream>

namespace haechi::scenario {
namespace {

const std::string kNothing;

}  // namespace

Words::Words(const std::string& text) {
  std::istringstream in(text);
  for (std::string word; in >> word;) words_.push_back(word);
}

const std::string& Words::peek(size_t ahead) const {
  return next_ + ahead < words_.size() ? words_[next_ + ahead] : kNothing;
}

std::string Words::take(const std::string& what) {
  if (done()) throw Mistake("expected " + what + " at the end");
  return words_[next_++];
}

bool Words::accept(const std::string& phrase) {
  std::istringstream in(phrase);
  size_t ahead = 0;
  for (std::string word; in >> word; ++ahead)
    if (peek(ahead) != word) return false;
  next_ += ahead;
  return true;
}

void Words::need(const std::string& phrase) {
  if (!accept(phrase)) throw Mistake("expected \"" + phrase + "\" before \"" + peek() + '"');
}

bool Words::is_number(const std::string& word) {
  char* end = nullptr;
  std::strtod(word.c_str(), &end);
  return !word.empty() && *end == '\0';
}

double Words::number(const std::string& unit) {
  const std::string word = take("a number");
  if (!is_number(word)) throw Mistake("expected a number of " + unit + ", not " + word);
  need(unit);
  return std::strtod(word.c_str(), nullptr);
}

double Words::speed() {
  const std::string word = take("a speed");
  if (!is_number(word)) throw Mistake("expected a speed, not " + word);
  const double value = std::strtod(word.c_str(), nullptr);
  if (accept("km/h")) return value / 3.6;
  need("m/s");
  return value;
}

std::string Words::rest() {
  std::string out;
  while (!done()) out += (out.empty() ? "" : " ") + take("");
  return out;
}

double Words::metres() {
  const std::string word = take("a length");
  if (!is_number(word)) throw Mistake("expected a length, not " + word);
  const double value = std::strtod(word.c_str(), nullptr);
  if (accept("km")) return value * 1000;
  need("m");
  return value;
}

std::string Words::time() {
  std::string text = take("a time");
  if (text.find('-') != std::string::npos) text += ' ' + take("a time of day");
  return text;
}

void Words::end() const {
  if (!done()) throw Mistake("not understood: \"" + peek() + '"');
}

}  // namespace haechi::scenario
