// The names of stream formats, as TOML, manifests and metric labels spell them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intact::formats {

enum class Kind : std::uint8_t {
    raw,       ///< anything: nothing can be proven
    automatic, ///< whichever of those below the first bytes tell
    tar,
    gzip,
    zstd,
    xz,
    bzip2,
    pgdump_custom,
    pgdump_tar,
    pgdump_plain,
    mysqldump,
    sql, ///< pgdump_plain or mysqldump, by the first bytes
    mongodb_archive,
    redis_rdb,
    sqlite,
    jsonl,
    regex,
};

/// In the order of the enumeration.
inline constexpr std::array<std::string_view, 17> kKinds{"raw",
                                                         "auto",
                                                         "tar",
                                                         "gzip",
                                                         "zstd",
                                                         "xz",
                                                         "bzip2",
                                                         "pgdump-custom",
                                                         "pgdump-tar",
                                                         "pgdump-plain",
                                                         "mysqldump",
                                                         "sql",
                                                         "mongodb-archive",
                                                         "redis-rdb",
                                                         "sqlite",
                                                         "jsonl",
                                                         "regex"};

constexpr std::string_view name_of(Kind kind) {
    return kKinds[static_cast<std::size_t>(kind)];
}

/// Whether a stream of it has entries that are counted; of `automatic`, whether it may.
bool has_entries(Kind kind);

/// What a stream is, and in what it is compressed: "tar+gzip".
struct Format {
    Kind kind = Kind::raw;
    std::vector<Kind> around; ///< compressions, innermost first

    std::string name() const;
    /// Nothing for a text that names none. "raw+gzip" names none either: that is "gzip".
    static std::optional<Format> parse(std::string_view text);

    friend bool operator==(const Format &, const Format &) = default;
};

} // namespace intact::formats
