#include "formats/pgdump_walk.hpp"

#include "formats/incomplete.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string>

namespace intact::formats {
namespace {

constexpr std::string_view kPgArchive = "pg_dump";
constexpr std::int64_t kLongestText = std::int64_t{1} << 30; // PostgreSQL has no longer value
constexpr int kOldest = 12;
constexpr int kNewest = 16;

std::uint8_t byte_at(std::span<const std::byte> bytes, std::size_t index) {
    return std::to_integer<std::uint8_t>(bytes[index]);
}

// A sign byte, then the absolute value, lowest byte first. -2: neither.
constexpr std::int64_t kNoNumber = -2;
std::int64_t pg_number(std::span<const std::byte> field) {
    std::uint64_t value = 0;
    for (std::size_t i = field.size(); i > 1; --i) {
        value = value << 8 | byte_at(field, i - 1);
    }
    const std::uint8_t sign = byte_at(field, 0);
    if (sign > 1 || value > static_cast<std::uint64_t>(kLongestText) * 4) {
        return kNoNumber;
    }
    const auto number = static_cast<std::int64_t>(value);
    return sign == 0 ? number : number == 1 ? -1 : kNoNumber;
}

Error pg_broken(std::uint64_t at, std::string_view what) {
    return incomplete(kPgArchive, at, what);
}

// What stands in an entry of the table of contents, in its order.
enum class Item : std::uint8_t { id, flag, text, kind };
struct EntryField {
    Item item;
    int since; ///< minor version
    std::string_view what;
};
constexpr std::array kEntryFields{
    EntryField{Item::id, 0, "an entry's id"},
    EntryField{Item::flag, 0, "whether an entry has data"},
    EntryField{Item::text, 0, "an entry's catalog"},
    EntryField{Item::text, 0, "an entry's OID"},
    EntryField{Item::text, 0, "an entry's tag"},
    EntryField{Item::kind, 0, "an entry's kind"},
    EntryField{Item::flag, 0, "an entry's section"},
    EntryField{Item::text, 0, "an entry's definition"},
    EntryField{Item::text, 0, "an entry's DROP command"},
    EntryField{Item::text, 0, "an entry's COPY command"},
    EntryField{Item::text, 0, "an entry's schema"},
    EntryField{Item::text, 0, "an entry's tablespace"},
    EntryField{Item::text, 14, "an entry's access method"},
    EntryField{Item::flag, 16, "an entry's kind of relation"},
    EntryField{Item::text, 0, "an entry's owner"},
    EntryField{Item::text, 0, "an entry's OID flag"},
};

} // namespace

// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators" (splitmix64).
std::uint64_t pg_mix(std::uint64_t id) {
    id += 0x9e3779b97f4a7c15;
    id = (id ^ id >> 30) * 0xbf58476d1ce4e5b9;
    id = (id ^ id >> 27) * 0x94d049bb133111eb;
    return id ^ id >> 31;
}

std::uint64_t pg_mix(std::string_view file_name) {
    std::uint64_t sum = file_name.size();
    for (const char c : file_name) {
        sum = pg_mix(sum ^ static_cast<unsigned char>(c));
    }
    return sum;
}

Walk walk_pg_archive(WalkedBytes &bytes, PgContainer container, PgContents &contents) {
    constexpr std::uint8_t kNoData = 3; // K_OFFSET_NO_DATA
    constexpr std::uint8_t kTableData = 1;
    constexpr std::uint8_t kLargeObjects = 3;

    const auto head = co_await bytes.take(11, "the header of a pg_dump archive");
    const auto *letters = reinterpret_cast<const char *>(head.data());
    if (std::string_view(letters, 5) != "PGDMP") {
        co_return fail(pg_broken(0, "expected \"PGDMP\", found other bytes"));
    }
    const int minor = byte_at(head, 6);
    if (byte_at(head, 5) != 1 || minor < kOldest || minor > kNewest) {
        co_return fail(
            pg_broken(5, fmt::format("expected archive version 1.{} to 1.{}, found {}.{}", kOldest,
                                     kNewest, byte_at(head, 5), minor))
                .with_hint("its end cannot be proven here: source.format = \"raw\" takes "
                           "it as it is"));
    }
    const std::size_t number_bytes = 1 + std::size_t{byte_at(head, 8)};
    const std::size_t offset_bytes = 1 + std::size_t{byte_at(head, 9)};
    if (number_bytes < 5 || number_bytes > 9 || offset_bytes < 5 || offset_bytes > 9) {
        co_return fail(pg_broken(8, "the sizes of its numbers are beyond reason"));
    }
    if (byte_at(head, 10) != static_cast<std::uint8_t>(container)) {
        co_return fail(pg_broken(10, fmt::format("expected pg_dump's format {}, found {}",
                                                 static_cast<int>(container), byte_at(head, 10))));
    }

    // The compression, the seven parts of the time, then three texts, then the number of entries.
    co_await bytes.skip(minor >= 15 ? 1 : number_bytes, "the kind of compression");
    co_await bytes.skip(7 * number_bytes, "the time of the dump");
    for (int text = 0; text < 3; ++text) {
        const auto length = pg_number(co_await bytes.take(number_bytes, "the length of a text"));
        if (length < -1 || length > kLongestText) {
            co_return fail(pg_broken(bytes.position(), "expected the length of a text"));
        }
        co_await bytes.skip(static_cast<std::uint64_t>(std::max<std::int64_t>(length, 0)),
                            "the name of the database or a version");
    }
    const auto count = pg_number(co_await bytes.take(number_bytes, "the number of entries"));
    if (count < 0) {
        co_return fail(pg_broken(bytes.position(), "expected the number of entries"));
    }

    for (; static_cast<std::int64_t>(contents.entries) < count; ++contents.entries) {
        std::uint64_t id = 0;
        bool is_large_objects = false;
        for (const EntryField &field : kEntryFields) {
            if (minor < field.since) {
                continue;
            }
            const auto number = pg_number(co_await bytes.take(number_bytes, field.what));
            if (number < (field.item == Item::id ? 1 : -1) || number > kLongestText) {
                co_return fail(
                    pg_broken(bytes.position(),
                              fmt::format("expected {}, found no such number", field.what)));
            }
            if (field.item == Item::id) {
                id = static_cast<std::uint64_t>(number);
            } else if (field.item == Item::kind && number == 5) {
                const auto kind = co_await bytes.take(5, field.what);
                is_large_objects =
                    std::string_view(reinterpret_cast<const char *>(kind.data()), 5) == "BLOBS";
            } else if (field.item != Item::flag && number > 0) {
                co_await bytes.skip(static_cast<std::uint64_t>(number), field.what);
            }
        }
        for (std::int64_t length = 0; length >= 0;) {
            length = pg_number(co_await bytes.take(number_bytes, "an entry's dependencies"));
            if (length < -1 || length > kLongestText) {
                co_return fail(pg_broken(bytes.position(), "expected an entry's dependencies"));
            }
            co_await bytes.skip(static_cast<std::uint64_t>(std::max<std::int64_t>(length, 0)),
                                "an entry's dependency");
        }
        if (container == PgContainer::custom) {
            const auto offset = co_await bytes.take(offset_bytes, "where an entry's data is");
            const std::uint8_t state = byte_at(offset, 0);
            if (state < 1 || state > kNoData) {
                co_return fail(pg_broken(bytes.position(), "expected where an entry's data is"));
            }
            if (state != kNoData) {
                ++contents.with_data;
                contents.data_sum += pg_mix(id);
            }
            continue;
        }
        const auto length = pg_number(co_await bytes.take(number_bytes, "an entry's file name"));
        if (length < -1 || length > static_cast<std::int64_t>(WalkedBytes::kLongestField)) {
            co_return fail(pg_broken(bytes.position(), "expected the name of an entry's file"));
        }
        if (length > 0) {
            const auto name =
                co_await bytes.take(static_cast<std::size_t>(length), "an entry's file name");
            ++contents.with_data;
            contents.large_objects += is_large_objects ? 1 : 0;
            if (!is_large_objects) {
                contents.data_sum += pg_mix(
                    std::string_view(reinterpret_cast<const char *>(name.data()), name.size()));
            }
        }
    }
    if (container == PgContainer::tar) {
        co_return Result<>{};
    }

    std::uint64_t blocks = 0;
    std::uint64_t block_sum = 0;
    while (co_await bytes.more("a data block")) {
        const auto kind = byte_at(co_await bytes.take(1, "the kind of a data block"), 0);
        if (kind != kTableData && kind != kLargeObjects) {
            co_return fail(pg_broken(
                bytes.position(), fmt::format("expected a data block, found the byte {}", kind)));
        }
        const auto id = pg_number(co_await bytes.take(number_bytes, "the id of a data block"));
        if (id < 1) {
            co_return fail(pg_broken(bytes.position(), "expected the id of a data block"));
        }
        for (bool is_open = true; is_open;) {
            if (kind == kLargeObjects) {
                const auto oid =
                    pg_number(co_await bytes.take(number_bytes, "the OID of a large object"));
                if (oid < 0) {
                    co_return fail(
                        pg_broken(bytes.position(), "expected the OID of a large object"));
                }
                if (oid == 0) {
                    break;
                }
            }
            for (std::int64_t length = 1; length > 0;) {
                length =
                    pg_number(co_await bytes.take(number_bytes, "the length of a piece of data"));
                if (length < 0 || length > kLongestText) {
                    co_return fail(
                        pg_broken(bytes.position(), "expected the length of a piece of data"));
                }
                co_await bytes.skip(static_cast<std::uint64_t>(length), "a piece of data");
            }
            is_open = kind == kLargeObjects;
        }
        ++blocks;
        block_sum += pg_mix(static_cast<std::uint64_t>(id));
    }
    if (blocks != contents.with_data || block_sum != contents.data_sum) {
        co_return fail(pg_broken(
            bytes.position(), fmt::format("expected the data of {} entries, the stream ends after "
                                          "that of {}",
                                          contents.with_data, blocks)));
    }
    co_return Result<>{};
}

} // namespace intact::formats
