#include "vm/powercut/log.hpp"

#include "vm/powercut/rig.hpp"

#include <cstring>
#include <endian.h>
#include <fcntl.h>
#include <unistd.h>

namespace intact::powercut {
namespace {

constexpr std::uint64_t kMagic = 0x6a736677736872;
constexpr std::uint64_t kVersion = 1;

enum Flag : std::uint64_t { kFlush = 1, kForced = 2, kDiscard = 4, kMark = 8 };

// Each of the two starts a sector of its own, little-endian.
struct Super {
    std::uint64_t magic;
    std::uint64_t version;
    std::uint64_t entries;
    std::uint32_t sector_bytes;
    std::uint32_t padding;
};
struct Header {
    std::uint64_t sector;
    std::uint64_t sectors;
    std::uint64_t flags;
    std::uint64_t inline_bytes; ///< of a mark's text, which follows in the same sector
};

class Reader {
public:
    explicit Reader(const std::string &device) : fd_(open_or_throw(device, O_RDONLY)) {}

    std::vector<std::byte> take(std::size_t bytes) {
        std::vector<std::byte> buffer(bytes);
        for (std::size_t done = 0; done < bytes;) {
            const ssize_t count = pread(fd_.get(), buffer.data() + done, bytes - done,
                                        static_cast<off_t>(at_ + done));
            require(count < 0, "read the log");
            if (count == 0) {
                throw RigError("the log ends in an entry");
            }
            done += static_cast<std::size_t>(count);
        }
        at_ += bytes;
        return buffer;
    }

private:
    os::UniqueFd fd_;
    std::size_t at_ = 0;
};

template <typename T>
T as(const std::vector<std::byte> &bytes) {
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

} // namespace

std::vector<LogEntry> read_log(const std::string &device) {
    Reader reader(device);
    const auto super = as<Super>(reader.take(kSectorBytes));
    if (le64toh(super.magic) != kMagic || le64toh(super.version) != kVersion ||
        le32toh(super.sector_bytes) != kSectorBytes) {
        throw RigError("no log of log-writes version 1 with sectors of 512 bytes");
    }
    std::vector<LogEntry> log;
    for (std::uint64_t left = le64toh(super.entries); left > 0; --left) {
        const auto sector = reader.take(kSectorBytes);
        const auto header = as<Header>(sector);
        const std::uint64_t flags = le64toh(header.flags);
        if ((flags & kDiscard) != 0) {
            throw RigError("the log has a discard: mount without it");
        }
        LogEntry entry;
        entry.sector = le64toh(header.sector);
        entry.flushes = (flags & kFlush) != 0;
        entry.forced = (flags & kForced) != 0;
        if ((flags & kMark) != 0) {
            entry.mark.assign(reinterpret_cast<const char *>(sector.data()) + sizeof header,
                              le64toh(header.inline_bytes));
        } else {
            entry.data = reader.take(le64toh(header.sectors) * kSectorBytes);
        }
        log.push_back(std::move(entry));
    }
    return log;
}

} // namespace intact::powercut
