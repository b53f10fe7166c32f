// For headers of what is kept in snapshots: the names that base/archive.h gives a meaning.
#pragma once

namespace haechi {

class Writer;
class Reader;
// A class with `friend struct haechi::Fields<Class>` and its number of members, kFieldCount, can be archived.
template <typename T>
struct Fields;

}  // namespace haechi
