#include "formats/pgdump_check.hpp"

#include "formats/incomplete.hpp"

#include <fmt/format.h>

namespace intact::formats {
namespace {

constexpr std::string_view kToc = "toc.dat";
constexpr std::string_view kScript = "restore.sql";
// "blobs.toc", since PostgreSQL 17 with a number, lists the files "blob_OID.dat".
constexpr std::string_view kLargeObject = "blob_";
constexpr std::string_view kObjectList = "blobs";

} // namespace

PgDumpCustomCheck::PgDumpCustomCheck()
    : driver_("pg_dump", bytes_, walk_pg_archive(bytes_, PgContainer::custom, contents_)) {}

PgDumpTarCheck::PgDumpTarCheck()
    : tar_(this), toc_(kToc, bytes_, walk_pg_archive(bytes_, PgContainer::tar, contents_)) {}

Result<> PgDumpTarCheck::member(std::string_view name) {
    if (members_ == 0 && name != kToc) {
        return fail(incomplete("pg_dump tar", 0, "expected toc.dat as its first member"));
    }
    if (members_ == 1) {
        INTACT_TRY(toc_.finish());
    }
    ++members_;
    if (members_ > 1 && name == kScript) {
        has_script_ = true;
    } else if (members_ > 1 && name.starts_with(kObjectList)) {
        ++object_lists_;
    } else if (members_ > 1 && !name.starts_with(kLargeObject)) {
        ++data_files_;
        data_sum_ += pg_mix(name);
    }
    return {};
}

Result<> PgDumpTarCheck::content(std::span<const std::byte> bytes) {
    return members_ == 1 ? toc_.feed(bytes) : Result<>{};
}

Result<> PgDumpTarCheck::finish() {
    INTACT_TRY(tar_.finish());
    if (members_ < 2 || !has_script_) {
        return fail(incomplete("pg_dump tar", 0,
                               "expected toc.dat and restore.sql among its "
                               "members, one is missing"));
    }
    if (data_files_ + object_lists_ != contents_.with_data ||
        object_lists_ != contents_.large_objects || data_sum_ != contents_.data_sum) {
        return fail(
            incomplete("pg_dump tar", 0,
                       fmt::format("expected the {} files of data that toc.dat names, found "
                                   "{}",
                                   contents_.with_data, data_files_)));
    }
    return {};
}

} // namespace intact::formats
