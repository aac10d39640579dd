#include "pipeline/posix_acl.hpp"

#include <algorithm>
#include <tuple>

namespace intact::pipeline {
namespace {

constexpr std::uint32_t kVersion = 2;
constexpr std::uint32_t kUndefinedId = 0xffffffff;
constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kEntryBytes = 8;

std::uint32_t little_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return value;
}

void append(std::string &out, std::uint32_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) {
        out.push_back(static_cast<char>(value >> (8 * i) & 0xff));
    }
}

bool has_id(AclTag tag) {
    return tag == AclTag::user || tag == AclTag::group;
}

bool is_known(std::uint32_t tag) {
    return tag != 0 && tag <= 0x20 && (tag & (tag - 1)) == 0;
}

} // namespace

std::optional<std::vector<AclEntry>> decode_acl(std::string_view value) {
    if (value.size() < kHeaderBytes || (value.size() - kHeaderBytes) % kEntryBytes != 0 ||
        little_endian(value.substr(0, kHeaderBytes)) != kVersion) {
        return std::nullopt;
    }
    value.remove_prefix(kHeaderBytes);
    std::vector<AclEntry> entries;
    for (; !value.empty(); value.remove_prefix(kEntryBytes)) {
        const std::uint32_t tag = little_endian(value.substr(0, 2));
        const std::uint32_t permissions = little_endian(value.substr(2, 2));
        if (!is_known(tag) || permissions > 7) {
            return std::nullopt;
        }
        AclEntry entry{static_cast<AclTag>(tag), static_cast<std::uint16_t>(permissions), 0};
        if (has_id(entry.tag)) {
            entry.id = little_endian(value.substr(4, 4));
        }
        entries.push_back(entry);
    }
    return entries;
}

std::string encode_acl(std::vector<AclEntry> entries) {
    std::sort(entries.begin(), entries.end(), [](const AclEntry &a, const AclEntry &b) {
        return std::tie(a.tag, a.id, a.permissions) < std::tie(b.tag, b.id, b.permissions);
    });
    std::string out;
    append(out, kVersion, kHeaderBytes);
    for (const AclEntry &entry : entries) {
        append(out, static_cast<std::uint32_t>(entry.tag), 2);
        append(out, entry.permissions, 2);
        append(out, has_id(entry.tag) ? entry.id : kUndefinedId, 4);
    }
    return out;
}

} // namespace intact::pipeline
