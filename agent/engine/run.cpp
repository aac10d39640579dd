#include "engine/run.hpp"

#include "base/caught.hpp"
#include "base/log.hpp"
#include "destination/carry.hpp"
#include "destination/publish.hpp"
#include "destination/verify.hpp"
#include "engine/claim.hpp"
#include "engine/expectations.hpp"
#include "engine/hooks.hpp"
#include "engine/run_ledger.hpp"
#include "engine/run_manifest.hpp"
#include "engine/stream_source.hpp"
#include "engine/warning_account.hpp"
#include "engine/watch.hpp"
#include "pipeline/store.hpp"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <mutex>
#include <type_traits>
#include <unistd.h>

namespace intact::engine {
namespace {

// One run under way. The steps stand in the order in which they happen; each takes the value that
// the one before it returned.
class Run {
public:
    Run(const Context &context, const config::Job &job, const RunOptions &options,
        const RunEvents &events, Progress &progress, const std::stop_token &outside)
        : context_(context), job_(job), options_(options), events_(events), progress_(progress),
          watch_(job.limits, progress, outside), ledger_(context.state_dir),
          id_(options.run_id ? *options.run_id : RunId::make(context.clock->now())) {
        record_.run_id = id_.str();
        record_.job = job.name;
        record_.host = context.host;
        record_.pid = getpid();
        record_.started = context.clock->now();
        record_.destination = job.destination.path;
    }

    RunEnd take() {
        if (events_.on_start) {
            events_.on_start(record_.run_id, watch_.stop_token());
        }
        auto published = take_backup_or_catch();
        if (held_back_) {
            ledger_.forget(record_);
            job_lock_->release();
            return *std::move(held_back_);
        }
        settle_outcome(std::move(published));
        progress_.stage = Stage::record;
        ledger_.finish(record_);
        if (claim_) {
            ledger_.note_destination(job_, *claim_, context_.clock->now());
            release(*std::move(claim_), id_);
        }
        finish_hooks();
        ledger_.count(record_);
        if (job_lock_) {
            job_lock_->release();
        }
        return record_;
    }

private:
    // Marks the step in progress, its duration and any error that has no stage of its own yet.
    template <typename Step>
    std::invoke_result_t<Step> timed(Stage stage, const Step &step) {
        progress_.stage = stage;
        const SteadyTime begun = context_.clock->steady();
        auto result = step();
        record_.stage_usec[std::string(name_of(stage))] +=
            std::chrono::duration_cast<std::chrono::microseconds>(context_.clock->steady() - begun)
                .count();
        if (!result) {
            result = fail(std::move(result).error().at(stage));
        }
        return result;
    }

    // The library throws when there is no memory: that ends this run, as any other error does.
    Result<> take_backup_or_catch() {
        try {
            return take_backup();
        } catch (...) {
            return fail(caught("back up").at(progress_.stage));
        }
    }

    // source -> pipeline -> stage -> prove -> publish -> confirm
    Result<> take_backup() {
        INTACT_TRY(timed(Stage::claim, [&] { return lock(); }));
        INTACT_TRY(prepare());
        INTACT_TRY(timed(Stage::claim, [&] { return claim(); }));
        INTACT_TRY_ASSIGN(auto written,
                          destination::Staging::create(claim_->staging_directory(), id_));
        INTACT_TRY_ASSIGN(auto manifest, timed(Stage::source, [&] { return store(written); }));
        INTACT_TRY_ASSIGN(auto staging, timed(Stage::sync, [&] {
                              return make_durable(std::move(written), manifest);
                          }));
        INTACT_TRY(timed(Stage::verify, [&] { return prove(staging, manifest); }));
        INTACT_TRY_ASSIGN(auto published, timed(Stage::publish, [&] {
                              return publish(std::move(staging), manifest);
                          }));
        return timed(Stage::record, [&] { return confirm(published, manifest); });
    }

    Result<> lock();
    Result<> prepare();
    Result<> claim();
    Result<destination::Manifest> store(destination::Staging &staging);
    Result<destination::Staging> make_durable(destination::Staging written,
                                              const destination::Manifest &manifest);
    Result<> prove(const destination::Staging &staging, destination::Manifest &manifest);
    Result<destination::PublishedBackup> publish(destination::Staging staging,
                                                 const destination::Manifest &manifest);
    Result<> confirm(destination::PublishedBackup &published,
                     const destination::Manifest &manifest);

    void settle_outcome(Result<> published);
    void finish_hooks();
    void finish_hook(Hook hook);
    void warn(Warning warning);
    void say(std::string_view line);

