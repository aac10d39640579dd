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

    Result<destination::Manifest> fill(destination::Staging &staging, const RunId &run,
                                       const std::string &archive,
                                       const std::string &content) const {
        const std::string tar = tar_of(content);
        config::Archive options;
        options.threads = 1;
        INTACT_TRY_ASSIGN(
            const auto stored,
            pipeline::store_stream(
                options,
                [&](ByteSink &sink, const std::stop_token &) {
                    return sink.write(std::as_bytes(std::span(tar.data(), tar.size())));
                },
                [&](std::span<const std::byte> bytes) { return staging.append(bytes); }, nullptr,
                {}, {}));
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

    /// Stages and publishes one backup; the run id tells it from others.
    Result<RunId> publish(const std::string &archive, const std::string &content,
                          destination::Naming naming, os::Sys &sys = os::kernel()) const {
        const RunId run = RunId::make(WallTime(std::chrono::seconds(1790000000 + ++runs_)));
        INTACT_TRY_ASSIGN(const auto directory, os::Directory::open(temp_ / "dest", sys));
        INTACT_TRY_ASSIGN(auto staging, destination::Staging::create(directory, run));
        INTACT_TRY_ASSIGN(const auto manifest, fill(staging, run, archive, content));
        INTACT_TRY(staging.add_companions(manifest));
        INTACT_TRY_ASSIGN(const auto variant,
                          destination::choose_variant(directory, archive, naming, {"job", "here"}));
        INTACT_TRY_ASSIGN(auto published,
                          destination::publish(std::move(staging), manifest, variant));
        INTACT_TRY(published.settle());
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

    TempDir temp_;
    os::Directory directory_ = *os::Directory::make_and_open(temp_ / "dest");
    mutable int runs_ = 0;
};

} // namespace intact::test
