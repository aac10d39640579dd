// Where a tree walk puts what it finds. The engine joins it to the archive writer.
#pragma once

#include "base/error.hpp"
#include "os/inode.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace intact::source {

/// One thing to be archived.
struct Entry {
    std::string path; ///< relative: no leading '/', no '..'; raw bytes
    os::Inode inode;
    std::string
        hard_link_to; ///< path of the entry whose content this shares; empty: its own content
};

/// Called in order: begin, then data and holes whose lengths add up to inode.size (regular files
/// with own content only), then end.
class EntrySink {
public:
    virtual ~EntrySink() = default;
    virtual Result<> begin(const Entry &entry) = 0;
    virtual Result<> data(std::span<const std::byte> bytes) = 0;
    virtual Result<> hole(std::uint64_t length) = 0;
    virtual Result<> end() = 0;
};

} // namespace intact::source
