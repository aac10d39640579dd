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

#include <algorithm>
#include <atomic>
#include <csignal>
#include <gtest/gtest.h>
#include <iterator>
#include <ostream>
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

/// The durable calls of an undisturbed run, in order.
struct Calls {
    std::vector<std::string> names;
    std::vector<bool> probes;   ///< tries what the directory can do: failing is an answer
    std::size_t publishing = 0; ///< the first one of the publication
    std::size_t settling = 0;   ///< the first one after the backup stands and is confirmed
};

struct Target {
    std::string name; ///< of the tests
    std::string template_of_names;
    bool is_staged_elsewhere = false;
};

inline void PrintTo(const Target &target, std::ostream *out) {
    *out << target.name;
}

inline auto all_targets() {
    return testing::Values(Target{"time_stamped", "{job}-{time}"}, Target{"fixed", "fixed"},
                           Target{"fixed_staged_elsewhere", "fixed", true});
}

inline std::string name_of_target(const testing::TestParamInfo<Target> &info) {
    return info.param.name;
}

class CrashTest : public testing::TestWithParam<Target> {
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
        job_.destination.name = GetParam().template_of_names;
        EXPECT_TRUE(os::Directory::make_and_open(temp_ / "dest"));
        EXPECT_TRUE(os::Directory::make_and_open(temp_ / "staging"));
        if (GetParam().is_staged_elsewhere) {
            job_.destination.staging = temp_ / "staging";
        }
    }

    engine::Context context(os::Sys &sys) const {
        engine::Context context = engine::make_context(temp_ / "state");
        context.sys = &sys;
        context.clock = &clock_;
        return context;
    }

    catalog::RunRecord run(os::Sys &sys = os::kernel()) const {
        engine::Progress progress;
        return std::get<catalog::RunRecord>(
            engine::run_job(context(sys), job_, {}, {}, progress, {}));
    }

    /// How many durable calls an undisturbed run makes, a backup being there already.
    std::vector<std::string> calls_of_a_run() const {
        FaultySys probe;
        EXPECT_EQ(run(probe).outcome, Outcome::success);
        return probe.calls();
    }

    /// The same, told apart.
    Calls calls_of_a_run_told_apart() const {
        FaultySys probe;
        EXPECT_EQ(run(probe).outcome, Outcome::success);
        Calls calls{probe.calls(), {}, 0, 0};
        const auto subjects = probe.subjects();
        const auto holds = [&](std::size_t at, std::string_view text) {
            return subjects[at].find(text) != std::string::npos;
        };
        const auto moves = [&](std::size_t at) {
            return calls.names[at] == "renameat2" || calls.names[at] == "linkat";
        };
        std::size_t last_probe = 0;
        for (std::size_t at = 0; at < subjects.size(); ++at) {
            last_probe = holds(at, ".probe-") ? at : last_probe;
            if (calls.publishing == 0 &&
                (holds(at, ".intent-") || (moves(at) && !holds(at, ".intact-")))) {
                calls.publishing = at;
            }
            if (moves(at) && !holds(at, ".intact-") && holds(at, ".manifest.json")) {
                calls.settling = at;
            }
        }
        const auto removes = std::find(calls.names.begin() + static_cast<long>(calls.settling),
                                       calls.names.end(), "unlinkat");
        calls.settling = static_cast<std::size_t>(removes - calls.names.begin());
        bool within = false;
        for (std::size_t at = 0; at < subjects.size(); ++at) {
            within = at <= last_probe && (within || holds(at, ".probe-"));
            calls.probes.push_back(within);
        }
        EXPECT_GT(calls.publishing, last_probe);
        EXPECT_LT(calls.publishing, calls.settling);
        EXPECT_LT(calls.settling, calls.names.size());
        return calls;
    }

    /// Everything the destination shows: each backup verified to its last byte.
    std::vector<std::string> sound_backups() const {
        const auto directory = os::Directory::open(job_.destination.path);
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
        std::vector<std::string> left;
        for (const std::string &place : {job_.destination.path, temp_ / "staging"}) {
            const auto directory = os::Directory::open(place);
            const auto names = directory->names();
            std::copy_if(names->begin(), names->end(), std::back_inserter(left),
                         [](const std::string &name) {
                             return name.starts_with(".intact-") && !name.ends_with(".lock");
                         });
        }
        return left;
    }

    /// A second holds one name of a time-stamped backup, and here runs are faster than that.
    void keep_only(const std::vector<std::string> &run_ids) const {
        const auto directory = os::Directory::open(job_.destination.path);
        const auto backups = destination::list_backups(*directory, "job");
        for (const auto &backup : *backups) {
            const std::string &run_id = backup.manifest->run_id;
            if (std::find(run_ids.begin(), run_ids.end(), run_id) == run_ids.end()) {
                for (const std::string &name : {backup.manifest_name, backup.manifest->archive,
                                                backup.manifest->archive + ".sha256"}) {
                    EXPECT_TRUE(directory->remove(name));
                }
            }
        }
    }

    bool fixed_name() const { return job_.destination.name.find("{time}") == std::string::npos; }

    TempDir temp_;
    LeapingClock clock_;
    config::Job job_;
};

} // namespace intact::test
