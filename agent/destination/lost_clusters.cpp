#include "destination/lost_clusters.hpp"

#include "destination/fat_table.hpp"
#include "destination/shared_clusters.hpp"
#include "os/mount.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace intact::destination {
namespace {

bool is_fat(int fd) {
    struct statfs facts{};
    return fstatfs(fd, &facts) == 0 && facts.f_type == MSDOS_SUPER_MAGIC;
}

// The device below an open file; -1: it cannot be read.
os::UniqueFd open_device_of(int fd) {
    const auto mount = os::mount_of(fd);
    struct stat file{};
    struct stat device{};
    if (!mount || fstat(fd, &file) != 0) {
        return {};
    }
    os::UniqueFd opened(open(mount->source.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    const bool is_it = opened && fstat(opened.get(), &device) == 0 && S_ISBLK(device.st_mode) &&
                       device.st_rdev == file.st_dev;
    return is_it ? std::move(opened) : os::UniqueFd();
}

} // namespace

bool has_lost_clusters(const os::Directory &directory, const std::string &name) {
    if (!is_fat(directory.fd())) {
        return false;
    }
    const auto file = directory.open_file(name);
    struct stat status{};
    if (!file || fstat(file->get(), &status) != 0) {
        return false;
    }
    const std::optional<std::uint64_t> first = first_block(file->get());
    const os::UniqueFd device = open_device_of(directory.fd());
    if (!first || !device) {
        return false;
    }
    // The kernel keeps the table in this device's page cache, so that both see the same one.
    const auto table = FatTable::open([&device](std::uint64_t offset, std::span<std::byte> bytes) {
        return pread(device.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)) ==
               static_cast<ssize_t>(bytes.size());
    });
    return table && !table->has_whole_chain(*first, static_cast<std::uint64_t>(status.st_size));
}

} // namespace intact::destination
