// A backup in the making: hidden files named after the run, beside their target. Knows no final
// name.
#pragma once

#include "base/error.hpp"
#include "base/run_id.hpp"
#include "destination/manifest.hpp"
#include "os/file.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace intact::destination {

/// The hidden names of one run: ".intact-RUNID.archive" and its two companions.
struct StagedNames {
    std::string archive;
    std::string checksum;
    std::string manifest;
};
StagedNames staged_names(const std::string &run_id);

/// An archive being written. What is staged goes away with this object unless it was handed on, so
/// that no way out of a run leaves it behind.
class Staging {
public:
    /// Creates the archive's staging file: O_EXCL, mode 0600. The directory must outlive this.
    static Result<Staging> create(const os::Directory &directory, const RunId &run);
    Staging(Staging &&other) noexcept;
    Staging &operator=(Staging &&) = delete;
    ~Staging();

    /// Appends, and has the kernel begin write-back as it goes, so that sync() has little left to
    /// do.
    Result<> append(std::span<const std::byte> bytes);
    std::uint64_t written() const { return written_; }
    /// Makes the archive durable. Errors: final for this staging; io when the length on disk is not
    /// what was written. Source: filesystems.md P0.
    Result<> make_archive_durable();
    /// Writes both companions and makes them and all three names durable.
    Result<> add_companions(const Manifest &manifest);

    const StagedNames &names() const { return names_; }
    const os::Directory &directory() const { return *directory_; }
    /// From now on the files belong to the caller.
    void disown() { owned_ = false; }
    /// Removes what is staged. Errors: io; then recovery does it at the next run.
    Result<> discard();

private:
    Staging(const os::Directory &directory, StagedNames names, os::File archive);
    Result<> write_companion(const std::string &name, const std::string &content);

    const os::Directory *directory_;
    StagedNames names_;
    std::optional<os::File> archive_;
    std::uint64_t written_ = 0;
    std::uint64_t write_back_started_ = 0;
    bool owned_ = true;
};

} // namespace intact::destination
