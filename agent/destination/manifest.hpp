// The manifest: what a backup is, in JSON beside it. Format 1; every byte of the file is covered by
// a digest inside it.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/warning.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intact::destination {

struct Manifest {
    std::string job;
    std::string run_id;
    std::string host;
    WallTime started{};  ///< millisecond precision
    WallTime finished{}; ///< when the stream had ended and was durable

    std::string source_type;               ///< "files", "command", "kubernetes"
    std::vector<std::string> source_items; ///< paths, argv, or namespace/pod:path; printable

    std::string archive;     ///< file name beside the manifest
    std::uint64_t bytes = 0; ///< of the archive file
    std::string sha256;      ///< of the archive file
    std::string compression; ///< "none", "gzip", "zstd"
    std::string format;      ///< of the stream as the source gave it: "tar", "raw", "sql+gzip"
    std::string proven;      ///< of that, see formats::Finding; empty: Intact wrote it itself
    std::uint64_t stream_bytes = 0;
    std::string stream_sha256;
    std::optional<std::uint64_t> entries; ///< of formats that have some

    std::uint64_t warning_count = 0;
    std::map<WarningKind, std::uint64_t> warnings_by_kind;
    std::vector<Warning> warnings; ///< the first 1,000 and the first of each kind, paths printable

    std::string filesystem;     ///< of the destination: "ext4"
    std::string strategy;       ///< "atomic-rename"
    std::string variant;        ///< "rename"
    std::string verified_depth; ///< before publishing: "size", "checksum", "archive"
    std::string verified_level; ///< "stream", "buffered", "cold", "cold-remote"

    /// The backup of this job that was the newest one before: its archive and the SHA-256 of its
    /// manifest file, so that a removed or exchanged backup shows.
    std::string previous_archive;
    std::string previous_manifest_sha256;
};

/// Whether it is not what its job expects: no reason to remove an older one.
inline bool is_suspicious(const Manifest &manifest) {
    return manifest.warnings_by_kind.contains(WarningKind::suspicious);
}

constexpr std::string_view kManifestSuffix = ".manifest.json";
constexpr std::string_view kChecksumSuffix = ".sha256";
constexpr std::size_t kManifestLimitBytes = 16u << 20;

/// The exact bytes of the file.
std::string render_manifest(const Manifest &manifest);
/// Errors: manifest_damaged with the JSON path or byte position; unknown format numbers are
/// refused, unknown keys are not. The manifest's own digest is checked first.
Result<Manifest> parse_manifest(std::string_view text);
/// The line that `sha256sum -c` reads: names with newline or backslash are escaped as sha256sum
/// does.
std::string render_checksum(const Manifest &manifest);

} // namespace intact::destination
