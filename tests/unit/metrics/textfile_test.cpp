// The file for node_exporter: the whole one or the one before.
#include "metrics/textfile.hpp"

#include "support/temp_dir.hpp"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace intact::metrics {
namespace {

std::vector<std::string> names_in(const std::string &path) {
    std::vector<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(path)) {
        names.push_back(entry.path().filename());
    }
    return names;
}

TEST(Textfile, is_replaced_and_can_be_read_by_others) {
    const intact::test::TempDir directory;
    const std::string path = directory / "intact.prom";
    ASSERT_TRUE(write_textfile(path, "a 1\n"));
    ASSERT_TRUE(write_textfile(path, "a 2\n"));
    EXPECT_EQ(intact::test::read_file(path), "a 2\n");
    struct stat status{};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0644U);
    EXPECT_THAT(names_in(directory.path()), testing::ElementsAre("intact.prom"));
}

TEST(Textfile, leaves_the_one_before_where_it_cannot_be_written) {
    const auto written = write_textfile("/nowhere/at/all/intact.prom", "a 1\n");
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message(), testing::HasSubstr("'/nowhere/at/all/intact.prom'"));
    const intact::test::TempDir directory;
    std::filesystem::create_directory(directory / "intact.prom"); // cannot be renamed over
    EXPECT_FALSE(write_textfile(directory / "intact.prom", "a 1\n"));
    EXPECT_THAT(names_in(directory.path()), testing::ElementsAre("intact.prom"));
}

TEST(Textfile, sweeps_up_after_writers_that_were_killed_and_no_others) {
    const intact::test::TempDir directory;
    const auto no_such_process = std::to_string(4'194'305); // beyond the largest pid_max
    directory.write(".intact.prom." + no_such_process, "half");
    directory.write(".intact.prom." + std::to_string(getppid()), "being written");
    directory.write(".intact.prom.mine", "somebody's own");
    ASSERT_TRUE(write_textfile(directory / "intact.prom", "a 1\n"));
    EXPECT_THAT(names_in(directory.path()),
                testing::UnorderedElementsAre("intact.prom",
                                              ".intact.prom." + std::to_string(getppid()),
                                              ".intact.prom.mine"));
}

} // namespace
} // namespace intact::metrics
