// Block devices made of files in memory, and one that keeps a log of what it is told.
#pragma once

#include "os/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace intact::powercut {

/// A sparse file and the loop device on it; both go with this object.
class Disk {
public:
    Disk(const std::string &path, std::uint64_t bytes);
    ~Disk();
    Disk(const Disk &) = delete;
    Disk &operator=(const Disk &) = delete;

    const std::string &device() const { return device_; }
    std::uint64_t bytes() const { return bytes_; }
    /// Nothing of it is cached any more. It must not be mounted.
    void forget_cache() const;

    /// Becomes a copy of the other one, holes and all.
    void copy_from(const Disk &other) const;
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes) const;
    /// Its bytes as they are now, to be read as long as this object lives.
    std::span<const std::byte> content() const { return content_; }

private:
    std::string path_;
    std::uint64_t bytes_;
    os::UniqueFd file_;
    os::UniqueFd loop_;
    std::string device_;
    std::span<const std::byte> content_;
};

/// The device-mapper target log-writes over `data`; what it is told lands in `log` as well. Asked
/// by ioctl(2), since a mark comes before every call and a program for each takes too long.
class LoggedDisk {
public:
    LoggedDisk(const Disk &data, const Disk &log);
    ~LoggedDisk();
    LoggedDisk(const LoggedDisk &) = delete;
    LoggedDisk &operator=(const LoggedDisk &) = delete;

    const std::string &device() const { return device_; }
    /// One word.
    void mark(const std::string &text) const;
    /// After it the log is complete.
    void remove();

private:
    os::UniqueFd control_;
    std::string name_;
    std::string device_;
    bool is_there_ = false;
};

} // namespace intact::powercut
