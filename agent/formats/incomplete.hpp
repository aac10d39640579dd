// The one way in which a check says that a stream is not whole. Knows no format.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string_view>

namespace intact::formats {

/// "tar stream at byte 512: expected ..." `at` is the offset of what is missing or wrong, in bytes
/// from the beginning of that format's own stream.
Error incomplete(std::string_view format, std::uint64_t at, std::string_view what);

} // namespace intact::formats
