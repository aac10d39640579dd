// A destination with one small backup made by hand, tar inside, every figure true.
#pragma once

#include "destination/publish.hpp"
#include "destination/recovery.hpp"
#include "destination/staging.hpp"
#include "destination/verify.hpp"
#include "pipeline/store.hpp"
#include "support/faulty_sys.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>

namespace intact::test {

class DestinationTest : public testing::Test {
protected:
    /// A tar of one file, made by GNU tar.
    std::string tar_of(const std::string &content) const {
        temp_.write("in/file", content);
        EXPECT_EQ(run_program("tar -C " + temp_.path() + "/in -cf " + temp_.path() + "/a.tar file")
                      .exit_code,
                  0);
        return read_file(temp_ / "a.tar");
    }

    /// What a run of the pipeline makes of that tar; of the same content always the same bytes.
    struct Made {
        std::string bytes;
        pipeline::StoredFigures stored;
    };
    const Made &made_of(const std::string &content) const {
        static std::map<std::string, Made> all;
        const auto known = all.find(content);
        if (known != all.end()) {
            return known->second;
        }
        Made &made = all[content];
        const std::string tar = tar_of(content);
        config::Archive options;
        options.threads = 1;
        const auto stored = pipeline::store_stream(
            options,
            [&](ByteSink &sink, const std::stop_token &) {
                return sink.write(std::as_bytes(std::span(tar.data(), tar.size())));
            },
            [&](std::span<const std::byte> bytes) {
                made.bytes.append(reinterpret_cast<const char *>(bytes.data()), bytes.size());
                return Result<>();
            },
            nullptr, {}, {});
        EXPECT_TRUE(stored);
        made.stored = *stored;
        return made;
    }

    Result<destination::Manifest> fill(destination::Staging &staging, const RunId &run,
                                       const std::string &archive,
                                       const std::string &content) const {
        const Made &made = made_of(content);
        const pipeline::StoredFigures &stored = made.stored;
        INTACT_TRY(staging.append(std::as_bytes(std::span(made.bytes))));
        INTACT_TRY(staging.make_archive_durable());
        destination::Manifest m;
        m.job = "job";
        m.run_id = run.str();
        m.host = "here";
        m.started = m.finished = WallTime(std::chrono::milliseconds(1790000000123));
        m.source_type = "files";
        m.source_items = {"/in"};
        m.archive = archive;
        m.bytes = stored.stored_bytes;
        m.sha256 = stored.stored_sha256;
        m.compression = "zstd";
        m.format = "tar";
        m.stream_bytes = stored.stream_bytes;
        m.stream_sha256 = stored.stream_sha256;
        m.entries = 1;
        m.warning_count = 1;
        m.warnings = {{WarningKind::unreadable, "in/secret", "permission denied"}};
        m.filesystem = "ext4";
        m.strategy = "atomic-rename";
        m.variant = "rename";
        m.verified_depth = "archive";
        m.verified_level = "cold";
        return m;
    }

    /// A backup that is whole and durable, and has no name yet.
    struct Staged {
        std::unique_ptr<os::Directory> directory;
        destination::Staging staging;
        destination::Manifest manifest;
        std::optional<destination::Manifest> replaced;
    };
    Result<Staged> stage(const std::string &archive, const std::string &content,
                         destination::Naming naming, os::Sys &sys = os::kernel()) const {
        const RunId run = RunId::make(WallTime(std::chrono::seconds(1790000000 + ++runs_)));
        INTACT_TRY_ASSIGN(auto opened, os::Directory::open(temp_ / "dest", sys));
        auto directory = std::make_unique<os::Directory>(std::move(opened));
        INTACT_TRY_ASSIGN(auto staging, destination::Staging::create(*directory, run));
        INTACT_TRY_ASSIGN(auto manifest, fill(staging, run, archive, content));
        INTACT_TRY(staging.add_companions(manifest));
        INTACT_TRY_ASSIGN(auto replaced, destination::replaced_backup(*directory, archive, naming,
                                                                      {"job", "here"}));
        return Staged{std::move(directory), std::move(staging), std::move(manifest),
                      std::move(replaced)};
    }

    Result<> publish_staged(Staged staged) const {
        INTACT_TRY_ASSIGN(auto published,
                          destination::publish(std::move(staged.staging), staged.manifest,
                                               staged.replaced, manner_));
        // Recovery does what this could not.
        static_cast<void>(published.settle());
        return {};
    }

    /// Stages and publishes one backup; the run id tells it from others.
    Result<std::string> publish(const std::string &archive, const std::string &content,
                                destination::Naming naming, os::Sys &sys = os::kernel()) const {
        INTACT_TRY_ASSIGN(auto staged, stage(archive, content, naming, sys));
        std::string run = staged.manifest.run_id;
        INTACT_TRY(publish_staged(std::move(staged)));
        return run;
    }

    Result<destination::Verification>
    verify(const std::string &archive,
           config::VerifyDepth depth = config::VerifyDepth::archive) const {
        return destination::verify_backup(directory_, archive + ".manifest.json", depth, {});
    }

    std::string restored(const std::string &archive) const {
        return run_program("tar -I zstd -xOf " + temp_.path() + "/dest/" + archive).output;
    }

    std::vector<std::string> names() const { return directory_.names().value(); }

    /// Hidden files but locks: what a run leaves behind when it should not.
    std::vector<std::string> left_over() const {
        std::vector<std::string> left;
        for (const std::string &name : names()) {
            if (name.starts_with(".intact-") && !name.ends_with(".lock")) {
                left.push_back(name);
            }
        }
        return left;
    }

    Result<destination::Recovery> recover(const std::string &run) const {
        return destination::recover_run(directory_, run, manner_.is_remote,
                                        destination::Settling::act, {});
    }

    TempDir temp_;
    destination::Manner manner_;
    os::Directory directory_ = *os::Directory::make_and_open(temp_ / "dest");
    mutable int runs_ = 0;
};

} // namespace intact::test
