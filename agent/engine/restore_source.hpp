// A published archive, open and proven: what a restore reads from. Writes nothing.
#pragma once

#include "base/error.hpp"
#include "destination/backup_list.hpp"
#include "engine/progress.hpp"
#include "os/file.hpp"
#include "pipeline/stored_reader.hpp"

#include <memory>
#include <stop_token>

namespace intact::engine {

/// One descriptor for the proof and for every pass after it, so that the file cannot be exchanged
/// in between; check_again() tells when its bytes were changed in place.
class ProvenBackup {
public:
    /// Reads the archive once, whole. Errors: that of the manifest; backup_missing,
    /// verify_mismatch, archive_damaged; cancelled.
    static Result<ProvenBackup> open(const os::Directory &source,
                                     const destination::FoundBackup &backup, Progress &progress,
                                     const std::stop_token &stop);

    const destination::Manifest &manifest() const { return manifest_; }
    Result<std::unique_ptr<pipeline::StoredReader>> read(const std::stop_token &stop) const;
    /// After `reader` has reached its end.
    Result<> check_again(pipeline::StoredReader &reader) const;

private:
    ProvenBackup(destination::Manifest manifest, os::UniqueFd fd, std::string path)
        : manifest_(std::move(manifest)), fd_(std::move(fd)), path_(std::move(path)) {}

    destination::Manifest manifest_;
    os::UniqueFd fd_;
    std::string path_;
};

} // namespace intact::engine
