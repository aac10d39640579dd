// What is known of each filesystem, by lines of mountinfo as real mounts show them.
#include "destination/filesystem.hpp"

#include <gtest/gtest.h>

namespace intact::test {
namespace {

using destination::Filesystem;
using destination::Variant;

class ClassifyTest : public testing::Test {
protected:
    /// What follows the mount point in a line of mountinfo.
    Filesystem of(const std::string &rest) const {
        const auto mounts = os::parse_mountinfo("36 35 98:0 / /srv/backup rw,relatime " + rest);
        EXPECT_TRUE(mounts) << mounts.error().message();
        const destination::Inspector inspector{
            [this](const std::string &) { return journal_; },
            [this](const std::string &) { return upper_; },
        };
        return destination::classify(mounts->front(), inspector);
    }

    std::optional<bool> journal_ = true;
    std::optional<Filesystem> upper_;
};

TEST_F(ClassifyTest, gives_each_filesystem_the_most_that_it_can_be_trusted_with) {
    struct Case {
        std::string_view rest;
        std::string_view name;
        Variant best;
        bool is_remote;
    };
    for (const Case &expected : std::vector<Case>{
             {"- ext4 /dev/sda1 rw", "ext4", Variant::rename, false},
             {"shared:7 - ext4 /dev/sda1 rw", "ext4", Variant::rename, false},
             {"shared:7 master:2 - xfs /dev/sda1 rw", "XFS", Variant::rename, false},
             {"- btrfs /dev/sda1 rw,subvolid=256,subvol=/a", "Btrfs", Variant::rename, false},
             {"- zfs tank/backup rw", "ZFS", Variant::rename, false},
             {"- ext2 /dev/sda1 rw", "ext2", Variant::link_guard, false},
             {"- tmpfs tmpfs rw", "tmpfs", Variant::rename, false},
             {"- vfat /dev/sda1 rw", "FAT", Variant::exchange, false},
             {"- msdos /dev/sda1 rw", "FAT", Variant::exchange, false},
             {"- exfat /dev/sda1 rw", "exFAT", Variant::two_step, false},
             {"- nfs s:/e rw,vers=3,hard", "NFS 3", Variant::link_guard, true},
             {"- nfs4 s:/e rw,vers=4.2,hard", "NFS 4.2", Variant::link_guard, true},
             {"- nfs4 s:/e rw,vers=4.2,soft", "NFS 4.2, soft", Variant::link_guard, true},
             {"- cifs //s/e rw,vers=3.1.1,soft", "SMB", Variant::two_step, true},
             {"- smb3 //s/e rw", "SMB", Variant::two_step, true},
             {"- fuse.sshfs u@h: rw", "fuse.sshfs", Variant::link_guard, true},
             {"- fuseblk /dev/sdb1 rw", "fuseblk", Variant::link_guard, true},
             {"- 9p share rw,trans=virtio", "9p", Variant::link_guard, true},
             {"- newfs /dev/sda1 rw", "newfs", Variant::link_guard, false},
         }) {
        const Filesystem found = of(std::string(expected.rest));
        EXPECT_EQ(found.name, expected.name) << expected.rest;
        EXPECT_EQ(found.best, expected.best) << expected.rest;
        EXPECT_EQ(found.is_remote, expected.is_remote) << expected.rest;
        EXPECT_FALSE(found.reason.empty()) << expected.rest;
        EXPECT_EQ(found.mount_point, "/srv/backup");
    }
}

TEST_F(ClassifyTest, asks_ext_for_its_journal_and_trusts_none_that_it_cannot_see) {
    journal_ = false;
    EXPECT_EQ(of("- ext4 /dev/sda1 rw").best, Variant::link_guard);
    EXPECT_EQ(of("- ext4 /dev/sda1 rw").name, "ext4 without journal");
    journal_ = std::nullopt;
    EXPECT_EQ(of("- ext4 /dev/sda1 rw").best, Variant::link_guard);
}

TEST_F(ClassifyTest, trusts_an_overlay_as_far_as_its_upper_directory) {
    upper_ = Filesystem{};
    upper_->name = "XFS";
    upper_->best = Variant::rename;
    EXPECT_EQ(of("- overlay overlay rw,upperdir=/u").best, Variant::rename);
    EXPECT_EQ(of("- overlay overlay rw,upperdir=/u").name, "overlay on XFS");
    EXPECT_EQ(of("- overlay overlay rw,upperdir=/u").concern, "");
    const Filesystem careless = of("- overlay overlay rw,upperdir=/u,volatile");
    EXPECT_EQ(careless.best, Variant::link_guard);
    EXPECT_NE(careless.concern, "");
    upper_ = std::nullopt;
    EXPECT_EQ(of("- overlay overlay rw,upperdir=/u").best, Variant::link_guard);
    EXPECT_NE(of("- overlay overlay rw,upperdir=/u").concern, "");
}

TEST_F(ClassifyTest, says_where_a_backup_is_less_than_durable) {
    EXPECT_EQ(of("- ext4 /dev/sda1 rw").concern, "");
    EXPECT_NE(of("- tmpfs tmpfs rw").concern, "");
    EXPECT_NE(of("- ext4 /dev/sda1 rw,nobarrier").concern, "");
    EXPECT_NE(of("- nfs s:/e rw,vers=3,soft").concern, "");
    EXPECT_EQ(of("- nfs s:/e rw,vers=3,hard").concern, "");
}

TEST_F(ClassifyTest, knows_the_limits_of_fat) {
    EXPECT_EQ(of("- vfat /dev/sda1 rw").largest_file, 4294967295U);
    EXPECT_TRUE(of("- vfat /dev/sda1 rw").has_fat_names);
    EXPECT_EQ(of("- exfat /dev/sda1 rw").largest_file, 0U);
    EXPECT_TRUE(of("- exfat /dev/sda1 rw").has_fat_names);
    EXPECT_FALSE(of("- ext4 /dev/sda1 rw").has_fat_names);
}

} // namespace
} // namespace intact::test
