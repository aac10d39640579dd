#include "catalog/catalog.hpp"

#include "catalog/facts.hpp"
#include "catalog/rows.hpp"
#include "catalog/schema.hpp"
#include "catalog/slots.hpp"
#include "catalog/sqlite.hpp"
#include "catalog/totals.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace intact::catalog {
namespace {

constexpr std::string_view kFile = "catalog.db";
constexpr std::string_view kNewestFirst = "ORDER BY started DESC, run_id DESC";

// SQLite itself would make the file readable for all; its companions (-wal, -shm) take this file's
// mode.
Result<> create_if_missing(const os::Directory &directory) {
    const std::string name(kFile);
    INTACT_TRY_ASSIGN(const bool is_there, directory.has(name));
    if (is_there) {
        return {};
    }
    auto created = directory.create(name);
    if (!created) {
        // Another process was faster. Closing a second descriptor here would drop SQLite's own
        // locks of this process (fcntl(2), record locks), hence no open of a file that exists.
        return created.error().code() == ErrorCode::already_exists
                   ? Result<>()
                   : fail(std::move(created).error());
    }
    INTACT_TRY(created->close());
    return directory.sync();
}

Error as_catalog_error(Error error) {
    return std::move(error)
        .within("open the catalog")
        .with_code(ErrorCode::catalog_failed)
        .with_hint("check owner and mode of the state directory for the user this runs as");
}

Result<bool> examine(Database &database) {
    INTACT_TRY_ASSIGN(const bool is_ours, is_catalog(database));
    if (!is_ours) {
        return false;
    }
    return database.text("PRAGMA integrity_check(1)").map([](const std::string &verdict) {
        return std::string_view(verdict) == "ok";
    });
}

// An error that tells of no damage (locked, no permission) does not make the file worthless.
Result<bool> is_sound(const std::string &path) {
    INTACT_TRY_ASSIGN(Database database, Database::open(path));
    auto examined = examine(database);
    return !examined && database.is_damaged() ? Result<bool>(false) : examined;
}

} // namespace

struct Catalog::Impl {
    explicit Impl(Database opened) : database(std::move(opened)) {}
    Database database;
};

Catalog::Catalog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Catalog::~Catalog() = default;

Result<bool> Catalog::exists(const std::string &state_dir) {
    const auto directory = os::Directory::open(state_dir);
    if (!directory) {
        return directory.error().code() == ErrorCode::not_found
                   ? Result<bool>(false)
                   : fail(as_catalog_error(directory.error()));
    }
    return directory->has(std::string(kFile));
}

Result<std::unique_ptr<Catalog>> Catalog::open(const std::string &state_dir) {
    const auto directory = os::Directory::make_and_open(state_dir);
    if (!directory) {
        return fail(as_catalog_error(directory.error()));
    }
    if (const auto created = create_if_missing(*directory); !created) {
        return fail(as_catalog_error(created.error()));
    }
    INTACT_TRY_ASSIGN(Database database, Database::open(directory->path_of(kFile)));
    INTACT_TRY(database.execute("PRAGMA foreign_keys = ON"));
    INTACT_TRY(prepare_schema(database));
    INTACT_TRY(database.use_write_ahead_log());
    INTACT_TRY(database.execute("PRAGMA synchronous = FULL"));
    return std::unique_ptr<Catalog>(new Catalog(std::make_unique<Impl>(std::move(database))));
}

Result<> Catalog::begin(const RunRecord &record) {
    INTACT_TRY_ASSIGN(Transaction transaction, Transaction::begin(impl_->database, Access::write));
    INTACT_TRY(write_run(impl_->database, record, IfPresent::fail));
    return transaction.commit();
}

Result<> Catalog::finish(const RunRecord &record) {
    INTACT_TRY_ASSIGN(Transaction transaction, Transaction::begin(impl_->database, Access::write));
    INTACT_TRY(write_run(impl_->database, record, IfPresent::update));
    INTACT_TRY(touch(impl_->database, record.job));
    return transaction.commit();
}

