#include "engine/rebuild.hpp"

#include "destination/backup_list.hpp"

namespace intact::engine {
namespace {

Result<> adopt_all(const std::string &path, os::Sys &sys, catalog::Catalog &catalog,
                   RebuildReport &report) {
    const auto directory = os::Directory::open(path, sys);
    if (!directory) {
        report.problems.push_back(directory.error());
        return {};
    }
    const auto backups = destination::list_backups(*directory);
    if (!backups) {
        report.problems.push_back(backups.error());
        return {};
    }
    for (const destination::FoundBackup &backup : *backups) {
        if (!backup.manifest) {
            report.problems.push_back(backup.manifest.error());
            continue;
        }
        INTACT_TRY_ASSIGN(const bool is_new, catalog.adopt(record_of(*backup.manifest, path)));
        ++report.backups;
        report.added += is_new ? 1U : 0U;
    }
    return {};
}

} // namespace

catalog::RunRecord record_of(const destination::Manifest &manifest,
                             const std::string &destination) {
    catalog::RunRecord record;
    record.run_id = manifest.run_id;
    record.job = manifest.job;
    record.host = manifest.host;
    record.started = manifest.started;
    record.finished = manifest.finished;
    record.outcome = manifest.warning_count > 0 ? Outcome::warning : Outcome::success;
    record.destination = destination;
    record.archive = manifest.archive;
    record.bytes_read = manifest.stream_bytes;
    record.bytes_written = manifest.bytes;
    record.entries = manifest.entries.value_or(0);
    record.sha256 = manifest.sha256;
    record.stream_sha256 = manifest.stream_sha256;
    record.verified_depth = manifest.verified_depth;
    record.verified_level = manifest.verified_level;
    record.warning_count = manifest.warning_count;
    record.warnings = manifest.warnings;
    return record;
}

Result<RebuildReport> rebuild_catalog(const Context &context,
                                      const std::vector<std::string> &destinations) {
    RebuildReport report;
    INTACT_TRY_ASSIGN(report.set_aside, catalog::Catalog::set_aside_if_damaged(context.state_dir));
    INTACT_TRY_ASSIGN(const auto catalog, catalog::Catalog::open(context.state_dir));
    for (const std::string &path : destinations) {
        INTACT_TRY(adopt_all(path, *context.sys, *catalog, report));
    }
    INTACT_TRY(catalog->count_runs(""));
    return report;
}

} // namespace intact::engine
