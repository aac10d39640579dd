#include "support/faulty_sys.hpp"

#include <cerrno>
#include <csignal>
#include <unistd.h>

namespace intact::test {

std::function<void()> signal_us(int signal) {
    return [signal] { kill(getpid(), signal); };
}

std::vector<std::string> FaultySys::calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

bool FaultySys::is_due(const char *name, const char *subject) {
    const std::lock_guard lock(mutex_);
    calls_.emplace_back(name);
    subjects_.emplace_back(subject);
    return (plan_.fault != Fault::none && calls_.size() == plan_.at_call + 1) ||
           (plan_.fault == Fault::dead_before && calls_.size() > plan_.at_call);
}

template <typename Call>
auto FaultySys::faulty(const char *name, const Call &real, const char *subject)
    -> decltype(real()) {
    if (!is_due(name, subject)) {
        return real();
    }
    switch (plan_.fault) {
    case Fault::error:
        errno = plan_.error;
        return -1;
    case Fault::dead_before:
        errno = EIO;
        return -1;
    case Fault::error_after:
        static_cast<void>(real());
        errno = plan_.error;
        return -1;
    case Fault::act_before:
        plan_.act();
        return real();
    case Fault::act_after: {
        const auto result = real();
        const int saved = errno;
        plan_.act();
        errno = saved;
        return result;
    }
    case Fault::short_write:
    case Fault::none:
        break;
    }
    return real();
}

std::vector<std::string> FaultySys::subjects() const {
    const std::lock_guard lock(mutex_);
    return subjects_;
}

int FaultySys::openat(int dir, const char *name, int flags, mode_t mode) {
    return faulty("openat", [&] { return Sys::openat(dir, name, flags, mode); }, name);
}
ssize_t FaultySys::write(int fd, const void *buffer, std::size_t count) {
    return faulty("write", [&] {
        const bool halve = plan_.fault == Fault::short_write && calls().size() == plan_.at_call + 1;
        return Sys::write(fd, buffer, halve ? (count + 1) / 2 : count);
    });
}
int FaultySys::fallocate(int fd, int mode, off_t offset, off_t length) {
    return faulty("fallocate", [&] { return Sys::fallocate(fd, mode, offset, length); });
}
int FaultySys::ftruncate(int fd, off_t length) {
    return faulty("ftruncate", [&] { return Sys::ftruncate(fd, length); });
}
int FaultySys::fchmod(int fd, mode_t mode) {
    return faulty("fchmod", [&] { return Sys::fchmod(fd, mode); });
}
int FaultySys::sync_file_range(int fd, off_t offset, off_t length, unsigned flags) {
    return faulty("sync_file_range",
                  [&] { return Sys::sync_file_range(fd, offset, length, flags); });
}
int FaultySys::fsync(int fd) {
    return faulty("fsync", [&] { return Sys::fsync(fd); });
}
int FaultySys::syncfs(int fd) {
    return faulty("syncfs", [&] { return Sys::syncfs(fd); });
}
int FaultySys::close(int fd) {
    // A close that fails has closed all the same (close(2)).
    const int result = faulty("close", [&] { return 0; });
    const int saved = errno;
    const int real = Sys::close(fd);
    if (result == 0) {
        return real;
    }
    errno = saved;
    return result;
}
int FaultySys::renameat2(int old_dir, const char *old_name, int new_dir, const char *new_name,
                         unsigned flags) {
    return faulty(
        "renameat2", [&] { return Sys::renameat2(old_dir, old_name, new_dir, new_name, flags); },
        new_name);
}
int FaultySys::linkat(int old_dir, const char *old_name, int new_dir, const char *new_name,
                      int flags) {
    return faulty(
        "linkat", [&] { return Sys::linkat(old_dir, old_name, new_dir, new_name, flags); },
        new_name);
}
int FaultySys::unlinkat(int dir, const char *name, int flags) {
    return faulty("unlinkat", [&] { return Sys::unlinkat(dir, name, flags); }, name);
}
int FaultySys::mkdirat(int dir, const char *name, mode_t mode) {
    return faulty("mkdirat", [&] { return Sys::mkdirat(dir, name, mode); }, name);
}
int FaultySys::flock(int fd, int operation) {
    return faulty("flock", [&] { return Sys::flock(fd, operation); });
}

} // namespace intact::test
