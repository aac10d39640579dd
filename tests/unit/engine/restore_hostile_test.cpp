#include "restore_fixture.hpp"

#include <gtest/gtest.h>

namespace intact::test {
namespace {

// Archives that try to get out. `canary` is a file outside, read again after each.
class HostileArchiveTest : public RestoreTest {
protected:
    void expect_refused(const std::vector<Item> &items) {
        for (const Existing existing : {Existing::keep, Existing::overwrite}) {
            options_.existing = existing;
            std::vector<Item> all = items;
            all.push_back(file_item("good", "good"));
            const auto report = restore(publish(all));
            ASSERT_FALSE(report);
            EXPECT_EQ(report.error().code(), ErrorCode::unsafe_path) << report.error().message();
            EXPECT_EQ(read_file(in_target("good")), "good");
            fs::remove_all(options_.target);
        }
    }
    std::string outside(const std::string &name = "") const { return dir_ / ("outside" + name); }
};

TEST_F(HostileArchiveTest, parent_components) {
    expect_refused({file_item("../outside/canary", "x")});
}
TEST_F(HostileArchiveTest, parent_component_inside) {
    expect_refused({file_item("a/../b", "x")});
}
TEST_F(HostileArchiveTest, parent_only) {
    expect_refused({directory("..")});
}
TEST_F(HostileArchiveTest, absolute_name) {
    expect_refused({file_item(outside("/canary"), "x")});
}
TEST_F(HostileArchiveTest, file_through_its_own_symlink) {
    expect_refused(
        {symlink_item("l", outside()), file_item("l/canary", "x"), file_item("l/new", "x")});
}
TEST_F(HostileArchiveTest, directory_through_its_own_symlink) {
    expect_refused({symlink_item("l", outside()), directory("l/new")});
}
TEST_F(HostileArchiveTest, symlink_through_symlinks) {
    expect_refused(
        {symlink_item("a", "."), symlink_item("a/b", ".."), file_item("a/b/outside/canary", "x")});
}
TEST_F(HostileArchiveTest, hard_link_to_an_absolute_file) {
    expect_refused({hard_link("h", outside("/canary"))});
}
TEST_F(HostileArchiveTest, hard_link_with_parent_components) {
    expect_refused({hard_link("h", "../outside/canary")});
}
TEST_F(HostileArchiveTest, hard_link_through_its_own_symlink) {
    expect_refused({symlink_item("l", outside()), hard_link("h", "l/canary")});
}
TEST_F(HostileArchiveTest, fifo_through_its_own_symlink) {
    expect_refused({symlink_item("l", outside()), {"l/p", inode_of(FileType::fifo), "", ""}});
}

TEST_F(HostileArchiveTest, file_over_its_own_symlink_replaces_the_link) {
    options_.existing = Existing::overwrite;
    restored(publish({symlink_item("l", outside("/canary")), file_item("l", "x")}));
    EXPECT_EQ(read_file(in_target("l")), "x");
}

TEST_F(HostileArchiveTest, directory_metadata_does_not_go_through_a_symlink) {
    const mode_t before = fs::status(outside()).permissions() == fs::perms::none ? 0 : 1;
    options_.existing = Existing::overwrite;
    const auto report = restore(publish({symlink_item("l", outside()), directory("l", 0777)}));
    EXPECT_TRUE(report);
    EXPECT_TRUE(fs::is_directory(fs::symlink_status(in_target("l"))));
    struct stat status{};
    ASSERT_EQ(stat(outside().c_str(), &status), 0);
    EXPECT_NE(status.st_mode & 0777, 0777u);
    EXPECT_EQ(before, 1u);
}

TEST_F(HostileArchiveTest, symlink_of_the_target_is_not_followed_below_it) {
    fs::create_directory(options_.target);
    fs::create_symlink(outside(), in_target("var"));
    const auto report = restore(publish({directory("var"), file_item("var/canary", "x")}));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::unsafe_path);
}

TEST_F(HostileArchiveTest, hard_link_to_a_symlink_and_write_over_it_stays_inside) {
    options_.existing = Existing::overwrite;
    restored(
        publish({symlink_item("l", outside("/canary")), hard_link("h", "l"), file_item("h", "x")}));
    EXPECT_EQ(read_file(in_target("h")), "x");
}

} // namespace
} // namespace intact::test
