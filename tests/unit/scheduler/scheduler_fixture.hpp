// A host that is told afterwards what became of each slot.
#pragma once

#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace intact::scheduler::test {

/// "02:00 run" of each record, with the reason and, for more than one slot, how many.
inline std::vector<std::string> account(const World &world, const std::string &job) {
    std::vector<std::string> lines;
    for (const auto &slot : world.tables().of(job)) {
        const std::string at =
            schedule::utc_text(std::chrono::floor<microseconds>(slot.last)).substr(5, 11);
        std::string line = at + " " + std::string(name_of(slot.fate));
        line += slot.reason.empty() ? "" : " " + slot.reason;
        line += slot.count == 1 ? "" : " x" + std::to_string(slot.count);
        lines.push_back(line);
    }
    return lines;
}

inline std::vector<std::string> starts(const World &world, const std::string &job) {
    std::vector<std::string> times;
    for (const auto &begun : world.begun_of(job)) {
        times.push_back(schedule::utc_text(begun.at).substr(5, 11));
    }
    return times;
}

class SchedulerTest : public testing::Test {
protected:
    ~SchedulerTest() override { EXPECT_THAT(world_.complaints(), testing::IsEmpty()); }

    World world_{instant("2026-11-20T12:00:00Z"), {}};
};

} // namespace intact::scheduler::test
