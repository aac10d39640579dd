#include "vm/powercut/marking_sys.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>

namespace intact::powercut {

void MarkingSys::mark(const char *call) {
    disk_.mark(fmt::format("{}-{}", ++calls_, call));
}

int MarkingSys::openat(int dir, const char *name, int flags, mode_t mode) {
    if ((flags & O_CREAT) != 0) {
        mark("create");
    }
    return Sys::openat(dir, name, flags, mode);
}
ssize_t MarkingSys::write(int fd, const void *buffer, std::size_t count) {
    mark("write");
    return Sys::write(fd, buffer, count);
}
int MarkingSys::fallocate(int fd, int mode, off_t offset, off_t length) {
    mark("fallocate");
    return Sys::fallocate(fd, mode, offset, length);
}
int MarkingSys::ftruncate(int fd, off_t length) {
    mark("ftruncate");
    return Sys::ftruncate(fd, length);
}
int MarkingSys::sync_file_range(int fd, off_t offset, off_t length, unsigned flags) {
    mark("sync_file_range");
    return Sys::sync_file_range(fd, offset, length, flags);
}
int MarkingSys::fsync(int fd) {
    mark("fsync");
    return Sys::fsync(fd);
}
int MarkingSys::syncfs(int fd) {
    mark("syncfs");
    return Sys::syncfs(fd);
}
int MarkingSys::renameat2(int old_dir, const char *old_name, int new_dir, const char *new_name,
                          unsigned flags) {
    mark("renameat2");
    const int status = Sys::renameat2(old_dir, old_name, new_dir, new_name, flags);
    if (after_rename_) {
        const int saved = errno;
        after_rename_();
        errno = saved;
    }
    return status;
}
int MarkingSys::linkat(int old_dir, const char *old_name, int new_dir, const char *new_name,
                       int flags) {
    mark("linkat");
    return Sys::linkat(old_dir, old_name, new_dir, new_name, flags);
}
int MarkingSys::unlinkat(int dir, const char *name, int flags) {
    mark("unlinkat");
    return Sys::unlinkat(dir, name, flags);
}

} // namespace intact::powercut
