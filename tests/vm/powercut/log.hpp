// What a disk was told, in order: the log of the device-mapper target log-writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace intact::powercut {

constexpr std::size_t kSectorBytes = 512;

struct LogEntry {
    std::uint64_t sector = 0;
    std::vector<std::byte> data;
    bool flushes = false; ///< all entries before it are durable when it is; comes before its data
    bool forced = false;  ///< FUA: durable itself when the disk answered
    std::string mark;     ///< where the program under test had come; then there is no data

    bool is_write() const { return !data.empty(); }
};

/// Reads the log from its device. Plain writes stand in it where the next flush is, since that is
/// when the target logs them. Source: docs.kernel.org, device-mapper/log-writes, version 1 of the
/// format in drivers/md/dm-log-writes.c.
std::vector<LogEntry> read_log(const std::string &device);

} // namespace intact::powercut
