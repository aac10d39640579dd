#include "base/quantity.hpp"
#include "base/text.hpp"
#include "cli/choose_backup.hpp"
#include "cli/choose_jobs.hpp"
#include "cli/format.hpp"
#include "cli/progress_view.hpp"
#include "cli/signals.hpp"
#include "cli/summary.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "config/config.hpp"
#include "engine/restore.hpp"
#include "source/pod_unpack.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace intact::cli {
namespace {

constexpr std::uint64_t kNoticesShown = 20;

std::string report_text(const RestoreArguments &arguments, const engine::RestoreReport &report,
                        std::chrono::microseconds took) {
    std::string out =
        fmt::format("{} {}, {}, into {}", arguments.dry_run ? "would restore" : "restored",
                    format_count(report.entries, "entry", "entries"), format_size(report.bytes),
                    os::quoted_path(arguments.target));
    if (!arguments.dry_run) {
        out += " in " + format_span(took);
    }
    if (report.kept > 0) {
        out += fmt::format("; {} there already and kept (--overwrite replaces them)",
                           format_count(report.kept, "was", "were"));
    }
    if (report.warnings > 0) {
        out += "; " + format_count(report.warnings, "warning", "warnings");
    }
    return out + "\n";
}

Result<int> restore_tree(const RestoreArguments &arguments, const ChosenBackup &chosen,
                         engine::Progress &progress, ProgressView &view,
                         const std::stop_token &stop) {
    const SteadyTime begun = system_clock().steady();
    engine::RestoreOptions options;
    options.target = arguments.target;
    options.patterns = arguments.patterns;
    options.existing = arguments.existing;
    options.dry_run = arguments.dry_run;
    std::uint64_t warnings = 0;
    options.on_warning = [&](const Warning &warning) {
        if (++warnings <= kNoticesShown) {
            view.aside([&] { print_warning(warning_line(warning)); });
        }
    };
    std::uint64_t refused = 0;
    options.on_refused = [&](const Error &error) {
        if (++refused <= kNoticesShown) {
            view.aside([&] { print_warning("not restored: " + error.message()); });
        }
    };
    if (arguments.dry_run) {
        options.on_entry = [&](const std::string &path) {
            view.aside([&] { print(one_line(path) + "\n"); });
        };
    }
    INTACT_TRY_ASSIGN(const auto report, engine::restore_files(*chosen.directory, chosen.backup,
                                                               options, progress, stop));
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(system_clock().steady() - begun);
    view.aside([&] {
        if (arguments.voice == Voice::normal) {
            // A dry run's list goes to stdout alone, so that it can be piped on.
            const std::string text = report_text(arguments, report, took);
            arguments.dry_run ? print_aside(text) : print(text);
        }
    });
    return report.warnings > 0 ? catalog::kExitPartial : 0;
}

// How to reach a pod stands in the job that took the backup.
Result<config::KubernetesSource> pod_of(const Session &session, const RestoreArguments &arguments,
                                        const ChosenBackup &chosen) {
    if (!chosen.backup.manifest) {
        return fail(chosen.backup.manifest.error());
    }
    const std::string &name = chosen.backup.manifest->job;
    const config::Configuration configuration = config::load(session.places());
    const config::Job *job = configuration.find(name);
    const auto *source =
        job == nullptr ? nullptr : std::get_if<config::KubernetesSource>(&job->source);
    if (source == nullptr) {
        return fail(Error(job == nullptr ? ErrorCode::not_found : ErrorCode::usage,
                          job == nullptr
                              ? fmt::format("--pod: there is no job '{}'", one_line(name))
                              : fmt::format("--pod: job '{}' backs up no pod", one_line(name)))
                        .with_hint("--pipe -- kubectl exec -i POD -- tar -C / -xf - needs no job, "
                                   "and proves less"));
    }
    config::KubernetesSource wanted = *source;
    if (!arguments.pod.empty()) {
        wanted.pod = arguments.pod;
        wanted.selector.clear();
    }
    return wanted;
}

Result<int> restore_pod(const Session &session, const RestoreArguments &arguments,
                        const ChosenBackup &chosen, engine::Progress &progress, ProgressView &view,
                        const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(const config::KubernetesSource wanted, pod_of(session, arguments, chosen));
    source::PodTarget target;
    if (!arguments.target.empty()) {
        target.directory = arguments.target;
    }
    if (arguments.existing == engine::Existing::keep) {
        target.must_be_free = (target.directory == "/" ? "" : target.directory) + wanted.path;
    }
    std::uint64_t warnings = 0;
    source::PodUnpack pod(
        wanted, target,
        [&](std::string_view line) { view.aside([&] { print_aside(one_line(line) + "\n"); }); },
        [&](const Warning &warning) {
            ++warnings;
            view.aside([&] { print_warning(warning_line(warning)); });
        });
    INTACT_TRY_ASSIGN(
        const std::uint64_t bytes,
        engine::restore_to_pod(*chosen.directory, chosen.backup, pod, progress, stop));
    if (arguments.voice == Voice::normal) {
        view.aside(
            [&] { print(fmt::format("{} took {}\n", one_line(pod.place()), format_size(bytes))); });
    }
    return warnings > 0 ? catalog::kExitPartial : 0;
}

Result<int> restore_into(const Session &session, const RestoreArguments &arguments,
                         const ChosenBackup &chosen, engine::Progress &progress, ProgressView &view,
                         const std::stop_token &stop) {
    const config::Configuration configuration = config::load(session.places());
    INTACT_TRY_ASSIGN(const config::Job *job, choose_job(configuration, arguments.job));
    const auto *database = std::get_if<config::DatabaseSource>(&job->source);
    if (database == nullptr) {
        return fail(Error(ErrorCode::usage,
                          fmt::format("the source of job '{}' is of type \"{}\", which is no "
                                      "database",
                                      job->name, config::name_of(job->source_type())))
                        .with_hint("--target is for files, --pipe for any other stream"));
    }
    const auto said = [&](std::string_view line) {
        view.aside([&] { print_aside(one_line(line) + "\n"); });
    };
    INTACT_TRY_ASSIGN(const std::uint64_t bytes,
                      engine::restore_to_database(*chosen.directory, chosen.backup, *database,
                                                  arguments.existing, said, progress, stop));
    if (arguments.voice == Voice::normal) {
        view.aside(
            [&] { print_aside(fmt::format("{} took {}\n", arguments.job, format_size(bytes))); });
    }
    return 0;
}

Result<int> restore_to(const Session &session, const RestoreArguments &arguments,
                       const ChosenBackup &chosen, engine::Progress &progress, ProgressView &view,
                       const std::stop_token &stop) {
    const os::Directory &directory = *chosen.directory;
    switch (arguments.to) {
    case RestoreTo::directory:
        return restore_tree(arguments, chosen, progress, view, stop);
    case RestoreTo::standard_output:
        return engine::restore_stream(directory, chosen.backup, STDOUT_FILENO, progress, stop)
            .map([](std::uint64_t) { return 0; });
    case RestoreTo::pod:
        return restore_pod(session, arguments, chosen, progress, view, stop);
    case RestoreTo::database:
        return restore_into(session, arguments, chosen, progress, view, stop);
    case RestoreTo::command:
        break;
    }
    INTACT_TRY_ASSIGN(
        const std::uint64_t bytes,
        engine::restore_to_command(directory, chosen.backup, arguments.command, progress, stop));
    if (arguments.voice == Voice::normal) {
        view.aside([&] {
            print_aside(fmt::format("{} took {}\n", one_line(arguments.command.front()),
                                    format_size(bytes)));
        });
    }
    return 0;
}

} // namespace

int restore(const Session &session, const RestoreArguments &arguments) {
    const StopSignals signals;
    const auto chosen = choose_backup(session, arguments.backup);
    if (!chosen) {
        return print_error(chosen.error());
    }
    engine::Progress progress;
    const std::uint64_t bytes = chosen->backup.manifest ? chosen->backup.manifest->bytes : 0;
    Result<int> restored = 0;
    {
        ProgressView view(progress, {chosen->name(), Activity::restore, bytes}, arguments.voice);
        restored = restore_to(session, arguments, *chosen, progress, view, signals.token());
    }
    if (!restored) {
        return print_error(
            std::move(restored).error().within(fmt::format("restore '{}'", chosen->name())));
    }
    return *restored;
}

} // namespace intact::cli
