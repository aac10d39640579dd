#include "engine/restore_source.hpp"

#include <fmt/format.h>

namespace intact::engine {
namespace {

tl::unexpected<Error> mismatch(const std::string &path, std::string_view what,
                               std::string_view expected, std::string_view found) {
    return fail(ErrorCode::verify_mismatch,
                fmt::format("check {}: {} is {}, its manifest says {}", os::quoted_path(path), what,
                            found, expected));
}

} // namespace

Result<ProvenBackup> ProvenBackup::open(const os::Directory &source,
                                        const destination::FoundBackup &backup, Progress &progress,
                                        const std::stop_token &stop) {
    if (!backup.manifest) {
        return fail(backup.manifest.error());
    }
    const destination::Manifest &manifest = *backup.manifest;
    const std::string path = source.path_of(manifest.archive);
    if (!backup.size) {
        return fail(ErrorCode::backup_missing, fmt::format("{} is missing", os::quoted_path(path)));
    }
    if (*backup.size != manifest.bytes) {
        return mismatch(path, "its size", std::to_string(manifest.bytes),
                        std::to_string(*backup.size));
    }
    INTACT_TRY_ASSIGN(os::UniqueFd fd, source.open_file(manifest.archive));
    ProvenBackup proven(manifest, std::move(fd), path);

    progress.stage = Stage::verify;
    INTACT_TRY_ASSIGN(const auto reader,
                      pipeline::StoredReader::open(proven.fd_.get(), path, manifest.compression,
                                                   stop, &progress.bytes_verified));
    for (;;) {
        INTACT_TRY_ASSIGN(const auto bytes, reader->next());
        if (bytes.empty()) {
            break;
        }
    }
    INTACT_TRY(proven.check_again(*reader));
    return proven;
}

Result<std::unique_ptr<pipeline::StoredReader>>
ProvenBackup::read(const std::stop_token &stop) const {
    return pipeline::StoredReader::open(fd_.get(), path_, manifest_.compression, stop);
}

Result<> ProvenBackup::check_again(pipeline::StoredReader &reader) const {
    if (reader.stored_bytes() != manifest_.bytes) {
        return mismatch(path_, "its size", std::to_string(manifest_.bytes),
                        std::to_string(reader.stored_bytes()));
    }
    const std::string stored = reader.stored_sha256();
    if (stored != manifest_.sha256) {
        return mismatch(path_, "its SHA-256", manifest_.sha256, stored);
    }
    const std::string stream = reader.stream_sha256();
    if (stream != manifest_.stream_sha256) {
        return mismatch(path_, "the SHA-256 of its content", manifest_.stream_sha256, stream);
    }
    return {};
}

} // namespace intact::engine
