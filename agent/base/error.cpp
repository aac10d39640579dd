#include "base/error.hpp"

#include "base/text.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>

namespace intact {
namespace {

enum class Attempts : std::uint8_t { once, again };

struct CodeRow {
    std::string_view name;
    int exit_code;
    Attempts attempts;
    std::string_view hint;
};

constexpr std::array kCodes{
#define X(name, exit_code, attempts, hint) CodeRow{#name, exit_code, Attempts::attempts, hint},
#include "base/error_codes.def"
#undef X
};

constexpr std::array<std::string_view, 11> kStages{
    "claim", "hook", "source",  "archive", "compress", "digest",
    "write", "sync", "publish", "verify",  "record",
};

const CodeRow &row_of(ErrorCode code) {
    return kCodes[static_cast<std::size_t>(code)];
}

ErrorCode code_for_errno(int err) {
    switch (err) {
    case ENOSPC:
    case EDQUOT:
        return ErrorCode::no_space;
    case EACCES:
    case EPERM:
        return ErrorCode::permission_denied;
    case ENOENT:
    case ENOTDIR:
        return ErrorCode::not_found;
    case EEXIST:
        return ErrorCode::already_exists;
    case EROFS:
        return ErrorCode::read_only;
    case EFBIG:
        return ErrorCode::file_too_large;
    case ENAMETOOLONG:
        return ErrorCode::name_too_long;
    case EOPNOTSUPP:
    case ENOSYS:
        return ErrorCode::unsupported;
    case EAGAIN: // of fork(2) and pthread_create(3); of reads and writes it is never told
    case ENOMEM:
    case EMFILE:
    case ENFILE:
        return ErrorCode::out_of_resources;
    default:
        return ErrorCode::io;
    }
}

} // namespace

std::string_view name_of(ErrorCode code) {
    return row_of(code).name;
}

int exit_code_of(ErrorCode code) {
    return row_of(code).exit_code;
}

std::string_view default_hint_of(ErrorCode code) {
    return row_of(code).hint;
}

bool may_pass(ErrorCode code) {
    return row_of(code).attempts == Attempts::again;
}

std::optional<ErrorCode> error_code_named(std::string_view name) {
    for (std::size_t i = 0; i < kCodes.size(); ++i) {
        if (kCodes[i].name == name) {
            return static_cast<ErrorCode>(i);
        }
    }
    return std::nullopt;
}

std::string_view name_of(Stage stage) {
    return kStages[static_cast<std::size_t>(stage)];
}

Error::Error(ErrorCode code, std::string_view what) : code_(code), message_(one_line(what)) {}

Error Error::from_errno(int err, std::string_view what) {
    const char *symbol = strerrorname_np(err);
    Error error(
        code_for_errno(err),
        fmt::format("{}: {} ({})", what,
                    strerrordesc_np(err) != nullptr ? strerrordesc_np(err) : "unknown error",
                    symbol != nullptr ? symbol : std::to_string(err)));
    error.errno_ = err;
    return error;
}

std::string_view Error::hint() const {
    return hint_.empty() ? default_hint_of(code_) : std::string_view(hint_);
}

Error Error::within(std::string_view context) && {
    message_ = fmt::format("{}: {}", one_line(context), message_);
    return std::move(*this);
}

Error Error::with_code(ErrorCode code) && {
    code_ = code;
    return std::move(*this);
}

Error Error::with_hint(std::string_view hint) && {
    hint_ = one_line(hint);
    return std::move(*this);
}

Error Error::at(Stage stage) && {
    if (!stage_) {
        stage_ = stage;
    }
    return std::move(*this);
}

} // namespace intact
