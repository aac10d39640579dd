// A job over a small tree, with a good backup from before, whose next run can be made to fail
// anywhere.
#pragma once

#include "catalog/catalog.hpp"
#include "config/job.hpp"
#include "destination/backup_list.hpp"
#include "destination/verify.hpp"
#include "engine/run.hpp"
#include "support/faulty_sys.hpp"
#include "support/temp_dir.hpp"

#include <atomic>
#include <csignal>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace intact::test {

/// A minute later at each look, so that every run has a time-stamp of its own.
class LeapingClock final : public Clock {
public:
    WallTime now() const override {
        return WallTime(std::chrono::minutes(29'833'333 + ++minutes_));
    }
    SteadyTime steady() const override { return system_clock().steady(); }

private:
    mutable std::atomic<std::int64_t> minutes_{0};
};

class CrashTest : public testing::TestWithParam<const char *> {
protected:
    CrashTest() {
        temp_.write("tree/a", "content of a\n");
        temp_.write("tree/sub/b", std::string(300000, 'b'));
        job_.name = "job";
        config::FilesSource source;
        source.paths = {temp_ / "tree"};
        job_.source = source;
        job_.archive.threads = 1;
        job_.archive.frame_size = 64 << 10;
        job_.destination.path = temp_ / "dest";
        job_.destination.name = GetParam();
        EXPECT_TRUE(os::Directory::make_and_open(temp_ / "dest"));
    }

    engine::Context context(os::Sys &sys) const {
        engine::Context context = engine::make_context(temp_ / "state");
        context.sys = &sys;
        context.clock = &clock_;
        return context;
    }

    catalog::RunRecord run(os::Sys &sys = os::kernel()) const {
        engine::Progress progress;
        return engine::run_job(context(sys), job_, {}, {}, progress, {});
    }

    /// How many durable calls an undisturbed run makes, a backup being there already.
    std::vector<std::string> calls_of_a_run() const {
        FaultySys probe;
        EXPECT_EQ(run(probe).outcome, Outcome::success);
        return probe.calls();
    }

    /// Of those, the first one of the publication itself.
    std::size_t first_call_of_publishing() const {
        FaultySys probe;
        EXPECT_EQ(run(probe).outcome, Outcome::success);
        EXPECT_LT(probe.publishing_began(), probe.calls().size());
        return probe.publishing_began();
    }

    /// Everything the destination shows: each backup verified to its last byte.
    std::vector<std::string> sound_backups() const {
        const auto directory = os::Directory::open(temp_ / "dest");
        std::vector<std::string> sound;
        const auto found = destination::list_backups(*directory, "job");
        for (const auto &backup : *found) {
            const auto verified = destination::verify_backup(*directory, backup.manifest_name,
                                                             config::VerifyDepth::archive, {});
            EXPECT_TRUE(verified) << verified.error().message();
            if (verified && backup.manifest) {
                sound.push_back(backup.manifest->run_id);
            }
        }
        return sound;
    }

    std::vector<std::string> left_over() const {
        const auto directory = os::Directory::open(temp_ / "dest");
        std::vector<std::string> left;
        const auto names = directory->names();
        for (const std::string &name : *names) {
            if (name.starts_with(".intact-") && !name.ends_with(".lock")) {
                left.push_back(name);
            }
        }
        return left;
    }

    bool fixed_name() const { return job_.destination.name.find("{time}") == std::string::npos; }

    TempDir temp_;
    LeapingClock clock_;
    config::Job job_;
};

} // namespace intact::test
