// The sums and figures of a job, as metrics tell them: what adds to them, and that nothing adds
// twice.
#include "catalog/catalog.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

WallTime second(std::int64_t seconds) {
    return WallTime(std::chrono::seconds(seconds));
}

RunRecord run_of(const std::string &run_id, Outcome outcome, std::int64_t seconds = 10) {
    RunRecord record;
    record.run_id = run_id;
    record.job = "etc";
    record.host = "host";
    record.started = second(1000);
    record.finished = second(1000 + seconds);
    record.outcome = outcome;
    record.bytes_read = 100;
    record.bytes_written = 40;
    if (outcome == Outcome::success || outcome == Outcome::warning) {
        record.archive = run_id + ".tar";
        record.verified_depth = "archive";
    }
    if (outcome == Outcome::failure) {
        record.failure = RunFailure{"no_space", "write", "no room", "", 1};
    }
    return record;
}

class Facts : public testing::Test {
protected:
    JobFacts facts() { return catalog().facts(0).value().jobs["etc"]; }
    Catalog &catalog() {
        if (!catalog_) {
            catalog_ = Catalog::open(state_.path()).value();
        }
        return *catalog_;
    }
    void end(const RunRecord &record) {
        ASSERT_TRUE(catalog().finish(record));
        ASSERT_TRUE(catalog().count_runs(record.job));
    }

    test::TempDir state_;
    std::unique_ptr<Catalog> catalog_;
};

TEST_F(Facts, of_a_job_that_never_ran_are_none) {
    EXPECT_THAT(catalog().facts(0).value().jobs, IsEmpty());
}

TEST_F(Facts, tell_the_last_run_and_the_last_success_apart) {
    RunRecord good = run_of("01", Outcome::success);
    good.stage_usec = {{"source", 7}, {"sync", 9}};
    end(good);
    RunRecord bad = run_of("02", Outcome::failure);
    bad.started = second(2000);
    bad.finished = second(2050);
    end(bad);
    const JobFacts seen = facts();
    ASSERT_TRUE(seen.last);
    EXPECT_EQ(seen.last->run_id, "02");
    EXPECT_EQ(seen.last->outcome, Outcome::failure);
    EXPECT_EQ(seen.last->failure, "no_space");
    EXPECT_EQ(seen.last->finished, second(2050));
    EXPECT_EQ(seen.last_success, second(1010));
    EXPECT_EQ(seen.verified, second(1010));
}

TEST_F(Facts, tell_whether_the_newest_backup_is_suspicious) {
    end(run_of("01", Outcome::success));
    EXPECT_FALSE(facts().is_suspicious);
    RunRecord small = run_of("02", Outcome::warning);
    small.started = second(2000);
    small.warnings = {{WarningKind::suspicious, "", "small"}};
    end(small);
    EXPECT_TRUE(facts().is_suspicious);
    RunRecord bad = run_of("03", Outcome::failure);
    bad.started = second(3000);
    end(bad);
    EXPECT_TRUE(facts().is_suspicious); // it has published nothing
    RunRecord good = run_of("04", Outcome::success);
    good.started = second(4000);
    end(good);
    EXPECT_FALSE(facts().is_suspicious);
}

TEST_F(Facts, count_each_run_once_as_what_it_was_in_the_end) {
    ASSERT_TRUE(catalog().begin(run_of("01", Outcome::running)));
    ASSERT_TRUE(catalog().count_runs("etc")); // it is on
    EXPECT_THAT(facts().totals.runs, IsEmpty());
    ASSERT_TRUE(catalog().finish(run_of("01", Outcome::success)));
    ASSERT_TRUE(catalog().finish(run_of("01", Outcome::warning))); // a hook failed
    ASSERT_TRUE(catalog().count_runs("etc"));
    ASSERT_TRUE(catalog().count_runs("etc"));
    ASSERT_TRUE(catalog().count_runs(""));
    EXPECT_THAT(facts().totals.runs, ElementsAre(Pair("warning", 1)));
    EXPECT_EQ(facts().totals.bytes_read, 100U);
    EXPECT_EQ(facts().totals.bytes_written, 40U);
    EXPECT_THAT(facts().totals.verifications, ElementsAre(Pair("whole", 1)));
    // Found out later to be otherwise: a sum that went down would be taken for a restart.
    ASSERT_TRUE(catalog().finish(run_of("01", Outcome::success)));
    ASSERT_TRUE(catalog().count_runs("etc"));
    EXPECT_THAT(facts().totals.runs, ElementsAre(Pair("warning", 1)));
}

