// What the service's sandbox makes of a path, by its unit's directives. Touches no file.
#pragma once

#include "checkup/unit.hpp"

#include <string>
#include <string_view>

namespace intact::checkup {

enum class Access { writable, read_only, hidden };

struct Verdict {
    Access access = Access::writable;
    std::string because; ///< the directive: "ProtectHome=read-only"
};

/// Of an absolute path without symlinks. Source: systemd.exec(5), SANDBOXING; where directives
/// nest, the deepest one holds, and of several on the same path the strictest.
Verdict verdict_on(const Unit &unit, const std::string &path);

/// A path as a unit file takes it.
std::string quoted_for_unit(std::string_view path);

} // namespace intact::checkup
