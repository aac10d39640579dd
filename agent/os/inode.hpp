// What one entry of a file system is, apart from its name and content: the value that sources
// read, the archive stores and a restore puts back. Knows no archive format.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace intact::os {

enum class FileType : std::uint8_t {
    regular,
    directory,
    symlink,
    fifo,
    character_device,
    block_device,
    socket,
};

struct TimeStamp {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
    friend bool operator==(const TimeStamp &, const TimeStamp &) = default;
};

/// One extended attribute; POSIX ACLs are among them as "system.posix_acl_access" and
/// "system.posix_acl_default" in the kernel's binary form (xattr(7), acl(5)).
struct Xattr {
    std::string name;
    std::string value;
    friend bool operator==(const Xattr &, const Xattr &) = default;
};

/// A run of bytes that holds data; what lies between extents reads as zeros.
struct Extent {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    friend bool operator==(const Extent &, const Extent &) = default;
};

struct Inode {
    FileType type = FileType::regular;
    std::uint32_t mode = 0; ///< permission bits only, 07777
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint64_t size = 0; ///< regular files only
    TimeStamp mtime;
    std::uint64_t device = 0; ///< st_dev of the filesystem it lies on
    std::uint64_t number = 0; ///< st_ino
    std::uint64_t links = 1;
    std::uint32_t device_major = 0; ///< of a device node
    std::uint32_t device_minor = 0;
    std::string symlink_target;
    std::vector<Xattr> xattrs; ///< sorted by name
    /// Regular files with holes only; empty with `sparse` set means: one hole.
    bool sparse = false;
    std::vector<Extent> extents;
};

} // namespace intact::os
