#include "pipeline/tar_check.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fmt/format.h>

namespace intact::pipeline {
namespace {

// Longer extended headers are skipped, not kept: a size= record stands among the first few.
constexpr std::size_t kPaxLimitBytes = 1u << 20;

std::uint8_t at(std::span<const std::byte> block, std::size_t offset) {
    return std::to_integer<std::uint8_t>(block[offset]);
}

bool all_zero(std::span<const std::byte> bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

// Octal digits, or GNU's base-256 when the top bit is set. Nothing for text that is neither.
std::optional<std::uint64_t> number(std::span<const std::byte> field) {
    std::uint64_t value = 0;
    if ((at(field, 0) & 0x80) != 0) {
        for (std::size_t i = 0; i < field.size(); ++i) {
            const std::uint8_t byte = i == 0 ? at(field, i) & 0x7f : at(field, i);
            if (value >> 55 != 0) {
                return std::nullopt;
            }
            value = value << 8 | byte;
        }
        return value;
    }
    std::size_t i = 0;
    while (i < field.size() && at(field, i) == ' ') {
        ++i;
    }
    for (; i < field.size() && at(field, i) >= '0' && at(field, i) <= '7'; ++i) {
        value = value * 8 + (at(field, i) - std::uint64_t{'0'});
    }
    const bool ended = i == field.size() || at(field, i) == ' ' || at(field, i) == 0;
    return ended ? std::optional(value) : std::nullopt;
}

constexpr std::size_t kChecksumOffset = 148;
constexpr std::size_t kChecksumLength = 8;

// The sum of all bytes with the checksum field taken as blanks; some old tars summed signed bytes.
bool checksum_holds(std::span<const std::byte> block) {
    const auto stored = number(block.subspan(kChecksumOffset, kChecksumLength));
    std::uint64_t sum = 0;
    std::int64_t signed_sum = 0;
    for (std::size_t i = 0; i < block.size(); ++i) {
        const bool blank = i >= kChecksumOffset && i < kChecksumOffset + kChecksumLength;
        const std::uint8_t byte = blank ? std::uint8_t{' '} : at(block, i);
        sum += byte;
        signed_sum += static_cast<std::int8_t>(byte);
    }
    return stored && (*stored == sum || static_cast<std::int64_t>(*stored) == signed_sum);
}

// The last "size" record of an extended header: "LENGTH size=DIGITS\n".
std::optional<std::uint64_t> size_record(std::string_view records) {
    std::optional<std::uint64_t> size;
    while (!records.empty()) {
        std::size_t length = 0;
        const auto parsed =
            std::from_chars(records.data(), records.data() + records.size(), length);
        if (parsed.ec != std::errc() || length == 0 || length > records.size()) {
            break;
        }
        std::string_view record = records.substr(0, length);
        records.remove_prefix(length);
        record.remove_prefix(std::min<std::size_t>(
            record.size(), static_cast<std::size_t>(parsed.ptr - record.data())));
        if (record.starts_with(" size=")) {
            record.remove_prefix(6);
            std::uint64_t value = 0;
            if (std::from_chars(record.data(), record.data() + record.size(), value).ec ==
                std::errc()) {
                size = value;
            }
        }
    }
    return size;
}

// Types that carry no content whatever their size field says (links, devices, directories, FIFOs).
bool has_no_content(char type) {
    return type == '1' || type == '2' || type == '3' || type == '4' || type == '5' || type == '6';
}

// 'V' is GNU's volume label, which names the archive; 'A' is Solaris' ACL of the next entry.
// Readers show neither. 'M', the rest of a file from the volume before, is an entry.
bool is_no_entry(char type) {
    return type == 'x' || type == 'g' || type == 'L' || type == 'K' || type == 'X' || type == 'V' ||
           type == 'A';
}

} // namespace

Error TarCheck::broken(std::string_view what) const {
    return Error(ErrorCode::source_incomplete,
                 fmt::format("tar stream at byte {}: {}", position_, what));
}

Result<> TarCheck::feed(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        if (content_left_ > 0 && partial_bytes_ == 0) {
            const auto count =
                static_cast<std::size_t>(std::min<std::uint64_t>(content_left_, bytes.size()));
            take_content(bytes.first(count));
            bytes = bytes.subspan(count);
            continue;
        }
        const std::size_t count = std::min(kBlock - partial_bytes_, bytes.size());
        std::memcpy(partial_.data() + partial_bytes_, bytes.data(), count);
        partial_bytes_ += count;
        bytes = bytes.subspan(count);
        if (partial_bytes_ == kBlock) {
            partial_bytes_ = 0;
            INTACT_TRY(take_block(partial_));
            position_ += kBlock;
        }
    }
    return {};
}

Result<> TarCheck::take_block(std::span<const std::byte, kBlock> block) {
    switch (state_) {
    case State::header:
        if (all_zero(block)) {
            state_ = State::one_zero_block;
            return {};
        }
        return take_header(block);
    case State::sparse_map:
        return take_sparse_map(block);
    case State::one_zero_block:
        if (!all_zero(block)) {
            return fail(broken("expected the second zero block of the end mark, found data"));
        }
        state_ = State::ended;
        return {};
    case State::ended:
        if (!all_zero(block)) {
            return fail(broken("data after the end mark"));
        }
        return {};
    case State::content:
        break;
    }
    return fail(ErrorCode::internal, "tar check: content taken as a block");
}

Result<> TarCheck::take_header(std::span<const std::byte, kBlock> block) {
    constexpr std::size_t kSizeOffset = 124;
    constexpr std::size_t kSizeLength = 12;
    constexpr std::size_t kTypeOffset = 156;
    constexpr std::size_t kSparseExtendedOffset = 482;
    if (!checksum_holds(block)) {
        return fail(broken("expected a member's header, its checksum does not hold"));
    }
    const auto stored_size = number(block.subspan(kSizeOffset, kSizeLength));
    if (!stored_size) {
        return fail(broken("the member's size is no number"));
    }
    type_ = static_cast<char>(at(block, kTypeOffset));
    std::uint64_t size = *stored_size;
    if (is_no_entry(type_)) {
        pax_records_.clear();
        pax_bytes_left_ = type_ == 'x' ? size : 0;
    } else {
        size = pax_size_.value_or(size);
        pax_size_.reset();
        ++entries_;
        if (has_no_content(type_)) {
            size = 0;
        }
    }
    if (size > std::uint64_t{1} << 62) {
        return fail(broken("the member's size is beyond reason"));
    }
    if (type_ == 'S' && at(block, kSparseExtendedOffset) != 0) {
        pending_size_ = size;
        state_ = State::sparse_map;
        return {};
    }
    begin_content(size);
    return {};
}

Result<> TarCheck::take_sparse_map(std::span<const std::byte, kBlock> block) {
    constexpr std::size_t kMoreOffset = 504;
    if (at(block, kMoreOffset) == 0) {
        begin_content(pending_size_);
    }
    return {};
}

void TarCheck::begin_content(std::uint64_t bytes) {
    content_left_ = (bytes + kBlock - 1) / kBlock * kBlock;
    state_ = content_left_ > 0 ? State::content : State::header;
}

void TarCheck::take_content(std::span<const std::byte> bytes) {
    if (pax_bytes_left_ > 0) {
        const auto records =
            static_cast<std::size_t>(std::min<std::uint64_t>(pax_bytes_left_, bytes.size()));
        if (pax_records_.size() + records <= kPaxLimitBytes) {
            pax_records_.append(reinterpret_cast<const char *>(bytes.data()), records);
        }
        pax_bytes_left_ -= records;
    }
    content_left_ -= bytes.size();
    position_ += bytes.size();
    if (content_left_ == 0) {
        end_content();
    }
}

void TarCheck::end_content() {
    if (type_ == 'x') {
        pax_size_ = size_record(pax_records_);
    }
    state_ = State::header;
}

Result<> TarCheck::finish() {
    if (partial_bytes_ > 0) {
        return fail(broken(fmt::format("ends {} bytes into a block", partial_bytes_)));
    }
    switch (state_) {
    case State::ended:
        return {};
    case State::content:
        return fail(broken(
            fmt::format("ends {} bytes before the end of member {}", content_left_, entries_)));
    case State::one_zero_block:
        return fail(broken("ends after the first of the end mark's two zero blocks"));
    case State::header:
    case State::sparse_map:
        break;
    }
    return fail(broken(fmt::format("ends without the end mark, after {} entries", entries_)));
}

} // namespace intact::pipeline
