#include "metrics/job_families.hpp"

#include "metrics/closed_lists.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace intact::metrics {
namespace {

using catalog::JobTotals;
using Type = SeriesType;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

const std::string &name_of(const JobSample &job) {
    return job.traits->name;
}

void add(const JobSample &job, Exposition &to, double value) {
    to.add({{"backup", name_of(job)}}, value);
}

void add(const JobSample &job, Exposition &to, std::string_view label, std::string_view word,
         double value) {
    to.add({{"backup", name_of(job)}, {label, word}}, value);
}

double count_in(const JobTotals::Counts &counts, std::string_view word) {
    const auto found = counts.find(std::string(word));
    return found == counts.end() ? 0 : static_cast<double>(found->second);
}

// Those of the closed list, and whatever else the catalog has: a version before, or after, had more
// words.
void add_counts(const JobSample &job, Exposition &to, std::string_view label,
                std::span<const std::string_view> words, const JobTotals::Counts &counts) {
    for (const std::string_view word : words) {
        add(job, to, label, word, count_in(counts, word));
    }
    for (const auto &[word, count] : counts) {
        if (std::find(words.begin(), words.end(), word) == words.end()) {
            add(job, to, label, word, static_cast<double>(count));
        }
    }
}

void add_failures(const JobSample &job, Exposition &to) {
    const auto one = [&](std::string_view stage, std::string_view reason, std::uint64_t count) {
        to.add({{"backup", name_of(job)},
                {"stage", stage.empty() ? "none" : stage},
                {"reason", reason}},
               static_cast<double>(count));
    };
    const auto &failures = job.facts->totals.failures;
    for (const FailureKind &kind : kUsualFailures) {
        const auto found = failures.find({std::string(kind.stage), std::string(kind.reason)});
        one(kind.stage, kind.reason, found == failures.end() ? 0 : found->second);
    }
    for (const auto &[kind, count] : failures) {
        const FailureKind seen{kind.first, kind.second};
        if (std::find(kUsualFailures.begin(), kUsualFailures.end(), seen) == kUsualFailures.end()) {
            one(seen.stage, seen.reason, count);
        }
    }
}

// Each class counts what is shorter, too.
void add_durations(const JobSample &job, Exposition &to) {
    const JobTotals &totals = job.facts->totals;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < totals.durations.size(); ++i) {
        count += totals.durations[i];
        std::array<char, 24> bound{};
        std::string_view word = "+Inf";
        if (i < catalog::kDurationBounds.size()) {
            const auto end = std::to_chars(bound.data(), bound.data() + bound.size(),
                                           catalog::kDurationBounds[i]);
            word = {bound.data(), end.ptr};
        }
        to.add("_bucket", {{"backup", name_of(job)}, {"le", word}}, static_cast<double>(count));
    }
    to.add("_sum", {{"backup", name_of(job)}}, static_cast<double>(totals.duration_usec) / 1e6);
    to.add("_count", {{"backup", name_of(job)}}, static_cast<double>(count));
}

void add_last_result(const JobSample &job, Exposition &to) {
    std::string_view result;
    if (job.unrecorded) {
        result = intact::name_of(job.unrecorded->outcome);
    } else if (job.facts->last) {
        result = intact::name_of(job.facts->last->outcome);
    }
    for (const std::string_view word : kResults) {
        add(job, to, "result", word, word == result ? 1 : 0);
    }
}

// Of an interrupted run nobody saw the end.
std::optional<WallTime> last_end(const JobSample &job) {
    if (job.unrecorded) {
        return job.unrecorded->at;
    }
    const auto &last = job.facts->last;
    return last ? std::optional(last->finished.value_or(last->started)) : std::nullopt;
}

double last_duration(const JobSample &job) {
    const auto &last = job.facts->last;
    return last && last->finished
               ? std::chrono::duration<double>(*last->finished - last->started).count()
               : 0;
}

void add_stage_durations(const JobSample &job, Exposition &to) {
    for (const std::string_view stage : kTimedStages) {
        double seconds = 0;
        if (job.facts->last) {
            const auto &spent = job.facts->last->stage_usec;
            const auto found = spent.find(std::string(stage));
            seconds = found == spent.end() ? 0 : static_cast<double>(found->second) / 1e6;
        }
        add(job, to, "stage", stage, seconds);
    }
}

template <auto Member>
void add_of_last(const JobSample &job, Exposition &to) {
    add(job, to, job.facts->last ? static_cast<double>((*job.facts->last).*Member) : 0);
}

template <auto Member>
void add_total(const JobSample &job, Exposition &to) {
    add(job, to, static_cast<double>(job.facts->totals.*Member));
}

template <auto Member>
void add_flag(const JobSample &job, Exposition &to) {
    add(job, to, job.*Member ? 1 : 0);
}

template <auto Member>
void add_progress(const JobSample &job, Exposition &to) {
    add(job, to, static_cast<double>(job.progress.*Member));
}

