#include "engine/run_manifest.hpp"

namespace intact::engine {

destination::Manifest manifest_of(const catalog::RunRecord &record, const config::Job &job,
                                  const StreamSource &source, const std::string &archive,
                                  const pipeline::StoredFigures &stored) {
    destination::Manifest manifest;
    manifest.job = job.name;
    manifest.run_id = record.run_id;
    manifest.host = record.host;
    manifest.started = record.started;
    manifest.source_type = config::name_of(job.source_type());
    manifest.source_items = source.items();
    manifest.archive = archive;
    manifest.bytes = stored.stored_bytes;
    manifest.sha256 = stored.stored_sha256;
    manifest.compression = config::name_of(job.archive.compression);
    const formats::Finding finding = source.finding();
    manifest.format = finding.format;
    manifest.proven = finding.proven;
    manifest.stream_bytes = stored.stream_bytes;
    manifest.stream_sha256 = stored.stream_sha256;
    manifest.entries = source.entries();
    return manifest;
}

} // namespace intact::engine
