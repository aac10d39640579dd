#include "base/caught.hpp"
#include "base/error.hpp"

#include <cerrno>
#include <gtest/gtest.h>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace intact::test {
namespace {

struct Pinned {
    ErrorCode code;
    std::string_view name;
    int exit_code;
};

// Names stand in manifests, catalogs and metric labels, exit codes in people's scripts.
const std::vector<Pinned> kPinned{
    {ErrorCode::usage, "usage", 2},
    {ErrorCode::config_invalid, "config_invalid", 78},
    {ErrorCode::locked, "locked", 4},
    {ErrorCode::cancelled, "cancelled", 130},
    {ErrorCode::timed_out, "timed_out", 1},
    {ErrorCode::wrong_mount, "wrong_mount", 1},
    {ErrorCode::source_unreadable, "source_unreadable", 1},
    {ErrorCode::source_failed, "source_failed", 1},
    {ErrorCode::source_incomplete, "source_incomplete", 6},
    {ErrorCode::partial, "partial", 1},
    {ErrorCode::hook_failed, "hook_failed", 1},
    {ErrorCode::credential_failed, "credential_failed", 1},
    {ErrorCode::program_missing, "program_missing", 1},
    {ErrorCode::no_space, "no_space", 1},
    {ErrorCode::permission_denied, "permission_denied", 1},
    {ErrorCode::not_found, "not_found", 1},
    {ErrorCode::already_exists, "already_exists", 1},
    {ErrorCode::read_only, "read_only", 1},
    {ErrorCode::file_too_large, "file_too_large", 1},
    {ErrorCode::name_too_long, "name_too_long", 1},
    {ErrorCode::io, "io", 1},
    {ErrorCode::unsupported, "unsupported", 1},
    {ErrorCode::backup_missing, "backup_missing", 5},
    {ErrorCode::archive_damaged, "archive_damaged", 5},
    {ErrorCode::manifest_damaged, "manifest_damaged", 5},
    {ErrorCode::verify_mismatch, "verify_mismatch", 5},
    {ErrorCode::unsafe_path, "unsafe_path", 1},
    {ErrorCode::catalog_failed, "catalog_failed", 1},
    {ErrorCode::out_of_resources, "out_of_resources", 1},
    {ErrorCode::unreachable, "unreachable", 1},
    {ErrorCode::internal, "internal", 1},
};

TEST(ErrorCodes, keep_their_names_and_exit_codes) {
    for (const Pinned &pinned : kPinned) {
        EXPECT_EQ(name_of(pinned.code), pinned.name);
        EXPECT_EQ(exit_code_of(pinned.code), pinned.exit_code) << pinned.name;
    }
}

TEST(ErrorCodes, are_found_by_name) {
    for (const Pinned &pinned : kPinned) {
        EXPECT_EQ(error_code_named(pinned.name), pinned.code);
    }
    EXPECT_EQ(error_code_named("no_such_code"), std::nullopt);
    EXPECT_EQ(error_code_named(""), std::nullopt);
}

TEST(Error, of_a_name_the_file_system_cannot_hold_says_to_shorten_it) {
    const Error error = Error::from_errno(ENAMETOOLONG, "create '/srv/a'");
    EXPECT_EQ(error.code(), ErrorCode::name_too_long);
    EXPECT_NE(std::string(error.hint()).find("shorten"), std::string::npos);
}

TEST(Error, of_a_system_call_says_what_to_what_and_why) {
    const Error error = Error::from_errno(ENOSPC, "write '/srv/a'");
    EXPECT_EQ(error.code(), ErrorCode::no_space);
    EXPECT_EQ(error.sys_errno(), ENOSPC);
    EXPECT_EQ(error.message(), "write '/srv/a': No space left on device (ENOSPC)");
}

template <typename Exception>
Error error_of(const Exception &exception) {
    try {
        throw exception;
    } catch (...) {
        return caught("start a thread");
    }
}

TEST(Error, of_an_exception_says_what_ran_out) {
    const std::system_error no_thread(EAGAIN, std::generic_category());
    EXPECT_EQ(error_of(no_thread).code(), ErrorCode::out_of_resources);
    EXPECT_EQ(error_of(no_thread).message(),
              "start a thread: Resource temporarily unavailable (EAGAIN)");
    EXPECT_EQ(error_of(std::bad_alloc()).code(), ErrorCode::out_of_resources);
    EXPECT_EQ(error_of(std::bad_alloc()).message(), "start a thread: out of memory");
    EXPECT_EQ(error_of(std::logic_error("odd")).code(), ErrorCode::internal);
    EXPECT_EQ(error_of(17).code(), ErrorCode::internal);
}

TEST(Error, with_an_unknown_errno_still_has_words) {
    EXPECT_EQ(Error::from_errno(4000, "read 'x'").message(), "read 'x': unknown error (4000)");
}

TEST(Error, takes_contexts_outermost_first) {
    const Error error = Error(ErrorCode::io, "disk gone").within("sync").within("publish");
    EXPECT_EQ(error.message(), "publish: sync: disk gone");
}

TEST(Error, is_one_line_whatever_the_operands_hold) {
    const Error error = Error(ErrorCode::io, "a\nb").within("\033[2Jx").with_hint("do\rthis");
    EXPECT_EQ(error.message(), "\\x1b[2Jx: a\\x0ab");
    EXPECT_EQ(error.hint(), "do\\x0dthis");
}

TEST(Error, keeps_the_innermost_stage) {
    EXPECT_EQ(Error(ErrorCode::io, "x").at(Stage::sync).at(Stage::publish).stage(), Stage::sync);
}

TEST(Error, has_the_hint_of_its_code_until_given_another) {
    EXPECT_EQ(Error(ErrorCode::usage, "x").hint(), default_hint_of(ErrorCode::usage));
    EXPECT_EQ(Error(ErrorCode::usage, "x").with_hint("y").hint(), "y");
}

Result<int> half(int value) {
    if (value % 2 != 0) {
        return fail(ErrorCode::usage, "odd");
    }
    return value / 2;
}

Result<int> quarter(int value) {
    INTACT_TRY_ASSIGN(const int first, half(value));
    INTACT_TRY_ASSIGN(const int second, half(first));
    return second;
}

TEST(Try, hands_on_the_first_error) {
    EXPECT_EQ(quarter(8), 2);
    EXPECT_EQ(quarter(6).error().message(), "odd");
}

} // namespace
} // namespace intact::test