/// What only a destination that answers can tell.
template <auto Member>
void add_space(const JobSample &job, Exposition &to) {
    const auto &destination = job.facts->destination;
    add(job, to,
        destination && destination->is_reachable ? static_cast<double>((*destination).*Member)
                                                 : kUnknown);
}

/// What is as it was until somebody sees it otherwise.
template <auto Member>
void add_kept(const JobSample &job, Exposition &to) {
    const auto &destination = job.facts->destination;
    add(job, to, destination ? static_cast<double>((*destination).*Member) : 0);
}

void add_destination_info(const JobSample &job, Exposition &to) {
    const auto word = [](const std::string &text) -> std::string_view {
        return text.empty() ? std::string_view("unknown") : text;
    };
    const catalog::DestinationFacts none;
    const auto &known = job.facts->destination ? *job.facts->destination : none;
    to.add({{"backup", name_of(job)},
            {"filesystem", word(known.filesystem)},
            {"strategy", word(known.strategy)},
            {"variant", word(known.variant)}},
           1);
}

void add_info(const JobSample &job, Exposition &to) {
    to.add({{"backup", name_of(job)},
            {"source", job.traits->source},
            {"compression", job.traits->compression},
            {"verify", job.traits->verify},
            {"format", job.traits->format},
            {"schedule", job.traits->is_scheduled ? "calendar" : "none"}},
           1);
}

