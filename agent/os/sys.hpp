// The seam through which every durable system call goes: thin, one method per call, errno as the
// kernel sets it. Tests put a double here that fails, tears or kills at any single call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <sys/types.h>

namespace intact::os {

/// Each method is the system call of the same name (section 2 of the manual) with its return value
/// and errno; no retry, no loop. Thread: any; the kernel orders the calls.
class Sys {
public:
    virtual ~Sys() = default;

    virtual int openat(int dir, const char *name, int flags, mode_t mode);
    virtual ssize_t read(int fd, void *buffer, std::size_t count);
    virtual ssize_t write(int fd, const void *buffer, std::size_t count);
    virtual int fallocate(int fd, int mode, off_t offset, off_t length);
    virtual int ftruncate(int fd, off_t length);
    virtual int fchmod(int fd, mode_t mode);
    virtual int sync_file_range(int fd, off_t offset, off_t length, unsigned flags);
    virtual int fsync(int fd);
    virtual int syncfs(int fd);
    virtual int close(int fd);
    virtual int renameat2(int old_dir, const char *old_name, int new_dir, const char *new_name,
                          unsigned flags);
    virtual int linkat(int old_dir, const char *old_name, int new_dir, const char *new_name,
                       int flags);
    virtual int unlinkat(int dir, const char *name, int flags);
    virtual int mkdirat(int dir, const char *name, mode_t mode);
    virtual int flock(int fd, int operation);
};

/// The kernel itself.
Sys &kernel();

} // namespace intact::os
