#include "base/quantity.hpp"
#include "base/text.hpp"
#include "cli/choose_backup.hpp"
#include "cli/choose_jobs.hpp"
#include "cli/format.hpp"
#include "cli/json_lines.hpp"
#include "cli/summary.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace intact::cli {
namespace {

Result<std::vector<ChosenBackup>> backups_in(const Session &session, const std::string &path,
                                             const std::string &job) {
    INTACT_TRY_ASSIGN(auto opened, os::Directory::open(path, *session.sys));
    const auto directory = std::make_shared<const os::Directory>(std::move(opened));
    INTACT_TRY_ASSIGN(auto listed, destination::list_backups(*directory, job));
    std::vector<ChosenBackup> backups;
    for (destination::FoundBackup &backup : listed) {
        backups.push_back({directory, std::move(backup)});
    }
    return backups;
}

Result<std::vector<ChosenBackup>>
find_backups(const Session &session, const ListArguments &arguments, std::vector<Error> &problems) {
    if (!arguments.destination.empty()) {
        return backups_in(session, arguments.destination, arguments.job);
    }
    const config::Configuration configuration = config::load(session.places());
    std::vector<const config::Job *> jobs;
    if (!arguments.job.empty()) {
        INTACT_TRY_ASSIGN(const config::Job *job, choose_job(configuration, arguments.job));
        jobs.push_back(job);
    } else {
        for (const config::LoadedJob &loaded : configuration.jobs) {
            jobs.push_back(&loaded.job);
        }
        warn_about_broken(configuration);
        if (show_common_errors(configuration) != 0) {
            problems.emplace_back(ErrorCode::config_invalid,
                                  "not all of the configuration could be read: backups of other "
                                  "jobs may be missing in the list");
        }
    }
    return all_backups(session, jobs, problems);
}

bool is_unreadable(const destination::FoundBackup &backup) {
    return !backup.manifest && backup.manifest.error().code() != ErrorCode::manifest_damaged;
}

void add_row(Table &table, const ChosenBackup &chosen, Columns columns) {
    const std::string fault = fault_of(chosen.backup);
    std::string remark =
        fault.empty() ? ""
                      : coloured(STDOUT_FILENO, Colour::red,
                                 is_unreadable(chosen.backup) ? "unreadable: " : "damaged: ") +
                            fault;
    if (!chosen.backup.manifest) {
        table.add({"?", one_line(chosen.name())}, remark);
        return;
    }
    const destination::Manifest &manifest = *chosen.backup.manifest;
    if (remark.empty() && destination::is_suspicious(manifest)) {
        remark = coloured(STDOUT_FILENO, Colour::yellow, "suspicious") + ": see 'intact show'";
    }
    std::vector<std::string> cells{
        one_line(manifest.job),
        one_line(manifest.archive),
        format_time(manifest.started),
        format_size(manifest.bytes),
        format_size(manifest.stream_bytes),
        manifest.entries ? format_count(*manifest.entries) : "-",
        format_count(manifest.warning_count),
        one_line(verified_text(manifest.verified_depth, manifest.verified_level))};
    if (columns == Columns::all) {
        cells.insert(cells.end(), {one_line(manifest.run_id), one_line(manifest.host),
                                   one_line(manifest.sha256), chosen.directory->path()});
    }
    table.add(std::move(cells), remark);
}

std::string as_table(const std::vector<ChosenBackup> &backups, Columns columns) {
    std::vector<Table::Column> titles{{"JOB"},
                                      {"BACKUP"},
                                      {"TAKEN"},
                                      {"SIZE", Align::right},
                                      {"CONTENT", Align::right},
                                      {"ENTRIES", Align::right},
                                      {"WARNINGS", Align::right},
                                      {"VERIFIED"}};
    if (columns == Columns::all) {
        titles.insert(titles.end(), {{"RUN"}, {"HOST"}, {"SHA-256"}, {"DESTINATION"}});
    }
    Table table(std::move(titles));
    for (const ChosenBackup &chosen : backups) {
        add_row(table, chosen, columns);
    }
    return table.render();
}

nlohmann::ordered_json as_json(const ChosenBackup &chosen) {
    using Json = nlohmann::ordered_json;
    const std::string fault = fault_of(chosen.backup);
    Json json{{"backup", chosen.name()},
              {"destination", chosen.directory->path()},
              {"fault", fault.empty() ? Json(nullptr) : Json(fault)}};
    if (!chosen.backup.manifest) {
        return json;
    }
    const destination::Manifest &manifest = *chosen.backup.manifest;
    json["job"] = manifest.job;
    json["run"] = manifest.run_id;
    json["host"] = manifest.host;
    json["started"] = rfc3339(manifest.started);
    json["finished"] = rfc3339(manifest.finished);
    json["bytes"] = manifest.bytes;
    json["sha256"] = manifest.sha256;
    json["stream_bytes"] = manifest.stream_bytes;
    json["entries"] = manifest.entries ? Json(*manifest.entries) : Json(nullptr);
    json["warning_count"] = manifest.warning_count;
    json["suspicious"] = destination::is_suspicious(manifest);
    json["verified"] = {{"depth", manifest.verified_depth}, {"level", manifest.verified_level}};
    return json;
}

} // namespace

int list(const Session &session, const ListArguments &arguments) {
    std::vector<Error> problems;
    auto found = find_backups(session, arguments, problems);
    if (!found) {
        return print_error(found.error());
    }
    if (arguments.form == Form::json) {
        JsonLines json(STDOUT_FILENO);
        for (const ChosenBackup &chosen : *found) {
            json.write(as_json(chosen));
        }
    } else if (!found->empty()) {
        print(as_table(*found, arguments.columns));
    } else if (problems.empty()) {
        print_aside("no backup is there\n");
    }
    int exit_code = 0;
    for (const Error &problem : problems) {
        exit_code = print_error(problem);
    }
    return exit_code;
}

} // namespace intact::cli
