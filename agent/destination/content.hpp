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

Content content_of(std::string_view text);

/// Of the file as storage gives it back; nothing: no such name. Errors: io; cancelled.
Result<std::optional<Content>> content_at(const os::Directory &directory, const std::string &name,
                                          const std::stop_token &stop);

} // namespace intact::destination
