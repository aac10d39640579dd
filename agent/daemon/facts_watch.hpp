// Follows what runs, verifications and surveys write to the catalog, whoever makes them, and hands
// each job's new facts to the loop. Reads on a thread of its own.
#pragma once

#include "catalog/catalog.hpp"
#include "os/event_fd.hpp"
#include "os/unique_fd.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace intact::daemon {

/// Thread: all but its own work on that of the loop. Source: inotify(7).
class FactsWatch {
public:
    /// Everything counts as news that has a revision after `since`. Errors: io.
    static Result<std::unique_ptr<FactsWatch>> start(const std::string &state_dir,
                                                     std::int64_t since);
    ~FactsWatch();
    FactsWatch(const FactsWatch &) = delete;
    FactsWatch &operator=(const FactsWatch &) = delete;

    /// Readable when there are news; take() clears that.
    int fd() const { return has_news_.fd(); }
    struct News {
        std::map<std::string, catalog::JobFacts> jobs;
        bool is_all = false; ///< the catalog was made anew: who is not in `jobs` has no facts
    };
    News take();
    /// Somebody in this process has written to the catalog.
    void look() { wish_.signal(); }

private:
    FactsWatch(std::string state_dir, std::int64_t since, os::EventFd has_news, os::EventFd wish,
               os::UniqueFd inotify);
    void work();
    bool wait_for_change();
    bool take_events();
    void read_news();

    const std::string state_dir_;
    std::unique_ptr<catalog::Catalog> catalog_; ///< the thread's
    std::int64_t revision_;                     ///< the thread's
    bool is_made_anew_ = false;                 ///< the thread's
    bool is_settling_ = false;                  ///< the thread's: something was just written
    os::EventFd has_news_;
    os::EventFd wish_; ///< for another look, or the end
    os::UniqueFd inotify_;
    std::mutex mutex_;
    News news_;
    bool ends_ = false;
    std::thread thread_; ///< last: it uses the others
};

} // namespace intact::daemon
