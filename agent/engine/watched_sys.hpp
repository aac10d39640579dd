// The kernel, with each durable call counted, timed and, when wanted, the last one.
#pragma once

#include "os/sys.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace intact::engine {

/// The longest that one kind of call took, and how many there were.
struct CallFigures {
    std::uint64_t calls = 0;
    std::chrono::microseconds longest{0};
};

/// Thread: one.
class WatchedSys final : public os::Sys {
public:
    /// With `last_call` this process dies by SIGKILL in place of that call, counted from 0.
    explicit WatchedSys(std::optional<std::size_t> last_call = std::nullopt)
        : last_call_(last_call) {}

    /// By name: "sync directory", "sync file", "rename", …
    const std::map<std::string, CallFigures> &figures() const { return figures_; }

    int openat(int dir, const char *name, int flags, mode_t mode) override;
    ssize_t write(int fd, const void *buffer, std::size_t count) override;
    int fsync(int fd) override;
    int syncfs(int fd) override;
    int renameat2(int old_dir, const char *old_name, int new_dir, const char *new_name,
                  unsigned flags) override;
    int linkat(int old_dir, const char *old_name, int new_dir, const char *new_name,
               int flags) override;
    int unlinkat(int dir, const char *name, int flags) override;

private:
    template <typename Call>
    auto watched(const std::string &kind, const Call &call) -> decltype(call());

    const std::optional<std::size_t> last_call_;
    std::size_t calls_ = 0;
    std::map<std::string, CallFigures> figures_;
};

} // namespace intact::engine
