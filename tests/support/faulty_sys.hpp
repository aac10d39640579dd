// A kernel that fails, tears or kills at one chosen call and is real everywhere else.
#pragma once

#include "os/sys.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace intact::test {

enum class Fault {
    none,
    error,       ///< the call is not made; it reports `error`
    error_after, ///< the call is made and done; it reports `error` all the same
    short_write, ///< a write takes half; other calls are real
    act_before,  ///< `act` is called, then the call is made
    act_after,
    dead_before, ///< neither this call nor any after it is made: as if the process had died
};

struct FaultPlan {
    std::size_t at_call = 0; ///< counted from 0
    Fault fault = Fault::none;
    int error = 0; ///< errno of `error`
    std::function<void()> act = nullptr;
};

/// For `act`: this process gets `signal` as from outside.
std::function<void()> signal_us(int signal);

class FaultySys final : public os::Sys {
public:
    explicit FaultySys(FaultPlan plan = {}) : plan_(std::move(plan)) {}

    /// Names of all calls so far, in order ("fsync", "renameat2", …). read(2) is not a durable call
    /// and is not counted.
    std::vector<std::string> calls() const;
    /// For each of them the name that it was about, of two the new one; empty: a descriptor.
    std::vector<std::string> subjects() const;

    int openat(int dir, const char *name, int flags, mode_t mode) override;
    ssize_t write(int fd, const void *buffer, std::size_t count) override;
    int fallocate(int fd, int mode, off_t offset, off_t length) override;
    int ftruncate(int fd, off_t length) override;
    int fchmod(int fd, mode_t mode) override;
    int sync_file_range(int fd, off_t offset, off_t length, unsigned flags) override;
    int fsync(int fd) override;
    int syncfs(int fd) override;
    int close(int fd) override;
    int renameat2(int old_dir, const char *old_name, int new_dir, const char *new_name,
                  unsigned flags) override;
    int linkat(int old_dir, const char *old_name, int new_dir, const char *new_name,
               int flags) override;
    int unlinkat(int dir, const char *name, int flags) override;
    int mkdirat(int dir, const char *name, mode_t mode) override;
    int flock(int fd, int operation) override;

private:
    template <typename Call>
    auto faulty(const char *name, const Call &real, const char *subject = "") -> decltype(real());
    bool is_due(const char *name, const char *subject);

    const FaultPlan plan_;
    mutable std::mutex mutex_;
    std::vector<std::string> calls_;
    std::vector<std::string> subjects_;
};

} // namespace intact::test
