// The one line that people watch.
#include "cli/progress_line.hpp"

#include "cli/format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

Figures figures() {
    Figures some;
    some.label = "etc";
    some.phase = "reading";
    some.done = 3 << 20;
    some.whole = 12 << 20;
    some.entries = 1234;
    some.elapsed = std::chrono::seconds(3);
    some.bytes_per_second = 1 << 20;
    return some;
}

TEST(ProgressReport, tells_amount_rate_entries_elapsed_and_time_left) {
    EXPECT_EQ(progress_report(figures()), "etc: reading 3.00 MiB of 12.0 MiB (25 %), 1.00 MiB/s, "
                                          "1,234 entries, 0:03, 0:09 left");
}

TEST(ProgressReport, leaves_out_what_is_unknown) {
    Figures some;
    some.label = "etc";
    some.phase = "preparing";
    EXPECT_EQ(progress_report(some), "etc: preparing 0 B, 0:00");
}

TEST(ProgressReport, counts_warnings) {
    Figures some = figures();
    some.warnings = 1;
    EXPECT_THAT(progress_report(some), HasSubstr(", 1 warning,"));
}

TEST(ProgressReport, does_not_promise_an_end_beyond_the_last_size) {
    Figures some = figures();
    some.done = 13 << 20;
    EXPECT_THAT(progress_report(some), HasSubstr("13.0 MiB (last time 12.0 MiB)"));
    EXPECT_THAT(progress_report(some), Not(HasSubstr("left")));
}

TEST(ProgressLine, gives_the_path_the_rest_of_the_line) {
    Figures some = figures();
    some.path = "usr/share/doc/" + std::string(300, 'x') + "/end";
    const std::string line = progress_line(some, 120);
    EXPECT_LE(columns_of(line), 120U);
    EXPECT_THAT(line, testing::EndsWith("/end"));
}

TEST(ProgressLine, never_exceeds_the_terminal) {
    Figures some = figures();
    some.path = "日本/語";
    for (std::size_t columns = 1; columns < 160; ++columns) {
        EXPECT_LE(columns_of(progress_line(some, columns)), columns);
    }
}

TEST(ProgressLine, shows_no_control_characters_of_a_path) {
    Figures some = figures();
    some.path = "a\x1b[2Jb\nc/and/more";
    EXPECT_THAT(progress_line(some, 200), HasSubstr("a\\x1b[2Jb\\x0ac"));
}

TEST(FiguresOf, shows_verification_as_a_phase_of_its_own) {
    engine::Progress progress;
    progress.bytes_read = 100;
    progress.bytes_written = 40;
    progress.bytes_verified = 10;
    progress.expected_bytes = 200;
    progress.stage = Stage::source;
    const Figures reading = figures_of(progress, Activity::run, 0);
    EXPECT_EQ(reading.phase, "reading");
    EXPECT_EQ(reading.done, 100U);
    EXPECT_EQ(reading.whole, 200U);
    progress.stage = Stage::verify;
    const Figures verifying = figures_of(progress, Activity::run, 0);
    EXPECT_EQ(verifying.phase, "verifying");
    EXPECT_EQ(verifying.done, 10U);
    EXPECT_EQ(verifying.whole, 40U);
}

TEST(FiguresOf, counts_what_a_restore_writes) {
    engine::Progress progress;
    progress.stage = Stage::write;
    progress.bytes_written = 7;
    const Figures restoring = figures_of(progress, Activity::restore, 0);
    EXPECT_EQ(restoring.phase, "restoring");
    EXPECT_EQ(restoring.done, 7U);
}

} // namespace
} // namespace intact::cli
