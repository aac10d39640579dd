#include "os/file.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace intact::test {
namespace {

class DirectoryTest : public testing::Test {
protected:
    TempDir temp_;
    os::Directory directory_ = *os::Directory::open(temp_.path());
};

TEST_F(DirectoryTest, creates_files_that_only_the_owner_reads) {
    auto file = directory_.create("a");
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write_all(std::string_view("content")));
    ASSERT_TRUE(file->sync());
    ASSERT_TRUE(file->close());
    struct stat status{};
    ASSERT_EQ(stat((temp_ / "a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0600U);
    EXPECT_EQ(read_file(temp_ / "a"), "content");
}

TEST_F(DirectoryTest, never_creates_over_a_file_or_through_a_symlink) {
    temp_.write("there", "old");
    EXPECT_EQ(directory_.create("there").error().code(), ErrorCode::already_exists);
    ASSERT_EQ(symlink("elsewhere", (temp_ / "link").c_str()), 0);
    EXPECT_EQ(directory_.create("link").error().code(), ErrorCode::already_exists);
    EXPECT_EQ(read_file(temp_ / "there"), "old");
}

TEST_F(DirectoryTest, a_rename_without_leave_replaces_nothing) {
    temp_.write("new", "new");
    temp_.write("old", "old");
    const auto refused = directory_.rename("new", "old", os::IfExists::fail);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::already_exists);
    EXPECT_EQ(read_file(temp_ / "old"), "old");
    EXPECT_TRUE(directory_.rename("new", "old", os::IfExists::replace));
    EXPECT_EQ(read_file(temp_ / "old"), "new");
}

TEST_F(DirectoryTest, reads_no_more_than_its_limit) {
    temp_.write("large", std::string(2000, 'x'));
    EXPECT_EQ(directory_.read_file("large", 2000)->size(), 2000U);
    EXPECT_EQ(directory_.read_file("large", 1999).error().code(), ErrorCode::file_too_large);
}

TEST_F(DirectoryTest, opens_neither_fifos_nor_symlinks_as_files) {
    ASSERT_EQ(mkfifo((temp_ / "fifo").c_str(), 0600), 0);
    ASSERT_EQ(symlink("fifo", (temp_ / "link").c_str()), 0);
    EXPECT_FALSE(directory_.open_file("fifo"));
    EXPECT_FALSE(directory_.open_file("link"));
}

TEST_F(DirectoryTest, makes_missing_parents) {
    const auto made = os::Directory::make_and_open(temp_ / "a/b//c/");
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_TRUE(made->create("file"));
    EXPECT_TRUE(os::Directory::open(temp_ / "a/b/c"));
}

TEST_F(DirectoryTest, says_what_it_did_to_what_and_what_the_system_said) {
    const auto missing = os::Directory::open(temp_ / "no\nwhere");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message(), "open directory '" + temp_.path() +
                                             "/no\\x0awhere': No such file or directory (ENOENT)");
}

} // namespace
} // namespace intact::test
