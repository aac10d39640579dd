#include "os/sys.hpp"

#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace intact::os {

int Sys::openat(int dir, const char *name, int flags, mode_t mode) {
    return ::openat(dir, name, flags, mode);
}
ssize_t Sys::read(int fd, void *buffer, std::size_t count) {
    return ::read(fd, buffer, count);
}
ssize_t Sys::write(int fd, const void *buffer, std::size_t count) {
    return ::write(fd, buffer, count);
}
int Sys::fallocate(int fd, int mode, off_t offset, off_t length) {
    return ::fallocate(fd, mode, offset, length);
}
int Sys::ftruncate(int fd, off_t length) {
    return ::ftruncate(fd, length);
}
int Sys::fchmod(int fd, mode_t mode) {
    return ::fchmod(fd, mode);
}
int Sys::sync_file_range(int fd, off_t offset, off_t length, unsigned flags) {
    return ::sync_file_range(fd, offset, length, flags);
}
int Sys::fsync(int fd) {
    return ::fsync(fd);
}
int Sys::syncfs(int fd) {
    return ::syncfs(fd);
}
int Sys::close(int fd) {
    return ::close(fd);
}
int Sys::renameat2(int old_dir, const char *old_name, int new_dir, const char *new_name,
                   unsigned flags) {
    return ::renameat2(old_dir, old_name, new_dir, new_name, flags);
}
int Sys::linkat(int old_dir, const char *old_name, int new_dir, const char *new_name, int flags) {
    return ::linkat(old_dir, old_name, new_dir, new_name, flags);
}
int Sys::unlinkat(int dir, const char *name, int flags) {
    return ::unlinkat(dir, name, flags);
}
int Sys::mkdirat(int dir, const char *name, mode_t mode) {
    return ::mkdirat(dir, name, mode);
}
int Sys::flock(int fd, int operation) {
    return ::flock(fd, operation);
}

Sys &kernel() {
    static Sys instance;
    return instance;
}

} // namespace intact::os
