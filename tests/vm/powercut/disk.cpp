#include "vm/powercut/disk.hpp"

#include "vm/powercut/log.hpp"
#include "vm/powercut/rig.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/dm-ioctl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace intact::powercut {
namespace {

// Another process may take the free one in between.
std::pair<os::UniqueFd, std::string> attach(int file) {
    const os::UniqueFd control = open_or_throw("/dev/loop-control", O_RDWR);
    for (;;) {
        const int number = ioctl(control.get(), LOOP_CTL_GET_FREE);
        require(number < 0, "ask for a loop device");
        std::string device = fmt::format("/dev/loop{}", number);
        os::UniqueFd loop = open_or_throw(device, O_RDWR);
        loop_config config{};
        config.fd = static_cast<std::uint32_t>(file);
        config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
        if (ioctl(loop.get(), LOOP_CONFIGURE, &config) == 0) {
            return {std::move(loop), std::move(device)};
        }
        require(errno != EBUSY, "set up " + device);
    }
}

/// One request to the device-mapper with what belongs behind its head.
class Request {
public:
    explicit Request(const std::string &name) {
        dm_ioctl &head = this->head();
        head.version[0] = DM_VERSION_MAJOR;
        head.data_size = static_cast<std::uint32_t>(buffer_.size());
        head.data_start = sizeof(dm_ioctl);
        name.copy(head.name, sizeof head.name - 1);
    }
    dm_ioctl &head() { return *reinterpret_cast<dm_ioctl *>(buffer_.data()); }
    template <typename T>
    T &payload() {
        return *reinterpret_cast<T *>(buffer_.data() + sizeof(dm_ioctl));
    }
    /// Behind the payload.
    template <typename T>
    void append(const std::string &text) {
        text.copy(reinterpret_cast<char *>(&payload<T>()) + sizeof(T), text.size());
    }
    void send(int control, unsigned long command, const std::string &what) {
        require(ioctl(control, command, buffer_.data()) != 0, "device-mapper: " + what);
    }

private:
    alignas(dm_ioctl) std::array<char, 4096> buffer_{};
};

} // namespace

Disk::Disk(const std::string &path, std::uint64_t bytes)
    : path_(path), bytes_(bytes), file_(open_or_throw(path, O_RDWR | O_CREAT | O_TRUNC)) {
    require(ftruncate(file_.get(), static_cast<off_t>(bytes)) != 0, "size of " + path);
    std::tie(loop_, device_) = attach(file_.get());
    void *memory = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file_.get(), 0);
    require(memory == MAP_FAILED, "map " + path);
    content_ = {static_cast<const std::byte *>(memory), bytes};
}

Disk::~Disk() {
    munmap(const_cast<std::byte *>(content_.data()), content_.size());
    unlink(path_.c_str());
}

void Disk::forget_cache() const {
    require(ioctl(loop_.get(), BLKFLSBUF) != 0, "flush " + device_);
}

void Disk::copy_from(const Disk &other) const {
    require(fallocate(file_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                      static_cast<off_t>(bytes_)) != 0,
            "empty " + path_);
    off_t begin = lseek(other.file_.get(), 0, SEEK_DATA);
    while (begin >= 0) {
        const off_t end = lseek(other.file_.get(), begin, SEEK_HOLE);
        require(end < 0, "look for holes in " + other.path_);
        const auto offset = static_cast<std::size_t>(begin);
        write_at(offset, other.content_.subspan(offset, static_cast<std::size_t>(end - begin)));
        begin = lseek(other.file_.get(), end, SEEK_DATA);
    }
    require(errno != ENXIO, "look for data in " + other.path_);
}

void Disk::write_at(std::uint64_t offset, std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
        const ssize_t count =
            pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        require(count <= 0, "write " + path_);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::size_t>(count);
    }
}

LoggedDisk::LoggedDisk(const Disk &data, const Disk &log)
    : control_(open_or_throw("/dev/mapper/control", O_RDWR)),
      name_(fmt::format("intact-powercut-{}", getpid())) {
    Request create(name_);
    create.send(control_.get(), DM_DEV_CREATE, "create");
    is_there_ = true;
    device_ = fmt::format("/dev/dm-{}", minor(static_cast<dev_t>(create.head().dev)));
    Request load(name_);
    load.head().target_count = 1;
    auto &target = load.payload<dm_target_spec>();
    target.length = data.bytes() / kSectorBytes;
    std::strcpy(target.target_type, "log-writes");
    load.append<dm_target_spec>(data.device() + " " + log.device());
    load.send(control_.get(), DM_TABLE_LOAD, "load the target log-writes");
    Request(name_).send(control_.get(), DM_DEV_SUSPEND, "resume");
}

LoggedDisk::~LoggedDisk() {
    if (is_there_) {
        Request request(name_);
        ioctl(control_.get(), DM_DEV_REMOVE, &request.head());
    }
}

void LoggedDisk::mark(const std::string &text) const {
    Request request(name_);
    request.append<dm_target_msg>("mark " + text);
    request.send(control_.get(), DM_TARGET_MSG, "mark");
}

void LoggedDisk::remove() {
    Request(name_).send(control_.get(), DM_DEV_REMOVE, "remove");
    is_there_ = false;
}

} // namespace intact::powercut
