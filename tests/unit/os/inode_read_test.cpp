#include "os/inode_read.hpp"

#include "support/temp_dir.hpp"

#include <cerrno>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
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

TEST_F(InodeReadTest, reads_attributes_of_a_symlink_and_not_of_its_target) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "an ordinary user can give a symlink none";
    }
    const std::string target = temp_.write("file", "x");
    const std::string path = temp_ / "link";
    ASSERT_EQ(symlink(target.c_str(), path.c_str()), 0);
    ASSERT_EQ(setxattr(target.c_str(), "trusted.target", "t", 1, 0), 0);
    ASSERT_EQ(lsetxattr(path.c_str(), "trusted.link", "l", 1, 0), 0);
    const auto reading = read(path, OpenedAs::path_only);
    EXPECT_FALSE(reading.lost);
    EXPECT_EQ(reading.inode.xattrs, (std::vector<os::Xattr>{{"trusted.link", "l"}}));
}

// In a child with mounts of its own.
TEST_F(InodeReadTest, tells_when_there_is_no_proc_to_read_attributes_through) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "needs root";
    }
    ASSERT_EQ(symlink("x", (temp_ / "link").c_str()), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        if (unshare(CLONE_NEWNS) != 0 ||
            mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            mount("none", "/proc", "tmpfs", 0, nullptr) != 0) {
            _exit(2);
        }
        const auto reading = read(temp_ / "link", OpenedAs::path_only);
        const bool told =
            reading.lost && reading.lost->message().find("/proc") != std::string::npos;
        _exit(told && reading.inode.symlink_target == "x" ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2) {
        GTEST_SKIP() << "no mounts of our own here";
    }
    EXPECT_EQ(WEXITSTATUS(status), 0);
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
    EXPECT_GE(inode.extents[1].offset + inode.extents[1].length, 3 * kMiB + 4096);
    EXPECT_EQ(inode.size, 5 * kMiB);
}

TEST_F(InodeReadTest, reads_directories_and_pipes) {
    ASSERT_EQ(mkfifo((temp_ / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(read(temp_ / "fifo", OpenedAs::path_only).inode.type, FileType::fifo);
    EXPECT_EQ(read(temp_.path(), OpenedAs::readable).inode.type, FileType::directory);
    EXPECT_EQ(read(temp_.path(), OpenedAs::readable).inode.size, 0U);
}

TEST_F(InodeReadTest, knows_a_socket_by_its_path_alone) {
    const std::string path = temp_ / "socket";
    const os::UniqueFd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(bind(listener.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address),
              0);
    EXPECT_EQ(read(path, OpenedAs::path_only).inode.type, FileType::socket);
}

TEST_F(InodeReadTest, two_names_have_one_device_and_number) {
    const std::string path = temp_.write("file", "x");
    const std::string alone = temp_.write("alone", "x");
    ASSERT_EQ(link(path.c_str(), (temp_ / "other").c_str()), 0);
    const auto first = read(path, OpenedAs::readable).inode;
    const auto second = read(temp_ / "other", OpenedAs::path_only).inode;
    EXPECT_EQ(first.device, second.device);
    EXPECT_EQ(first.number, second.number);
    EXPECT_NE(first.number, read(alone, OpenedAs::readable).inode.number);
    EXPECT_NE(first.device, read("/proc/version", OpenedAs::path_only).inode.device);
}

TEST_F(InodeReadTest, a_descriptor_that_is_closed_is_an_error_that_names_the_path) {
    const auto reading = os::read_inode(-1, OpenedAs::readable, "/some/path");
    ASSERT_FALSE(reading);
    EXPECT_EQ(reading.error().sys_errno(), EBADF);
    EXPECT_NE(reading.error().message().find("'/some/path'"), std::string::npos);
}

TEST_F(InodeReadTest, reads_numbers_of_a_device_as_large_as_they_get) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "mknod(2) needs root";
    }
    const std::string path = temp_ / "disk";
    ASSERT_EQ(mknod(path.c_str(), S_IFBLK | 0600, makedev(4095, 1048575)), 0);
    const auto inode = read(path, OpenedAs::path_only).inode;
    EXPECT_EQ(inode.type, FileType::block_device);
    EXPECT_EQ(inode.device_major, 4095U);
    EXPECT_EQ(inode.device_minor, 1048575U);
}

TEST_F(InodeReadTest, reads_the_numbers_of_a_device) {
    const auto inode = read("/dev/null", OpenedAs::path_only).inode;
    EXPECT_EQ(inode.type, FileType::character_device);
    EXPECT_EQ(inode.device_major, 1U);
    EXPECT_EQ(inode.device_minor, 3U);
}

} // namespace
} // namespace intact::test
