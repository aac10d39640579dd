#include "formats/incomplete.hpp"

#include <fmt/format.h>

namespace intact::formats {

Error incomplete(std::string_view format, std::uint64_t at, std::string_view what) {
    return Error(ErrorCode::source_incomplete,
                 fmt::format("{} stream at byte {}: {}", format, at, what));
}

} // namespace intact::formats
