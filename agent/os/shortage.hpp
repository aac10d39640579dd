// Which errors of the kernel tell of this process or machine, not of the file that was asked for.
#pragma once

#include <cerrno>

namespace intact::os {

/// No descriptor or no memory was left. The same call on the same file may do well a moment later,
/// so nothing may be concluded about the file. Source: open(2), ERRORS.
constexpr bool is_shortage(int err) {
    return err == EMFILE || err == ENFILE || err == ENOMEM;
}

} // namespace intact::os
