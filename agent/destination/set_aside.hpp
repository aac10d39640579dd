// Files that recovery found in the way: never removed, since they may be somebody's, and may tell
// what the storage did.
#pragma once

#include "base/error.hpp"
#include "os/file.hpp"

#include <string>
#include <string_view>

namespace intact::destination {

/// ".intact-RUNID.bad-N", the first that is free.
Result<std::string> free_name_aside(const os::Directory &directory, const std::string &run_id);

/// Moves `name` there, durably; the new name is the answer.
Result<std::string> set_aside(const os::Directory &directory, const std::string &run_id,
                              const std::string &name);

/// Such a name: later runs leave it alone.
bool is_set_aside(std::string_view name);

} // namespace intact::destination
