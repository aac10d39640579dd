#include "cli/cli.hpp"
#include "crash/fixture.hpp"

#include <algorithm>
#include <fcntl.h>

namespace intact::test {
namespace {

class StopTest : public CrashTest {
protected:
    /// The whole program, in a process of its own, on a kernel that acts at one call. Returns its
    /// exit status; what it says is in the file "said".
    int run_intact(const FaultPlan &plan) const {
        const pid_t child = fork();
        if (child == 0) {
            const int said = open((temp_ / "said").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
            dup2(said, STDOUT_FILENO);
            dup2(said, STDERR_FILENO);
            const std::string config = temp_ / "config";
            const std::string state = temp_ / "state";
            const char *argv[] = {"intact",      "--config-dir", config.c_str(), "--state-dir",
                                  state.c_str(), "run",          "job"};
            FaultySys sys(plan);
            _exit(cli::run_cli(static_cast<int>(std::size(argv)), argv, sys));
        }
        int status = 0;
        waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

    void write_job_file() {
        temp_.write("config/jobs.d/job.toml",
                    "[source]\ntype = \"files\"\npaths = [\"" + (temp_ / "tree") +
                        "\"]\n[archive]\nthreads = 1\n"
                        "[destination]\npath = \"" +
                        (temp_ / "dest") + "\"\nname = \"" + job_.destination.name +
                        "\"\nstaging = \"" + job_.destination.staging + "\"\n");
    }
};

// Asked within the call, so that the run knows of it at the very next look.
TEST_P(StopTest, before_publishing_cancels_the_run_and_after_it_does_not) {
    ASSERT_EQ(run().outcome, Outcome::success);
    const auto calls = calls_of_a_run();
    const std::size_t first_move = calls_of_a_run_told_apart().publishing;
    for (std::size_t at = 0; at < calls.size(); ++at) {
        const auto before = sound_backups();
        std::stop_source stop;
        FaultySys sys({at, Fault::act_before, 0, [&] { stop.request_stop(); }});
        engine::Progress progress;
        const auto record = std::get<catalog::RunRecord>(
            engine::run_job(context(sys), job_, {}, {}, progress, stop.get_token()));
        if (at < first_move) {
            ASSERT_EQ(record.outcome, Outcome::cancelled) << calls[at] << " #" << at;
            ASSERT_EQ(catalog::exit_code_of(record), 130);
            ASSERT_EQ(sound_backups(), before);
        } else {
            ASSERT_EQ(record.outcome, Outcome::success) << calls[at] << " #" << at;
            ASSERT_EQ(sound_backups().back(), record.run_id);
        }
        ASSERT_TRUE(left_over().empty()) << calls[at] << " #" << at;
    }
    std::printf("%s: %zu points at which the run was asked to stop, %zu before publishing\n",
                GetParam().name.c_str(), calls.size(), first_move);
}

TEST_P(StopTest, sigterm_at_any_call_leaves_the_old_backup_or_a_new_one_and_says_which) {
    write_job_file();
    ASSERT_EQ(run_intact({}), 0) << read_file(temp_ / "said");
    const std::size_t calls = calls_of_a_run().size();
    std::size_t points = 0;
    std::size_t cancelled = 0;
    for (std::size_t at = 0; at < calls; ++at) {
        for (const Fault when : {Fault::act_before, Fault::act_after}) {
            const auto before = sound_backups();
            const int status = run_intact({at, when, 0, signal_us(SIGTERM)});
            const auto after = sound_backups();
            const std::string said = read_file(temp_ / "said");
            ++points;
            if (status == 130) {
                ++cancelled;
                ASSERT_EQ(after, before) << "call " << at;
                ASSERT_NE(said.find("nothing was published"), std::string::npos) << said;
            } else {
                ASSERT_EQ(status, 0) << "call " << at << ": " << said;
                ASSERT_NE(after, before) << "call " << at;
            }
            ASSERT_TRUE(left_over().empty()) << "call " << at;
            keep_only(fixed_name() ? after : before);
        }
    }
    std::printf("%s: %zu points at which SIGTERM came, %zu runs cancelled\n",
                GetParam().name.c_str(), points, cancelled);
    EXPECT_GT(cancelled, 0U);
}

INSTANTIATE_TEST_SUITE_P(Targets, StopTest, all_targets(), name_of_target);

} // namespace
} // namespace intact::test
