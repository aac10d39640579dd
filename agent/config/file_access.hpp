// Who gets at a file, by its owner, group and mode. Knows no content.
#pragma once

#include <optional>
#include <string>
#include <sys/stat.h>

namespace intact::config {

/// As whom the service runs, unless a drop-in of its unit says otherwise.
inline constexpr const char *kServiceUser = "_intact";

/// Who beside root and the service has one of these rights (4 read, 2 write, 1 execute) to a file:
/// "everybody", "group 'users'". A group that may only read is root's or the service's own where it
/// is group 0, that of kServiceUser, or that of this process's user alone, of the same name.
/// Nothing: nobody.
std::optional<std::string> others_with(mode_t rights, const struct stat &file);
/// Its owner is root, kServiceUser or the user of this process.
bool is_of_service(const struct stat &file);

} // namespace intact::config
