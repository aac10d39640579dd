// Writes the scheduler's decisions to the catalog on a thread of its own, since fsync(2) takes as
// long as the disk likes, and tells when they are durable.
#pragma once

#include "catalog/catalog.hpp"
#include "os/event_fd.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace intact::daemon {

/// Thread: all but its own work on that of the loop. The end waits for what was submitted.
class LedgerWriter {
public:
    /// Errors: io.
    static Result<std::unique_ptr<LedgerWriter>> start(std::unique_ptr<catalog::Catalog> catalog);
    ~LedgerWriter();
    LedgerWriter(const LedgerWriter &) = delete;
    LedgerWriter &operator=(const LedgerWriter &) = delete;

    /// Returns the number that done() reaches when these are durable, or cannot be made so.
    std::uint64_t submit(std::vector<catalog::LedgerChange> changes);
    /// Readable when done() has grown or trouble() has changed; reading it here clears that.
    int fd() const { return event_.fd(); }
    std::uint64_t done();
    /// Why the last batch was not written. Nothing is lost by then: it is tried again with the
    /// next.
    std::optional<Error> trouble() const;

private:
    LedgerWriter(std::unique_ptr<catalog::Catalog> catalog, os::EventFd event);
    void work();

    std::unique_ptr<catalog::Catalog> catalog_;
    os::EventFd event_;
    mutable std::mutex mutex_;
    std::condition_variable has_work_;
    std::vector<catalog::LedgerChange> waiting_;
    std::uint64_t submitted_ = 0;
    std::uint64_t done_ = 0;
    std::optional<Error> trouble_;
    bool ends_ = false;
    std::thread thread_; ///< last: it uses the others
};

} // namespace intact::daemon
