#include "formats/mongodb_check.hpp"

#include "formats/incomplete.hpp"

#include <cstring>
#include <fmt/format.h>
#include <optional>

namespace intact::formats {
namespace {

constexpr std::uint32_t kMongoMagic = 0x8199e26d;
constexpr std::uint32_t kTerminator = 0xffffffff;
constexpr std::uint32_t kShortestDocument = 5;
constexpr std::uint32_t kLongestDocument = 64u << 20; // 16 MiB and what is internal to the server
constexpr std::uint32_t kLongestHeader = 4096;        // two names of at most 255 bytes
constexpr std::size_t kMostOpen = 4096;

Error mongo_broken(std::uint64_t at, std::string_view what) {
    return incomplete("mongodump", at, what);
}

std::uint32_t word(std::span<const std::byte> field) {
    std::uint32_t value = 0;
    std::memcpy(&value, field.data(), sizeof value);
    return value;
}

// The header of a segment. Source: bsonspec.org.
struct SegmentHeader {
    std::string collection; ///< database and collection
    bool is_end = false;
    std::uint64_t crc = 0;
};

// The fields of known types until the document's end; nothing for any other.
std::optional<SegmentHeader> parse_segment(std::string_view elements) {
    SegmentHeader header;
    std::string database;
    std::string collection;
    while (!elements.empty() && elements.front() != '\0') {
        const char type = elements.front();
        const std::size_t name_end = elements.find('\0', 1);
        if (name_end == std::string_view::npos) {
            return std::nullopt;
        }
        const std::string_view name = elements.substr(1, name_end - 1);
        elements.remove_prefix(name_end + 1);
        std::size_t length = type == 0x08 ? 1 : type == 0x10 ? 4 : type == 0x12 ? 8 : 0;
        if (type == 0x02) {
            if (elements.size() < 4) {
                return std::nullopt;
            }
            length = 4 + std::size_t{word(std::as_bytes(std::span(elements).first(4)))};
        }
        if (length == 0 || length > elements.size() || (type == 0x02 && length < 5)) {
            return std::nullopt;
        }
        const std::string_view value = elements.substr(0, length);
        if (type == 0x02 && name == "db") {
            database = value.substr(4, length - 5);
        } else if (type == 0x02 && name == "collection") {
            collection = value.substr(4, length - 5);
        } else if (type == 0x08 && name == "EOF") {
            header.is_end = value.front() != '\0';
        } else if (type == 0x12 && name == "CRC") {
            std::memcpy(&header.crc, value.data(), sizeof header.crc);
        }
        elements.remove_prefix(length);
    }
    if (elements.size() != 1 || collection.empty()) {
        return std::nullopt;
    }
    header.collection = database + '.' + collection;
    return header;
}

} // namespace

MongoDbCheck::MongoDbCheck() : driver_("mongodump", bytes_, walk()) {}

Walk MongoDbCheck::walk() {
    if (word(co_await bytes_.take(4, "the magic number")) != kMongoMagic) {
        co_return fail(mongo_broken(0, "expected mongodump's magic number, found other bytes"));
    }
    // The archive's own header, then one document for each collection.
    for (std::uint64_t document = 0;; ++document) {
        const std::uint32_t length =
            word(co_await bytes_.take(4, "the description of a collection"));
        if (length == kTerminator && document > 0) {
            announced_ = document - 1;
            break;
        }
        if (length < kShortestDocument || length > kLongestDocument) {
            co_return fail(
                mongo_broken(bytes_.position(), "expected the description of a collection"));
        }
        co_await bytes_.skip(length - kShortestDocument, "the description of a collection");
        if (std::to_integer<int>((co_await bytes_.take(1, "the end of a document"))[0]) != 0) {
            co_return fail(mongo_broken(bytes_.position(), "expected the end of a document"));
        }
    }
    while (co_await bytes_.more("a segment")) {
        const std::uint32_t length = word(co_await bytes_.take(4, "the header of a segment"));
        if (length < kShortestDocument || length > kLongestHeader) {
            co_return fail(mongo_broken(bytes_.position(), "expected the header of a segment"));
        }
        header_.clear();
        const WalkedBytes::Watch keep = [this](std::span<const std::byte> piece) {
            header_.append(reinterpret_cast<const char *>(piece.data()), piece.size());
        };
        co_await bytes_.skip(length - 4, "the header of a segment", &keep);
        const auto segment = parse_segment(header_);
        if (!segment) {
            co_return fail(mongo_broken(bytes_.position(), "expected the header of a segment"));
        }
        const auto found = open_.try_emplace(segment->collection, Crc64::ecma()).first;
        if (open_.size() > kMostOpen) {
            co_return fail(
                mongo_broken(bytes_.position(),
                             fmt::format("more than {} collections are open at once", kMostOpen)));
        }
        const std::uint64_t header_at = bytes_.position();
        const WalkedBytes::Watch digest = [found](std::span<const std::byte> piece) {
            found->second.update(piece);
        };
        for (;;) {
            const auto field = co_await bytes_.take(4, "a document or the end of its segment");
            const std::uint32_t size = word(field);
            if (size == kTerminator) {
                break;
            }
            if (segment->is_end || size < kShortestDocument || size > kLongestDocument) {
                co_return fail(mongo_broken(bytes_.position(),
                                            "expected a document or the end of its segment"));
            }
            digest(field);
            co_await bytes_.skip(size - 4, "a document", &digest);
        }
        if (!segment->is_end) {
            continue;
        }
        if (found->second.value() != segment->crc) {
            co_return fail(mongo_broken(
                header_at, fmt::format("collection '{}' has the checksum {:016x}, found {:016x}",
                                       segment->collection, segment->crc, found->second.value())));
        }
        open_.erase(found);
        ++ended_;
    }
    if (!open_.empty() || ended_ < announced_) {
        co_return fail(mongo_broken(bytes_.position(),
                                    fmt::format("expected the ends of {} collections, the stream "
                                                "ends after those of {}",
                                                announced_, ended_)));
    }
    co_return Result<>{};
}

} // namespace intact::formats
