// What most sources include, compiled once: the standard containers and the vocabulary. Only speeds up the
// build: every source still includes what it uses.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
