// The account of slots as the scheduler finds it again at its next start.
#include "catalog/catalog.hpp"

#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tuple>

namespace intact::catalog {
namespace {

using namespace std::chrono_literals;
using test::TempDir;
using testing::ElementsAre;

WallTime hour(int number) {
    return WallTime(1'763'776'800s + number * 1h);
}

SlotRecord slot(const std::string &job, int from, int to, SlotFate fate) {
    SlotRecord record;
    record.job = job;
    record.first = hour(from);
    record.last = hour(to);
    record.count = static_cast<std::uint64_t>(to - from + 1);
    record.fate = fate;
    record.reason = fate == SlotFate::missed ? "off" : "";
    record.run_id = fate == SlotFate::missed ? "" : "R" + std::to_string(to);
    record.attempts = 1;
    record.decided = hour(to) + 1s;
    return record;
}

class SlotsTest : public testing::Test {
protected:
    void apply(const std::vector<LedgerChange> &changes) {
        const auto applied = catalog_->apply(changes);
        ASSERT_TRUE(applied) << applied.error().message();
    }
    Ledger ledger() const { return catalog_->ledger().value(); }

    TempDir temp_;
    std::unique_ptr<Catalog> catalog_ = *Catalog::open(temp_ / "state");
};

TEST_F(SlotsTest, gives_records_back_newest_first_and_replaces_by_job_and_first_slot) {
    const auto old = slot("etc", 1, 3, SlotFate::missed);
    auto due = slot("etc", 4, 4, SlotFate::due);
    apply({old, due, slot("home", 5, 5, SlotFate::run)});
    due.fate = SlotFate::run;
    due.reason = "catch-up";
    apply({due});
    EXPECT_THAT(catalog_->slots("etc", 0).value(), ElementsAre(due, old));
    EXPECT_EQ(catalog_->slots("", 1).value().at(0).job, "home");
}

TEST_F(SlotsTest, tells_where_each_jobs_account_stands) {
    apply({JobSeen{"etc", hour(0)}, JobSeen{"new", hour(9)}, slot("etc", 1, 3, SlotFate::missed),
           slot("gone", 1, 12, SlotFate::run)});
    const Ledger found = ledger();
    ASSERT_EQ(found.jobs.size(), 2U);
    EXPECT_EQ(found.jobs.at("etc").since, hour(0));
    EXPECT_EQ(found.jobs.at("etc").settled, hour(3));
    EXPECT_EQ(found.jobs.at("new").settled, std::nullopt);
    EXPECT_EQ(found.latest, hour(12));
}

TEST_F(SlotsTest, finds_the_newest_run_of_each_job_that_may_have_died) {
    RunRecord run;
    for (const auto &[id, job, outcome] : {std::tuple{"R1", "etc", Outcome::running},
                                           {"R3", "etc", Outcome::running},
                                           {"R2", "home", Outcome::success}}) {
        run.run_id = id;
        run.job = job;
        run.outcome = outcome;
        ASSERT_TRUE(catalog_->finish(run));
    }
    apply({slot("home", 2, 2, SlotFate::due), slot("srv", 4, 4, SlotFate::due),
           slot("var", 5, 5, SlotFate::run)});
    using OpenRun = Catalog::OpenRun;
    EXPECT_THAT(catalog_->open_runs().value(),
                ElementsAre(OpenRun{"etc", "R3"}, OpenRun{"srv", "R4"}));
}

TEST_F(SlotsTest, tells_what_was_in_hand_and_what_its_run_came_to) {
    RunRecord run;
    run.run_id = "R2";
    run.job = "etc";
    run.outcome = Outcome::interrupted;
    ASSERT_TRUE(catalog_->finish(run));
    apply({JobSeen{"etc", hour(0)}, slot("etc", 1, 1, SlotFate::run),
           slot("etc", 2, 2, SlotFate::due), slot("etc", 3, 3, SlotFate::due)});
    const auto open = ledger().jobs.at("etc").open;
    ASSERT_EQ(open.size(), 2U);
    EXPECT_EQ(open[0].slot, slot("etc", 2, 2, SlotFate::due));
    EXPECT_EQ(open[0].outcome, Outcome::interrupted);
    EXPECT_EQ(open[1].outcome, std::nullopt);
}

TEST_F(SlotsTest, keeps_pauses_with_and_without_an_end) {
    apply({PauseBegun{"", hour(7)}, PauseBegun{"etc", std::nullopt}, PauseBegun{"home", hour(8)}});
    apply({PauseEnded{"home"}, PauseEnded{"nobody"}});
    EXPECT_THAT(ledger().pauses,
                ElementsAre(testing::Pair("", hour(7)), testing::Pair("etc", std::nullopt)));
}

TEST_F(SlotsTest, forgets_a_job_but_not_what_became_of_its_slots) {
    apply({JobSeen{"etc", hour(0)}, slot("etc", 1, 1, SlotFate::run), JobForgotten{"etc"}});
    EXPECT_TRUE(ledger().jobs.empty());
    EXPECT_EQ(catalog_->slots("etc", 0).value().size(), 1U);
}

TEST_F(SlotsTest, a_clock_turned_back_takes_what_lies_ahead_of_it) {
    apply({JobSeen{"etc", hour(0)}, JobSeen{"new", hour(9)}, slot("etc", 1, 5, SlotFate::missed),
           slot("etc", 6, 6, SlotFate::run)});
    apply({ClockTurnedBack{hour(3)}});
    const Ledger found = ledger();
    EXPECT_EQ(found.jobs.at("etc").settled, hour(3));
    EXPECT_EQ(found.jobs.at("new").since, hour(3));
    EXPECT_EQ(found.latest, hour(3));
}

TEST_F(SlotsTest, changes_are_made_all_or_none) {
    test::run_program("sqlite3 " + (temp_ / "state/catalog.db") +
                      " \"CREATE TRIGGER t BEFORE INSERT ON pauses BEGIN SELECT raise(ABORT, "
                      "'no'); END\"");
    EXPECT_FALSE(catalog_->apply({JobSeen{"etc", hour(0)}, PauseBegun{"", std::nullopt}}));
    EXPECT_TRUE(ledger().jobs.empty());
}

TEST_F(SlotsTest, an_unknown_fate_is_told_with_its_job) {
    apply({slot("etc", 1, 1, SlotFate::run)});
    test::run_program("sqlite3 " + (temp_ / "state/catalog.db") +
                      " \"UPDATE slots SET fate = 'lost'\"");
    const auto slots = catalog_->slots("etc", 0);
    ASSERT_FALSE(slots);
    EXPECT_EQ(slots.error().code(), ErrorCode::catalog_failed);
    EXPECT_THAT(slots.error().message(), testing::HasSubstr("'etc' has the unknown fate 'lost'"));
}

} // namespace
} // namespace intact::catalog
