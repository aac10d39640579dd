#include "destination/staging.hpp"

#include <fmt/format.h>
#include <utility>

namespace intact::destination {

StagedNames staged_names(const std::string &run_id) {
    const std::string stem = fmt::format(".intact-{}", run_id);
    return {stem + ".archive", stem + ".sha256", stem + ".manifest"};
}

Staging::Staging(const os::Directory &directory, StagedNames names, os::File archive)
    : directory_(&directory), names_(std::move(names)), archive_(std::move(archive)) {}

Staging::Staging(Staging &&other) noexcept
    : directory_(other.directory_), names_(std::move(other.names_)),
      archive_(std::move(other.archive_)), written_(other.written_),
      write_back_started_(other.write_back_started_), owned_(std::exchange(other.owned_, false)) {}

Staging::~Staging() {
    if (owned_) {
        // Recovery finds what could not be removed here.
        static_cast<void>(discard());
    }
}

Result<Staging> Staging::create(const os::Directory &directory, const RunId &run) {
    StagedNames names = staged_names(run.str());
    INTACT_TRY_ASSIGN(os::File archive, directory.create(names.archive));
    return Staging(directory, std::move(names), std::move(archive));
}

Result<> Staging::append(std::span<const std::byte> bytes) {
    // Often enough that storage never idles, seldom enough that requests stay large.
    constexpr std::uint64_t kWriteBackEvery = 8u << 20;
    INTACT_TRY(archive_->write_all(bytes));
    written_ += bytes.size();
    if (written_ - write_back_started_ >= kWriteBackEvery) {
        archive_->start_writeback(write_back_started_, written_ - write_back_started_);
        write_back_started_ = written_;
    }
    return {};
}

Result<> Staging::make_archive_durable() {
    INTACT_TRY_ASSIGN(const struct stat status, archive_->status());
    if (static_cast<std::uint64_t>(status.st_size) != written_) {
        return fail(ErrorCode::io,
                    fmt::format("{} has {} bytes, {} were written",
                                os::quoted_path(archive_->path()), status.st_size, written_));
    }
    INTACT_TRY(archive_->sync());
    auto closed = archive_->close();
    archive_.reset();
    return closed;
}

Result<> Staging::write_companion(const std::string &name, const std::string &content) {
    INTACT_TRY_ASSIGN(os::File file, directory_->create(name));
    INTACT_TRY(file.write_all(content));
    INTACT_TRY(file.sync());
    return file.close();
}

Result<> Staging::add_companions(const Manifest &manifest) {
    INTACT_TRY(write_companion(names_.checksum, render_checksum(manifest)));
    INTACT_TRY(write_companion(names_.manifest, render_manifest(manifest)));
    // All three names are durable before the first of them moves: what a crash leaves is then told
    // apart by the staged manifest alone.
    return directory_->sync();
}

Result<> Staging::discard() {
    owned_ = false;
    archive_.reset();
    // The manifest goes last: without it recovery takes an archive for one that was never finished.
    INTACT_TRY(directory_->remove_if_there(names_.archive));
    INTACT_TRY(directory_->remove_if_there(names_.checksum));
    return directory_->remove_if_there(names_.manifest);
}

} // namespace intact::destination
