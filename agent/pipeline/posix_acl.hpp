// POSIX access control lists in the kernel's binary form. Knows no archive and sets nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intact::pipeline {

constexpr std::string_view kAccessAclName = "system.posix_acl_access";
constexpr std::string_view kDefaultAclName = "system.posix_acl_default";

/// The tags of <linux/posix_acl.h>.
enum class AclTag : std::uint16_t {
    owner = 0x01,
    user = 0x02,
    owning_group = 0x04,
    group = 0x08,
    mask = 0x10,
    other = 0x20,
};

struct AclEntry {
    AclTag tag = AclTag::owner;
    std::uint16_t permissions = 0; ///< rwx as 4, 2, 1
    std::uint32_t id = 0;          ///< of a user or group; ignored for other tags
    friend bool operator==(const AclEntry &, const AclEntry &) = default;
};

/// Nothing when the bytes are no ACL of version 2.
/// Source: <linux/posix_acl_xattr.h>: little-endian u32 version, then {u16 tag, u16 perm, u32 id}.
std::optional<std::vector<AclEntry>> decode_acl(std::string_view value);
/// Sorted by tag, which the kernel demands; users and groups keep their order.
std::string encode_acl(std::vector<AclEntry> entries);

} // namespace intact::pipeline
