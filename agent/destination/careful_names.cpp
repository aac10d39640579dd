#include "destination/careful_names.hpp"

#include <cerrno>
#include <fmt/format.h>

namespace intact::destination {
namespace {

constexpr int kTries = 3;

} // namespace

Result<> CarefulNames::rename(const std::string &from, const std::string &to,
                              os::IfExists if_exists) const {
    INTACT_TRY_ASSIGN(const auto moving, directory_.identity(from));
    for (int attempt = 1;; ++attempt) {
        auto renamed = directory_.rename(from, to, if_exists);
        if (renamed || !is_remote_ || renamed.error().sys_errno() == EINVAL || !moving) {
            return renamed;
        }
        INTACT_TRY_ASSIGN(const auto now_there, directory_.identity(to));
        INTACT_TRY_ASSIGN(const auto still_here, directory_.identity(from));
        if (now_there == moving && !still_here) {
            return {};
        }
        const bool untouched = still_here == moving && now_there != moving;
        if (!untouched || attempt == kTries || renamed.error().sys_errno() == EEXIST) {
            return renamed;
        }
    }
}

Result<> CarefulNames::replace(const std::string &from, const std::string &to) const {
    return rename(from, to, os::IfExists::replace);
}

Result<> CarefulNames::move(const std::string &from, const std::string &to) const {
    auto moved = rename(from, to, os::IfExists::fail);
    if (moved || moved.error().sys_errno() != EINVAL) {
        return moved;
    }
    INTACT_TRY_ASSIGN(const bool taken, directory_.has(to));
    if (taken) {
        return fail(ErrorCode::already_exists,
                    fmt::format("rename {} to '{}': that name is taken",
                                os::quoted_path(directory_.path_of(from)), to));
    }
    return replace(from, to);
}

Result<> CarefulNames::link(const std::string &existing, const std::string &name) const {
    for (int attempt = 1;; ++attempt) {
        auto linked = directory_.link(existing, name);
        if (linked) {
            return linked;
        }
        INTACT_TRY_ASSIGN(const auto one, directory_.identity(existing));
        INTACT_TRY_ASSIGN(const auto other, directory_.identity(name));
        if (one && one == other) {
            return {};
        }
        if (!is_remote_ || other || attempt == kTries) {
            return linked;
        }
    }
}

} // namespace intact::destination
