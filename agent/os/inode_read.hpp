// Reads what an entry of a file system is. Knows no tree and no archive.
#pragma once

#include "base/error.hpp"
#include "os/inode.hpp"
#include "os/unique_fd.hpp"

#include <optional>
#include <string>
#include <sys/stat.h>

namespace intact::os {

struct InodeReading {
    Inode inode;
    struct stat status{};
    std::optional<Error> lost; ///< an attribute that could not be read; the rest stands
};

/// Of an open file or directory (O_RDONLY), or of anything opened with O_PATH|O_NOFOLLOW.
/// `path` is for messages. Errors: io. Source: fstat(2), xattr(7), lseek(2) SEEK_DATA.
enum class OpenedAs { readable, path_only };
Result<InodeReading> read_inode(int fd, OpenedAs how, const std::string &path);

FileType file_type(mode_t mode);

} // namespace intact::os
