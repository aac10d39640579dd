// A week of a thousand jobs in seconds, with all that happens to a host: whatever comes, every slot
// is accounted for exactly once, and nothing runs that must not.
#include "world.hpp"

#include "scheduler/delay.hpp"
#include "support/sanitized.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <random>

namespace intact::scheduler::test {
namespace {

using namespace std::chrono_literals;
using catalog::SlotFate;
using catalog::SlotRecord;

constexpr int kJobs = intact::test::kIsSanitized ? 100 : 1000;

class Week {
public:
    Week(const char *begin, std::uint64_t seed) : random_(seed), world_(instant(begin), {8, 1}) {
        world_.runs = {1min, 3h, 7};
        for (int i = 0; i < kJobs; ++i) {
            plans_.push_back(random_plan(fmt::format("job{}", i)));
        }
    }

    void live() {
        world_.boot(plans_);
        const Instant end = world_.now().wall + 24h * 7;
        while (world_.now().wall < end) {
            pass(microseconds(1h) * below(8));
            something_happens();
        }
        world_.runs = {1s, 1s, 0};
        pass(24h * 2); // what is in the queue comes to its end
    }

    void expect_all_accounted_for() {
        for (const Plan &plan : plans_) {
            expect_accounted_for(plan);
        }
        EXPECT_THAT(world_.complaints(), testing::IsEmpty());
        EXPECT_GT(world_.begun().size(), std::size_t{kJobs});
        print_figures();
    }

private:
    std::int64_t below(std::int64_t bound) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(bound));
    }
    template <typename T>
    const T &one_of(const std::vector<T> &list) {
        return list[static_cast<std::size_t>(below(static_cast<std::int64_t>(list.size())))];
    }

    Plan random_plan(const std::string &job) {
        const std::string calendar = one_of<std::string>(
            {fmt::format("{:02}:{:02}", below(24), below(60)), fmt::format("02:{:02}", below(60)),
             "daily", fmt::format("Mon,Thu {:02}:30", below(24)), fmt::format("*:{:02}", below(60)),
             "*:0/20", "hourly", fmt::format("0/{}:15", 1 + below(11))});
        const std::string zone = one_of<std::string>(
            {"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"});
        Plan plan = plan_of(job, calendar, zone);
        plan.schedule->delay = {one_of<microseconds>({0s, 0s, 30min, 5h}),
                                below(2) == 0 ? DelayKind::stable : DelayKind::fresh,
                                delay_seed("host", job)};
        plan.schedule->catch_up = below(4) != 0;
        plan.schedule->catch_up_window = one_of<microseconds>({microseconds::max(), 12h, 1h});
        plan.retries = static_cast<unsigned>(below(3));
        plan.is_enabled = below(20) != 0;
        plan.filesystem = one_of<std::string>({"", "", "/srv", "/mnt/usb", "nas:/backup"});
        return plan;
    }

    void pass(microseconds span) {
        world_.pass(span);
        latest_ = std::max(latest_, world_.now().wall);
    }

    void something_happens() {
        switch (below(9)) {
        case 0:
            world_.crash();
            pass(microseconds(1min) * below(60 * 30));
            world_.boot(plans_);
            break;
        case 1:
            world_.suspend(microseconds(1min) * below(60 * 10));
            break;
        case 2:
            world_.set_clock(microseconds(1s) * below(3600 * 5));
            break;
        case 3:
            world_.set_clock(-microseconds(1s) * below(3600 * 2));
            break;
        case 4:
            world_.set_clock(24h * 500);
            world_.pass(1h); // held: nothing of then counts
            world_.set_clock(-24h * 500);
            break;
        case 5: {
            const std::string job = below(4) == 0 ? "" : one_of(plans_).job;
            ASSERT_TRUE(world_.scheduler().pause(job, std::nullopt, world_.now()));
            world_.settle();
            pass(microseconds(1min) * below(300));
            ASSERT_TRUE(world_.scheduler().resume(job, world_.now()));
            world_.settle();
            break;
        }
        case 6:
            for (int i = 0; i < 20; ++i) {
                const auto &job = one_of(plans_).job;
                [[maybe_unused]] const auto asked =
                    below(2) == 0 ? world_.scheduler().run(job, world_.now()) : Result<>();
                [[maybe_unused]] const auto dropped =
                    world_.scheduler().cancel(one_of(plans_).job, world_.now());
                world_.settle();
            }
            break;
        case 7:
            change_some_plans();
            world_.reload(plans_);
            break;
        default:
            world_.scheduler().drain();
            pass(10min);
            world_.crash();
            world_.boot(plans_);
        }
        latest_ = std::max(latest_, world_.now().wall);
    }

