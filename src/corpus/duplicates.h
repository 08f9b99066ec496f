// Windows that occur twice. Not for users of the library.
#pragma once

#include "cmgems/corpus/windows.h"

namespace cmgems::corpus {

/// Drops exact copies in place, the first one stays; validation comes first, so that no training window equals one of
/// it. Windows of equal bases are found by a 64-bit hash. Returns how many were dropped.
std::uint64_t drop_duplicates(const genome::Genome& genome, std::uint64_t overhang, WindowSet& set);

}  // namespace cmgems::corpus
