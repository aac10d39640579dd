// Proves a backup from what its storage gives back. Writes nothing.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"
#include "destination/cold_file.hpp"
#include "destination/manifest.hpp"
#include "os/file.hpp"

#include <atomic>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

namespace intact::destination {

struct Verification {
    config::VerifyDepth depth = config::VerifyDepth::size;
    ReadLevel level = ReadLevel::stream;
    std::uint64_t bytes_read = 0;
};

/// Checks the file `name` in `directory` against what the manifest says of the archive.
/// Errors: backup_missing, verify_mismatch (size, digest), archive_damaged (compression, tar, end
/// marks, entry count), each naming expected and found; io; cancelled.
Result<Verification> verify_archive(const os::Directory &directory, const std::string &name,
                                    const Manifest &manifest, config::VerifyDepth depth,
                                    const std::stop_token &stop,
                                    std::atomic<std::uint64_t> *bytes_done = nullptr);

/// A published backup whole: manifest's own digest, the .sha256 file, then verify_archive().
Result<Verification> verify_backup(const os::Directory &directory, const std::string &manifest_name,
                                   config::VerifyDepth depth, const std::stop_token &stop,
                                   std::atomic<std::uint64_t> *bytes_done = nullptr);

} // namespace intact::destination