    const Context &context_;
    const config::Job &job_;
    const RunOptions &options_;
    const RunEvents &events_;
    Progress &progress_;
    Watch watch_;
    RunLedger ledger_;
    const RunId id_;
    catalog::RunRecord record_;
    std::chrono::milliseconds patience_{options_.patience}; ///< of it, what is left
    std::optional<os::LockFile> job_lock_;
    bool is_prepared_ = false; ///< hooks.before ended well, or there is none
    std::optional<HeldBack> held_back_;
    LastMount last_mount_;
    std::uint64_t last_bytes_ = 0; ///< of the last backup, wherever it lies
    std::optional<catalog::RunRecord> last_good_;
    std::optional<Claim> claim_;
    std::mutex events_mutex_; ///< the walk and a command's stderr speak from threads of their own
    WarningAccount warnings_{job_.on_warning};
    std::atomic<std::int64_t> compress_usec_{0};
    std::atomic<std::int64_t> write_usec_{0};
};

// One patience for both locks: the operator said how long the run may wait, not each of its parts.
Result<> Run::lock() {
    const SteadyTime begun = context_.clock->steady();
    INTACT_TRY_ASSIGN(job_lock_, lock_job(context_, job_, id_, record_.started, options_.patience,
                                          watch_.stop_token()));
    patience_ -= std::min(patience_, std::chrono::duration_cast<std::chrono::milliseconds>(
                                         context_.clock->steady() - begun));
    auto before = ledger_.begin(record_);
    if (const auto &last = before.last) {
        progress_.expected_bytes = last->bytes_read;
        last_bytes_ = last->bytes_written;
        if (!options_.is_new_destination) {
            last_mount_ = last_mount_of(*last, job_);
        }
    }
    last_good_ = std::move(before.last_good);
    return {};
}

// Under the job's lock, so that the hooks of two runs never overlap, and before the source and the
// destination are looked at: the hook may be what mounts them.
Result<> Run::prepare() {
    if (!job_.hooks.before.empty()) {
        INTACT_TRY_ASSIGN(held_back_, timed(Stage::hook, [&] {
                              return run_before_hook(job_, record_,
                                                     std::bind_front(&Run::say, this),
                                                     watch_.stop_token());
                          }));
    }
    if (held_back_) {
        return fail(ErrorCode::cancelled, "held back"); // which take() tells instead
    }
    is_prepared_ = true;
    return {};
}

Result<> Run::claim() {
    if (const auto *files = std::get_if<config::FilesSource>(&job_.source)) {
        INTACT_TRY(check_sources(*files));
    }
    INTACT_TRY_ASSIGN(auto claimed, claim_target(context_, job_, id_, record_.started, last_mount_,
                                                 patience_, watch_.stop_token()));
    claim_.emplace(std::move(claimed));
    record_.filesystem = claim_->filesystem.identity;
    record_.mount_point = claim_->filesystem.mount_point;
    watch_.expect_bytes();
    for (const SettledRun &settled : claim_->recovered) {
        for (const std::string &line : words_for(settled)) {
            log::warning(line);
        }
        ledger_.complete(settled, claim_->target.directory.path());
    }
    for (const std::string &line : foreseen_shortage(*claim_, job_, last_bytes_)) {
        log::warning(line);
    }
    if (!claim_->protocol.concern.empty()) {
        warn({WarningKind::durability, job_.destination.path, claim_->protocol.concern});
    }
    return warnings_.check();
}

Result<destination::Manifest> Run::store(destination::Staging &staging) {
    StreamSource::Listener listener{[this](Warning warning) { warn(std::move(warning)); },
                                    std::bind_front(&Run::say, this)};
    const auto source = make_source(job_, std::move(listener), progress_);
    auto stored = pipeline::store_stream(
        job_.archive,
        [&](ByteSink &sink, const std::stop_token &stop) { return source->stream(sink, stop); },
        [&](std::span<const std::byte> bytes) { return staging.append(bytes); }, source->check(),
        {&progress_.bytes_read, &progress_.bytes_written, &compress_usec_, &write_usec_},
        watch_.stop_token());
    // Of threads that work beside the source: their times lie within that stage's.
    record_.stage_usec["compress"] = compress_usec_;
    record_.stage_usec["write"] = write_usec_;
    record_.stderr_tail = source->stderr_tail();
    INTACT_TRY(stored);
    if (stored->stream_bytes == 0) {
        return fail(ErrorCode::source_incomplete, "the command ended well but wrote no byte");
    }
    INTACT_TRY(source->agree(stored->stream_sha256));
    progress_.entries = source->entries().value_or(0);
    for (Warning &warning :
         unmet_expectations(job_.expect, {stored->stream_bytes, source->entries()}, last_good_)) {
        warn(std::move(warning));
    }
    INTACT_TRY(warnings_.check());
    return manifest_of(record_, job_, *source, claim_->archive, *stored);
}

// At the destination: from there on only names move.
Result<destination::Staging> Run::make_durable(destination::Staging written,
                                               const destination::Manifest &manifest) {
    INTACT_TRY(written.make_archive_durable());
    if (!claim_->staging) {
        return written;
    }
    return destination::carry(std::move(written), claim_->target.directory, id_, manifest,
                              watch_.stop_token(), &progress_.bytes_carried);
}

// Before publishing, not after: a fixed name replaces the previous backup, and that one must not go
// before the new one is proven to be whole on storage.
Result<> Run::prove(const destination::Staging &staging, destination::Manifest &manifest) {
    INTACT_TRY_ASSIGN(const auto verified,
                      destination::verify_archive(staging.directory(), staging.names().archive,
                                                  manifest, job_.verify.after_run,
                                                  watch_.stop_token(), &progress_.bytes_verified));
    manifest.verified_depth = config::name_of(verified.depth);
    manifest.verified_level = destination::name_of(verified.level);
    return {};
}

Result<destination::PublishedBackup> Run::publish(destination::Staging staging,
                                                  const destination::Manifest &proven) {
    destination::Manifest manifest = proven;
    manifest.finished = context_.clock->now();
    warnings_.note_in(manifest);
    manifest.filesystem = claim_->filesystem.name;
    manifest.strategy = config::name_of(claim_->protocol.strategy);
    manifest.variant = destination::name_of(claim_->protocol.variant);
    manifest.previous_archive = claim_->previous_archive;
    manifest.previous_manifest_sha256 = claim_->previous_manifest_sha256;
    INTACT_TRY(check_still_mounted(claim_->target.directory));
    INTACT_TRY(staging.add_companions(manifest));
    if (watch_.stop_token().stop_requested()) {
        return fail(ErrorCode::cancelled, "stopped"); // the last moment to turn back at no cost
    }
    return destination::publish(std::move(staging), manifest, claim_->replaced,
                                {claim_->protocol.variant, claim_->filesystem.is_remote});
}

// Publishing moves names, not bytes: what lies under the final names now must be what was proven.
Result<> Run::confirm(destination::PublishedBackup &published,
                      const destination::Manifest &manifest) {
    const auto depth =
        claim_->protocol.reads_again ? config::VerifyDepth::checksum : config::VerifyDepth::size;
    const auto confirmed = destination::verify_backup(
        claim_->target.directory, published.manifest(), depth, std::stop_token());
    if (!confirmed) {
        if (const auto withdrawn = published.withdraw(); !withdrawn) {
            log::warning("withdraw: " + withdrawn.error().message());
        }
        return fail(confirmed.error());
    }
    if (const auto settled = published.settle(); !settled) {
        log::warning("clean up after publishing: " + settled.error().message() +
                     ", left for the next run");
    }
    record_.archive = published.archive();
    record_.sha256 = manifest.sha256;
    record_.stream_sha256 = manifest.stream_sha256;
    record_.verified_depth = manifest.verified_depth;
    record_.verified_level = manifest.verified_level;
    return {};
}

void Run::warn(Warning warning) {
    const std::lock_guard lock(events_mutex_);
    if (!warnings_.is_wanted(warning.kind)) {
        return;
    }
    if (events_.on_warning) {
        events_.on_warning(warning);
    }
    warnings_.add(std::move(warning));
    progress_.warnings = warnings_.count();
}

void Run::say(std::string_view line) {
    const std::lock_guard lock(events_mutex_);
    if (events_.on_stderr) {
        events_.on_stderr(line);
    }
}

void Run::settle_outcome(Result<> published) {
    record_.finished = context_.clock->now();
    record_.bytes_read = progress_.bytes_read;
    record_.bytes_written = progress_.bytes_written;
    record_.entries = progress_.entries;
    warnings_.note_in(record_);
    if (published) {
        record_.outcome = warnings_.count() > 0 ? Outcome::warning : Outcome::success;
        return;
    }
    Error error = std::move(published).error();
    record_.outcome = Outcome::failure;
    if (error.code() == ErrorCode::cancelled) {
        if (auto verdict = watch_.verdict()) {
            error = *std::move(verdict);
        } else {
            record_.outcome = Outcome::cancelled;
        }
    }
    record_.failure = catalog::failure_of(error);
}

// After the record, so that a hook is told what stands in the catalog, and a run that dies in one
// has its backup there. After the destination is let go, since a hook may unmount it. The stop has
// ended the run by then, and the hooks are what cleans up after it: each has its own limit.
void Run::finish_hooks() {
    watch_.rest();
    if (!job_lock_) {
        return; // another run of the job may be on, between hooks of its own
    }
    if (is_prepared_) {
        finish_hook(Hook::after);
    }
    if (record_.outcome == Outcome::failure) {
        finish_hook(Hook::on_failure);
    } else if (record_.outcome != Outcome::cancelled) {
        finish_hook(Hook::on_success);
    }
}

// A backup that stands is as good as before, whatever the hook says.
void Run::finish_hook(Hook hook) {
    if (command_of(job_.hooks, hook).empty()) {
        return;
    }
    try {
        const auto ended = timed(Stage::hook, [&] {
            return run_hook(job_, hook, record_, std::bind_front(&Run::say, this),
                            std::stop_token());
        });
        if (!ended) {
            warn({WarningKind::hook, "", ended.error().message()});
            warnings_.note_in(record_);
            if (record_.outcome == Outcome::success) {
                record_.outcome = Outcome::warning;
            }
        }
        ledger_.amend(record_);
    } catch (...) {
        log::warning(caught("run a hook").message());
    }
}

} // namespace

RunEnd run_job(const Context &context, const config::Job &job, const RunOptions &options,
               const RunEvents &events, Progress &progress, const std::stop_token &stop) {
    return Run(context, job, options, events, progress, stop).take();
}

} // namespace intact::engine
