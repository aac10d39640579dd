#include "engine/mount_guard.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace intact::test {
namespace {

using engine::check_destination;

constexpr const char *kUuid = "uuid:0a1b2c3d-0000-4000-8000-00000000000f";

class MountGuardTest : public testing::Test {
protected:
    MountGuardTest() {
        destination_.path = "/srv/backup/etc";
        now_.name = "ext4";
        now_.mount_point = "/srv/backup";
        now_.identity = kUuid;
    }
    /// The code of the refusal; empty: it may go on.
    std::string refused(const engine::LastMount &last = {}) const {
        const auto checked = check_destination(destination_, now_, last);
        return checked ? "" : std::string(name_of(checked.error().code()));
    }

    config::Destination destination_;
    destination::Filesystem now_;
};

TEST_F(MountGuardTest, asks_for_nothing_unless_told_or_known) {
    EXPECT_EQ(refused(), "");
    now_.mount_point = "/";
    EXPECT_EQ(refused(), "");
}

TEST_F(MountGuardTest, refuses_the_root_filesystem_where_a_mount_is_required) {
    destination_.require_mount.any = true;
    EXPECT_EQ(refused(), "");
    now_.mount_point = "/";
    EXPECT_EQ(refused(), "wrong_mount");
}

TEST_F(MountGuardTest, takes_the_named_filesystem_only) {
    for (const char *spelling :
         {"0a1b2c3d-0000-4000-8000-00000000000f", "UUID=0A1B2C3D-0000-4000-8000-00000000000F"}) {
        destination_.require_mount.identity = spelling;
        EXPECT_EQ(refused(), "") << spelling;
        // What is named settles it, whatever the last backup lay on.
        EXPECT_EQ(refused({"uuid:another", "/srv/backup"}), "") << spelling;
    }
    destination_.require_mount.identity = "1a1b2c3d-0000-4000-8000-00000000000f";
    EXPECT_EQ(refused(), "wrong_mount");
    now_.identity.clear();
    EXPECT_EQ(refused(), "wrong_mount");
    now_.identity = "source:nas:/export/backup";
    destination_.require_mount.identity = "nas:/export/backup";
    EXPECT_EQ(refused(), "");
}

TEST_F(MountGuardTest, refuses_another_filesystem_than_that_of_the_last_backup) {
    EXPECT_EQ(refused({kUuid, "/srv/backup"}), "");
    EXPECT_EQ(refused({kUuid, "/mnt"}), ""); // it may be mounted elsewhere today
    EXPECT_EQ(refused({"uuid:another", "/srv/backup"}), "wrong_mount");
}

TEST_F(MountGuardTest, goes_by_the_mount_point_where_no_identity_is_known) {
    EXPECT_EQ(refused({"", "/srv/backup"}), "");
    now_.identity.clear();
    EXPECT_EQ(refused({kUuid, "/srv/backup"}), "");
    now_.mount_point = "/";
    EXPECT_EQ(refused({kUuid, "/srv/backup"}), "wrong_mount");
    EXPECT_EQ(refused({"", "/srv/backup"}), "wrong_mount");
}

TEST(StillMounted, tells_a_directory_that_was_replaced) {
    const TempDir temp;
    const auto opened = os::Directory::make_and_open(temp / "dest");
    ASSERT_TRUE(opened);
    EXPECT_TRUE(engine::check_still_mounted(*opened));
    ASSERT_EQ(rename((temp / "dest").c_str(), (temp / "gone").c_str()), 0);
    const auto gone = engine::check_still_mounted(*opened);
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code(), ErrorCode::wrong_mount);
    ASSERT_TRUE(os::Directory::make_and_open(temp / "dest"));
    EXPECT_FALSE(engine::check_still_mounted(*opened));
}

TEST(SourceMounts, are_looked_at_when_required) {
    const TempDir temp;
    config::FilesSource source;
    source.paths = {temp.path(), "/no/such/path"};
    EXPECT_TRUE(engine::check_sources(source));
    source.paths = {"/"};
    source.require_mount.any = true;
    const auto refused = engine::check_sources(source);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::wrong_mount);
    source.paths = {"/proc"};
    EXPECT_TRUE(engine::check_sources(source));
    source.paths = {"/no/such/path"};
    EXPECT_FALSE(engine::check_sources(source));
}

} // namespace
} // namespace intact::test
