#include "os/mount.hpp"

#include "os/unique_fd.hpp"
#include "support/temp_dir.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

namespace intact::test {
namespace {

os::Mount parsed(std::string_view line) {
    const auto mounts = os::parse_mountinfo(line);
    EXPECT_TRUE(mounts) << mounts.error().message();
    return mounts ? mounts->front() : os::Mount{};
}

TEST(MountInfo, reads_every_field) {
    const auto mount = parsed("36 35 98:0 /sub /mnt/x rw,noatime master:1 - ext4 /dev/sda1 "
                              "rw,errors=remount-ro,data=ordered\n");
    EXPECT_EQ(mount.id, 36U);
    EXPECT_EQ(mount.parent, 35U);
    EXPECT_EQ(mount.device, "98:0");
    EXPECT_EQ(mount.root, "/sub");
    EXPECT_EQ(mount.point, "/mnt/x");
    EXPECT_EQ(mount.type, "ext4");
    EXPECT_EQ(mount.source, "/dev/sda1");
    EXPECT_TRUE(mount.has_option("noatime"));
    EXPECT_EQ(mount.option("data"), "ordered");
    EXPECT_EQ(mount.option("nothing"), "");
    EXPECT_FALSE(mount.has_option("nothing"));
}

TEST(MountInfo, takes_none_and_many_tags) {
    EXPECT_EQ(parsed("1 0 0:1 / / rw - tmpfs tmpfs rw").type, "tmpfs");
    EXPECT_EQ(parsed("1 0 0:1 / / rw shared:1 master:2 unbindable - xfs /dev/b rw").type, "xfs");
}

TEST(MountInfo, decodes_octal_and_leaves_other_backslashes) {
    const auto mount = parsed(R"(1 0 0:1 / /a\040b\011c\012d\134e\0 rw - nfs4 srv:/x\040y rw)");
    EXPECT_EQ(mount.point, "/a b\tc\nd\\e\\0");
    EXPECT_EQ(mount.source, "srv:/x y");
}

TEST(MountInfo, a_dash_as_mount_point_is_not_the_separator) {
    EXPECT_EQ(parsed("1 0 0:1 - - rw - vfat /dev/c rw").type, "vfat");
}

TEST(MountInfo, an_empty_source_costs_nothing_else) {
    const auto mount = parsed("1 0 0:1 / /x rw - tmpfs  rw,size=4k");
    EXPECT_EQ(mount.source, "");
    EXPECT_EQ(mount.option("size"), "4k");
}

TEST(MountInfo, tells_which_line_it_cannot_read) {
    for (const char *line :
         {"", "x", "1 0 0:1 / / rw", "1 0 0:1 / / rw - ext4", "a 0 0:1 / / rw - ext4 d rw"}) {
        const auto mounts =
            os::parse_mountinfo(std::string("1 0 0:1 / / rw - ext4 d rw\n") + line + "\n");
        ASSERT_FALSE(mounts) << line;
        EXPECT_THAT(mounts.error().message(), testing::HasSubstr("mountinfo:2:"));
    }
}

TEST(MountInfo, every_line_of_this_machine_can_be_read) {
    const auto mounts = os::parse_mountinfo(read_file("/proc/self/mountinfo"));
    ASSERT_TRUE(mounts) << mounts.error().message();
    EXPECT_FALSE(mounts->empty());
}

std::string real_point_of_last(std::string_view text) {
    const auto mounts = os::parse_mountinfo(text);
    EXPECT_TRUE(mounts) << mounts.error().message();
    return os::real_point(mounts->back(), *mounts);
}

TEST(RealPoint, of_a_directory_mounted_on_itself_is_that_of_the_mount_above) {
    EXPECT_EQ(real_point_of_last("20 1 8:1 / / rw - ext4 /dev/a rw\n"
                                 "21 20 8:1 /home /home ro - ext4 /dev/a rw\n"),
              "/");
    EXPECT_EQ(real_point_of_last("20 1 8:1 / / rw - ext4 /dev/a rw\n"
                                 "21 20 8:1 /home /home ro - ext4 /dev/a rw\n"
                                 "22 21 8:1 /home/backup /home/backup rw - ext4 /dev/a rw\n"),
              "/");
    EXPECT_EQ(real_point_of_last("20 1 8:1 / / rw - ext4 /dev/a rw\n"
                                 "21 20 8:2 / /home rw - ext4 /dev/b rw\n"
                                 "22 21 8:2 / /home ro - ext4 /dev/b rw\n"),
              "/home");
    EXPECT_EQ(real_point_of_last("20 1 0:30 /@ / rw - btrfs /dev/a rw\n"
                                 "21 20 0:30 /@/home /home ro - btrfs /dev/a rw\n"),
              "/");
}

TEST(RealPoint, of_what_shows_something_else_is_its_own) {
    constexpr std::string_view kRoot = "20 1 0:30 /@ / rw - btrfs /dev/a rw\n";
    for (const char *line : {"21 20 0:30 /@home /home rw - btrfs /dev/a rw\n",
                             "21 20 0:30 /@/srv/home /home rw - btrfs /dev/a rw\n",
                             "21 20 8:2 /@/home /home rw - ext4 /dev/b rw\n",
                             "21 99 0:30 /@/home /home rw - btrfs /dev/a rw\n"}) {
        EXPECT_EQ(real_point_of_last(std::string(kRoot) + line), "/home") << line;
    }
    EXPECT_EQ(real_point_of_last("20 20 0:30 / / rw - ext4 /dev/a rw\n"), "/");
}

TEST(MountOf, tells_a_bind_mount_from_what_lies_under_it) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "mount(2) needs root";
    }
    const TempDir temp;
    ASSERT_EQ(mkdir((temp / "a").c_str(), 0755), 0);
    ASSERT_EQ(mkdir((temp / "b c").c_str(), 0755), 0);
    ASSERT_EQ(mount((temp / "a").c_str(), (temp / "b c").c_str(), nullptr, MS_BIND, nullptr), 0);
    const auto under = os::mount_of(
        os::UniqueFd(open((temp / "a").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)).get());
    const auto bound = os::mount_of(
        os::UniqueFd(open((temp / "b c").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)).get());
    ASSERT_EQ(umount((temp / "b c").c_str()), 0);
    ASSERT_TRUE(under && bound);
    EXPECT_EQ(bound->point, temp / "b c");
    EXPECT_EQ(bound->device, under->device);
    EXPECT_NE(bound->id, under->id);
    EXPECT_THAT(bound->root, testing::EndsWith("/a"));
}

TEST(MountOf, a_closed_descriptor_is_an_error) {
    EXPECT_FALSE(os::mount_of(-1));
}

} // namespace
} // namespace intact::test