Result<> Catalog::forget(const std::string &run_id) {
    INTACT_TRY_ASSIGN(Transaction transaction, Transaction::begin(impl_->database, Access::write));
    INTACT_TRY_ASSIGN(Statement row, impl_->database.prepare("DELETE FROM runs WHERE run_id = ?"));
    INTACT_TRY(row.bind(run_id).run());
    return transaction.commit();
}

Result<std::vector<std::string>> Catalog::settle(const std::string &job,
                                                 const std::string &except_run_id) {
    Database &database = impl_->database;
    INTACT_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Access::write));
    constexpr std::string_view kWhich = "WHERE job = ? AND outcome = 'running' AND run_id <> ?";
    INTACT_TRY_ASSIGN(Statement dead, database.prepare(fmt::format(
                                          "SELECT run_id FROM runs {} ORDER BY run_id", kWhich)));
    dead.bind(job).bind(except_run_id);
    std::vector<std::string> settled;
    INTACT_TRY(dead.each([&] { settled.push_back(dead.bytes(0)); }));
    INTACT_TRY_ASSIGN(Statement update, database.prepare(fmt::format(
                                            "UPDATE runs SET outcome = 'interrupted' {}", kWhich)));
    INTACT_TRY(update.bind(job).bind(except_run_id).run());
    if (!settled.empty()) {
        INTACT_TRY(touch(database, job));
    }
    INTACT_TRY(transaction.commit());
    return settled;
}

Result<bool> Catalog::adopt(const RunRecord &record) {
    INTACT_TRY_ASSIGN(Transaction transaction, Transaction::begin(impl_->database, Access::write));
    INTACT_TRY_ASSIGN(const bool is_new, write_run(impl_->database, record, IfPresent::keep));
    INTACT_TRY(touch(impl_->database, record.job));
    INTACT_TRY(transaction.commit());
    return is_new;
}

Result<std::vector<RunRecord>> Catalog::runs(const std::string &job, std::uint64_t limit) const {
    constexpr std::uint64_t kMost = 1u << 30;
    Selection selection;
    selection.clause =
        fmt::format("{} {} LIMIT ?", job.empty() ? "" : "WHERE job = ?", kNewestFirst);
    if (!job.empty()) {
        selection.texts.push_back(job);
    }
    selection.limit = static_cast<std::int64_t>(limit == 0 ? kMost : std::min(limit, kMost));
    // One snapshot for the rows and their details.
    INTACT_TRY_ASSIGN(const Transaction transaction,
                      Transaction::begin(impl_->database, Access::read));
    return read_runs(impl_->database, selection);
}

Result<std::vector<Catalog::OpenRun>> Catalog::open_runs() const {
    INTACT_TRY_ASSIGN(
        Statement row,
        impl_->database.prepare("SELECT job, max(run_id) FROM ("
                                "SELECT job, run_id FROM runs WHERE outcome = 'running' UNION "
                                "SELECT job, run_id FROM slots WHERE fate = 'due' AND "
                                "run_id <> '' AND run_id NOT IN (SELECT run_id FROM runs)) "
                                "GROUP BY job ORDER BY job"));
    std::vector<OpenRun> open;
    INTACT_TRY(row.each([&] { open.push_back({row.bytes(0), row.bytes(1)}); }));
    return open;
}

