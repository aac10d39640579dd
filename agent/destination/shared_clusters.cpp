#include "destination/shared_clusters.hpp"

#include <cerrno>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

namespace intact::destination {
namespace {

constexpr std::size_t kCopyBytes = 256u << 10;

std::optional<std::uint64_t> first_block_at(const os::Directory &directory,
                                            const std::string &name) {
    const auto fd = directory.open_file(name);
    return fd ? first_block(fd->get()) : std::nullopt;
}

} // namespace

std::optional<std::uint64_t> first_block(int fd) {
    int block = 0;
    return ioctl(fd, FIBMAP, &block) == 0 && block > 0
               ? std::optional(static_cast<std::uint64_t>(block))
               : std::nullopt;
}

std::optional<bool> share_clusters(const os::Directory &directory, const std::string &kept,
                                   const std::string &other) {
    const auto kept_block = first_block_at(directory, kept);
    const auto other_block = first_block_at(directory, other);
    if (!kept_block) {
        return std::nullopt;
    }
    return kept_block == other_block;
}

Result<> give_own_clusters(const os::Directory &directory, const std::string &name,
                           const std::string &aside) {
    // Held open, so that whatever takes its name frees nothing before the syncs.
    INTACT_TRY_ASSIGN(const os::UniqueFd held, directory.open_file(name));
    INTACT_TRY(copy_file(directory, held.get(), aside));
    INTACT_TRY(directory.sync());
    if (auto exchanged = directory.exchange(aside, name); !exchanged) {
        if (exchanged.error().sys_errno() != EINVAL) {
            return exchanged;
        }
        INTACT_TRY(directory.rename(aside, name, os::IfExists::replace));
    }
    INTACT_TRY(directory.sync_file(name));
    INTACT_TRY(directory.sync_filesystem());
    return directory.sync();
}

Result<> copy_file(const os::Directory &directory, int from, const std::string &name) {
    INTACT_TRY_ASSIGN(os::File file, directory.create(name));
    if (lseek(from, 0, SEEK_SET) < 0) {
        return fail_errno(errno, "copy to " + os::quoted_path(file.path()));
    }
    std::vector<std::byte> buffer(kCopyBytes);
    for (;;) {
        INTACT_TRY_ASSIGN(const std::size_t count,
                          os::read_some(directory.sys(), from, buffer, file.path()));
        if (count == 0) {
            break;
        }
        INTACT_TRY(file.write_all(std::span(buffer).first(count)));
    }
    INTACT_TRY(file.sync());
    return file.close();
}

} // namespace intact::destination
