#include "formats/tar_check.hpp"

#include "formats/incomplete.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace intact::formats {
namespace {

// 8 MiB, beyond any tape's: what follows the end mark is the rest of the last record.
constexpr std::uint64_t kMostBlocksOfRecord = 16384;
constexpr std::uint64_t kLargestMember = std::uint64_t{1} << 62;

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

bool is_pax(char type) {
    return type == 'x' || type == 'X';
}

std::string_view name_in(std::span<const std::byte> block) {
    constexpr std::size_t kNameLength = 100;
    const auto *name = reinterpret_cast<const char *>(block.data());
    return {name, strnlen(name, kNameLength)};
}

} // namespace

bool is_tar_header(std::span<const std::byte, TarCheck::kBlock> block) {
    return !all_zero(block) && checksum_holds(block);
}

Error TarCheck::broken(std::string_view what) const {
    return incomplete("tar", position_, what);
}

Result<> TarCheck::feed(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        if (content_left_ > 0 && partial_bytes_ == 0) {
            const auto count =
                static_cast<std::size_t>(std::min<std::uint64_t>(content_left_, bytes.size()));
            INTACT_TRY(take_content(bytes.first(count)));
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
        end_ = position_ + kBlock;
        return {};
    case State::ended:
        if (!all_zero(block)) {
            return fail(broken("expected nothing but zeros after the end mark, found data"));
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
        return fail(broken("expected a member's header or the end mark, found neither: the "
                           "checksum does not hold"));
    }
    const auto stored_size = number(block.subspan(kSizeOffset, kSizeLength));
    if (!stored_size) {
        return fail(broken("expected the member's size, found no number"));
    }
    const char type = static_cast<char>(at(block, kTypeOffset));
    std::uint64_t size = *stored_size;
    is_extended_ = is_pax(type);
    is_entry_ = !is_no_entry(type);
    if (is_extended_) {
        pax_records_ = PaxRecords();
    }
    if (is_entry_) {
        size = has_no_content(type) ? 0 : pax_size_.value_or(size);
        pax_size_.reset();
        ++entries_;
        if (observer_ != nullptr) {
            INTACT_TRY(observer_->member(name_in(block)));
        }
    }
    if (size > kLargestMember) {
        return fail(broken("the member's size is beyond reason"));
    }
    if (type == 'S' && at(block, kSparseExtendedOffset) != 0) {
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
    padding_ = content_left_ - bytes;
    content_at_ = position_ + kBlock;
    state_ = content_left_ > 0 ? State::content : State::header;
}

Result<> TarCheck::take_content(std::span<const std::byte> bytes) {
    if (content_left_ > padding_) {
        const auto content = bytes.first(static_cast<std::size_t>(
            std::min<std::uint64_t>(content_left_ - padding_, bytes.size())));
        if (is_extended_ && !pax_records_.feed(content)) {
            return fail(incomplete("tar", content_at_,
                                   "expected the records of an extended header, found other data"));
        }
        if (is_entry_ && observer_ != nullptr) {
            INTACT_TRY(observer_->content(content));
        }
    }
    content_left_ -= bytes.size();
    if (content_left_ == 0) {
        INTACT_TRY(end_content());
    }
    position_ += bytes.size();
    return {};
}

Result<> TarCheck::end_content() {
    if (is_extended_) {
        if (!pax_records_.ended()) {
            return fail(incomplete("tar", content_at_,
                                   "expected whole records, the extended header ends within one"));
        }
        pax_size_ = pax_records_.size();
    }
    state_ = State::header;
    return {};
}

// A tar ends with the record that holds the end mark, so that its length is a multiple of some
// record size, and less than one such record follows the mark.
Result<> TarCheck::check_padding() const {
    const std::uint64_t blocks = position_ / kBlock;
    const std::uint64_t padding = (position_ - end_) / kBlock;
    for (std::uint64_t factor = padding + 1; factor <= kMostBlocksOfRecord; ++factor) {
        if (blocks % factor == 0) {
            return {};
        }
    }
    return fail(
        broken(fmt::format("{} bytes of zeros follow the end mark, which no blocking factor "
                           "up to {} explains",
                           position_ - end_, kMostBlocksOfRecord)));
}

Result<> TarCheck::finish() {
    if (partial_bytes_ > 0) {
        return fail(broken(fmt::format("expected a block of {} bytes, the stream ends {} bytes "
                                       "into it",
                                       kBlock, partial_bytes_)));
    }
    switch (state_) {
    case State::ended:
        return check_padding();
    case State::content:
        return fail(broken(fmt::format("expected {} more bytes of member {}, the stream ends",
                                       content_left_, entries_)));
    case State::one_zero_block:
        return fail(broken("expected the second zero block of the end mark, the stream ends"));
    case State::sparse_map:
        return fail(broken("expected the rest of a sparse file's map, the stream ends"));
    case State::header:
        break;
    }
    return fail(broken(fmt::format("expected a member's header or the end mark, the stream ends "
                                   "after {} entries",
                                   entries_)));
}

} // namespace intact::formats
