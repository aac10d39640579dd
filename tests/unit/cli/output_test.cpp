// What readers do to those who write to them.
#include "cli/output.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <thread>
#include <unistd.h>

namespace intact::cli {
namespace {

constexpr std::size_t kMoreThanAPipeHolds = 1 << 20;

class OutputTest : public testing::Test {
protected:
    OutputTest() {
        std::array<int, 2> ends{};
        EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
        reading_.reset(ends[0]);
        writing_.reset(ends[1]);
        std::signal(SIGPIPE, SIG_IGN);
    }
    ~OutputTest() override { std::signal(SIGPIPE, SIG_DFL); }

    bool is_full() const {
        pollfd one{writing_.get(), POLLOUT, 0};
        return poll(&one, 1, 0) == 0;
    }
    void fill() const {
        fcntl(writing_.get(), F_SETFL, O_NONBLOCK);
        const std::string dots(4096, '.');
        while (write(writing_.get(), dots.data(), dots.size()) > 0) {
        }
        fcntl(writing_.get(), F_SETFL, 0);
    }
    /// As much as is there now.
    std::string read_now() const {
        fcntl(reading_.get(), F_SETFL, O_NONBLOCK);
        std::string all;
        std::array<char, 4096> part{};
        for (ssize_t count = 0; (count = read(reading_.get(), part.data(), part.size())) > 0;) {
            all.append(part.data(), static_cast<std::size_t>(count));
        }
        return all;
    }

    os::UniqueFd reading_;
    os::UniqueFd writing_;
};

TEST_F(OutputTest, waits_for_a_reader_that_is_slow) {
    const std::string text(kMoreThanAPipeHolds, 'x');
    std::string all;
    std::thread reader([&] {
        std::array<char, 1000> part{};
        for (ssize_t count = 0; all.size() < text.size() &&
                                (count = read(reading_.get(), part.data(), part.size())) > 0;) {
            all.append(part.data(), static_cast<std::size_t>(count));
        }
    });
    Output output(writing_.get());
    output.write(text);
    reader.join();
    EXPECT_EQ(all, text);
    EXPECT_FALSE(output.failure());
}

TEST_F(OutputTest, a_reader_that_does_not_read_cannot_hold_up_a_stop) {
    std::stop_source stop;
    const OutputStop output_stop(stop.get_token());
    Output output(writing_.get());
    std::thread writer([&] { output.write(std::string(kMoreThanAPipeHolds, 'x')); });
    while (!is_full()) {
        std::this_thread::yield();
    }
    stop.request_stop();
    writer.join(); // ctest's time limit stands for "never"
    ASSERT_TRUE(output.failure());
    EXPECT_EQ(output.failure()->code(), ErrorCode::cancelled);
}

TEST_F(OutputTest, says_what_it_can_after_a_stop) {
    std::stop_source stop;
    stop.request_stop();
    const OutputStop output_stop(stop.get_token());
    Output output(writing_.get());
    output.write("stopped\n");
    EXPECT_EQ(read_now(), "stopped\n");
    EXPECT_FALSE(output.failure());
}

TEST_F(OutputTest, drops_what_is_offered_to_a_reader_that_does_not_keep_up) {
    fill();
    Output output(writing_.get());
    output.offer("40 %\n");
    read_now();
    output.offer("50 %\n");
    output.write("done\n");
    EXPECT_EQ(read_now(), "50 %\ndone\n");
    EXPECT_FALSE(output.failure());
}

TEST_F(OutputTest, keeps_lines_whole_when_one_was_offered_that_only_began_to_fit) {
    Output output(writing_.get());
    const std::string line = std::string(kMoreThanAPipeHolds, 'x') + "\n";
    output.offer(line);
    std::string all = read_now();
    while (all.size() < line.size()) {
        output.offer("dropped\n");
        all += read_now();
    }
    output.write("done\n");
    all += read_now();
    EXPECT_TRUE(all.starts_with(line));
    EXPECT_THAT(all, testing::EndsWith("\ndone\n"));
}

TEST_F(OutputTest, tells_of_a_reader_that_has_gone_and_of_a_full_device) {
    Output piped(writing_.get());
    reading_.reset();
    piped.write("x");
    ASSERT_TRUE(piped.failure());
    EXPECT_EQ(piped.failure()->sys_errno(), EPIPE);

    const os::UniqueFd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
    Output output(full.get());
    output.write("x");
    ASSERT_TRUE(output.failure());
    EXPECT_EQ(output.failure()->message(), "write: No space left on device (ENOSPC)");
}

} // namespace
} // namespace intact::cli
