// The walk through an archive of pg_dump: header, table of contents, and in the custom format every
// data block. Knows no file.
#pragma once

#include "formats/byte_walk.hpp"

#include <cstdint>
#include <string_view>

namespace intact::formats {

/// In which of pg_dump's formats the table of contents stands; numbers as in its header.
enum class PgContainer : std::uint8_t { custom = 1, tar = 3 };

/// What the table of contents promises. Names and ids are not kept: sums tell sets apart.
struct PgContents {
    std::uint64_t entries = 0;
    std::uint64_t with_data = 0;
    std::uint64_t data_sum = 0;      ///< of pg_mix() of each dump id (custom) or file name (tar)
    std::uint64_t large_objects = 0; ///< tar: of with_data, entries whose file has another name
};

std::uint64_t pg_mix(std::uint64_t id);
std::uint64_t pg_mix(std::string_view file_name);

/// Archive versions 1.12 (PostgreSQL 9.0) to 1.16 (17). Ends after the table of contents (tar) or
/// with the stream (custom), where each entry's data must have come. `bytes` and `contents` outlive
/// the walk. Source: PostgreSQL, src/bin/pg_dump: ReadHead() and ReadToc() in pg_backup_archiver.c,
/// pg_backup_custom.c, pg_backup_tar.c.
Walk walk_pg_archive(WalkedBytes &bytes, PgContainer container, PgContents &contents);

} // namespace intact::formats
