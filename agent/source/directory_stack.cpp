#include "source/directory_stack.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace intact::source {
namespace {

constexpr std::size_t kOpenAtMost = 64;

} // namespace

Result<> DirectoryStack::enter(os::UniqueFd fd, std::vector<std::string> names,
                               std::size_t path_length) {
    struct stat status{};
    if (fstat(fd.get(), &status) != 0) {
        return fail_errno(errno, "stat a directory");
    }
    levels_.push_back({std::move(fd), status.st_dev, status.st_ino, std::move(names), path_length});
    if (levels_.size() > kOpenAtMost) {
        levels_[levels_.size() - 1 - kOpenAtMost].fd.reset();
    }
    return {};
}

Result<> DirectoryStack::leave() {
    const os::UniqueFd left = std::move(levels_.back().fd);
    levels_.pop_back();
    if (levels_.empty() || levels_.back().fd) {
        return {};
    }
    Level &parent = levels_.back();
    os::UniqueFd again(openat(left.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat status{};
    if (!again || fstat(again.get(), &status) != 0) {
        return fail_errno(errno, "go back to the parent directory");
    }
    if (status.st_dev != parent.device || status.st_ino != parent.inode) {
        return fail(ErrorCode::source_unreadable, "a directory was moved away while it was read");
    }
    parent.fd = std::move(again);
    return {};
}

} // namespace intact::source
