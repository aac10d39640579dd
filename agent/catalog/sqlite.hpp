// The few SQLite calls the catalog needs, each with an owner and an error. Knows no table.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace intact::catalog {

class Statement;

/// Times as the tables hold them: nanoseconds since 1970 (UTC).
inline std::int64_t to_nsec(WallTime time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}
inline WallTime from_nsec(std::int64_t nsec) {
    return WallTime(std::chrono::nanoseconds(nsec));
}

/// One connection. Errors: catalog_failed with the file, SQLite's words and its extended code.
/// Thread: one.
class Database {
public:
    /// The file must exist. Waits at most ten seconds for another process's transaction.
    static Result<Database> open(const std::string &path);
    Database(Database &&) noexcept = default;
    Database &operator=(Database &&) noexcept = default;

    const std::string &path() const { return path_; }
    /// Statements without parameters, one or many.
    Result<> execute(const std::string &sql);
    /// The single value of a statement.
    Result<std::int64_t> number(std::string_view sql);
    Result<std::string> text(std::string_view sql);
    Result<Statement> prepare(std::string_view sql);
    /// Rows that the last statement touched.
    std::int64_t changes() const;
    /// Whether an error so far told that the file is damaged or is no database.
    bool is_damaged() const { return is_damaged_; }
    /// Turns the write-ahead log on. No busy timeout covers that (two processes may meet here when
    /// the file is new), so it asks again itself.
    Result<> use_write_ahead_log();

private:
    friend class Statement;
    struct Closer {
        void operator()(sqlite3 *handle) const noexcept;
    };
    Database(std::string path, sqlite3 *handle) : path_(std::move(path)), handle_(handle) {}
    Error error(int code);

    std::string path_;
    std::unique_ptr<sqlite3, Closer> handle_;
    bool is_damaged_ = false;
};

/// One prepared statement; its database outlives it.
class Statement {
public:
    Statement &bind(std::int64_t value);
    Statement &bind(std::uint64_t value);
    Statement &bind(std::string_view text);
    Statement &bind(std::optional<std::int64_t> value);
    /// Bytes that need not be UTF-8.
    Statement &bind_bytes(std::string_view bytes);

    /// True when there is a row. After the last row the statement can be bound and run again.
    Result<bool> step();
    /// Calls for each row, to the last: with `take` giving nothing, or a Result<> whose error ends
    /// it.
    template <typename Take>
    Result<> each(const Take &take);
    /// For statements that give no row.
    Result<> run();

    /// Columns of the row, from 0.
    std::int64_t integer(int column) const;
    std::uint64_t count(int column) const;
    std::optional<std::int64_t> optional_integer(int column) const;
    std::string bytes(int column) const;

private:
    friend class Database;
    struct Finalizer {
        void operator()(sqlite3_stmt *handle) const noexcept;
    };
    Statement(Database &database, sqlite3_stmt *handle) : database_(&database), handle_(handle) {}
    void keep(int code);

    Database *database_;
    std::unique_ptr<sqlite3_stmt, Finalizer> handle_;
    int next_parameter_ = 1;
    int bind_code_ = 0; ///< the first failure of a bind
};

template <typename Take>
Result<> Statement::each(const Take &take) {
    for (;;) {
        INTACT_TRY_ASSIGN(const bool has_row, step());
        if (!has_row) {
            return {};
        }
        if constexpr (std::is_void_v<decltype(take())>) {
            take();
        } else {
            INTACT_TRY(take());
        }
    }
}

enum class Access { read, write };

/// Rolled back unless committed. The database outlives it.
class Transaction {
public:
    /// `write` takes the write lock at once, so that it cannot fail half-way for want of it.
    static Result<Transaction> begin(Database &database, Access access);
    Transaction(Transaction &&other) noexcept
        : database_(std::exchange(other.database_, nullptr)) {}
    Transaction &operator=(Transaction &&) = delete;
    ~Transaction();
    Result<> commit();

private:
    explicit Transaction(Database &database) : database_(&database) {}
    Database *database_;
};

} // namespace intact::catalog
