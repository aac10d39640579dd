#include "engine/publish_selftest.hpp"

#include "destination/publish.hpp"
#include "destination/recovery.hpp"
#include "destination/staging.hpp"
#include "destination/verify.hpp"
#include "pipeline/store.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

namespace intact::engine {
namespace {

using destination::Naming;

constexpr std::string_view kFixed = "fixed.raw";
constexpr std::string_view kFree = "free.raw";
constexpr std::size_t kBytes = 64 << 10;

Result<> remove_all_files(const os::Directory &directory) {
    INTACT_TRY_ASSIGN(const auto names, directory.names());
    for (const std::string &name : names) {
        INTACT_TRY(directory.remove(name));
    }
    return {};
}

class Selftest {
public:
    Selftest(const Context &context, os::Directory directory, Diagnosis diagnosis,
             const std::stop_token &stop)
        : context_(context), directory_(std::move(directory)), stop_(stop) {
        report_.diagnosis = std::move(diagnosis);
    }

    Result<SelftestReport> run(SelftestExtent extent) {
        for (unsigned round = 0; round < extent.rounds; ++round) {
            for (const Naming naming : {Naming::fixed, Naming::time_stamped}) {
                INTACT_TRY(kill_at_calls(naming, round % extent.every, extent.every));
            }
        }
        return report_;
    }

private:
    // What recovery left under the fixed name is the previous backup of the next process.
    Result<> kill_at_calls(Naming naming, std::size_t first, std::size_t every) {
        INTACT_TRY_ASSIGN(std::string standing, begin_with_a_backup());
        for (std::size_t call = first;; call += every) {
            if (stop_.stop_requested()) {
                return fail(ErrorCode::cancelled, "stopped");
            }
            const RunId run = RunId::make(context_.clock->now());
            INTACT_TRY_ASSIGN(const bool died, die_at(call, run, naming));
            if (!died) {
                return time_one(naming);
            }
            ++report_.kills;
            auto settled = settle(run, naming, standing);
            if (!settled) {
                return fail(std::move(settled).error().within(
                    fmt::format("a process killed before its durable call {}", call)));
            }
            standing = *std::move(settled);
        }
    }

    // Returns its archive's SHA-256.
    Result<std::string> begin_with_a_backup() {
        INTACT_TRY(remove_all_files(directory_));
        return publish(RunId::make(context_.clock->now()), kFixed, Naming::fixed, *context_.sys);
    }

    // Whether it died before it was through.
    Result<bool> die_at(std::size_t call, const RunId &run, Naming naming) {
        const pid_t child = fork();
        if (child < 0) {
            return fail_errno(errno, "start a process");
        }
        if (child == 0) {
            WatchedSys sys(call);
            const auto published = publish(run, name_of(naming), naming, sys);
            _exit(published ? 0 : 1);
        }
        int status = 0;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
            return true;
        }
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
            return false;
        }
        // It says what failed when it is done here.
        INTACT_TRY(
            publish(RunId::make(context_.clock->now()), kFixed, Naming::fixed, *context_.sys));
        return fail(ErrorCode::internal, fmt::format("a publication failed at call {}", call));
    }

    // As the next run would find it. Returns the SHA-256 of what stands under the fixed name.
    Result<std::string> settle(const RunId &run, Naming naming, const std::string &old) {
        INTACT_TRY_ASSIGN(const auto recovery,
                          destination::recover_run(directory_, run.str(), is_remote(),
                                                   destination::Settling::act, stop_));
        const bool is_completed = recovery.what == destination::Recovered::completed;
        ++(is_completed ? report_.completed : report_.kept);
        if (!recovery.set_aside.empty()) {
            return fail(ErrorCode::verify_mismatch, "a file of neither backup was found");
        }
        INTACT_TRY_ASSIGN(const bool has_leftovers,
                          destination::has_leftovers(directory_, run.str()));
        if (has_leftovers) {
            return fail(ErrorCode::verify_mismatch, "recovery left files behind");
        }
        INTACT_TRY_ASSIGN(std::string standing, prove(kFixed));
        const bool is_swept = recovery.what == destination::Recovered::swept;
        if ((naming == Naming::time_stamped || is_swept) && standing != old) {
            return fail(ErrorCode::verify_mismatch, "the previous backup is another one");
        }
        INTACT_TRY_ASSIGN(const bool has_free, directory_.has(std::string(kFree)));
        if (has_free) {
            INTACT_TRY(prove(kFree));
            INTACT_TRY(remove_free_backup());
        }
        return standing;
    }

    Result<> remove_free_backup() {
        for (const std::string_view suffix :
             {std::string_view(), destination::kChecksumSuffix, destination::kManifestSuffix}) {
            INTACT_TRY(directory_.remove_if_there(fmt::format("{}{}", kFree, suffix)));
        }
        return {};
    }

    Result<> time_one(Naming naming) {
        INTACT_TRY(begin_with_a_backup());
        WatchedSys sys;
        INTACT_TRY_ASSIGN(const std::string fresh, publish(RunId::make(context_.clock->now()),
                                                           name_of(naming), naming, sys));
        INTACT_TRY_ASSIGN(const std::string proven, prove(name_of(naming)));
        if (proven != fresh) {
            return fail(ErrorCode::verify_mismatch, "what was published is another backup");
        }
        ++report_.publications;
        for (const auto &[kind, figures] : sys.figures()) {
            CallFigures &sum = report_.figures[kind];
            sum.calls += figures.calls;
            sum.longest = std::max(sum.longest, figures.longest);
        }
        return {};
    }

