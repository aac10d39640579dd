// What is known of one job at one moment, for those who read metrics.
#pragma once

#include "base/clock.hpp"
#include "base/outcome.hpp"
#include "catalog/job_facts.hpp"
#include "config/job.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace intact::metrics {

/// What a job's file says of it, in words of closed lists.
struct JobTraits {
    std::string name;
    std::string source = "unknown";
    std::string compression = "unknown";
    std::string verify = "unknown";
    std::string format = "unknown"; ///< of its stream; "raw": nothing proves that to be whole
    bool is_scheduled = false;
    bool is_broken = false; ///< its file cannot be used: the others are not known
};
JobTraits traits_of(const config::Job &job);

struct RunProgress {
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_written = 0;
    std::uint64_t expected_bytes = 0; ///< to be read; 0: unknown
    std::uint64_t entries = 0;
};

struct JobSample {
    std::shared_ptr<const JobTraits> traits;
    std::shared_ptr<const catalog::JobFacts> facts;
    bool is_enabled = true;
    bool is_paused = false;
    bool is_running = false;
    bool is_queued = false;
    std::optional<WallTime> next_run;
    std::optional<WallTime> deadline; ///< see success_deadline()
    RunProgress progress;             ///< of the run that is on
    /// An end that the daemon saw and that is not in the catalog, which may be what failed.
    struct UnrecordedEnd {
        Outcome outcome = Outcome::failure;
        WallTime at{};
    };
    std::optional<UnrecordedEnd> unrecorded;
};

} // namespace intact::metrics
