// `intact run`, whole: what it says, what it leaves and how it exits.
#include "unit/cli/cli_fixture.hpp"

#include <csignal>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace intact::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::vector<nlohmann::json> lines_of(const std::string &text) {
    std::vector<nlohmann::json> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        lines.push_back(nlohmann::json::parse(line));
    }
    return lines;
}

void make_socket(const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    close(fd);
}

TEST_F(CliTest, run_leaves_a_backup_that_sha256sum_proves) {
    write_files_job();
    const Said said = intact({"run", "data"});
    EXPECT_EQ(said.exit_code, 0) << said.error;
    EXPECT_THAT(said.out, AllOf(HasSubstr("data: done in "), HasSubstr(archive())));
    EXPECT_EQ(test::run_program("cd " + (temp_ / "dest") + " && sha256sum -c *.sha256").exit_code,
              0);
}

TEST_F(CliTest, a_quiet_run_says_nothing_when_all_is_well) {
    write_files_job();
    const Said said = intact({"run", "data", "--quiet"});
    EXPECT_EQ(said.exit_code, 0);
    EXPECT_EQ(said.out + said.error, "");
}

TEST_F(CliTest, run_json_begins_with_start_and_ends_with_the_outcome) {
    write_files_job();
    const auto lines = lines_of(intact({"run", "data", "--json"}).out);
    ASSERT_THAT(lines, SizeIs(testing::Ge(2U)));
    EXPECT_EQ(lines.front()["event"], "start");
    EXPECT_EQ(lines.back()["event"], "outcome");
    EXPECT_EQ(lines.back()["outcome"], "success");
    EXPECT_EQ(lines.back()["run"], lines.front()["run"]);
    EXPECT_EQ(lines.back()["exit_code"], 0);
}

TEST_F(CliTest, a_partial_backup_exits_3_and_lists_what_is_missing) {
    write_files_job();
    make_socket(temp_ / "data/socket");
    const Said said = intact({"run", "data"});
    EXPECT_EQ(said.exit_code, 3);
    EXPECT_THAT(said.out, AllOf(HasSubstr("done with 1 warning in"), HasSubstr("unsupported '")));
}

TEST_F(CliTest, a_failing_command_is_one_error_line_and_publishes_nothing) {
    write_command_job("dump", "echo data; echo cannot connect >&2; exit 7");
    const Said said = intact({"run", "dump", "--quiet"});
    EXPECT_EQ(said.exit_code, 1);
    EXPECT_THAT(said.error, testing::StartsWith("intact: error: job 'dump': source: "));
    EXPECT_THAT(said.error, AllOf(HasSubstr("cannot connect"), HasSubstr("\nhint: ")));
    EXPECT_THAT(published(".zst"), IsEmpty());
}

TEST_F(CliTest, an_unknown_job_exits_2_with_the_nearest_name) {
    write_files_job();
    const Said said = intact({"run", "dats"});
    EXPECT_EQ(said.exit_code, 2);
    EXPECT_EQ(said.error, "intact: error: there is no job 'dats'\nhint: did you mean 'data'?\n");
}

TEST_F(CliTest, a_broken_job_exits_78_and_shows_its_place) {
    write_job("broken", "typ = \"files\"");
    const Said said = intact({"run", "broken"});
    EXPECT_EQ(said.exit_code, 78);
    EXPECT_THAT(said.error, HasSubstr("broken.toml:2:1"));
}

TEST_F(CliTest, a_broken_job_does_not_keep_another_from_running) {
    write_job("broken", "typ = \"files\"");
    write_files_job();
    const Said said = intact({"run", "data"});
    EXPECT_EQ(said.exit_code, 0);
    EXPECT_THAT(said.error, HasSubstr("job 'broken' is broken, see 'intact check'\n"));
    EXPECT_THAT(said.error, Not(HasSubstr("broken.toml")));
}

TEST_F(CliTest, nothing_runs_when_one_of_the_jobs_is_unknown) {
    write_files_job();
    EXPECT_EQ(intact({"run", "data", "nobody"}).exit_code, 2);
    EXPECT_THAT(published(".zst"), IsEmpty());
}

TEST_F(CliTest, of_several_jobs_the_worst_end_counts_and_all_run) {
    write_command_job("bad", "exit 1");
    write_files_job();
    EXPECT_EQ(intact({"run", "bad", "data"}).exit_code, 1);
    EXPECT_THAT(published(".tar.zst"), SizeIs(1));
}

