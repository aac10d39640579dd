// What a run could not take, though the backup as a whole is sound. Knows no source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace intact {

/// Spelled as in the manifest, JSON and metric labels.
enum class WarningKind : std::uint8_t {
    unreadable,  ///< could not be opened or read; the entry is missing
    vanished,    ///< was listed, then gone; the entry is missing
    changed,     ///< its content changed while it was read; what was read is kept
    shrank,      ///< ended early; the rest of the entry is zero bytes
    truncated,   ///< reading failed half-way; the rest of the entry is zero bytes
    unsupported, ///< a kind of file that an archive cannot hold (sockets)
    metadata,    ///< content is whole, but an attribute or ACL could not be read
    destination, ///< the backup's own destination lies in the tree; its content is left out
    excluded,    ///< a source path says of itself that it wants no backup; its content is missing
    durability,  ///< the destination does not promise what a backup needs
    hook,        ///< a program that was to run after the backup failed; the backup itself is whole
    exit_status, ///< the command ended with what its job takes as a warning
    message,     ///< the command said on stderr what its job takes as a warning
    mount,       ///< another filesystem is mounted there and was left out, as the job wants it
    degraded,    ///< the pod's container lacks what the job asks of it: proof, or leaving files out
    suspicious,  ///< the backup is whole as far as is known, but not what its job expects
};

constexpr std::size_t kWarningKinds = static_cast<std::size_t>(WarningKind::suspicious) + 1;

std::string_view name_of(WarningKind kind);
std::optional<WarningKind> warning_kind_named(std::string_view name);

struct Warning {
    WarningKind kind;
    std::string path;   ///< raw bytes as the file system has them; empty when not about one path
    std::string detail; ///< one line, for people
};

} // namespace intact
