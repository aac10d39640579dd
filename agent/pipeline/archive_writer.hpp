// Entries to a pax tar stream. The only user of libarchive's writing half.
#pragma once

#include "base/byte_sink.hpp"
#include "base/error.hpp"
#include "os/inode.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace intact::pipeline {

/// Writes a pax tar (POSIX.1-2001) that GNU tar and bsdtar read: any bytes in names, any length,
/// any size, times in nanoseconds, SCHILY.xattr, SCHILY.acl, GNU sparse 1.0, devices, FIFOs, hard
/// links. Memory: constant, but for one entry's own metadata. Thread: one.
class ArchiveWriter {
public:
    explicit ArchiveWriter(ByteSink &sink);
    ~ArchiveWriter();
    ArchiveWriter(const ArchiveWriter &) = delete;
    ArchiveWriter &operator=(const ArchiveWriter &) = delete;

    Result<> begin(const std::string &path, const os::Inode &inode,
                   const std::string &hard_link_to);
    Result<> data(std::span<const std::byte> bytes);
    Result<> hole(std::uint64_t length);
    Result<> end();
    /// The end-of-archive marker. Without it the stream is incomplete, and says so to every reader.
    Result<> finish();
    std::uint64_t entries() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace intact::pipeline