TEST_F(CliTest, a_held_lock_exits_4_and_names_the_holder) {
    write_files_job();
    temp_.write("state/locks/data.lock", "4711\tthere\t01JRUN\t2026-11-22T02:00:00.000Z\n");
    const int fd = open((temp_ / "state/locks/data.lock").c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(flock(fd, LOCK_EX), 0);
    const Said said = intact({"run", "data"});
    close(fd);
    EXPECT_EQ(said.exit_code, 4);
    EXPECT_THAT(said.error, HasSubstr("held by process 4711 on 'there' (run 01JRUN) since 2026"));
}

TEST_F(CliTest, a_run_that_waits_for_a_lock_has_not_stalled) {
    write_job("data", "type = \"files\"\npaths = [\"" + (temp_ / "data") +
                          "\"]\n[run]\nstall_timeout = \"50ms\"");
    temp_.write("state/locks/data.lock", "");
    const int fd = open((temp_ / "state/locks/data.lock").c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(flock(fd, LOCK_EX), 0);
    const Said said = intact({"run", "data", "--wait=400ms"});
    close(fd);
    EXPECT_EQ(said.exit_code, 4) << said.error;
}

/// The job's lock is another's for three tries, the target's for ever. Tries are 100 ms apart.
class BusyLocks final : public os::Sys {
public:
    int flock(int fd, int operation) override {
        if (++tries_ == 4) {
            return Sys::flock(fd, operation);
        }
        errno = EWOULDBLOCK;
        return -1;
    }
    int tries() const { return tries_; }

private:
    int tries_ = 0;
};

TEST_F(CliTest, both_locks_share_one_time_to_wait) {
    write_files_job();
    BusyLocks busy;
    sys_ = &busy;
    EXPECT_EQ(intact({"run", "data", "--wait=600ms"}).exit_code, 4);
    EXPECT_LE(busy.tries(), 8); // four for each; a time of its own would give the second seven
}

TEST_F(CliTest, a_run_that_takes_too_long_names_the_limit_and_blames_no_step) {
    write_job("slow", "type = \"command\"\ncommand = [\"sleep\", \"1000\"]\n"
                      "[run]\ntimeout = \"2s\"");
    const Said said = intact({"run", "slow", "--quiet"});
    EXPECT_EQ(said.exit_code, 1);
    EXPECT_THAT(said.error, testing::StartsWith("intact: error: job 'slow': took longer than "
                                                "run.timeout=2s; it was in its step 'source' then\n"
                                                "hint: raise run.timeout="));
}

TEST_F(CliTest, a_stop_signal_exits_130_and_leaves_nothing_behind) {
    write_command_job("slow", "echo data; kill -TERM $PPID; exec sleep 60");
    const Said said = intact({"run", "slow", "--quiet"});
    EXPECT_EQ(said.exit_code, 130);
    EXPECT_THAT(said.error, HasSubstr("job 'slow' was stopped"));
    EXPECT_THAT(published(".archive"), IsEmpty());
}

TEST_F(CliTest, the_report_descriptor_gets_json_beside_the_text) {
    write_files_job();
    const std::string path = temp_.write("report", "");
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const Said said = intact({"run", "data", "--report-fd", std::to_string(fd)});
    close(fd);
    EXPECT_THAT(said.out, HasSubstr("data: done"));
    const auto lines = lines_of(test::read_file(path));
    ASSERT_THAT(lines, SizeIs(testing::Ge(2U)));
    EXPECT_EQ(lines.back()["outcome"], "success");
}

TEST_F(CliTest, the_report_descriptor_is_not_handed_to_the_sources_command) {
    const int fd = fcntl(STDERR_FILENO, F_DUPFD, 200); // far from those that `ls` opens itself
    write_command_job("nosy", "ls /proc/self/fd");
    intact({"run", "nosy", "--quiet", "--report-fd", std::to_string(fd)});
    close(fd);
    const std::string listed = intact({"restore", "nosy", "--stdout", "--quiet"}).out;
    EXPECT_THAT(listed, HasSubstr("1\n"));
    EXPECT_THAT("\n" + listed, Not(HasSubstr("\n" + std::to_string(fd) + "\n")));
}

TEST_F(CliTest, a_report_descriptor_that_is_not_open_is_a_usage_error) {
    write_files_job();
    EXPECT_EQ(intact({"run", "data", "--report-fd", "987"}).exit_code, 2);
}

/// Asks this process to stop once the names of a backup are moved, when it is too late for that
/// run.
class StopAfterPublishing final : public os::Sys {
public:
    int renameat2(int old_dir, const char *old_name, int new_dir, const char *new_name,
                  unsigned flags) override {
        const int moved = Sys::renameat2(old_dir, old_name, new_dir, new_name, flags);
        stop_after(new_name);
        return moved;
    }
    int linkat(int old_dir, const char *old_name, int new_dir, const char *new_name,
               int flags) override {
        const int linked = Sys::linkat(old_dir, old_name, new_dir, new_name, flags);
        stop_after(new_name);
        return linked;
    }

private:
    static void stop_after(std::string_view name) {
        if (name.ends_with(".manifest.json")) {
            kill(getpid(), SIGTERM);
            // Blocked everywhere, so it is pending until the thread that listens has taken it.
            sigset_t pending{};
            do {
                sigpending(&pending);
            } while (sigismember(&pending, SIGTERM) == 1);
        }
    }
};

TEST_F(CliTest, a_stop_in_the_last_step_of_a_job_names_the_jobs_that_did_not_run) {
    write_files_job("first");
    write_files_job("second");
    write_files_job("third");
    StopAfterPublishing stopping;
    sys_ = &stopping;
    const Said said = intact({"run", "first", "second", "third", "--json"});
    EXPECT_EQ(said.exit_code, 130);
    EXPECT_THAT(said.error, HasSubstr("stopped: 'second', 'third' were not run\n"));
    const auto lines = lines_of(said.out);
    ASSERT_THAT(lines, SizeIs(testing::Ge(3U)));
    EXPECT_EQ(lines[lines.size() - 3]["outcome"], "success");
    EXPECT_EQ(lines[lines.size() - 2], (nlohmann::json{{"event", "not_run"}, {"job", "second"}}));
    EXPECT_EQ(lines.back(), (nlohmann::json{{"event", "not_run"}, {"job", "third"}}));
    EXPECT_THAT(published(".tar.zst"), SizeIs(1));
}

class NoFsync final : public os::Sys {
public:
    int fsync(int) override {
        errno = EIO;
        return -1;
    }
};

TEST_F(CliTest, a_failed_fsync_fails_the_run_and_publishes_nothing) {
    write_files_job();
    NoFsync broken;
    sys_ = &broken;
    const Said said = intact({"run", "data"});
    EXPECT_EQ(said.exit_code, 1);
    EXPECT_THAT(said.error, HasSubstr("Input/output error (EIO)"));
    EXPECT_THAT(published(".zst"), IsEmpty());
}

} // namespace
} // namespace intact::cli
