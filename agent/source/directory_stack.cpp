#include "source/directory_stack.hpp"

#include "os/shortage.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace intact::source {
namespace {

constexpr std::size_t kOpenAtMost = 64;

// None when ".." leads elsewhere by now.
Result<os::UniqueFd> reopen_parent(int child, const DirectoryStack::Level &parent) {
    os::UniqueFd fd(openat(child, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd && os::is_shortage(errno)) {
        return fail_errno(errno, "open a parent directory again");
    }
    struct stat status{};
    if (fd && (fstat(fd.get(), &status) != 0 || status.st_dev != parent.device ||
               status.st_ino != parent.inode)) {
        fd.reset();
    }
    return fd;
}

} // namespace

Result<> DirectoryStack::enter(os::UniqueFd fd, NameList names, std::size_t path_length) {
    struct stat status{};
    if (fstat(fd.get(), &status) != 0) {
        return fail_errno(errno, "stat a directory");
    }
    levels_.push_back({std::move(fd), status.st_dev, status.st_ino, std::move(names), path_length});
    if (levels_.size() > kOpenAtMost + 1) {
        levels_[levels_.size() - 1 - kOpenAtMost].fd.reset(); // never the outermost: index >= 1
    }
    return {};
}

Result<std::vector<std::size_t>> DirectoryStack::leave() {
    os::UniqueFd left = std::move(levels_.back().fd);
    levels_.pop_back();
    std::vector<std::size_t> lost;
    while (!levels_.empty() && !levels_.back().fd) {
        Level &parent = levels_.back();
        INTACT_TRY_ASSIGN(os::UniqueFd again, reopen_parent(left.get(), parent));
        if (again) {
            parent.fd = std::move(again);
            break;
        }
        if (!parent.names.empty()) {
            lost.push_back(parent.path_length);
        }
        levels_.pop_back();
    }
    return lost;
}

} // namespace intact::source
