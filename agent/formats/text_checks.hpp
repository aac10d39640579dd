// Proves text streams by how they end: SQL dumps by the line that their tool writes last, others by
// an expression of the operator's.
#pragma once

#include "base/tail.hpp"
#include "formats/pattern.hpp"
#include "formats/stream_check.hpp"

#include <optional>
#include <string>

namespace intact::formats {

/// pg_dump and pg_dumpall without --format: "-- PostgreSQL database dump complete", and where the
/// dump begins with \restrict, \unrestrict with the same word. Source: RestoreArchive() in
/// PostgreSQL's src/bin/pg_dump/pg_backup_archiver.c, main() in pg_dumpall.c.
class PgDumpPlainCheck final : public StreamCheck {
public:
    Result<> feed(std::span<const std::byte> bytes) override;
    Result<> finish() override;
    Finding finding() const override { return {"pgdump-plain", "end"}; }

private:
    std::string head_;
    Tail tail_{512};
};

/// mysqldump and mariadb-dump: "-- Dump completed", with the time unless --skip-dump-date.
/// Source: write_footer() in client/mysqldump.cc.
class MySqlDumpCheck final : public StreamCheck {
public:
    Result<> feed(std::span<const std::byte> bytes) override;
    Result<> finish() override;
    Finding finding() const override { return {"mysqldump", "end"}; }

private:
    Tail tail_{128};
};

/// The operator's expression is found in the last `window_bytes`.
class RegexCheck final : public StreamCheck {
public:
    RegexCheck(std::string_view pattern, std::size_t window_bytes)
        : pattern_text_(pattern), pattern_(pattern), tail_(window_bytes), window_(window_bytes) {}

    Result<> feed(std::span<const std::byte> bytes) override;
    Result<> finish() override;
    Finding finding() const override { return {"regex", "end"}; }

private:
    const std::string pattern_text_;
    const Pattern pattern_;
    Tail tail_;
    const std::size_t window_;
};

} // namespace intact::formats
