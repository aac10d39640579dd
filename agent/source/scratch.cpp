#include "source/scratch.hpp"

#include "os/file.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace intact::source {
namespace {

constexpr std::size_t kRandomEnd = 7; // ".XXXXXX"

std::string place_for_scratch() {
    const char *own = std::getenv("TMPDIR");
    return own != nullptr && *own == '/' ? own : "/var/tmp";
}

/// Open and locked; nothing when somebody uses it, or when it is not ours.
os::UniqueFd lock_of(const std::string &path) {
    os::UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status{};
    if (!fd || fstat(fd.get(), &status) != 0 || status.st_uid != geteuid() ||
        flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        return {};
    }
    return fd;
}

bool still_has(const std::string &path, const os::UniqueFd &fd) {
    struct stat by_name{};
    struct stat by_fd{};
    return lstat(path.c_str(), &by_name) == 0 && fstat(fd.get(), &by_fd) == 0 &&
           by_name.st_ino == by_fd.st_ino && by_name.st_dev == by_fd.st_dev;
}

void remove_tree(const std::string &path) {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
}

// What a process left that was killed: its lock went with it.
void remove_leavings(const std::string &place, const std::string &prefix) {
    std::error_code ignored;
    for (const auto &entry : std::filesystem::directory_iterator(place, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.size() != prefix.size() + kRandomEnd || !name.starts_with(prefix)) {
            continue;
        }
        if (const os::UniqueFd lock = lock_of(entry.path().string())) {
            remove_tree(entry.path().string());
        }
    }
}

} // namespace

Result<Scratch> Scratch::make(std::string_view what) {
    const std::string place = place_for_scratch();
    const std::string prefix = fmt::format("intact-{:016x}", std::hash<std::string_view>()(what));
    remove_leavings(place, prefix);
    for (;;) {
        std::string path = fmt::format("{}/{}.XXXXXX", place, prefix);
        if (mkdtemp(path.data()) == nullptr) {
            return fail(Error::from_errno(errno, "make a directory in " + os::quoted_path(place))
                            .with_hint("$TMPDIR says where a copy may lie for a while"));
        }
        // Another one that sweeps may have come first.
        os::UniqueFd lock = lock_of(path);
        if (lock && still_has(path, lock)) {
            return Scratch(std::move(path), std::move(lock));
        }
    }
}

Scratch::Scratch(Scratch &&other) noexcept
    : path_(std::exchange(other.path_, "")), lock_(std::move(other.lock_)) {}

Scratch::~Scratch() {
    if (!path_.empty()) {
        remove_tree(path_);
    }
}

} // namespace intact::source
