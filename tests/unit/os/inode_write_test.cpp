#include "os/inode_write.hpp"

#include "os/unique_fd.hpp"
#include "support/temp_dir.hpp"

#include <array>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace intact::test {
namespace {

using os::FileType;
using os::Inode;
using os::Ownership;

struct stat status_of(const std::string &path) {
    struct stat status{};
    EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
    return status;
}

std::string xattr_of(const std::string &path, const std::string &name) {
    std::array<char, 4096> value{};
    const ssize_t size = lgetxattr(path.c_str(), name.c_str(), value.data(), value.size());
    return size < 0 ? "(none)" : std::string(value.data(), static_cast<std::size_t>(size));
}

class InodeWriteTest : public testing::Test {
protected:
    InodeWriteTest() {
        path_ = dir_.write("f", "content");
        file_.reset(open(path_.c_str(), O_WRONLY | O_CLOEXEC));
        directory_.reset(open(dir_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        inode_.mode = 0640;
        inode_.uid = geteuid();
        inode_.gid = getegid();
        inode_.mtime = {1'000'000'000, 123'456'789};
    }
    void need_root() {
        if (geteuid() != 0) {
            GTEST_SKIP() << "needs root";
        }
    }

    TempDir dir_;
    std::string path_;
    os::UniqueFd file_;
    os::UniqueFd directory_;
    Inode inode_;
};

TEST_F(InodeWriteTest, mode_and_time_to_the_nanosecond) {
    EXPECT_EQ(os::write_inode(file_.get(), inode_, Ownership::restore), os::MetadataLoss{});
    const struct stat status = status_of(path_);
    EXPECT_EQ(status.st_mode & 07777, 0640u);
    EXPECT_EQ(status.st_mtim.tv_sec, 1'000'000'000);
    EXPECT_EQ(status.st_mtim.tv_nsec, 123'456'789);
}

TEST_F(InodeWriteTest, owner_comes_before_set_id_bits_and_capabilities) {
    need_root();
    inode_.uid = 1234;
    inode_.gid = 2345;
    inode_.mode = 06755;
    inode_.xattrs = {
        {"security.capability", std::string("\1\0\0\2\0 \0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20)}};
    EXPECT_EQ(os::write_inode(file_.get(), inode_, Ownership::restore), os::MetadataLoss{});
    const struct stat status = status_of(path_);
    EXPECT_EQ(status.st_uid, 1234u);
    EXPECT_EQ(status.st_gid, 2345u);
    EXPECT_EQ(status.st_mode & 07777, 06755u);
    EXPECT_EQ(xattr_of(path_, "security.capability"), inode_.xattrs[0].value);
}

TEST_F(InodeWriteTest, privileges_are_left_off_without_the_owner) {
    inode_.uid = geteuid() + 1;
    inode_.mode = 06755;
    inode_.xattrs = {
        {"security.capability", std::string("\1\0\0\2\0 \0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20)}};
    EXPECT_EQ(os::write_inode(file_.get(), inode_, Ownership::keep_callers).size(), 2u);
    EXPECT_EQ(status_of(path_).st_mode & 07777, 0755u);
    EXPECT_EQ(xattr_of(path_, "security.capability"), "(none)");
}

TEST_F(InodeWriteTest, inherited_acl_is_removed) {
    ASSERT_EQ(run_program("setfacl -m u:777:rwx " + path_).exit_code, 0);
    EXPECT_EQ(os::write_inode(file_.get(), inode_, Ownership::restore), os::MetadataLoss{});
    EXPECT_EQ(xattr_of(path_, "system.posix_acl_access"), "(none)");
    EXPECT_EQ(status_of(path_).st_mode & 07777, 0640u);
}

TEST_F(InodeWriteTest, acl_that_is_wanted_is_set_whole) {
    ASSERT_EQ(run_program("setfacl -m u:777:rwx " + path_).exit_code, 0);
    const std::string acl = xattr_of(path_, "system.posix_acl_access");
    const os::UniqueFd other(open((dir_ / "g").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    inode_.mode = status_of(path_).st_mode & 07777;
    inode_.xattrs = {{"system.posix_acl_access", acl}, {"user.k", std::string("\0v", 2)}};
    EXPECT_EQ(os::write_inode(other.get(), inode_, Ownership::restore), os::MetadataLoss{});
    EXPECT_EQ(xattr_of(dir_ / "g", "system.posix_acl_access"), acl);
    EXPECT_EQ(xattr_of(dir_ / "g", "user.k"), std::string("\0v", 2));
    EXPECT_EQ(status_of(dir_ / "g").st_mode & 07777, inode_.mode);
}

TEST_F(InodeWriteTest, attribute_that_is_refused_is_told_and_the_rest_is_set) {
    inode_.xattrs = {{"nonsense", "x"}, {"user.k", "v"}};
    const os::MetadataLoss loss = os::write_inode(file_.get(), inode_, Ownership::restore);
    ASSERT_EQ(loss.size(), 1u);
    EXPECT_NE(loss[0].find("'nonsense'"), std::string::npos) << loss[0];
    EXPECT_EQ(xattr_of(path_, "user.k"), "v");
    EXPECT_EQ(status_of(path_).st_mtim.tv_nsec, 123'456'789);
}

TEST_F(InodeWriteTest, symlink_gets_owner_and_time_and_its_target_stays) {
    ASSERT_EQ(symlink("f", (dir_ / "link").c_str()), 0);
    const struct stat before = status_of(path_);
    inode_.type = FileType::symlink;
    inode_.mode = 0777;
    if (geteuid() == 0) {
        inode_.uid = 1234;
        inode_.xattrs = {{"trusted.k", "v"}};
    }
    EXPECT_EQ(os::write_inode_at(directory_.get(), "link", inode_, Ownership::restore),
              os::MetadataLoss{});
    EXPECT_EQ(status_of(dir_ / "link").st_uid, inode_.uid);
    EXPECT_EQ(status_of(dir_ / "link").st_mtim.tv_nsec, 123'456'789);
    const struct stat after = status_of(path_);
    EXPECT_EQ(after.st_uid, before.st_uid);
    EXPECT_EQ(after.st_mode, before.st_mode);
    EXPECT_EQ(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
    if (geteuid() == 0) {
        EXPECT_EQ(xattr_of(dir_ / "link", "trusted.k"), "v");
    }
}

TEST_F(InodeWriteTest, fifo_gets_mode_and_time) {
    ASSERT_EQ(mkfifo((dir_ / "pipe").c_str(), 0600), 0);
    inode_.type = FileType::fifo;
    inode_.mode = 0622;
    EXPECT_EQ(os::write_inode_at(directory_.get(), "pipe", inode_, Ownership::restore),
              os::MetadataLoss{});
    EXPECT_EQ(status_of(dir_ / "pipe").st_mode & 07777, 0622u);
    EXPECT_EQ(status_of(dir_ / "pipe").st_mtim.tv_sec, 1'000'000'000);
}

TEST_F(InodeWriteTest, ordinary_user_is_told_what_it_may_not_set) {
    need_root();
    ASSERT_EQ(chown(path_.c_str(), 65534, 65534), 0);
    const pid_t child = fork();
    if (child == 0) {
        bool right = setgid(65534) == 0 && setuid(65534) == 0;
        inode_.uid = 0;
        inode_.gid = 0;
        inode_.mode = 04755;
        const os::MetadataLoss loss = os::write_inode(file_.get(), inode_, Ownership::restore);
        right = right && loss.size() == 2 && loss[0].find("EPERM") != std::string::npos;
        _exit(right ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(status_of(path_).st_mode & 07777, 0755u);
}

} // namespace
} // namespace intact::test
