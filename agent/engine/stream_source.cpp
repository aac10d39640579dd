#include "engine/stream_source.hpp"

#include "formats/make_check.hpp"
#include "pipeline/archive_writer.hpp"
#include "source/command.hpp"
#include "source/database.hpp"
#include "source/files.hpp"
#include "source/kubernetes.hpp"

#include <sys/stat.h>

namespace intact::engine {
namespace {

// Entries of a walk into the archive. What goes wrong here is the archive's, not the source's.
class ArchiveEntries final : public source::EntrySink {
public:
    ArchiveEntries(pipeline::ArchiveWriter &writer, Progress &progress)
        : writer_(writer), progress_(progress) {}

    Result<> begin(const source::Entry &entry) override {
        progress_.set_path(entry.path);
        return of_archive(writer_.begin(entry.path, entry.inode, entry.hard_link_to));
    }
    Result<> data(std::span<const std::byte> bytes) override {
        return of_archive(writer_.data(bytes));
    }
    Result<> hole(std::uint64_t length) override { return of_archive(writer_.hole(length)); }
    Result<> end() override {
        progress_.entries.fetch_add(1, std::memory_order_relaxed);
        return of_archive(writer_.end());
    }

private:
    static Result<> of_archive(Result<> done) {
        if (!done) {
            return fail(std::move(done).error().at(Stage::archive));
        }
        return done;
    }
    pipeline::ArchiveWriter &writer_;
    Progress &progress_;
};

class Files final : public StreamSource {
public:
    Files(const config::FilesSource &source, const std::string &destination, Listener listener,
          Progress &progress)
        : source_(source), destination_(id_of(destination)), listener_(std::move(listener)),
          progress_(progress) {}

    Result<> stream(ByteSink &sink, const std::stop_token &stop) override {
        pipeline::ArchiveWriter writer(sink);
        ArchiveEntries entries(writer, progress_);
        INTACT_TRY(source::walk_files(source_, destination_, entries, listener_.on_warning, stop));
        INTACT_TRY(writer.finish());
        entries_ = writer.entries();
        return {};
    }
    formats::Finding finding() const override { return {"tar", ""}; }
    std::vector<std::string> items() const override { return source_.paths; }
    std::optional<std::uint64_t> entries() const override { return entries_; }

private:
    // By inode: the path in the configuration and the one in the tree may differ.
    static std::optional<source::DirectoryId> id_of(const std::string &path) {
        struct stat status{};
        if (stat(path.c_str(), &status) != 0) {
            return std::nullopt;
        }
        return source::DirectoryId{status.st_dev, status.st_ino};
    }

    const config::FilesSource &source_;
    const std::optional<source::DirectoryId> destination_;
    const Listener listener_;
    Progress &progress_;
    std::uint64_t entries_ = 0;
};

class Command final : public StreamSource {
public:
    Command(config::CommandSource source, Listener listener)
        : source_(std::move(source)), check_(make_check(source_)), listener_(std::move(listener)) {}

    Result<> stream(ByteSink &sink, const std::stop_token &stop) override {
        INTACT_TRY(source::run_command(source_, sink, listener_.on_stderr, stop, end_));
        for (const Warning &warning : end_.warnings) {
            listener_.on_warning(warning);
        }
        return {};
    }
    formats::StreamCheck *check() override { return check_.get(); }
    formats::Finding finding() const override {
        return check_ ? check_->finding() : formats::Finding{"raw", "nothing"};
    }
    std::vector<std::string> items() const override { return source_.command; }
    std::optional<std::uint64_t> entries() const override {
        return check_ ? check_->entries() : std::nullopt;
    }
    std::string stderr_tail() const override { return end_.stderr_tail; }

private:
    static std::unique_ptr<formats::StreamCheck> make_check(const config::CommandSource &source) {
        return formats::make_check({source.format, source.min_size, source.end_pattern,
                                    static_cast<std::size_t>(source.end_window)});
    }
    const config::CommandSource source_;
    const std::unique_ptr<formats::StreamCheck> check_;
    const Listener listener_;
    source::CommandEnd end_;
};

class Kubernetes final : public StreamSource {
public:
    Kubernetes(const config::KubernetesSource &source, Listener listener)
        : check_(tar_check()),
          pod_(source, std::move(listener.on_stderr), std::move(listener.on_warning)) {}

    Result<> stream(ByteSink &sink, const std::stop_token &stop) override {
        return pod_.stream(sink, stop);
    }
    formats::StreamCheck *check() override { return check_.get(); }
    Result<> agree(std::string_view sha256) const override { return pod_.agree(sha256); }
    formats::Finding finding() const override {
        formats::Finding found = check_->finding();
        if (pod_.has_digest()) {
            found.proven = "checksum";
        }
        return found;
    }
    std::vector<std::string> items() const override { return {pod_.item()}; }
    std::optional<std::uint64_t> entries() const override { return check_->entries(); }
    std::string stderr_tail() const override { return pod_.stderr_tail(); }

private:
    static std::unique_ptr<formats::StreamCheck> tar_check() {
        formats::CheckOptions options;
        options.format.kind = formats::Kind::tar;
        return formats::make_check(options);
    }
    const std::unique_ptr<formats::StreamCheck> check_;
    source::PodStream pod_;
};

class Database final : public StreamSource {
public:
    Database(const config::DatabaseSource &source, Listener listener)
        : source_(source), check_(formats::make_check({source.format, source.min_size, "", 0})),
          listener_(std::move(listener)) {}

    Result<> stream(ByteSink &sink, const std::stop_token &stop) override {
        INTACT_TRY(source::dump_database(source_, sink, listener_.on_stderr, stop, end_));
        for (const Warning &warning : end_.warnings) {
            listener_.on_warning(warning);
        }
        return {};
    }
    formats::StreamCheck *check() override { return check_.get(); }
    formats::Finding finding() const override { return check_->finding(); }
    std::vector<std::string> items() const override { return source::items_of(source_); }
    std::optional<std::uint64_t> entries() const override { return check_->entries(); }
    std::string stderr_tail() const override { return end_.stderr_tail; }

private:
    const config::DatabaseSource &source_;
    const std::unique_ptr<formats::StreamCheck> check_;
    const Listener listener_;
    source::CommandEnd end_;
};

} // namespace

std::unique_ptr<StreamSource> make_source(const config::Job &job, StreamSource::Listener listener,
                                          Progress &progress) {
    if (const auto *files = std::get_if<config::FilesSource>(&job.source)) {
        return std::make_unique<Files>(*files, job.destination.path, std::move(listener), progress);
    }
    if (const auto *command = std::get_if<config::CommandSource>(&job.source)) {
        return std::make_unique<Command>(*command, std::move(listener));
    }
    if (const auto *database = std::get_if<config::DatabaseSource>(&job.source)) {
        return std::make_unique<Database>(*database, std::move(listener));
    }
    return std::make_unique<Kubernetes>(std::get<config::KubernetesSource>(job.source),
                                        std::move(listener));
}

} // namespace intact::engine
