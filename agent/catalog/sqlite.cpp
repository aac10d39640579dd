#include "catalog/sqlite.hpp"

#include "os/file.hpp"

#include <bit>
#include <chrono>
#include <fmt/format.h>
#include <sqlite3.h>

namespace intact::catalog {
namespace {

constexpr std::chrono::milliseconds kBusyTimeout{10'000};
constexpr std::chrono::milliseconds kAskAgainAfter{10};

bool is_damage(int code) {
    return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

std::string_view hint_for(int code) {
    if (is_damage(code)) {
        return ""; // the error code's own: rebuild
    }
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another process has held the catalog for more than ten seconds; try again";
    case SQLITE_FULL:
        return "free space on the filesystem of the state directory";
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
        return "check owner and mode of the state directory for the user this runs as";
    default:
        return "check the storage of the state directory and the kernel log (journalctl -k)";
    }
}

Error error_of(const std::string &path, std::string_view words, int code) {
    return Error(ErrorCode::catalog_failed,
                 fmt::format("catalog {}: {} (SQLite {})", os::quoted_path(path), words, code))
        .with_hint(hint_for(code));
}

} // namespace

void Database::Closer::operator()(sqlite3 *handle) const noexcept {
    sqlite3_close_v2(handle);
}

void Statement::Finalizer::operator()(sqlite3_stmt *handle) const noexcept {
    sqlite3_finalize(handle);
}

Result<Database> Database::open(const std::string &path) {
    sqlite3 *handle = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
    if (handle == nullptr) {
        return fail(error_of(path, sqlite3_errstr(code), code));
    }
    Database database(path, handle); // also a failed open gives a handle that is to be closed
    if (code != SQLITE_OK) {
        return fail(database.error(sqlite3_extended_errcode(handle)));
    }
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, static_cast<int>(kBusyTimeout.count()));
    return database;
}

Error Database::error(int code) {
    is_damaged_ = is_damaged_ || is_damage(code);
    return error_of(path_, sqlite3_errmsg(handle_.get()), code);
}

Result<> Database::execute(const std::string &sql) {
    const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        return fail(error(code));
    }
    return {};
}

Result<std::int64_t> Database::number(std::string_view sql) {
    INTACT_TRY_ASSIGN(Statement statement, prepare(sql));
    INTACT_TRY(statement.step());
    return statement.integer(0);
}

Result<std::string> Database::text(std::string_view sql) {
    INTACT_TRY_ASSIGN(Statement statement, prepare(sql));
    INTACT_TRY(statement.step());
    return statement.bytes(0);
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt *handle = nullptr;
    const int code = sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        &handle, nullptr);
    if (code != SQLITE_OK) {
        return fail(error(code));
    }
    return Statement(*this, handle);
}

std::int64_t Database::changes() const {
    return sqlite3_changes(handle_.get());
}

Result<> Database::use_write_ahead_log() {
    const auto deadline = std::chrono::steady_clock::now() + kBusyTimeout;
    for (;;) {
        const int code =
            sqlite3_exec(handle_.get(), "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
        if (code == SQLITE_OK) {
            break;
        }
        if ((code & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() >= deadline) {
            return fail(error(code));
        }
        sqlite3_sleep(static_cast<int>(kAskAgainAfter.count()));
    }
    // It answers with the mode it has, also when it could not change it.
    INTACT_TRY_ASSIGN(const std::string mode, text("PRAGMA journal_mode"));
    if (mode != "wal") {
        return fail(
            error_of(path_, fmt::format("the journal stays in mode '{}'", mode), SQLITE_ERROR));
    }
    return {};
}

void Statement::keep(int code) {
    if (bind_code_ == SQLITE_OK) {
        bind_code_ = code;
    }
}

Statement &Statement::bind(std::int64_t value) {
    keep(sqlite3_bind_int64(handle_.get(), next_parameter_++, value));
    return *this;
}

// SQLite's integers are signed; what is above comes back as it was.
Statement &Statement::bind(std::uint64_t value) {
    return bind(std::bit_cast<std::int64_t>(value));
}

Statement &Statement::bind(std::string_view text) {
    keep(sqlite3_bind_text64(handle_.get(), next_parameter_++, text.data(), text.size(),
                             SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Statement &Statement::bind(std::optional<std::int64_t> value) {
    if (value) {
        return bind(*value);
    }
    keep(sqlite3_bind_null(handle_.get(), next_parameter_++));
    return *this;
}

Statement &Statement::bind_bytes(std::string_view bytes) {
    // A null pointer would be NULL, not the empty value.
    const char *data = bytes.empty() ? "" : bytes.data();
    keep(sqlite3_bind_blob64(handle_.get(), next_parameter_++, data, bytes.size(),
                             SQLITE_TRANSIENT));
    return *this;
}

Result<bool> Statement::step() {
    if (bind_code_ != SQLITE_OK) {
        return fail(database_->error(bind_code_));
    }
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        const Error error = database_->error(code);
        sqlite3_reset(handle_.get());
        return fail(error);
    }
    sqlite3_reset(handle_.get());
    next_parameter_ = 1;
    return false;
}

Result<> Statement::run() {
    return step().map([](bool) {});
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

std::uint64_t Statement::count(int column) const {
    return std::bit_cast<std::uint64_t>(integer(column));
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
    if (sqlite3_column_type(handle_.get(), column) == SQLITE_NULL) {
        return std::nullopt;
    }
    return integer(column);
}

std::string Statement::bytes(int column) const {
    const void *data = sqlite3_column_blob(handle_.get(), column);
    const int size = sqlite3_column_bytes(handle_.get(), column);
    return data == nullptr
               ? std::string()
               : std::string(static_cast<const char *>(data), static_cast<std::size_t>(size));
}

Result<Transaction> Transaction::begin(Database &database, Access access) {
    INTACT_TRY(database.execute(access == Access::write ? "BEGIN IMMEDIATE" : "BEGIN"));
    return Transaction(database);
}

Transaction::~Transaction() {
    if (database_ != nullptr) {
        // When this fails too, the next open rolls back: nothing was committed.
        static_cast<void>(database_->execute("ROLLBACK"));
    }
}

Result<> Transaction::commit() {
    INTACT_TRY(database_->execute("COMMIT"));
    database_ = nullptr;
    return {};
}

} // namespace intact::catalog
