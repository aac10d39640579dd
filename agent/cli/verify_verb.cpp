#include "base/quantity.hpp"
#include "cli/choose_backup.hpp"
#include "cli/choose_jobs.hpp"
#include "cli/format.hpp"
#include "cli/json_lines.hpp"
#include "cli/progress_view.hpp"
#include "cli/signals.hpp"
#include "cli/summary.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "cli/verification_log.hpp"
#include "destination/chain.hpp"
#include "destination/verify.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace intact::cli {
namespace {

constexpr int kMismatch = 5;

/// What was asked for, and what could not be found of it.
struct Found {
    std::vector<ChosenBackup> backups;
    std::vector<Error> problems;
    std::vector<std::string> gaps;
};

// What the job's directory tells beyond the single backups.
void look_around(const Session &session, const config::Job &job, Found &found) {
    const std::string host = session.context().host;
    const auto directory = os::Directory::open(job.destination.path, *session.sys);
    const auto backups = directory.and_then(
        [&](const os::Directory &opened) { return destination::list_backups(opened, job.name); });
    if (!backups) {
        return; // all_backups() has reported it
    }
    auto unproven = destination::find_unproven(*directory, job, host);
    if (!unproven) {
        found.problems.push_back(std::move(unproven).error());
        return;
    }
    if (backups->empty() && unproven->empty()) {
        found.problems.push_back(
            Error(ErrorCode::not_found, fmt::format("job '{}' has no backup in {}", job.name,
                                                    os::quoted_path(job.destination.path)))
                .with_hint(fmt::format("'intact run {}' takes one", job.name)));
    }
    destination::ChainReport chain = destination::check_chain(*backups, host);
    std::move(unproven->begin(), unproven->end(), std::back_inserter(found.problems));
    std::move(chain.faults.begin(), chain.faults.end(), std::back_inserter(found.problems));
    std::move(chain.gaps.begin(), chain.gaps.end(), std::back_inserter(found.gaps));
}

Found find_all(const Session &session, const std::vector<std::string> &names) {
    Found found;
    const config::Configuration configuration = config::load(session.places());
    std::vector<const config::Job *> jobs;
    for (const std::string &name : names) {
        const auto job = choose_job(configuration, name);
        if (job) {
            jobs.push_back(*job);
        } else {
            found.problems.push_back(job.error());
        }
    }
    if (names.empty()) {
        for (const config::LoadedJob &loaded : configuration.jobs) {
            jobs.push_back(&loaded.job);
        }
        // What is left out must not look verified.
        for (const config::BrokenJob &broken : configuration.broken) {
            found.problems.emplace_back(
                ErrorCode::config_invalid,
                fmt::format("job '{}' is broken: its backups were not verified", broken.name));
        }
        if (show_common_errors(configuration) != 0) {
            found.problems.emplace_back(
                ErrorCode::config_invalid,
                "not all of the configuration could be read: backups of other jobs were not "
                "verified");
        }
        if (configuration.jobs.empty() && found.problems.empty()) {
            found.problems.emplace_back(ErrorCode::not_found,
                                        "no job is configured: nothing was verified");
        }
    }
    found.backups = all_backups(session, jobs, found.problems);
    for (const config::Job *job : jobs) {
        look_around(session, *job, found);
    }
    return found;
}

Found find_backups(const Session &session, const VerifyArguments &arguments) {
    if (arguments.reach == Reach::all) {
        return find_all(session, arguments.words);
    }
    Found found;
    for (const std::string &word : arguments.words) {
        auto chosen = choose_backup(session, word);
        if (chosen) {
            found.backups.push_back(*std::move(chosen));
        } else {
            found.problems.push_back(std::move(chosen).error());
        }
    }
    return found;
}

struct Verdict {
    Result<destination::Verification> result;
    std::chrono::microseconds took{0};
};

Verdict verify_one(const ChosenBackup &chosen, const VerifyArguments &arguments,
                   const std::stop_token &stop) {
    engine::Progress progress;
    progress.stage = Stage::verify;
    const std::uint64_t bytes = chosen.backup.manifest ? chosen.backup.manifest->bytes : 0;
    const bool is_silent = arguments.form == Form::json || arguments.voice == Voice::quiet;
    const ProgressView view(progress, {chosen.name(), Activity::verify, bytes},
                            is_silent ? Voice::quiet : Voice::normal);
    const SteadyTime begun = system_clock().steady();
    auto result = destination::verify_backup(*chosen.directory, chosen.backup.manifest_name,
                                             arguments.depth, stop, &progress.bytes_verified);
    const auto took = system_clock().steady() - begun;
    return {std::move(result), std::chrono::duration_cast<std::chrono::microseconds>(took)};
}

std::string as_text(const ChosenBackup &chosen, const Verdict &verdict) {
    if (!verdict.result) {
        const Error &error = verdict.result.error();
        return fmt::format("{}  {}: {}\n    hint: {}\n",
                           coloured(STDOUT_FILENO, Colour::red, "BAD"), chosen.name(),
                           error.message(), error.hint());
    }
    return fmt::format("{}   {}: {}, {} in {}\n", coloured(STDOUT_FILENO, Colour::green, "ok"),
                       chosen.name(),
                       verified_text(std::string(config::name_of(verdict.result->depth)),
                                     std::string(destination::name_of(verdict.result->level))),
                       format_size(verdict.result->bytes_read), format_span(verdict.took));
}

nlohmann::ordered_json as_json(const ChosenBackup &chosen, const Verdict &verdict) {
    nlohmann::ordered_json json{{"backup", chosen.name()},
                                {"destination", chosen.directory->path()},
                                {"ok", verdict.result.has_value()},
                                {"usec", verdict.took.count()}};
    if (verdict.result) {
        json["depth"] = config::name_of(verdict.result->depth);
        json["level"] = destination::name_of(verdict.result->level);
        json["bytes_read"] = verdict.result->bytes_read;
    } else {
        json["code"] = name_of(verdict.result.error().code());
        json["message"] = verdict.result.error().message();
        json["hint"] = verdict.result.error().hint();
    }
    return json;
}

// A backup that is not whole outweighs one that could not be looked at.
int graver_of(int a, int b) {
    return a == 0 || b == kMismatch ? b : a;
}

} // namespace