constexpr std::array kFamilies{
    JobFamily{{"intact_job_info", Type::info, "What the job's file says of it."}, add_info},
    JobFamily{{"intact_job_enabled", Type::gauge, "Whether the scheduler runs the job."},
              add_flag<&JobSample::is_enabled>},
    JobFamily{{"intact_job_paused", Type::gauge,
               "Whether what is due is left out, as somebody paused it."},
              add_flag<&JobSample::is_paused>},
    JobFamily{{"intact_job_broken", Type::gauge, "Whether the job's file cannot be used."},
              [](const JobSample &job, Exposition &to) { add(job, to, job.traits->is_broken); }},
    JobFamily{{"intact_job_running", Type::gauge, "Whether a run is on."},
              add_flag<&JobSample::is_running>},
    JobFamily{{"intact_job_queued", Type::gauge, "Whether a run is due and waits for room."},
              add_flag<&JobSample::is_queued>},
    JobFamily{{"intact_job_last_run_result", Type::gauge,
               "1 for what the last run came to; all 0: the job never ran."},
              add_last_result},
    JobFamily{{"intact_job_last_run_start_timestamp_seconds", Type::gauge,
               "When the last run began; 0: never."},
              [](const JobSample &job, Exposition &to) {
                  add(job, to, job.facts->last ? seconds_of(job.facts->last->started) : 0);
              }},
    JobFamily{
        {"intact_job_last_run_end_timestamp_seconds", Type::gauge,
         "When the last run ended, or began if nobody saw its end; 0: never."},
        [](const JobSample &job, Exposition &to) { add(job, to, seconds_of(last_end(job))); }},
    JobFamily{{"intact_job_last_run_duration_seconds", Type::gauge, "How long the last run took."},
              [](const JobSample &job, Exposition &to) { add(job, to, last_duration(job)); }},
    JobFamily{{"intact_job_last_run_stage_duration_seconds", Type::gauge,
               "How long its stages took; compress and write work while source goes on."},
              add_stage_durations},
    JobFamily{{"intact_job_last_run_read_bytes", Type::gauge,
               "What the last run read of its source, also when it failed."},
              add_of_last<&catalog::EndedRun::bytes_read>},
    JobFamily{{"intact_job_last_run_written_bytes", Type::gauge,
               "What the last run wrote of its archive, also when it failed."},
              add_of_last<&catalog::EndedRun::bytes_written>},
    JobFamily{{"intact_job_last_run_entries", Type::gauge, "Files and directories it archived."},
              add_of_last<&catalog::EndedRun::entries>},
    JobFamily{{"intact_job_last_run_warnings", Type::gauge,
               "What the last run could not take, or found amiss."},
              add_of_last<&catalog::EndedRun::warnings>},
    JobFamily{{"intact_job_last_success_timestamp_seconds", Type::gauge,
               "When the newest backup was finished; 0: there was none."},
              [](const JobSample &job, Exposition &to) {
                  add(job, to, seconds_of(job.facts->last_success));
              }},
    JobFamily{{"intact_job_last_backup_suspicious", Type::gauge,
               "1 if the newest backup is not what its job expects, see [expect]."},
              [](const JobSample &job, Exposition &to) {
                  add(job, to, job.facts->is_suspicious ? 1 : 0);
              }},
    JobFamily{{"intact_job_last_verified_timestamp_seconds", Type::gauge,
               "When a backup of the job was last read back and found whole; 0: never."},
              [](const JobSample &job, Exposition &to) {
                  add(job, to, seconds_of(job.facts->verified));
              }},
    JobFamily{{"intact_job_damaged_backups", Type::gauge,
               "Backups found damaged, and neither found whole nor removed since."},
              [](const JobSample &job, Exposition &to) {
                  add(job, to, static_cast<double>(job.facts->damaged));
              }},
    JobFamily{{"intact_job_next_run_timestamp_seconds", Type::gauge,
               "When the next run is due; 0: none is."},
              [](const JobSample &job, Exposition &to) { add(job, to, seconds_of(job.next_run)); }},
    JobFamily{{"intact_job_success_deadline_timestamp_seconds", Type::gauge,
               "When the next success is overdue; 0: none is asked for."},
              [](const JobSample &job, Exposition &to) { add(job, to, seconds_of(job.deadline)); }},
    JobFamily{{"intact_job_runs_total", Type::counter, "Runs that are over, by result."},
              [](const JobSample &job, Exposition &to) {
                  add_counts(job, to, "result", kResults, job.facts->totals.runs);
              }},
    JobFamily{
        {"intact_job_failures_total", Type::counter, "Runs that failed, by stage and reason."},
        add_failures},
    JobFamily{{"intact_job_missed_slots_total", Type::counter,
               "Times at which nobody was there to begin a run."},
              [](const JobSample &job, Exposition &to) {
                  add_counts(job, to, "reason", kMissedReasons, job.facts->totals.missed);
              }},
    JobFamily{{"intact_job_skipped_slots_total", Type::counter,
               "Times at which a run was left out on purpose."},
              [](const JobSample &job, Exposition &to) {
                  add_counts(job, to, "reason", kSkippedReasons, job.facts->totals.skipped);
              }},
    JobFamily{{"intact_job_retries_total", Type::counter, "Attempts after a first one."},
              add_total<&JobTotals::retries>},
    JobFamily{{"intact_job_run_duration_seconds", Type::histogram, "How long runs took."},
              add_durations},
    JobFamily{{"intact_job_read_bytes_total", Type::counter, "What runs read of their source."},
              add_total<&JobTotals::bytes_read>},
    JobFamily{
        {"intact_job_written_bytes_total", Type::counter, "What runs wrote of their archives."},
        add_total<&JobTotals::bytes_written>},
    JobFamily{{"intact_job_newest_backup_size_bytes", Type::gauge,
               "Size of the newest backup at the destination; 0: there is none."},
              add_kept<&catalog::DestinationFacts::newest_bytes>},
    JobFamily{{"intact_job_kept_backups", Type::gauge, "Backups that lie at the destination."},
              add_kept<&catalog::DestinationFacts::backups>},
    JobFamily{{"intact_job_kept_backups_size_bytes", Type::gauge, "Size of all of them."},
              add_kept<&catalog::DestinationFacts::backup_bytes>},
    JobFamily{{"intact_job_destination_free_bytes", Type::gauge,
               "Room left at the destination; NaN: not known."},
              add_space<&catalog::DestinationFacts::free_bytes>},
    JobFamily{{"intact_job_destination_size_bytes", Type::gauge,
               "Size of the destination's filesystem; NaN: not known."},
              add_space<&catalog::DestinationFacts::size_bytes>},
    JobFamily{{"intact_job_destination_reachable", Type::gauge,
               "Whether the destination was there when it was last looked at; NaN: never looked."},
              [](const JobSample &job, Exposition &to) {
                  const auto &known = job.facts->destination;
                  add(job, to, known ? (known->is_reachable ? 1 : 0) : kUnknown);
              }},
    JobFamily{{"intact_job_destination_checked_timestamp_seconds", Type::gauge,
               "When the destination was last looked at; 0: never."},
              [](const JobSample &job, Exposition &to) {
                  const auto &known = job.facts->destination;
                  add(job, to, known ? seconds_of(known->looked) : 0);
              }},
    JobFamily{{"intact_job_destination_info", Type::info,
               "What the destination lies on, and how backups were last published there."},
              add_destination_info},
    JobFamily{{"intact_job_verifications_total", Type::counter,
               "Backups that were read back, by what was found."},
              [](const JobSample &job, Exposition &to) {
                  add_counts(job, to, "result", kVerificationResults,
                             job.facts->totals.verifications);
              }},
    JobFamily{{"intact_job_progress_read_bytes", Type::gauge, "Of the run that is on."},
              add_progress<&RunProgress::bytes_read>},
    JobFamily{{"intact_job_progress_written_bytes", Type::gauge, "Of the run that is on."},
              add_progress<&RunProgress::bytes_written>},
    JobFamily{{"intact_job_progress_expected_bytes", Type::gauge,
               "What the run that is on will read, by the last one; 0: not known."},
              add_progress<&RunProgress::expected_bytes>},
    JobFamily{{"intact_job_progress_entries", Type::gauge, "Of the run that is on."},
              add_progress<&RunProgress::entries>},
};

} // namespace

std::span<const JobFamily> job_families() {
    return kFamilies;
}

JobTraits traits_of(const config::Job &job) {
    return {job.name,
            std::string(config::name_of(job.source_type())),
            std::string(config::name_of(job.archive.compression)),
            std::string(config::name_of(job.verify.after_run)),
            config::stream_format(job.source).name(),
            job.schedule.has_value(),
            false};
}

} // namespace intact::metrics
