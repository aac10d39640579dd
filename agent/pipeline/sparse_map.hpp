// The map of a sparse file brought down to a size that every reader takes. Knows no archive.
#pragma once

#include "os/inode.hpp"

#include <cstddef>
#include <vector>

namespace intact::pipeline {

constexpr std::size_t kSparseExtentLimit = 1u << 16;

/// At most `limit` extents that cover at least the given ones (sorted, not overlapping): the
/// smallest holes are closed first, which costs their zeros in the archive and nothing else.
std::vector<os::Extent> fit_extents(std::vector<os::Extent> extents, std::size_t limit);

} // namespace intact::pipeline
