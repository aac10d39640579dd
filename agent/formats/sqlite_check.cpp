#include "formats/sqlite_check.hpp"

#include "formats/incomplete.hpp"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <string_view>

namespace intact::formats {
namespace {

constexpr std::string_view kSqliteMagic("SQLite format 3\0", 16);

std::uint32_t big_endian(std::span<const std::byte> field) {
    std::uint32_t value = 0;
    for (const std::byte byte : field) {
        value = value << 8 | std::to_integer<std::uint32_t>(byte);
    }
    return value;
}

} // namespace

Result<> SqliteCheck::feed(std::span<const std::byte> bytes) {
    if (total_ < header_.size()) {
        const auto first = bytes.first(
            std::min<std::size_t>(header_.size() - static_cast<std::size_t>(total_), bytes.size()));
        std::copy(first.begin(), first.end(),
                  header_.begin() + static_cast<std::ptrdiff_t>(total_));
    }
    total_ += bytes.size();
    return {};
}

Result<> SqliteCheck::finish() {
    constexpr std::uint32_t kLargestPage = 65536; // which two bytes cannot hold: spelled as 1
    if (total_ < header_.size()) {
        return fail(
            incomplete("sqlite", total_, "expected a header of 100 bytes, the stream ends"));
    }
    const std::span header(header_);
    if (std::string_view(reinterpret_cast<const char *>(header_.data()), kSqliteMagic.size()) !=
        kSqliteMagic) {
        return fail(incomplete("sqlite", 0, "expected \"SQLite format 3\", found other bytes"));
    }
    std::uint32_t page = big_endian(header.subspan(16, 2));
    page = page == 1 ? kLargestPage : page;
    if (page < 512 || !std::has_single_bit(page)) {
        return fail(
            incomplete("sqlite", 16, fmt::format("expected the size of a page, found {}", page)));
    }
    const std::uint64_t pages = big_endian(header.subspan(28, 4));
    const bool is_counted = big_endian(header.subspan(24, 4)) == big_endian(header.subspan(92, 4));
    if (pages == 0 || !is_counted) {
        return fail(incomplete("sqlite", 28,
                               "expected the number of pages, found one that is out of "
                               "date")
                        .with_hint("a program older than SQLite 3.7 wrote the file: 'VACUUM INTO' "
                                   "makes one that counts its pages"));
    }
    if (total_ != pages * page) {
        return fail(incomplete(
            "sqlite", std::min(total_, pages * page),
            fmt::format("expected {} pages of {} bytes, found {} bytes", pages, page, total_)));
    }
    return {};
}

} // namespace intact::formats