    void change_some_plans() {
        for (int i = 0; i < 10; ++i) {
            Plan &plan = plans_[static_cast<std::size_t>(below(kJobs))];
            plan = random_plan(plan.job);
            // Told apart from a schedule that happens to be the same.
            plan.schedule->identity += fmt::format(" {}", ++changes_);
        }
    }

    /// From when on the job has had the schedule that it has now.
    Instant since_of(const std::string &job) {
        return std::chrono::floor<microseconds>(world_.tables().since.at(job));
    }

    void expect_accounted_for(const Plan &plan) {
        const std::vector<SlotRecord> records = world_.tables().of(plan.job);
        for (std::size_t i = 1; i < records.size(); ++i) {
            EXPECT_LT(records[i - 1].last, records[i].first) << plan.job << ": accounted for twice";
        }
        auto record = records.begin();
        std::uint64_t counted = 0;
        Instant slot = since_of(plan.job);
        record = std::find_if(records.begin(), records.end(),
                              [&](const SlotRecord &one) { return one.last > WallTime(slot); });
        const Instant settled = latest_ - 6h; // the longest delay, and more
        for (auto next = plan.schedule->timetable.next(slot); next && next->at <= settled;
             next = plan.schedule->timetable.next(slot)) {
            slot = next->at;
            if (record != records.end() && record->last < WallTime(slot)) {
                EXPECT_EQ(counted, record->count) << plan.job;
                ++record;
                counted = 0;
            }
            ASSERT_TRUE(record != records.end() && record->first <= WallTime(slot))
                << plan.job << ": " << schedule::utc_text(slot) << " vanished";
            if (record->fate != SlotFate::run && record->fate != SlotFate::due) {
                EXPECT_FALSE(record->reason.empty());
            }
            EXPECT_NE(record->fate, SlotFate::due)
                << plan.job << ": " << schedule::utc_text(slot) << " was never settled";
            ++counted;
            ++slots_;
            ++by_fate_[fmt::format("{} {}", name_of(record->fate), record->reason)];
        }
    }

    void print_figures() const {
        fmt::print("{} slots, {} runs", slots_, world_.begun().size());
        for (const auto &[fate, count] : by_fate_) {
            fmt::print("; {} {}", count, fate);
        }
        fmt::print("\n");
    }

    std::mt19937_64 random_;
    World world_;
    std::vector<Plan> plans_;
    Instant latest_;
    int changes_ = 0;
    std::uint64_t slots_ = 0;
    std::map<std::string, std::uint64_t> by_fate_;
};

std::uint64_t seed_of(std::uint64_t usual) {
    const char *given = std::getenv("INTACT_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : usual;
}

class WeekTest : public testing::TestWithParam<const char *> {};

TEST_P(WeekTest, accounts_for_every_slot_of_a_thousand_jobs) {
    const std::uint64_t seed = seed_of(20261122);
    SCOPED_TRACE(fmt::format("INTACT_SEED={}", seed));
    Week week(GetParam(), seed);
    week.live();
    week.expect_all_accounted_for();
}

INSTANTIATE_TEST_SUITE_P(Clocks, WeekTest,
                         testing::Values("2026-03-26T00:00:00Z",   // to summer time in Europe
                                         "2026-10-22T00:00:00Z",   // and back
                                         "2026-10-29T00:00:00Z")); // and in America

} // namespace
} // namespace intact::scheduler::test
