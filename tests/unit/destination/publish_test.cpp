#include "unit/destination/fixture.hpp"

namespace intact::test {
namespace {

using destination::Naming;

class PublishTest : public DestinationTest {};

TEST_F(PublishTest, gives_all_three_files_their_names_and_leaves_no_other) {
    ASSERT_TRUE(publish("a.tar.zst", "one", Naming::time_stamped));
    EXPECT_EQ(*directory_.names(), (std::vector<std::string>{"a.tar.zst", "a.tar.zst.manifest.json",
                                                             "a.tar.zst.sha256"}));
    EXPECT_TRUE(verify("a.tar.zst"));
    EXPECT_EQ(
        run_program("cd " + temp_.path() + "/dest && sha256sum -c a.tar.zst.sha256").exit_code, 0);
}

TEST_F(PublishTest, a_time_stamped_name_never_replaces) {
    ASSERT_TRUE(publish("a.tar.zst", "one", Naming::time_stamped));
    const auto again = publish("a.tar.zst", "two", Naming::time_stamped);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), ErrorCode::already_exists);
    EXPECT_EQ(restored("a.tar.zst"), "one");
    EXPECT_TRUE(left_over().empty());
}

TEST_F(PublishTest, a_fixed_name_replaces_the_backup_before) {
    ASSERT_TRUE(publish("a.tar.zst", "one", Naming::fixed));
    ASSERT_TRUE(publish("a.tar.zst", "two", Naming::fixed));
    EXPECT_EQ(restored("a.tar.zst"), "two");
    EXPECT_TRUE(verify("a.tar.zst"));
    EXPECT_TRUE(left_over().empty());
}

TEST_F(PublishTest, a_fixed_name_never_replaces_what_is_no_backup_of_the_job) {
    temp_.write("dest/a.tar.zst", "somebody's only copy");
    const auto refused = publish("a.tar.zst", "two", Naming::fixed);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::already_exists);
    EXPECT_EQ(read_file(temp_ / "dest/a.tar.zst"), "somebody's only copy");
}

TEST_F(PublishTest, a_fixed_name_never_replaces_the_backup_of_another_host) {
    ASSERT_TRUE(publish("a.tar.zst", "one", Naming::fixed));
    const auto refused =
        destination::replaced_backup(directory_, "a.tar.zst", Naming::fixed, {"job", "elsewhere"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::already_exists);
    EXPECT_NE(refused.error().hint().find("host 'here'"), std::string::npos);
}

TEST_F(PublishTest, a_fixed_name_is_free_again_when_its_archive_was_removed) {
    for (const bool with_manifest : {true, false}) {
        ASSERT_TRUE(publish("a.tar.zst", "one", Naming::fixed));
        ASSERT_TRUE(directory_.remove("a.tar.zst"));
        if (!with_manifest) {
            ASSERT_TRUE(directory_.remove("a.tar.zst.manifest.json"));
        }
        ASSERT_TRUE(publish("a.tar.zst", "two", Naming::fixed));
        EXPECT_TRUE(verify("a.tar.zst"));
        EXPECT_TRUE(left_over().empty());
    }
}

// Every durable call between the first staged byte and the last removed one fails once.
TEST_F(PublishTest, an_error_at_any_call_leaves_the_previous_backup_as_it_was) {
    ASSERT_TRUE(publish("a.tar.zst", "one", Naming::fixed));
    FaultySys probe;
    ASSERT_TRUE(publish("a.tar.zst", "one", Naming::fixed, probe));
    const auto calls = probe.calls();
    for (const int error : {EIO, ENOSPC}) {
        for (std::size_t at = 0; at < calls.size(); ++at) {
            FaultySys sys({at, Fault::error, error});
            const auto result = publish("a.tar.zst", "two", Naming::fixed, sys);
            const std::string where = calls[at] + " #" + std::to_string(at);
            const auto now = restored("a.tar.zst");
            ASSERT_TRUE(verify("a.tar.zst")) << where;
            if (!result && calls[at] != "unlinkat") {
                ASSERT_EQ(now, "one") << where;
                ASSERT_TRUE(left_over().empty()) << where;
            } else {
                // Write-back hints may fail; and a replaced backup that stays is for recovery to
                // remove.
                ASSERT_EQ(now, "two") << where;
                for (const std::string &name : left_over()) {
                    ASSERT_TRUE(directory_.remove(name));
                }
                ASSERT_TRUE(publish("a.tar.zst", "one", Naming::fixed));
            }
        }
    }
    std::printf("points at which a call failed: %zu\n", 2 * calls.size());
}

} // namespace
} // namespace intact::test
