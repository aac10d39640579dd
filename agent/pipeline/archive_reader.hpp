// A tar stream to entries. The only user of libarchive's reading half.
#pragma once

#include "base/error.hpp"
#include "os/inode.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace intact::pipeline {

/// Gives the next bytes of the (decompressed) tar stream; an empty span at its end. The span stays
/// valid until the next call.
using ByteSupply = std::function<Result<std::span<const std::byte>>()>;

struct ArchivedEntry {
    std::string path;         ///< exactly as stored: hostile until checked
    os::Inode inode;          ///< device, number and links are not stored and stay 0
    std::string hard_link_to; ///< as stored
    /// What of its metadata could not be understood, for a warning; the rest is whole.
    std::vector<std::string> lost_metadata;
};

/// A piece of a regular file's content; bytes between pieces are holes.
struct ArchivedData {
    std::uint64_t offset = 0;
    std::span<const std::byte> bytes;
};

/// Reads tar in any of the common dialects. Input is hostile: lengths are bounded (1 MiB of
/// metadata an entry), and nothing here touches the file system. Errors: archive_damaged, naming
/// the byte offset or the entry; whatever the supply reports. Thread: one.
class ArchiveReader {
public:
    static Result<std::unique_ptr<ArchiveReader>> open(ByteSupply supply);
    ~ArchiveReader();
    ArchiveReader(const ArchiveReader &) = delete;
    ArchiveReader &operator=(const ArchiveReader &) = delete;

    /// The next entry; nothing at the archive's end mark.
    Result<std::optional<ArchivedEntry>> next();
    /// The next piece of the current entry's content; nothing at its end.
    Result<std::optional<ArchivedData>> data();

private:
    struct Impl;
    explicit ArchiveReader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace intact::pipeline
