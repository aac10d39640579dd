// What the agent says of itself, beside its jobs: a registry of prometheus-cpp, and how its
// families are written down. Knows no job and no HTTP.
#pragma once

#include "base/clock.hpp"
#include "metrics/exposition.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace intact::metrics {

/// At one moment.
struct AgentSample {
    WallTime now{};
    bool is_configuration_good = true; ///< when it was last read: all of it
    std::optional<WallTime> loaded;    ///< when that in effect was read
    std::size_t jobs = 0;
    std::size_t broken = 0;                    ///< whose files cannot be used
    std::optional<bool> is_clock_synchronized; ///< none: nobody knows
    bool is_clock_held = false; ///< nothing is scheduled, as the clock is not believed
    bool is_paused = false;     ///< all jobs
    bool is_catalog_writable = true;
    std::size_t waiting = 0;
    std::size_t running = 0;
    std::size_t connections = 0;
    std::map<std::string, std::uint64_t> requests; ///< by status code, since the start
    std::map<std::string, std::uint64_t> rejected; ///< connections and requests, by reason
};

/// How much there is to tell.
enum class Extent : std::uint8_t {
    files,   ///< what program and configuration are: without a daemon
    daemon,  ///< and what the daemon does: in a textfile, whose reader has a process of its own
    process, ///< and what its process takes and serves
};

/// Thread: one.
class AgentMetrics {
public:
    explicit AgentMetrics(const std::string &version);
    ~AgentMetrics();
    AgentMetrics(const AgentMetrics &) = delete;
    AgentMetrics &operator=(const AgentMetrics &) = delete;

    void write(const AgentSample &sample, Extent extent, Exposition &to);

private:
    void set(const AgentSample &sample);
    void set_process();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace intact::metrics
