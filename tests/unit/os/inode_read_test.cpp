#include "os/inode_read.hpp"

#include "support/temp_dir.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace intact::test {
namespace {

using os::FileType;
using os::OpenedAs;

class InodeReadTest : public testing::Test {
protected:
    static os::InodeReading read(const std::string &path, OpenedAs how) {
        const int flags = how == OpenedAs::readable ? O_RDONLY : O_PATH | O_NOFOLLOW;
        const os::UniqueFd fd(open(path.c_str(), flags | O_CLOEXEC));
        auto reading = os::read_inode(fd.get(), how, path);
        EXPECT_TRUE(reading) << reading.error().message();
        return *std::move(reading);
    }

    TempDir temp_;
};

TEST_F(InodeReadTest, reads_what_a_file_is) {
    const std::string path = temp_.write("file", "content");
    ASSERT_EQ(chmod(path.c_str(), 04751), 0);
    ASSERT_EQ(link(path.c_str(), (temp_ / "other").c_str()), 0);
    const timespec times[] = {{0, UTIME_OMIT}, {-5, 123'456'789}}; // before 1970
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    const auto inode = read(path, OpenedAs::readable).inode;
    EXPECT_EQ(inode.type, FileType::regular);
    EXPECT_EQ(inode.mode, 04751U);
    EXPECT_EQ(inode.uid, geteuid());
    EXPECT_EQ(inode.size, 7U);
    EXPECT_EQ(inode.links, 2U);
    EXPECT_EQ(inode.mtime, (os::TimeStamp{-5, 123'456'789}));
    EXPECT_FALSE(inode.sparse);
}

TEST_F(InodeReadTest, reads_attributes_by_name_also_of_what_is_only_a_path) {
    const std::string path = temp_.write("file", "x");
    const std::string large(3000, 'v'); // more than the first guess holds
    ASSERT_EQ(setxattr(path.c_str(), "user.z", large.data(), large.size(), 0), 0);
    ASSERT_EQ(setxattr(path.c_str(), "user.a", "\0b", 2, 0), 0);
    ASSERT_EQ(setxattr(path.c_str(), "user.empty", "", 0, 0), 0);
    for (const OpenedAs how : {OpenedAs::readable, OpenedAs::path_only}) {
        const auto reading = read(path, how);
        EXPECT_FALSE(reading.lost);
        EXPECT_EQ(reading.inode.xattrs,
                  (std::vector<os::Xattr>{
                      {"user.a", std::string("\0b", 2)}, {"user.empty", ""}, {"user.z", large}}));
    }
}

TEST_F(InodeReadTest, reads_a_link_as_long_as_links_get) {
    const std::string target(4095, 't');
    ASSERT_EQ(symlink(target.c_str(), (temp_ / "link").c_str()), 0);
    const auto inode = read(temp_ / "link", OpenedAs::path_only).inode;
    EXPECT_EQ(inode.type, FileType::symlink);
    EXPECT_EQ(inode.symlink_target, target);
}

TEST_F(InodeReadTest, finds_the_data_between_holes) {
    const std::string path = temp_.write("file", "");
    const os::UniqueFd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    constexpr std::uint64_t kMiB = 1u << 20;
    ASSERT_EQ(ftruncate(fd.get(), 5 * kMiB), 0);
    const auto empty = read(path, OpenedAs::readable).inode;
    EXPECT_TRUE(empty.sparse);
    EXPECT_TRUE(empty.extents.empty());

    const std::string data(4096, 'x');
    ASSERT_EQ(pwrite(fd.get(), data.data(), data.size(), kMiB), 4096);
    ASSERT_EQ(pwrite(fd.get(), data.data(), data.size(), 3 * kMiB), 4096);
    const auto inode = read(path, OpenedAs::readable).inode;
    ASSERT_EQ(inode.extents.size(), 2U);
    EXPECT_LE(inode.extents[0].offset, kMiB);
    EXPECT_GE(inode.extents[0].offset + inode.extents[0].length, kMiB + 4096);
    EXPECT_LE(inode.extents[1].offset, 3 * kMiB);
    EXPECT_EQ(inode.size, 5 * kMiB);
}

TEST_F(InodeReadTest, reads_directories_and_pipes) {
    ASSERT_EQ(mkfifo((temp_ / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(read(temp_ / "fifo", OpenedAs::path_only).inode.type, FileType::fifo);
    EXPECT_EQ(read(temp_.path(), OpenedAs::readable).inode.type, FileType::directory);
    EXPECT_EQ(read(temp_.path(), OpenedAs::readable).inode.size, 0U);
}

TEST_F(InodeReadTest, reads_the_numbers_of_a_device) {
    const auto inode = read("/dev/null", OpenedAs::path_only).inode;
    EXPECT_EQ(inode.type, FileType::character_device);
    EXPECT_EQ(inode.device_major, 1U);
    EXPECT_EQ(inode.device_minor, 3U);
}

} // namespace
} // namespace intact::test
