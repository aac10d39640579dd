#include "source/pour.hpp"

#include "os/file.hpp"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <mutex>
#include <unistd.h>

namespace intact::test {
namespace {

constexpr std::size_t kMoreThanAPipeHolds = 1 << 20;

class PourTest : public testing::Test {
protected:
    PourTest() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
    ~PourTest() override { std::signal(SIGPIPE, before_); }

    static Result<> write_all(int fd, std::string_view text) {
        while (!text.empty()) {
            const ssize_t written = write(fd, text.data(), text.size());
            if (written < 0) {
                return fail_errno(errno, "write");
            }
            text.remove_prefix(static_cast<std::size_t>(written));
        }
        return {};
    }

    /// As a program does that is told to end: what it would have read next.
    static ssize_t next_after_stop(const os::UniqueFd &input, const std::stop_token &stop) {
        std::mutex mutex;
        std::condition_variable_any stopped;
        std::unique_lock lock(mutex);
        stopped.wait(lock, stop, [] { return false; });
        std::array<char, 16> bytes{};
        fcntl(input.get(), F_SETFL, O_NONBLOCK);
        return read(input.get(), bytes.data(), bytes.size());
    }

private:
    void (*before_)(int);
};

TEST_F(PourTest, all_that_is_written_is_read) {
    const std::string text(kMoreThanAPipeHolds, 'x');
    std::string got;
    const auto poured = source::pour(
        "read", [&](int fd) { return write_all(fd, text); },
        [&](os::UniqueFd input, const std::stop_token &) -> Result<> {
            INTACT_TRY_ASSIGN(
                got, os::read_to_end(os::kernel(), input.get(), "the pipe", 2 * text.size()));
            return {};
        },
        {});
    ASSERT_TRUE(poured);
    EXPECT_TRUE(poured->is_whole);
    EXPECT_TRUE(poured->taken);
    EXPECT_EQ(got, text);
}

TEST_F(PourTest, what_breaks_off_shows_no_end) {
    ssize_t next = 0;
    int why = 0;
    const auto poured = source::pour(
        "read", [](int) -> Result<> { return fail(ErrorCode::io, "broke off"); },
        [&](os::UniqueFd input, const std::stop_token &stop) -> Result<> {
            next = next_after_stop(input, stop);
            why = errno;
            return {};
        },
        {});
    ASSERT_FALSE(poured);
    EXPECT_EQ(poured.error().code(), ErrorCode::io);
    EXPECT_EQ(next, -1) << "it read an end that is none";
    EXPECT_EQ(why, EAGAIN);
}

TEST_F(PourTest, a_reader_that_goes_first_tells_why) {
    const auto poured = source::pour(
        "read", [](int fd) { return write_all(fd, std::string(kMoreThanAPipeHolds, 'x')); },
        [](os::UniqueFd, const std::stop_token &) -> Result<> {
            return fail(ErrorCode::source_failed, "had enough");
        },
        {});
    ASSERT_TRUE(poured);
    EXPECT_FALSE(poured->is_whole);
    ASSERT_FALSE(poured->taken);
    EXPECT_EQ(poured->taken.error().message(), "had enough");
}

TEST_F(PourTest, stopping_reaches_the_reader_while_it_reads) {
    std::stop_source stop;
    bool was_stopped = false;
    const auto poured = source::pour(
        "read",
        [&](int) -> Result<> {
            stop.request_stop();
            return fail(ErrorCode::cancelled, "stopped");
        },
        [&](os::UniqueFd input, const std::stop_token &stop_reader) -> Result<> {
            next_after_stop(input, stop_reader);
            was_stopped = stop_reader.stop_requested();
            return {};
        },
        stop.get_token());
    ASSERT_FALSE(poured);
    EXPECT_EQ(poured.error().code(), ErrorCode::cancelled);
    EXPECT_TRUE(was_stopped);
}

} // namespace
} // namespace intact::test
