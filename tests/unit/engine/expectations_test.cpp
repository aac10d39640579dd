// What makes a backup suspicious, and what its job does about other warnings.
#include "engine/expectations.hpp"
#include "engine/warning_account.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::engine {
namespace {

using config::Reaction;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ExpectationsTest : public testing::Test {
protected:
    std::vector<Warning> unmet(std::uint64_t bytes, std::optional<std::uint64_t> entries = 10) {
        return unmet_expectations(expect_, {bytes, entries}, last_good_);
    }
    void last_good(std::uint64_t bytes) {
        last_good_.emplace();
        last_good_->bytes_read = bytes;
        last_good_->archive = "etc-old.tar";
    }

    config::Expectations expect_;
    std::optional<catalog::RunRecord> last_good_;
};

TEST_F(ExpectationsTest, of_a_job_without_any_are_met_by_everything) {
    last_good(1 << 30);
    EXPECT_THAT(unmet(0, std::nullopt), IsEmpty());
}

TEST_F(ExpectationsTest, a_size_is_the_least_that_is_good) {
    expect_.min_size = 1000;
    EXPECT_THAT(unmet(1000), IsEmpty());
    const auto found = unmet(999);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].kind, WarningKind::suspicious);
    EXPECT_EQ(found[0].detail, "999 B of content, less than expect.min_size=1000 B");
}

TEST_F(ExpectationsTest, a_backup_may_shrink_by_as_much_as_is_said) {
    expect_.max_shrink = 50;
    EXPECT_THAT(unmet(1), IsEmpty()); // there is nothing to compare with
    last_good(1001);
    EXPECT_THAT(unmet(2000), IsEmpty());
    EXPECT_THAT(unmet(500), IsEmpty());
    const auto found = unmet(499);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_THAT(found[0].detail,
                AllOf(HasSubstr("499 B of content, 50% less than the 1001 B"),
                      HasSubstr("'etc-old.tar'"), HasSubstr("expect.max_shrink=50%")));
}

TEST_F(ExpectationsTest, any_shrinking_is_too_much_when_none_is_allowed) {
    expect_.max_shrink = 0;
    last_good(1000);
    EXPECT_THAT(unmet(1000), IsEmpty());
    EXPECT_THAT(unmet(999), SizeIs(1));
}

TEST_F(ExpectationsTest, the_largest_sizes_are_compared_as_the_small_ones) {
    constexpr std::uint64_t kMost = ~std::uint64_t(0);
    expect_.max_shrink = 1;
    last_good(kMost);
    EXPECT_THAT(unmet(kMost), IsEmpty());
    EXPECT_THAT(unmet(kMost / 100 * 99 + 99), IsEmpty());
    EXPECT_THAT(unmet(kMost / 100 * 98), SizeIs(1));
}

TEST_F(ExpectationsTest, entries_that_cannot_be_counted_are_not_taken_for_enough) {
    expect_.min_entries = 10;
    EXPECT_THAT(unmet(1, 10), IsEmpty());
    EXPECT_THAT(unmet(1, 9).at(0).detail, HasSubstr("holds 9, fewer than expect.min_entries=10"));
    EXPECT_THAT(unmet(1, std::nullopt).at(0).detail, HasSubstr("cannot be counted"));
}

TEST_F(ExpectationsTest, each_that_is_not_met_is_told) {
    expect_ = {100, 10, 100};
    last_good(1000);
    EXPECT_THAT(unmet(1), SizeIs(3));
}

class WarningAccountTest : public testing::Test {
protected:
    catalog::RunRecord record() const {
        catalog::RunRecord record;
        account_.note_in(record);
        return record;
    }

    config::Reactions reactions_;
    WarningAccount account_{reactions_};
};

TEST_F(WarningAccountTest, keeps_the_first_thousand_and_the_first_of_each_kind) {
    for (int i = 0; i < 1500; ++i) {
        account_.add({WarningKind::vanished, "/a" + std::to_string(i), "gone"});
    }
    account_.add({WarningKind::unreadable, "/late", "denied"});
    account_.add({WarningKind::unreadable, "/later", "denied"});
    account_.add({WarningKind::suspicious, "", "small"});
    const catalog::RunRecord record = this->record();
    EXPECT_EQ(record.warning_count, 1503U);
    ASSERT_THAT(record.warnings, SizeIs(1002));
    EXPECT_EQ(record.warnings.front().kind, WarningKind::suspicious);
    EXPECT_EQ(record.warnings.back().path, "/late");
    EXPECT_TRUE(catalog::is_suspicious(record));
    destination::Manifest manifest;
    account_.note_in(manifest);
    const std::map<WarningKind, std::uint64_t> expected{
        {WarningKind::unreadable, 2}, {WarningKind::vanished, 1500}, {WarningKind::suspicious, 1}};
    EXPECT_EQ(manifest.warnings_by_kind, expected);
    EXPECT_TRUE(destination::is_suspicious(manifest));
}

TEST_F(WarningAccountTest, refuses_what_the_job_does_not_publish) {
    reactions_ = {{WarningKind::unreadable, Reaction::fail},
                  {WarningKind::vanished, Reaction::publish}};
    account_.add({WarningKind::vanished, "/a", "gone"});
    account_.add({WarningKind::changed, "/b", "changed"});
    EXPECT_TRUE(account_.check());
    account_.add({WarningKind::unreadable, "/c\n", "denied"});
    account_.add({WarningKind::unreadable, "/d", "denied"});
    const auto checked = account_.check();
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code(), ErrorCode::partial);
    EXPECT_EQ(checked.error().message(),
              "not published: '/c\\x0a': denied, the first of 2 such warnings "
              "(on_warning.unreadable=fail)");
}

TEST_F(WarningAccountTest, tells_of_every_reason_that_is_refused) {
    reactions_ = {{WarningKind::unreadable, Reaction::fail},
                  {WarningKind::suspicious, Reaction::fail}};
    account_.add({WarningKind::suspicious, "", "small"});
    account_.add({WarningKind::unreadable, "/c", "denied"});
    EXPECT_EQ(account_.check().error().message(),
              "not published: '/c': denied (on_warning.unreadable=fail); small "
              "(on_warning.suspicious=fail)");
}

TEST_F(WarningAccountTest, a_mount_left_out_on_purpose_is_none_unless_the_job_names_it) {
    EXPECT_FALSE(account_.is_wanted(WarningKind::mount));
    EXPECT_TRUE(account_.is_wanted(WarningKind::unreadable));
    reactions_ = {{WarningKind::mount, Reaction::publish}};
    EXPECT_TRUE(account_.is_wanted(WarningKind::mount));
}

} // namespace
} // namespace intact::engine