Result<std::optional<RunRecord>> Catalog::run(const std::string &run_id) const {
    INTACT_TRY_ASSIGN(const Transaction transaction,
                      Transaction::begin(impl_->database, Access::read));
    INTACT_TRY_ASSIGN(auto found, read_runs(impl_->database, {"WHERE run_id = ?", {run_id}, {}}));
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

Result<std::optional<RunRecord>> Catalog::last_backup(const std::string &job) const {
    INTACT_TRY_ASSIGN(const Transaction transaction,
                      Transaction::begin(impl_->database, Access::read));
    INTACT_TRY_ASSIGN(
        auto found,
        read_runs(
            impl_->database,
            {fmt::format("WHERE job = ? AND archive <> '' {} LIMIT ?", kNewestFirst), {job}, 1}));
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

Result<std::optional<RunRecord>> Catalog::last_good_backup(const std::string &job) const {
    INTACT_TRY_ASSIGN(const Transaction transaction,
                      Transaction::begin(impl_->database, Access::read));
    INTACT_TRY_ASSIGN(
        auto found,
        read_runs(impl_->database,
                  {fmt::format("WHERE job = ? AND archive <> '' AND NOT EXISTS (SELECT 1 FROM "
                               "warnings WHERE warnings.run_id = runs.run_id AND kind = ?) {} "
                               "LIMIT ?",
                               kNewestFirst),
                   {job, std::string(name_of(WarningKind::suspicious))},
                   1}));
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

Result<> Catalog::count_runs(const std::string &job) {
    INTACT_TRY_ASSIGN(Transaction transaction, Transaction::begin(impl_->database, Access::write));
    INTACT_TRY(catalog::count_runs(impl_->database, job));
    return transaction.commit();
}

Result<> Catalog::note_verification(const std::string &job, const std::string &archive,
                                    WallTime time, bool is_whole) {
    INTACT_TRY_ASSIGN(Transaction transaction, Transaction::begin(impl_->database, Access::write));
    INTACT_TRY(write_verification(impl_->database, job, archive, time, is_whole));
    return transaction.commit();
}

Result<> Catalog::note_destinations(const std::vector<DestinationLook> &looks) {
    INTACT_TRY_ASSIGN(Transaction transaction, Transaction::begin(impl_->database, Access::write));
    for (const DestinationLook &look : looks) {
        INTACT_TRY(write_destination(impl_->database, look));
    }
    return transaction.commit();
}

Result<FactsSince> Catalog::facts(std::int64_t since) const {
    INTACT_TRY_ASSIGN(const Transaction transaction,
                      Transaction::begin(impl_->database, Access::read));
    return read_facts(impl_->database, since);
}

Result<> Catalog::apply(const std::vector<LedgerChange> &changes) {
    INTACT_TRY_ASSIGN(Transaction transaction, Transaction::begin(impl_->database, Access::write));
    for (const LedgerChange &change : changes) {
        INTACT_TRY(catalog::apply(impl_->database, change));
    }
    return transaction.commit();
}

Result<Ledger> Catalog::ledger() const {
    INTACT_TRY_ASSIGN(const Transaction transaction,
                      Transaction::begin(impl_->database, Access::read));
    return read_ledger(impl_->database);
}

Result<std::vector<SlotRecord>> Catalog::slots(const std::string &job, std::uint64_t limit) const {
    return read_slots(impl_->database, job, limit);
}

Result<std::string> Catalog::set_aside_if_damaged(const std::string &state_dir) {
    INTACT_TRY_ASSIGN(const bool is_there, exists(state_dir));
    if (!is_there) {
        return std::string();
    }
    INTACT_TRY_ASSIGN(const os::Directory directory, os::Directory::open(state_dir));
    INTACT_TRY_ASSIGN(const bool sound, is_sound(directory.path_of(kFile)));
    if (sound) {
        return std::string();
    }
    const std::string aside = fmt::format("{}.damaged-{}", kFile, file_stamp(system_clock().now()));
    for (const std::string_view companion : {"-wal", "-shm", ""}) {
        const std::string name = fmt::format("{}{}", kFile, companion);
        INTACT_TRY_ASSIGN(const bool has_it, directory.has(name));
        if (has_it) {
            INTACT_TRY(directory.rename(name, aside + std::string(companion), os::IfExists::fail));
        }
    }
    INTACT_TRY(directory.sync());
    return directory.path_of(aside);
}

} // namespace intact::catalog
