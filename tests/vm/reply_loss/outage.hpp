// A network between an NFS client and its server on one host that swallows replies: what was asked
// is done, and the one who asked does not hear of it.
#pragma once

#include <atomic>
#include <string>
#include <thread>

namespace intact::test {

enum class Ending {
    server_restarts, ///< and has forgotten what it answered; the client asks once more
    client_gives_up, ///< a soft mount's: no connection stands until the call has returned
};

/// From its construction on, replies of NFS do not arrive. Needs root, nft(8) and rpc.nfsd(8).
class Outage {
public:
    explicit Outage(Ending ending);
    ~Outage();
    Outage(const Outage &) = delete;
    Outage &operator=(const Outage &) = delete;

    /// Whether a reply was lost. If the server restarts then, it may have ended before.
    bool end();

private:
    void watch();

    const Ending ending_;
    std::atomic<bool> is_over_{false};
    std::atomic<bool> has_lost_{false};
    std::thread watcher_;
};

} // namespace intact::test
