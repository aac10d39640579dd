#include "base/quantity.hpp"
#include "base/text.hpp"
#include "catalog/catalog.hpp"
#include "cli/format.hpp"
#include "cli/json_lines.hpp"
#include "cli/record_json.hpp"
#include "cli/summary.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

#include <cerrno>
#include <csignal>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace intact::cli {
namespace {

// The row of a run that died says `running` until the job's next run settles it.
void mark_if_dead(catalog::RunRecord &record, const std::string &host) {
    if (record.outcome == Outcome::running && record.host == host && record.pid > 0 &&
        kill(static_cast<pid_t>(record.pid), 0) != 0 && errno == ESRCH) {
        record.outcome = Outcome::interrupted;
    }
}

Result<std::vector<catalog::RunRecord>> read_history(const Session &session,
                                                     const HistoryArguments &arguments) {
    const engine::Context context = session.context();
    INTACT_TRY_ASSIGN(const bool is_there, catalog::Catalog::exists(context.state_dir));
    if (!is_there) {
        return std::vector<catalog::RunRecord>();
    }
    INTACT_TRY_ASSIGN(const auto catalog, catalog::Catalog::open(context.state_dir));
    INTACT_TRY_ASSIGN(auto records, catalog->runs(arguments.job, arguments.limit));
    for (catalog::RunRecord &record : records) {
        mark_if_dead(record, context.host);
    }
    return records;
}

std::string took(const catalog::RunRecord &record) {
    if (!record.finished) {
        return "-";
    }
    return format_span(
        std::chrono::duration_cast<std::chrono::microseconds>(*record.finished - record.started));
}

std::string remark_on(const catalog::RunRecord &record) {
    if (record.failure) {
        return failure_message(record);
    }
    std::string remark;
    for (const Warning &warning : record.warnings) {
        if (warning.kind == WarningKind::suspicious) {
            remark += (remark.empty() ? "suspicious: " : "; ") + one_line(warning.detail);
        }
    }
    return remark;
}

void add_row(Table &table, const catalog::RunRecord &record) {
    table.add({std::string(name_of(record.outcome)), record.job, format_time(record.started),
               took(record), format_size(record.bytes_read), format_size(record.bytes_written),
               format_count(record.entries), format_count(record.warning_count),
               record.archive.empty() ? "-" : record.archive},
              remark_on(record));
}

} // namespace

int history(const Session &session, const HistoryArguments &arguments) {
    const auto records = read_history(session, arguments);
    if (!records) {
        return print_error(records.error());
    }
    if (arguments.form == Form::json) {
        JsonLines json(STDOUT_FILENO);
        for (const catalog::RunRecord &record : *records) {
            json.write(to_json(record));
        }
        return 0;
    }
    Table table({{"OUTCOME"},
                 {"JOB"},
                 {"STARTED"},
                 {"TOOK", Align::right},
                 {"READ", Align::right},
                 {"WRITTEN", Align::right},
                 {"ENTRIES", Align::right},
                 {"WARNINGS", Align::right},
                 {"ARCHIVE"}});
    for (const catalog::RunRecord &record : *records) {
        add_row(table, record);
    }
    if (table.empty()) {
        print_aside(arguments.job.empty()
                        ? "no run is recorded\n"
                        : fmt::format("no run of '{}' is recorded\n", arguments.job));
        return 0;
    }
    print(table.render());
    return 0;
}

} // namespace intact::cli
