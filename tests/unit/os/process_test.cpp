#include "os/process.hpp"

#include "os/file.hpp"
#include "support/temp_dir.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>
#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace intact::test {
namespace {

using namespace std::chrono_literals;
using os::Process;
using os::Spawn;
using os::StopFd;
using testing::HasSubstr;

class ProcessTest : public testing::Test {
protected:
    static Spawn shell(const std::string &text) {
        return {{"sh", "-c", text}, os::clean_environment()};
    }
    static std::string all_of(int fd) {
        std::string text;
        std::array<char, 4096> buffer{};
        for (;;) {
            const ssize_t count = read(fd, buffer.data(), buffer.size());
            if (count <= 0) {
                return text;
            }
            text.append(buffer.data(), static_cast<std::size_t>(count));
        }
    }
    static std::string output_of(const Spawn &spawn) {
        auto process = Process::start(spawn);
        EXPECT_TRUE(process) << process.error().message();
        return process ? all_of(process->stdout_fd()) : "";
    }
    os::ExitStatus status_of(const std::string &text) const {
        auto process = Process::start(shell(text));
        EXPECT_TRUE(process);
        return process->wait(StopFd(never_.get_token())).value();
    }

    std::stop_source never_;
    TempDir temp_;
};

TEST_F(ProcessTest, tells_how_it_ended) {
    EXPECT_TRUE(status_of("exit 0").success());
    EXPECT_EQ(status_of("exit 3").describe(), "exited with status 3");
    EXPECT_EQ(status_of("kill -SEGV $$").describe(), "was killed by SIGSEGV");
    EXPECT_FALSE(status_of("kill -SEGV $$").success());
}

TEST_F(ProcessTest, may_have_both_outputs_in_the_order_of_writing) {
    Spawn spawn = shell("echo one; echo two >&2; echo three");
    spawn.output = Spawn::Output::merged;
    auto process = Process::start(spawn);
    ASSERT_TRUE(process);
    EXPECT_EQ(all_of(process->stderr_fd()), "one\ntwo\nthree\n");
    EXPECT_EQ(all_of(process->stdout_fd()), "");
}

TEST_F(ProcessTest, a_program_that_is_nowhere_is_missing) {
    const auto by_name = Process::start({{"no-such-program"}, os::clean_environment()});
    ASSERT_FALSE(by_name);
    EXPECT_EQ(by_name.error().code(), ErrorCode::program_missing);
    EXPECT_THAT(by_name.error().message(), HasSubstr("'no-such-program'"));
    const auto by_path = Process::start({{temp_ / "none"}, os::clean_environment()});
    ASSERT_FALSE(by_path);
    EXPECT_EQ(by_path.error().code(), ErrorCode::program_missing);
}

TEST_F(ProcessTest, a_file_that_is_no_program_is_refused) {
    temp_.write("plain", "text");
    const auto started = Process::start({{temp_ / "plain"}, os::clean_environment()});
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code(), ErrorCode::permission_denied);
    EXPECT_THAT(started.error().message(), HasSubstr(temp_ / "plain"));
}

TEST_F(ProcessTest, a_working_directory_that_is_missing_is_named) {
    Spawn spawn = shell("true");
    spawn.working_directory = temp_ / "gone";
    const auto started = Process::start(spawn);
    ASSERT_FALSE(started);
    EXPECT_NE(started.error().code(), ErrorCode::program_missing);
    EXPECT_THAT(started.error().message(), HasSubstr("enter its working directory"));
    EXPECT_THAT(started.error().message(), HasSubstr(temp_ / "gone"));
}

TEST_F(ProcessTest, runs_in_its_directory_with_its_environment_alone) {
    setenv("INTACT_TEST_SECRET", "secret", 1);
    Spawn spawn = shell("pwd; env");
    spawn.working_directory = temp_.path();
    spawn.environment["GIVEN"] = "with = sign";
    const std::string said = output_of(spawn);
    unsetenv("INTACT_TEST_SECRET");
    EXPECT_THAT(said, HasSubstr(temp_.path() + "\n"));
    EXPECT_THAT(said, HasSubstr("GIVEN=with = sign\n"));
    EXPECT_THAT(said, HasSubstr("PATH="));
    EXPECT_THAT(said, testing::Not(HasSubstr("SECRET")));
}

TEST_F(ProcessTest, finds_the_program_in_the_path_it_is_given) {
    const std::string program = temp_.write("bin/greet", "#!/bin/sh\necho hello\n");
    ASSERT_EQ(chmod(program.c_str(), 0755), 0);
    Spawn spawn{{"greet"}, os::clean_environment()};
    spawn.environment["PATH"] = temp_ / "bin";
    EXPECT_EQ(output_of(spawn), "hello\n");
}

TEST_F(ProcessTest, reads_nothing_and_holds_no_other_descriptor) {
    // As whoever started us may have left it: open across exec.
    const os::UniqueFd left_open(open("/dev/null", O_RDONLY));
    ASSERT_GT(left_open.get(), 2);
    // The shell's own listing of its descriptors; 3 is the listing itself.
    EXPECT_EQ(output_of(shell("cat; ls /proc/self/fd")), "0\n1\n2\n3\n");
    EXPECT_EQ(output_of(shell("readlink /proc/self/fd/0")), "/dev/null\n");
}

