#include "formats/rdb_check.hpp"

#include "formats/incomplete.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace intact::formats {

Result<> RdbCheck::feed(std::span<const std::byte> bytes) {
    if (total_ < kHeadBytes) {
        const auto first = bytes.first(
            std::min<std::size_t>(kHeadBytes - static_cast<std::size_t>(total_), bytes.size()));
        std::copy(first.begin(), first.end(), head_.begin() + static_cast<std::ptrdiff_t>(total_));
        if (total_ + first.size() == kHeadBytes) {
            INTACT_TRY(check_head());
        }
    }
    total_ += bytes.size();
    if (held_bytes_ + bytes.size() > held_.size()) {
        const std::size_t surplus = held_bytes_ + bytes.size() - held_.size();
        const std::size_t of_held = std::min(surplus, held_bytes_);
        digest(std::span(held_).first(of_held));
        std::copy(held_.begin() + static_cast<std::ptrdiff_t>(of_held),
                  held_.begin() + static_cast<std::ptrdiff_t>(held_bytes_), held_.begin());
        held_bytes_ -= of_held;
        digest(bytes.first(surplus - of_held));
        bytes = bytes.subspan(surplus - of_held);
    }
    std::copy(bytes.begin(), bytes.end(), held_.begin() + static_cast<std::ptrdiff_t>(held_bytes_));
    held_bytes_ += bytes.size();
    return {};
}

void RdbCheck::digest(std::span<const std::byte> bytes) {
    crc_.update(bytes);
    if (!bytes.empty()) {
        last_ = bytes.back();
    }
}

Result<> RdbCheck::check_head() const {
    const std::string_view head(reinterpret_cast<const char *>(head_.data()), head_.size());
    const std::size_t magic = head.starts_with("REDIS") ? 5 : head.starts_with("VALKEY") ? 6 : 0;
    const std::string_view version = head.substr(magic);
    if (magic == 0 ||
        !std::all_of(version.begin(), version.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        return fail(incomplete("rdb", 0, "expected \"REDIS\" and a version, found other bytes"));
    }
    if (version < (magic == 5 ? "0005" : "005")) {
        return fail(incomplete("rdb", magic,
                               "expected version 5 or newer, the first with a "
                               "checksum"));
    }
    return {};
}

bool RdbCheck::ends_in_mark() const {
    return held_bytes_ == held_.size() &&
           std::all_of(held_.end() - kMarkBytes, held_.end(), [](std::byte byte) {
               const char c = static_cast<char>(byte);
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

Result<> RdbCheck::finish() {
    constexpr std::byte kEndOpcode{0xff};
    if (total_ < kHeadBytes + 1 + kChecksumBytes) {
        return fail(incomplete("rdb", total_,
                               "expected its end, the stream ends within the first "
                               "bytes"));
    }
    const std::size_t before = held_bytes_ - kChecksumBytes - (ends_in_mark() ? kMarkBytes : 0);
    digest(std::span(held_).first(before));
    const std::uint64_t at = total_ - held_bytes_ + before; // of the checksum
    std::uint64_t stored = 0;
    std::memcpy(&stored, held_.data() + before, sizeof stored);
    if (last_ != kEndOpcode) {
        return fail(incomplete("rdb", at - 1,
                               "expected the opcode of the end and a CRC-64, the stream ends "
                               "elsewhere"));
    }
    if (stored == 0) {
        return fail(incomplete("rdb", at, "expected a CRC-64, found zeros")
                        .with_hint("with 'rdbchecksum no' nothing proves the end of a dump: set it "
                                   "to yes in the server's configuration"));
    }
    if (stored != crc_.value()) {
        return fail(incomplete(
            "rdb", at,
            fmt::format("expected the CRC-64 {:016x}, found {:016x}", crc_.value(), stored)));
    }
    return {};
}

} // namespace intact::formats
