// A lock that the kernel frees when its holder dies, with the holder's name inside. Knows no job.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "os/file.hpp"

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

namespace intact::os {

/// Who holds a lock: what a person who is turned away wants to know.
struct LockOwner {
    std::int64_t pid = 0;
    std::string host;
    std::string run_id;
    std::string since; ///< RFC 3339
};

/// flock(2) on a file that is never removed (removing a lock file lets two holders in).
/// Each holder appends its record, durably, before acquire() returns, and release() empties the
/// file; records found after taking the lock therefore name runs that died, and `predecessors()`
/// says which.
class LockFile {
public:
    /// Waits up to `patience` for the holder to end.
    /// Errors: locked, naming pid, host and since when; cancelled.
    static Result<LockFile> acquire(const Directory &directory, const std::string &name,
                                    const LockOwner &owner, std::chrono::milliseconds patience,
                                    const std::stop_token &stop);
    /// Whether somebody holds it now. To whoever asks at this moment it looks held, so a holder
    /// needs a little patience. Errors: permission_denied; io.
    static Result<bool> is_held(const Directory &directory, const std::string &name);
    LockFile(LockFile &&) noexcept = default;
    LockFile &operator=(LockFile &&) noexcept = default;

    /// The runs that held this lock and did not release it, oldest first.
    const std::vector<LockOwner> &predecessors() const { return predecessors_; }
    /// Forgets all records, then frees the lock: only for a holder that has cleaned up after itself
    /// and its predecessors. Destruction without it leaves the records to the next holder.
    void release();

private:
    explicit LockFile(File file) : file_(std::move(file)) {}
    File file_;
    std::vector<LockOwner> predecessors_;
};

} // namespace intact::os