    // Returns the archive's SHA-256, once it is durable under its final name.
    Result<std::string> publish(const RunId &run, std::string_view archive, Naming naming,
                                os::Sys &sys) {
        INTACT_TRY_ASSIGN(const auto directory, os::Directory::open(directory_.path(), sys));
        INTACT_TRY_ASSIGN(auto staging, destination::Staging::create(directory, run));
        INTACT_TRY_ASSIGN(const auto manifest, fill(staging, run, archive));
        INTACT_TRY(destination::verify_archive(directory, staging.names().archive, manifest,
                                               config::VerifyDepth::checksum, stop_));
        INTACT_TRY(staging.add_companions(manifest));
        INTACT_TRY_ASSIGN(const auto replaced,
                          destination::replaced_backup(directory, std::string(archive), naming,
                                                       {manifest.job, manifest.host}));
        INTACT_TRY_ASSIGN(auto published,
                          destination::publish(std::move(staging), manifest, replaced,
                                               {report_.diagnosis.protocol.variant, is_remote()}));
        INTACT_TRY(destination::verify_backup(directory, published.manifest(),
                                              config::VerifyDepth::checksum, stop_));
        INTACT_TRY(published.settle());
        return manifest.sha256;
    }

    Result<destination::Manifest> fill(destination::Staging &staging, const RunId &run,
                                       std::string_view archive) {
        std::string content(kBytes, '\0');
        std::generate(content.begin(), content.end(), [&] { return static_cast<char>(random_()); });
        config::Archive options;
        options.compression = config::Compression::none;
        INTACT_TRY_ASSIGN(
            const auto stored,
            pipeline::store_stream(
                options,
                [&](ByteSink &sink, const std::stop_token &) {
                    return sink.write(std::as_bytes(std::span(content)));
                },
                [&](std::span<const std::byte> bytes) { return staging.append(bytes); }, nullptr,
                {}, stop_));
        INTACT_TRY(staging.make_archive_durable());
        destination::Manifest manifest;
        manifest.job = "selftest";
        manifest.run_id = run.str();
        manifest.host = context_.host;
        manifest.started = manifest.finished = context_.clock->now();
        manifest.source_type = "command";
        manifest.archive = archive;
        manifest.bytes = stored.stored_bytes;
        manifest.sha256 = stored.stored_sha256;
        manifest.compression = "none";
        manifest.format = "raw";
        manifest.stream_bytes = stored.stream_bytes;
        manifest.stream_sha256 = stored.stream_sha256;
        manifest.filesystem = report_.diagnosis.filesystem.name;
        manifest.strategy = config::name_of(report_.diagnosis.protocol.strategy);
        manifest.variant = destination::name_of(report_.diagnosis.protocol.variant);
        manifest.verified_depth = "checksum";
        manifest.verified_level = "buffered";
        return manifest;
    }

    // Returns its archive's SHA-256.
    Result<std::string> prove(std::string_view archive) const {
        const std::string name = std::string(archive) + std::string(destination::kManifestSuffix);
        INTACT_TRY(
            destination::verify_backup(directory_, name, config::VerifyDepth::checksum, stop_));
        INTACT_TRY_ASSIGN(const std::string text,
                          directory_.read_file(name, destination::kManifestLimitBytes));
        INTACT_TRY_ASSIGN(const auto manifest, destination::parse_manifest(text));
        return manifest.sha256;
    }

    static std::string_view name_of(Naming naming) {
        return naming == Naming::fixed ? kFixed : kFree;
    }
    bool is_remote() const { return report_.diagnosis.filesystem.is_remote; }

    const Context &context_;
    const os::Directory directory_;
    const std::stop_token &stop_;
    std::minstd_rand random_{std::random_device{}()};
    SelftestReport report_;
};

Result<> remove_directory(const os::Directory &parent, const std::string &name) {
    INTACT_TRY_ASSIGN(const auto directory,
                      os::Directory::open(parent.path_of(name), parent.sys()));
    INTACT_TRY(remove_all_files(directory));
    if (parent.sys().unlinkat(parent.fd(), name.c_str(), AT_REMOVEDIR) != 0) {
        return fail_errno(errno, "remove directory " + os::quoted_path(parent.path_of(name)));
    }
    return parent.sync();
}

} // namespace

Result<SelftestReport> selftest_publish(const Context &context, const std::string &path,
                                        SelftestExtent extent, const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(auto diagnosis, diagnose(context, path));
    INTACT_TRY_ASSIGN(const auto parent, os::Directory::open(path, *context.sys));
    const std::string name =
        fmt::format(".intact-{}.selftest", RunId::make(context.clock->now()).str());
    if (context.sys->mkdirat(parent.fd(), name.c_str(), 0700) != 0) {
        return fail_errno(errno, "make directory " + os::quoted_path(parent.path_of(name)));
    }
    INTACT_TRY_ASSIGN(auto directory, os::Directory::open(parent.path_of(name), *context.sys));
    auto report = Selftest(context, std::move(directory), std::move(diagnosis), stop).run(extent);
    if (!report && report.error().code() == ErrorCode::verify_mismatch) {
        return fail(std::move(report).error().with_hint(
            "do not rely on this destination; what was found is kept in " +
            os::quoted_path(parent.path_of(name))));
    }
    if (auto removed = remove_directory(parent, name); report && !removed) {
        return fail(std::move(removed).error());
    }
    return report;
}

} // namespace intact::engine
