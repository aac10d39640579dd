#include "destination/verify.hpp"

#include "formats/tar_check.hpp"
#include "pipeline/archive_reader.hpp"
#include "pipeline/stored_reader.hpp"

#include <cerrno>
#include <fmt/format.h>

namespace intact::destination {
namespace {

Error mismatch(ErrorCode code, std::string_view what, std::string_view expected,
               std::string_view found) {
    return Error(code, fmt::format("{}: expected {}, found {}", what, expected, found));
}

Result<> compare(ErrorCode code, std::string_view what, const auto &expected, const auto &found) {
    if (expected == found) {
        return {};
    }
    return fail(mismatch(code, what, fmt::to_string(expected), fmt::to_string(found)));
}

Result<ColdFile> open_archive(const os::Directory &directory, const std::string &name) {
    auto file = open_cold(directory, name);
    if (!file && file.error().code() == ErrorCode::not_found) {
        return fail(std::move(file).error().with_code(ErrorCode::backup_missing));
    }
    // A symlink, a FIFO, a directory: whatever it is, it is not what was published.
    if (!file && (file.error().sys_errno() == ELOOP || file.error().sys_errno() == 0)) {
        return fail(std::move(file).error().with_code(ErrorCode::verify_mismatch));
    }
    return file;
}

Result<> check_stored(pipeline::StoredReader &reader, const Manifest &manifest) {
    INTACT_TRY(compare(ErrorCode::verify_mismatch, "size in bytes", manifest.bytes,
                       reader.stored_bytes()));
    return compare(ErrorCode::verify_mismatch, "SHA-256", manifest.sha256, reader.stored_sha256());
}

Result<> check_stream(pipeline::StoredReader &reader, const Manifest &manifest) {
    INTACT_TRY(compare(ErrorCode::verify_mismatch, "size of the uncompressed stream in bytes",
                       manifest.stream_bytes, reader.stream_bytes()));
    return compare(ErrorCode::verify_mismatch, "SHA-256 of the uncompressed stream",
                   manifest.stream_sha256, reader.stream_sha256());
}

// Reads every byte of the stream; `take` sees each piece.
Result<> drain(pipeline::StoredReader &reader, const auto &take) {
    for (;;) {
        INTACT_TRY_ASSIGN(const auto bytes, reader.next());
        if (bytes.empty()) {
            return {};
        }
        INTACT_TRY(take(bytes));
    }
}

// Reads the tar as a restore would, entry by entry, with the end marks watched beside it.
Result<> read_tar(pipeline::StoredReader &reader, const Manifest &manifest) {
    formats::TarCheck check;
    const auto supply = [&]() -> Result<std::span<const std::byte>> {
        INTACT_TRY_ASSIGN(const auto bytes, reader.next());
        INTACT_TRY(check.feed(bytes));
        return bytes;
    };
    INTACT_TRY_ASSIGN(const auto archive, pipeline::ArchiveReader::open(supply));
    std::uint64_t entries = 0;
    for (;;) {
        INTACT_TRY_ASSIGN(const auto entry, archive->next());
        if (!entry) {
            break;
        }
        ++entries;
    }
    // What follows the end mark is part of the file too.
    INTACT_TRY(drain(reader, [&](std::span<const std::byte> bytes) { return check.feed(bytes); }));
    INTACT_TRY(check.finish());
    if (manifest.entries) {
        INTACT_TRY(compare(ErrorCode::archive_damaged, "entries", *manifest.entries, entries));
    }
    return {};
}

Result<> read_to_the_end(pipeline::StoredReader &reader, const Manifest &manifest,
                         config::VerifyDepth depth) {
    if (depth == config::VerifyDepth::archive && manifest.format == "tar") {
        return read_tar(reader, manifest);
    }
    return drain(reader, [](std::span<const std::byte>) { return Result<>{}; });
}

Error as_damage(Error error) {
    // The tar check speaks of a source; here the same finding is damage of the stored file.
    return error.code() == ErrorCode::source_incomplete
               ? std::move(error).with_code(ErrorCode::archive_damaged)
               : error;
}

Result<> verify_content(int fd, const std::string &path, const Manifest &manifest,
                        config::VerifyDepth depth, const std::stop_token &stop,
                        std::atomic<std::uint64_t> *bytes_done) {
    const std::string_view compression =
        depth == config::VerifyDepth::archive ? std::string_view(manifest.compression) : "none";
    INTACT_TRY_ASSIGN(const auto reader,
                      pipeline::StoredReader::open(fd, path, compression, stop, bytes_done));
    if (auto read = read_to_the_end(*reader, manifest, depth); !read) {
        return fail(as_damage(std::move(read).error()));
    }
    INTACT_TRY(check_stored(*reader, manifest));
    return depth == config::VerifyDepth::archive ? check_stream(*reader, manifest) : Result<>{};
}

} // namespace

Result<Verification> verify_archive(const os::Directory &directory, const std::string &name,
                                    const Manifest &manifest, config::VerifyDepth depth,
                                    const std::stop_token &stop,
                                    std::atomic<std::uint64_t> *bytes_done) {
    const std::string path = directory.path_of(name);
    const auto verify = [&]() -> Result<Verification> {
        INTACT_TRY_ASSIGN(const ColdFile file, open_archive(directory, name));
        INTACT_TRY(
            compare(ErrorCode::verify_mismatch, "size in bytes", manifest.bytes, file.bytes));
        if (depth == config::VerifyDepth::size) {
            return Verification{depth, ReadLevel::stream, 0};
        }
        INTACT_TRY(verify_content(file.fd.get(), path, manifest, depth, stop, bytes_done));
        return Verification{depth, level_of(file), file.bytes};
    };
    auto verified = verify();
    if (!verified) {
        return fail(std::move(verified)
                        .error()
                        .within("verify " + os::quoted_path(path))
                        .at(Stage::verify));
    }
    return verified;
}

Result<Verification> verify_backup(const os::Directory &directory, const std::string &manifest_name,
                                   config::VerifyDepth depth, const std::stop_token &stop,
                                   std::atomic<std::uint64_t> *bytes_done) {
    const auto within = [&](Error error, const std::string &name) {
        return fail(std::move(error)
                        .within("verify " + os::quoted_path(directory.path_of(name)))
                        .at(Stage::verify));
    };
    const auto text = directory.read_file(manifest_name, kManifestLimitBytes);
    if (!text) {
        return within(text.error(), manifest_name);
    }
    const auto manifest = parse_manifest(*text);
    if (!manifest) {
        return within(manifest.error(), manifest_name);
    }
    if (manifest_name != manifest->archive + std::string(kManifestSuffix)) {
        return within(mismatch(ErrorCode::manifest_damaged, "name of the manifest",
                               manifest->archive + std::string(kManifestSuffix), manifest_name),
                      manifest_name);
    }
    const std::string checksum_name = manifest->archive + std::string(kChecksumSuffix);
    const auto checksum = directory.read_file(checksum_name, kManifestLimitBytes);
    if (!checksum) {
        return within(Error(checksum.error())
                          .with_code(ErrorCode::backup_missing)
                          .with_hint("the backup is not complete without it: the archive was not "
                                     "looked at"),
                      checksum_name);
    }
    if (*checksum != render_checksum(*manifest)) {
        return within(Error(ErrorCode::verify_mismatch, "its line does not match the manifest"),
                      checksum_name);
    }
    return verify_archive(directory, manifest->archive, *manifest, depth, stop, bytes_done);
}

} // namespace intact::destination