int verify(const Session &session, const VerifyArguments &arguments) {
    const StopSignals signals;
    const Found found = find_backups(session, arguments);
    int exit_code = 0;
    for (const Error &problem : found.problems) {
        exit_code = graver_of(exit_code, print_error(problem));
    }
    if (arguments.voice == Voice::normal) {
        for (const std::string &gap : found.gaps) {
            print_aside(fmt::format("note: {}\n", gap));
        }
    }
    VerificationLog log(session);
    JsonLines json(STDOUT_FILENO);
    std::uint64_t sound = 0;
    for (const ChosenBackup &chosen : found.backups) {
        const Verdict verdict = verify_one(chosen, arguments, signals.token());
        if (!verdict.result && verdict.result.error().code() == ErrorCode::cancelled) {
            return print_error(verdict.result.error());
        }
        log.note(chosen, verdict.result);
        if (arguments.form == Form::json) {
            json.write(as_json(chosen, verdict));
        } else if (!verdict.result || arguments.voice == Voice::normal) {
            print(as_text(chosen, verdict));
        }
        sound += verdict.result ? 1U : 0U;
        if (!verdict.result) {
            exit_code = graver_of(exit_code, exit_code_of(verdict.result.error().code()));
        }
    }
    if (arguments.form == Form::text && arguments.voice == Voice::normal &&
        found.backups.size() != 1) {
        print(fmt::format("{} of {} ok\n", sound,
                          format_count(found.backups.size(), "backup", "backups")));
    }
    return exit_code;
}

} // namespace intact::cli
