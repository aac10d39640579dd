// The ways in which a backup gets its final name.
#pragma once

#include <string_view>

namespace intact::destination {

/// From the one that asks most of a filesystem to the one that asks least; spelled as in the
/// manifest. Source: filesystems.md, P1 to P5.
enum class Variant {
    rename,      ///< one rename is atomic for readers and for crashes
    link_guard,  ///< a second hard link keeps the previous backup until the new one is durable
    exchange,    ///< both names change place; nothing is freed before the new entry is durable
    held_rename, ///< the previous file is held open across rename and syncs
    two_step,    ///< the previous one moves aside, then the new one in, neither over anything
};
std::string_view name_of(Variant variant);

} // namespace intact::destination
