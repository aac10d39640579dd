#include "destination/carry.hpp"

#include "base/log.hpp"
#include "destination/cold_file.hpp"
#include "pipeline/stored_reader.hpp"

#include <fmt/format.h>

namespace intact::destination {

Result<Staging> carry(Staging from, const os::Directory &directory, const RunId &run,
                      const Manifest &manifest, const std::stop_token &stop,
                      std::atomic<std::uint64_t> *done) {
    const std::string path = from.directory().path_of(from.names().archive);
    INTACT_TRY_ASSIGN(const ColdFile file, open_cold(from.directory(), from.names().archive));
    INTACT_TRY_ASSIGN(const auto reader,
                      pipeline::StoredReader::open(file.fd.get(), path, "none", stop, done));
    INTACT_TRY_ASSIGN(Staging staging, Staging::create(directory, run));
    for (;;) {
        INTACT_TRY_ASSIGN(const auto bytes, reader->next());
        if (bytes.empty()) {
            break;
        }
        INTACT_TRY(staging.append(bytes));
    }
    if (reader->stored_bytes() != manifest.bytes || reader->stored_sha256() != manifest.sha256) {
        return fail(ErrorCode::verify_mismatch,
                    fmt::format("copy {} to {}: {} bytes, SHA-256 {} were read; {} bytes, {} had "
                                "been written",
                                os::quoted_path(path), os::quoted_path(directory.path()),
                                reader->stored_bytes(), reader->stored_sha256(), manifest.bytes,
                                manifest.sha256));
    }
    INTACT_TRY(staging.make_archive_durable());
    if (const auto removed = from.discard(); !removed) {
        log::warning(removed.error().message() + ", left for the next run");
    }
    return staging;
}

} // namespace intact::destination
