// The last step of each restored entry: from its temporary name to its own.
#include "engine/restore_tree.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/stat.h>

namespace intact::engine {
namespace {

std::string last_part(const std::string &path) {
    return path.substr(path.rfind('/') + 1);
}

bool is_not_offered(int err) {
    return err == EINVAL || err == ENOSYS || err == EOPNOTSUPP || err == EPERM;
}

} // namespace

Result<Placed> TreeWriter::publish(int dir, const std::string &temporary, const std::string &path) {
    Result<Placed> placed = Placed::made;
    if (options_.existing == Existing::keep) {
        placed = publish_new(dir, temporary, path);
    } else if (auto replaced = replace(dir, temporary, path); !replaced) {
        placed = fail(std::move(replaced).error());
    }
    if (!placed || *placed == Placed::kept) {
        sys().unlinkat(dir, temporary.c_str(), 0);
    }
    return placed;
}

// Without RENAME_NOREPLACE (NFS, some FUSE filesystems) a hard link tells as surely whether the
// name is free; without those, only a look before the rename is left.
Result<Placed> TreeWriter::publish_new(int dir, const std::string &temporary,
                                       const std::string &path) {
    const std::string name = last_part(path);
    if (sys().renameat2(dir, temporary.c_str(), dir, name.c_str(), RENAME_NOREPLACE) == 0) {
        return Placed::made;
    }
    if (errno == EEXIST) {
        return Placed::kept;
    }
    if (!is_not_offered(errno)) {
        return fail(about(path, "give its name to", errno));
    }
    if (sys().linkat(dir, temporary.c_str(), dir, name.c_str(), 0) == 0) {
        sys().unlinkat(dir, temporary.c_str(), 0);
        return Placed::made;
    }
    if (errno == EEXIST) {
        return Placed::kept;
    }
    if (!is_not_offered(errno)) {
        return fail(about(path, "give its name to", errno));
    }
    struct stat status{};
    if (fstatat(dir, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
        return Placed::kept;
    }
    if (sys().renameat2(dir, temporary.c_str(), dir, name.c_str(), 0) != 0) {
        return fail(about(path, "give its name to", errno));
    }
    return Placed::made;
}

Result<> TreeWriter::replace(int dir, const std::string &temporary, const std::string &path) {
    const std::string name = last_part(path);
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (sys().renameat2(dir, temporary.c_str(), dir, name.c_str(), 0) == 0) {
            return {};
        }
        if (errno != EISDIR && errno != ENOTEMPTY && errno != EEXIST) {
            return fail(about(path, "give its name to", errno));
        }
        // A directory that the archive filled is ours to keep; an empty one may go.
        if (directories_.contains(path) || sys().unlinkat(dir, name.c_str(), AT_REMOVEDIR) != 0) {
            return fail(ErrorCode::already_exists,
                        fmt::format("restore {}: a directory that is not empty is in its place",
                                    os::quoted_path(target_->path_of(path))));
        }
    }
    return fail(about(path, "give its name to", EISDIR));
}

} // namespace intact::engine
