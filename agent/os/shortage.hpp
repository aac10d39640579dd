// Which errors of the kernel tell of this process or machine, not of the file that was asked for.
#pragma once

#include <cerrno>

namespace intact::os {

/// No descriptor or no memory was left. The same call on the same file may do well a moment later,
/// so nothing may be concluded about the file. Source: open(2), ERRORS.
constexpr bool is_shortage(int err) {
    return err == EMFILE || err == ENFILE || err == ENOMEM;
}

/// The filesystem, its storage or this process cannot go on: any other file would fare the same.
constexpr bool concerns_all_files(int err) {
    switch (err) {
    case ENOSPC:
    case EDQUOT:
    case EROFS:
    case EIO:
    case ENODEV:
    case ENXIO:
    case ESTALE:
    case ENOTCONN:
    case ETIMEDOUT:
    case EHOSTDOWN:
        return true;
    default:
        return is_shortage(err);
    }
}

} // namespace intact::os
