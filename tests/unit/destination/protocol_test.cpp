#include "destination/protocol.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace intact::test {
namespace {

using config::Strategy;
using destination::Filesystem;
using destination::Probe;
using destination::Variant;

Filesystem filesystem(const std::string &type, Variant best) {
    Filesystem made;
    made.type = type;
    made.name = type;
    made.best = best;
    made.reason = "for this test";
    return made;
}

Probe everything() {
    Probe probe;
    probe.links = probe.exchanges = probe.renames_exclusive = true;
    return probe;
}

TEST(Protocols, are_as_good_as_the_filesystem_when_the_probe_agrees) {
    for (const Variant best : {Variant::rename, Variant::link_guard, Variant::exchange,
                               Variant::held_rename, Variant::two_step}) {
        const auto chosen =
            destination::choose_protocol(filesystem("x", best), everything(), Strategy::automatic);
        ASSERT_TRUE(chosen);
        EXPECT_EQ(chosen->variant, best);
        EXPECT_EQ(chosen->strategy,
                  best == Variant::rename ? Strategy::atomic_rename : Strategy::copy_and_swap);
        EXPECT_EQ(chosen->reason, "x: for this test");
    }
}

TEST(Protocols, are_lowered_by_a_probe_and_never_raised) {
    const auto chosen = [](Variant best, const Probe &probe) {
        return destination::choose_protocol(filesystem("x", best), probe, Strategy::automatic)
            ->variant;
    };
    Probe links;
    links.links = true;
    EXPECT_EQ(chosen(Variant::rename, links), Variant::link_guard);
    EXPECT_EQ(chosen(Variant::rename, {}), Variant::two_step);
    EXPECT_EQ(chosen(Variant::link_guard, {}), Variant::two_step);
    EXPECT_EQ(chosen(Variant::exchange, {}), Variant::held_rename);
    EXPECT_EQ(chosen(Variant::two_step, everything()), Variant::two_step);
    const auto said =
        destination::choose_protocol(filesystem("x", Variant::rename), links, Strategy::automatic);
    EXPECT_EQ(said->reason, "x: for this test; rename was tried and does not work there");
}

TEST(Protocols, call_a_guarded_rename_on_nfs_4_atomic) {
    EXPECT_EQ(destination::choose_protocol(filesystem("nfs4", Variant::link_guard), everything(),
                                           Strategy::automatic)
                  ->strategy,
              Strategy::atomic_rename);
    EXPECT_EQ(destination::choose_protocol(filesystem("nfs", Variant::link_guard), everything(),
                                           Strategy::automatic)
                  ->strategy,
              Strategy::copy_and_swap);
}

TEST(Protocols, read_again_where_a_name_may_lead_to_other_bytes) {
    const auto reads_again = [](const std::string &type, Variant best, Strategy wanted) {
        return destination::choose_protocol(filesystem(type, best), everything(), wanted)
            ->reads_again;
    };
    EXPECT_FALSE(reads_again("ext4", Variant::rename, Strategy::automatic));
    EXPECT_FALSE(reads_again("ext4", Variant::link_guard, Strategy::automatic));
    EXPECT_FALSE(reads_again("nfs4", Variant::link_guard, Strategy::automatic));
    EXPECT_TRUE(reads_again("nfs", Variant::link_guard, Strategy::automatic));
    EXPECT_TRUE(reads_again("vfat", Variant::exchange, Strategy::automatic));
    EXPECT_TRUE(reads_again("ext4", Variant::rename, Strategy::copy_and_swap));
}

TEST(Protocols, take_the_operators_word_and_say_its_risk) {
    const auto forced = destination::choose_protocol(filesystem("vfat", Variant::exchange),
                                                     everything(), Strategy::atomic_rename);
    ASSERT_TRUE(forced);
    EXPECT_EQ(forced->variant, Variant::rename);
    EXPECT_NE(forced->concern, "");
    const auto careful = destination::choose_protocol(filesystem("ext4", Variant::rename),
                                                      everything(), Strategy::copy_and_swap);
    ASSERT_TRUE(careful);
    EXPECT_EQ(careful->variant, Variant::link_guard);
    EXPECT_EQ(careful->concern, "");
    const auto refused = destination::choose_protocol(filesystem("nfs", Variant::link_guard), {},
                                                      Strategy::atomic_rename);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::unsupported);
}

TEST(BackupNames, are_checked_before_the_first_byte) {
    Filesystem fat = filesystem("vfat", Variant::exchange);
    fat.has_fat_names = true;
    const Filesystem ext4 = filesystem("ext4", Variant::rename);
    EXPECT_TRUE(destination::check_name(fat, "etc-20261122T020000Z.tar.zst"));
    for (const std::string_view reserved : {"\"", "*", ":", "<", ">", "?", "|", "\\", "\x1f"}) {
        const std::string name = "a" + std::string(reserved) + ".tar";
        EXPECT_FALSE(destination::check_name(fat, name)) << name;
        EXPECT_TRUE(destination::check_name(ext4, name)) << name;
    }
    EXPECT_TRUE(destination::check_name(ext4, std::string(241, 'a')));
    EXPECT_FALSE(destination::check_name(ext4, std::string(242, 'a')));
}

TEST(Probes, find_what_a_directory_can_do_and_leave_nothing) {
    const TempDir temp;
    const auto directory = os::Directory::open(temp.path());
    ASSERT_TRUE(directory);
    const auto probe = destination::probe_directory(
        *directory, RunId::make(WallTime(std::chrono::seconds(1790000000))));
    ASSERT_TRUE(probe);
    EXPECT_TRUE(probe->links);
    EXPECT_TRUE(probe->exchanges);
    EXPECT_TRUE(probe->renames_exclusive);
    EXPECT_FALSE(probe->folds_case);
    EXPECT_TRUE(probe->syncs_directories);
    EXPECT_TRUE(directory->names()->empty());
}

} // namespace
} // namespace intact::test
