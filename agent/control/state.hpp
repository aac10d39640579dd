// What anybody on the host may know of the daemon and its jobs: no path, no message, no secret.
#pragma once

#include "base/clock.hpp"
#include "catalog/job_facts.hpp"
#include "systemd/bus_value.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace intact::control {

/// How a run ended, in words of the closed lists: name_of(Outcome), name_of(ErrorCode).
struct LastRun {
    std::string run_id;
    std::string outcome;
    std::string failure; ///< empty: none
    WallTime ended{};
};

LastRun last_run_of(const catalog::EndedRun &run);

/// A run under way.
struct Moving {
    std::string stage; ///< name_of(Stage)
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_written = 0;
    std::uint64_t expected_bytes = 0; ///< to be read, by the last run; 0: unknown
    std::uint64_t bytes_per_second = 0;
    std::uint64_t entries = 0;
};

struct JobState {
    std::string job;
    bool is_enabled = true;
    bool is_paused = false;
    std::optional<WallTime> paused_until;
    std::string phase = "idle"; ///< or that of its turn, scheduler::Phase
    std::string cause;          ///< of the turn, scheduler::Cause
    std::string run_id;         ///< of its latest attempt
    std::uint32_t attempt = 0;
    std::optional<WallTime> next_slot; ///< by its calendar
    std::optional<WallTime> next_due;  ///< and when that begins, with its delay
    std::optional<Moving> moving;
    std::optional<LastRun> last;
    std::optional<WallTime> last_success;
    bool is_suspicious = false; ///< the newest backup is not what the job expects
};

struct AgentState {
    std::string version;
    std::uint32_t jobs = 0;
    std::uint32_t broken = 0; ///< whose files cannot be used
    std::uint32_t running = 0;
    std::uint32_t waiting = 0;
    bool is_paused = false; ///< all jobs
    bool is_stopping = false;
    std::string clock_hold; ///< why nothing is scheduled by the host's clock; empty: it is
    std::string next_job;
    std::optional<WallTime> next_due;
    std::optional<WallTime> loaded; ///< when the configuration in effect was read
};

/// Times as microseconds since 1970; what is missing is left out.
systemd::BusFacts facts_of(const JobState &state);
JobState job_state_in(const std::string &job, const systemd::BusFacts &facts);
systemd::BusFacts facts_of(const AgentState &state);
AgentState agent_state_in(const systemd::BusFacts &facts);

std::uint64_t to_usec(WallTime time);
WallTime from_usec(std::uint64_t usec);

} // namespace intact::control
