#include "engine/watched_sys.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace intact::engine {
namespace {

bool is_directory(int fd) {
    struct stat status{};
    return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

} // namespace

template <typename Call>
auto WatchedSys::watched(const std::string &kind, const Call &call) -> decltype(call()) {
    if (calls_++ == last_call_) {
        kill(getpid(), SIGKILL);
    }
    const auto begun = std::chrono::steady_clock::now();
    const auto result = call();
    const int saved = errno;
    CallFigures &figures = figures_[kind];
    ++figures.calls;
    figures.longest =
        std::max(figures.longest, std::chrono::duration_cast<std::chrono::microseconds>(
                                      std::chrono::steady_clock::now() - begun));
    errno = saved;
    return result;
}

int WatchedSys::openat(int dir, const char *name, int flags, mode_t mode) {
    const auto open = [&] { return Sys::openat(dir, name, flags, mode); };
    return (flags & O_CREAT) != 0 ? watched("create", open) : open();
}
ssize_t WatchedSys::write(int fd, const void *buffer, std::size_t count) {
    return watched("write", [&] { return Sys::write(fd, buffer, count); });
}
int WatchedSys::fsync(int fd) {
    return watched(is_directory(fd) ? "sync directory" : "sync file",
                   [&] { return Sys::fsync(fd); });
}
int WatchedSys::syncfs(int fd) {
    return watched("sync filesystem", [&] { return Sys::syncfs(fd); });
}
int WatchedSys::renameat2(int old_dir, const char *old_name, int new_dir, const char *new_name,
                          unsigned flags) {
    return watched("rename",
                   [&] { return Sys::renameat2(old_dir, old_name, new_dir, new_name, flags); });
}
int WatchedSys::linkat(int old_dir, const char *old_name, int new_dir, const char *new_name,
                       int flags) {
    return watched("link",
                   [&] { return Sys::linkat(old_dir, old_name, new_dir, new_name, flags); });
}
int WatchedSys::unlinkat(int dir, const char *name, int flags) {
    return watched("remove", [&] { return Sys::unlinkat(dir, name, flags); });
}

} // namespace intact::engine
