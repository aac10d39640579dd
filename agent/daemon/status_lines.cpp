#include "daemon/status_lines.hpp"

namespace intact::daemon {
namespace {

// The first that holds, as what stands before keeps the others from mattering.
std::string state_of(const metrics::JobSample &job) {
    if (job.traits->is_broken) {
        return "broken";
    }
    if (job.is_running) {
        return "running";
    }
    if (job.is_queued) {
        return "waiting";
    }
    if (!job.is_enabled) {
        return "disabled";
    }
    return job.is_paused ? "paused" : "idle";
}

metrics::JobLine line_of(const metrics::JobSample &job) {
    metrics::JobLine line;
    line.name = job.traits->name;
    line.state = state_of(job);
    if (const auto &last = job.facts->last) {
        line.last_result = name_of(last->outcome);
        line.last_end = last->finished;
    }
    if (job.unrecorded) {
        line.last_result = name_of(job.unrecorded->outcome);
        line.last_end = job.unrecorded->at;
    }
    line.last_success = job.facts->last_success;
    line.next_run = job.next_run;
    line.deadline = job.deadline;
    if (const auto &destination = job.facts->destination; destination && destination->backups > 0) {
        line.newest_size_bytes = destination->newest_bytes;
    }
    return line;
}

} // namespace

std::vector<metrics::JobLine> status_lines(const std::vector<metrics::JobSample> &samples) {
    std::vector<metrics::JobLine> lines;
    lines.reserve(samples.size());
    for (const metrics::JobSample &sample : samples) {
        lines.push_back(line_of(sample));
    }
    return lines;
}

} // namespace intact::daemon
