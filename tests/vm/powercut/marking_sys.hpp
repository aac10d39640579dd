// The kernel, with a mark in the disk's log before each call that changes something.
#pragma once

#include "os/sys.hpp"
#include "vm/powercut/disk.hpp"

#include <functional>

namespace intact::powercut {

class MarkingSys final : public os::Sys {
public:
    /// `after_rename` comes right after each rename; it may be empty.
    MarkingSys(const LoggedDisk &disk, std::function<void()> after_rename)
        : disk_(disk), after_rename_(std::move(after_rename)) {}

    int openat(int dir, const char *name, int flags, mode_t mode) override;
    ssize_t write(int fd, const void *buffer, std::size_t count) override;
    int fallocate(int fd, int mode, off_t offset, off_t length) override;
    int ftruncate(int fd, off_t length) override;
    int sync_file_range(int fd, off_t offset, off_t length, unsigned flags) override;
    int fsync(int fd) override;
    int syncfs(int fd) override;
    int renameat2(int old_dir, const char *old_name, int new_dir, const char *new_name,
                  unsigned flags) override;
    int linkat(int old_dir, const char *old_name, int new_dir, const char *new_name,
               int flags) override;
    int unlinkat(int dir, const char *name, int flags) override;

private:
    void mark(const char *call);

    const LoggedDisk &disk_;
    const std::function<void()> after_rename_;
    int calls_ = 0;
};

} // namespace intact::powercut
