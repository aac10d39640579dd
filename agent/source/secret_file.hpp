// Secrets that lie in files: systemd's credentials, and files of the operator. Knows no variable.
#pragma once

#include "base/error.hpp"
#include "os/unique_fd.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace intact::source {

/// How to have systemd give the service this credential.
std::string hint_to_load(const std::string &name);

/// Of this process: $CREDENTIALS_DIRECTORY/NAME. Errors: credential_failed: this process has none,
/// or none of that name.
Result<std::string> path_of_credential(const std::string &name);

/// The content. Errors: credential_failed, also above `limit` bytes.
Result<std::string> read_credential(const std::string &name, std::size_t limit);

/// A copy in memory that its owner alone may read, where a program could take offence at the
/// credential's own mode; nothing where not. Errors: credential_failed.
Result<std::optional<os::UniqueFd>> private_copy_of(const std::string &path);

/// A file in memory that its owner alone may read, at its begin. Errors: io, no_memory.
Result<os::UniqueFd> private_file_of(std::string_view content);

/// The content of a regular file, symlinks followed. Errors: credential_failed, also above `limit`
/// bytes, where it is another user's, and where others may read or write it.
Result<std::string> read_secret_file(const std::string &path, std::size_t limit);

} // namespace intact::source