TEST_F(Facts, count_failures_by_stage_and_reason_and_durations_by_class) {
    end(run_of("01", Outcome::failure, 60));
    end(run_of("02", Outcome::failure, 61));
    RunRecord damaged = run_of("03", Outcome::failure, 100'000);
    damaged.failure = RunFailure{"verify_mismatch", "verify", "not what was written", "", 5};
    end(damaged);
    end(run_of("04", Outcome::cancelled, 1));
    ASSERT_TRUE(catalog().begin(run_of("05", Outcome::running)));
    ASSERT_TRUE(catalog().settle("etc", "06"));
    ASSERT_TRUE(catalog().count_runs("etc"));
    const JobTotals totals = facts().totals;
    EXPECT_THAT(totals.runs,
                ElementsAre(Pair("cancelled", 1), Pair("failure", 3), Pair("interrupted", 1)));
    EXPECT_THAT(totals.failures, UnorderedElementsAre(Pair(Pair("write", "no_space"), 2),
                                                      Pair(Pair("verify", "verify_mismatch"), 1)));
    EXPECT_THAT(totals.verifications, ElementsAre(Pair("damaged", 1)));
    EXPECT_THAT(totals.durations, ElementsAre(3, 1, 0, 0, 0, 0, 0, 0, 0, 1));
    EXPECT_EQ(totals.duration_usec, 100'132'000'000U); // 10 s of the row that was `running`
}

TEST_F(Facts, count_slots_and_what_joins_them_later) {
    SlotRecord missed{"etc", second(1), second(3), 3, SlotFate::missed, "off", "", 0, second(4)};
    ASSERT_TRUE(catalog().apply({missed}));
    missed.last = second(5);
    missed.count = 5;
    ASSERT_TRUE(catalog().apply({missed}));
    ASSERT_TRUE(catalog().apply({missed}));
    SlotRecord due{"etc", second(7), second(7), 1, SlotFate::due, "", "01", 1, second(7)};
    ASSERT_TRUE(catalog().apply({due}));
    due.attempts = 3;
    ASSERT_TRUE(catalog().apply({due}));
    due.fate = SlotFate::run;
    ASSERT_TRUE(catalog().apply({due}));
    const SlotRecord nobody_counted{"etc",    second(9), second(10), 0,         SlotFate::skipped,
                                    "paused", "",        0,          second(11)};
    ASSERT_TRUE(catalog().apply({nobody_counted}));
    EXPECT_THAT(facts().totals.missed, ElementsAre(Pair("off", 5)));
    EXPECT_THAT(facts().totals.skipped, ElementsAre(Pair("paused", 1)));
    EXPECT_EQ(facts().totals.retries, 2U);
    EXPECT_EQ(facts().excused, second(10));
}

TEST_F(Facts, stay_when_the_clock_is_turned_back) {
    ASSERT_TRUE(catalog().apply({SlotRecord{"etc", second(100), second(100), 1, SlotFate::missed,
                                            "late", "", 0, second(101)}}));
    ASSERT_TRUE(catalog().apply({ClockTurnedBack{second(50)}}));
    EXPECT_THAT(facts().totals.missed, ElementsAre(Pair("late", 1)));
}

TEST_F(Facts, excuse_what_was_due_before_the_job_was_scheduled) {
    ASSERT_TRUE(catalog().apply({JobSeen{"etc", second(500)}}));
    EXPECT_EQ(facts().excused, second(500));
}

TEST_F(Facts, tell_of_backups_that_are_damaged_until_they_are_whole_or_gone) {
    ASSERT_TRUE(catalog().note_verification("etc", "a.tar", second(10), false));
    ASSERT_TRUE(catalog().note_verification("etc", "b.tar", second(11), false));
    EXPECT_EQ(facts().damaged, 2U);
    EXPECT_FALSE(facts().verified);
    ASSERT_TRUE(catalog().note_verification("etc", "b.tar", second(12), true));
    EXPECT_EQ(facts().damaged, 1U);
    EXPECT_EQ(facts().verified, second(12));
    ASSERT_TRUE(catalog().note_verification("etc", "b.tar", second(5), true)); // told late
    EXPECT_EQ(facts().verified, second(12));
    DestinationFacts look;
    look.looked = second(13);
    ASSERT_TRUE(catalog().note_destinations({{"etc", look, {"a.tar", "b.tar"}}}));
    EXPECT_EQ(facts().damaged, 1U);
    ASSERT_TRUE(catalog().note_destinations({{"etc", look, {"b.tar"}}}));
    EXPECT_EQ(facts().damaged, 0U);
    EXPECT_THAT(facts().totals.verifications, ElementsAre(Pair("damaged", 2), Pair("whole", 2)));
}

TEST_F(Facts, take_a_replaced_backup_for_whole_again) {
    ASSERT_TRUE(catalog().note_verification("etc", "01.tar", second(10), false));
    end(run_of("01", Outcome::success)); // the same name
    EXPECT_EQ(facts().damaged, 0U);
}

TEST_F(Facts, keep_what_was_known_of_a_destination_that_is_gone) {
    const DestinationFacts there{second(10),      true,    5, 9, 2, 80, 40, "ext4",
                                 "atomic-rename", "rename"};
    ASSERT_TRUE(catalog().note_destinations({{"etc", there, {}}}));
    DestinationFacts gone;
    gone.looked = second(20);
    gone.is_reachable = false;
    ASSERT_TRUE(catalog().note_destinations({{"etc", gone, {}}}));
    const auto seen = facts().destination;
    ASSERT_TRUE(seen);
    EXPECT_FALSE(seen->is_reachable);
    EXPECT_EQ(seen->looked, second(20));
    EXPECT_EQ(seen->backups, 2U);
    EXPECT_EQ(seen->filesystem, "ext4");
    // A look from outside knows no strategy.
    const DestinationFacts back{second(30), true, 6, 9, 3, 99, 40, "ext4", "", ""};
    ASSERT_TRUE(catalog().note_destinations({{"etc", back, {}}}));
    EXPECT_EQ(facts().destination->strategy, "atomic-rename");
    EXPECT_EQ(facts().destination->backups, 3U);
}

TEST_F(Facts, are_told_of_jobs_that_changed_since) {
    end(run_of("01", Outcome::success));
    const std::int64_t before = catalog().facts(0).value().revision;
    EXPECT_THAT(catalog().facts(before).value().jobs, IsEmpty());
    RunRecord other = run_of("02", Outcome::success);
    other.job = "home";
    end(other);
    const FactsSince news = catalog().facts(before).value();
    EXPECT_THAT(news.jobs, ElementsAre(Pair("home", testing::_)));
    EXPECT_GT(news.revision, before);
}

TEST_F(Facts, have_a_run_that_left_no_row_and_none_twice) {
    ASSERT_TRUE(catalog().apply({run_of("01", Outcome::failure)}));
    ASSERT_TRUE(catalog().apply({run_of("01", Outcome::failure)}));
    EXPECT_THAT(facts().totals.runs, ElementsAre(Pair("failure", 1)));
    end(run_of("02", Outcome::success));
    ASSERT_TRUE(catalog().apply({run_of("02", Outcome::failure)})); // its own row holds
    EXPECT_THAT(facts().totals.runs, ElementsAre(Pair("failure", 1), Pair("success", 1)));
}

} // namespace
} // namespace intact::catalog
