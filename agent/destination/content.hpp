// The bytes that a name holds, told by their digest.
#pragma once

#include "base/error.hpp"
#include "os/file.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace intact::destination {

/// What tells the bytes of a file from all others.
struct Content {
    std::uint64_t bytes = 0;
    std::string sha256;
    friend bool operator==(const Content &, const Content &) = default;
};

/// Whether an error says that the name is there and the filesystem found what it leads to broken,
/// as ext4 without a journal may after a power cut: no moment's trouble, and fsck's to mend.
bool is_corruption(const Error &error);

/// The same, or storage cannot read it.
bool is_damage(const Error &error);

Content content_of(std::string_view text);

/// Of the file as storage gives it back; nothing: no such name. What a power cut spoilt so that
/// storage refuses it (EIO, EUCLEAN, EBADMSG), or would (has_lost_clusters()), is there with an
/// empty digest, which is nobody's.
/// Errors: io; cancelled.
Result<std::optional<Content>> content_at(const os::Directory &directory, const std::string &name,
                                          const std::stop_token &stop);

} // namespace intact::destination