TEST_F(ProcessTest, takes_its_stdin_from_a_descriptor) {
    const std::string path = temp_.write("in", "given\n");
    const os::UniqueFd in(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    Spawn spawn = shell("cat");
    spawn.stdin_fd = in.get();
    EXPECT_EQ(output_of(spawn), "given\n");
}

TEST_F(ProcessTest, has_no_signal_blocked_or_ignored) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    const auto pipe_before = std::signal(SIGPIPE, SIG_IGN);
    const std::string said = output_of(shell("grep -E 'Sig(Blk|Ign)' /proc/self/status"));
    std::signal(SIGPIPE, pipe_before);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    EXPECT_EQ(said, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

// In a session and at a terminal of its own.
TEST_F(ProcessTest, may_read_the_terminal_from_our_group) {
    int terminal = -1;
    const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
        Spawn spawn = shell("read -r line </dev/tty; echo got $line");
        spawn.output = Spawn::Output::as_ours;
        spawn.group = os::has_terminal() ? Spawn::Group::ours : Spawn::Group::its_own;
        auto process = Process::start(spawn);
        _exit(process && process->wait(StopFd(never_.get_token()))->success() ? 0 : 1);
    }
    const os::UniqueFd screen(terminal);
    ASSERT_EQ(write(terminal, "word\n", 5), 5);
    EXPECT_THAT(all_of(terminal), HasSubstr("got word"));
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

TEST_F(ProcessTest, in_our_group_it_alone_is_ended) {
    Spawn spawn = shell("echo here; exec sleep 1000");
    spawn.group = Spawn::Group::ours;
    auto process = Process::start(spawn);
    ASSERT_TRUE(process);
    std::array<char, 4> here{};
    ASSERT_EQ(read(process->stdout_fd(), here.data(), here.size()), 4);
    EXPECT_EQ(process->end(60s).signal, SIGTERM); // and this test goes on
}

TEST_F(ProcessTest, a_stop_ends_the_wait_and_leaves_it_running) {
    auto process = Process::start(shell("exec sleep 1000"));
    ASSERT_TRUE(process);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(process->wait(StopFd(stop.get_token())));
    EXPECT_EQ(process->end(10s).signal, SIGTERM);
}

TEST_F(ProcessTest, one_that_heeds_sigterm_ends_in_its_own_way) {
    auto process = Process::start(shell("trap 'exit 7' TERM; sleep 1000 & echo two; wait"));
    ASSERT_TRUE(process);
    std::array<char, 4> two{};
    ASSERT_EQ(read(process->stdout_fd(), two.data(), two.size()), 4);
    EXPECT_EQ(process->end(60s).code, 7);
    EXPECT_EQ(all_of(process->stdout_fd()), "");
}

TEST_F(ProcessTest, one_that_ignores_sigterm_is_killed_after_the_grace) {
    auto process = Process::start(shell("trap '' TERM; echo deaf; while :; do sleep 1000; done"));
    ASSERT_TRUE(process);
    std::array<char, 5> deaf{};
    ASSERT_EQ(read(process->stdout_fd(), deaf.data(), deaf.size()), 5);
    EXPECT_EQ(process->end(10ms).signal, SIGKILL);
}

// The pipe reaches its end when the last process that holds it is gone.
TEST_F(ProcessTest, its_whole_group_ends_with_it) {
    auto ended = Process::start(shell("sleep 1000 & exit 0"));
    ASSERT_TRUE(ended);
    EXPECT_TRUE(ended->wait(StopFd(never_.get_token()))->success());
    EXPECT_EQ(all_of(ended->stdout_fd()), "");

    auto killed = Process::start(shell("trap '' TERM; sleep 1000 & echo two; sleep 1000"));
    ASSERT_TRUE(killed);
    std::array<char, 4> two{};
    ASSERT_EQ(read(killed->stdout_fd(), two.data(), two.size()), 4);
    EXPECT_EQ(killed->end(0ms).signal, SIGKILL);
    EXPECT_EQ(all_of(killed->stdout_fd()), "");
}

TEST_F(ProcessTest, dies_with_the_thread_that_started_it) {
    std::optional<Process> process;
    std::thread([&] {
        auto started = Process::start(shell("exec sleep 1000"));
        ASSERT_TRUE(started);
        process.emplace(*std::move(started));
    }).join();
    ASSERT_TRUE(process);
    EXPECT_EQ(process->wait(StopFd(never_.get_token()))->signal, SIGKILL);
}

TEST_F(ProcessTest, hands_descriptors_over_by_their_order_and_steps_back) {
    std::array<int, 2> first{};
    std::array<int, 2> second{};
    ASSERT_EQ(pipe2(first.data(), O_CLOEXEC), 0);
    ASSERT_EQ(pipe2(second.data(), O_CLOEXEC), 0);
    auto spawn = shell("echo one >&3; echo two >&4; nice; ionice; ls /proc/self/fd | wc -l");
    spawn.more_fds = {first[1], second[1]};
    spawn.nice = 3;
    spawn.io_priority = 3 << 13; // idle
    auto process = Process::start(spawn);
    ASSERT_TRUE(process);
    close(first[1]);
    close(second[1]);
    EXPECT_EQ(all_of(first[0]), "one\n");
    EXPECT_EQ(all_of(second[0]), "two\n");
    const int here = nice(0);
    // Of ls: the three streams, the two that were handed over, and the directory.
    EXPECT_EQ(all_of(process->stdout_fd()), fmt::format("{}\nidle\n6\n", here + 3));
    EXPECT_TRUE(process->wait(StopFd(never_.get_token()))->success());
    close(first[0]);
    close(second[0]);
}

TEST_F(ProcessTest, one_that_is_forgotten_is_ended) {
    os::UniqueFd out;
    {
        const auto process = Process::start(shell("sleep 1000"));
        ASSERT_TRUE(process);
        out.reset(dup(process->stdout_fd()));
    }
    EXPECT_EQ(all_of(out.get()), "");
}

} // namespace
} // namespace intact::test
