#include "schedule/timetable.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::schedule {
namespace {

using namespace std::chrono;
using testing::ElementsAre;

Timetable timetable(const std::vector<const char *> &texts, DstGap gaps = DstGap::run_after,
                    const char *zone = "Europe/Berlin") {
    std::vector<Calendar> calendars;
    for (const char *text : texts) {
        calendars.push_back(Calendar::parse(text).value());
    }
    return {std::move(calendars), Zone::named(zone).value(), gaps};
}

Instant at(const char *text) {
    return Zone::named("UTC").value().read(text).value();
}

std::vector<std::string> next_of(const Timetable &timetable, const char *after, std::size_t count) {
    std::vector<std::string> times;
    for (auto slot = timetable.next(at(after)); slot && times.size() < count;
         slot = timetable.next(slot->at)) {
        times.push_back(timetable.zone().text(slot->at));
    }
    return times;
}

TEST(TimetableTest, TakesTheEarliestOfAList) {
    EXPECT_THAT(next_of(timetable({"Sat 12:00", "daily", "12:00"}), "2026-11-20T12:00:00Z", 4),
                ElementsAre("2026-11-21T00:00:00+01:00", "2026-11-21T12:00:00+01:00",
                            "2026-11-22T00:00:00+01:00", "2026-11-22T12:00:00+01:00"));
}

TEST(TimetableTest, AnHourLostInAGapRunsOnceWhenTheClockGoesOn) {
    const Timetable table = timetable({"02:00", "2:15/15"});
    EXPECT_THAT(next_of(table, "2026-03-29T00:00:00Z", 2),
                ElementsAre("2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"));
    EXPECT_EQ(table.next(at("2026-03-29T00:00:00Z"))->kind, SlotKind::after_gap);
    // What runs then anyway is no second run.
    EXPECT_THAT(next_of(timetable({"2..3:00"}), "2026-03-29T00:00:00Z", 2),
                ElementsAre("2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"));
}

TEST(TimetableTest, SkipsAGapWhenToldTo) {
    const Timetable table = timetable({"02:30"}, DstGap::skip);
    EXPECT_THAT(next_of(table, "2026-03-29T00:00:00Z", 1),
                ElementsAre("2026-03-30T02:30:00+02:00"));
    const auto lost = table.skipped(at("2026-03-28T12:00:00Z"), at("2026-04-01"));
    ASSERT_TRUE(lost);
    EXPECT_EQ(lost->gap.at, at("2026-03-29T01:00:00Z"));
    EXPECT_EQ(lost->wanted - lost->gap.begin, 30min);
    EXPECT_FALSE(table.skipped(at("2026-03-29T01:00:00Z"), at("2026-10-01")));
}

TEST(TimetableTest, WhatComesEveryFewHoursLosesNothing) {
    EXPECT_THAT(next_of(timetable({"*:30"}), "2026-03-29T00:00:00Z", 3),
                ElementsAre("2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00",
                            "2026-03-29T04:30:00+02:00"));
    EXPECT_FALSE(
        timetable({"0/2:30"}).skipped(at("2026-03-28T12:00:00Z"), at("2026-04-01T00:00:00Z")));
}

TEST(TimetableTest, KeepsWhatOnlyEverFellIntoAGap) {
    EXPECT_THAT(next_of(timetable({"2026-03-29 02:30"}), "2026-01-01", 5),
                ElementsAre("2026-03-29T03:00:00+02:00"));
}

TEST(TimetableTest, AGapOfAWholeDay) {
    // Samoa had no 30 December 2011.
    EXPECT_THAT(
        next_of(timetable({"12:00"}, DstGap::run_after, "Pacific/Apia"), "2011-12-29T10:00:00Z", 3),
        ElementsAre("2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00",
                    "2011-12-31T12:00:00+14:00"));
}

TEST(TimetableTest, TellsTimesThatAreShownTwice) {
    const Timetable table = timetable({"02:30"});
    const auto first = table.next(at("2026-10-24T12:00:00Z"));
    EXPECT_EQ(first->at, at("2026-10-25T00:30:00Z"));
    EXPECT_EQ(first->kind, SlotKind::first_of_two);
    EXPECT_EQ(table.next(first->at)->at, at("2026-10-26T01:30:00Z"));
    const auto second = table.next(at("2026-10-25T01:00:00Z"));
    EXPECT_EQ(second->at, at("2026-10-25T01:30:00Z"));
    EXPECT_EQ(second->kind, SlotKind::second_of_two);
}

TEST(TimetableTest, EachCalendarKeepsItsOwnZone) {
    EXPECT_THAT(next_of(timetable({"12:00 UTC", "12:00"}), "2026-01-01", 2),
                ElementsAre("2026-01-01T12:00:00+01:00", "2026-01-01T13:00:00+01:00"));
    EXPECT_EQ(timetable({"12:00 Asia/Tokyo"}).zone().name(), "Asia/Tokyo");
}

TEST(ZoneTest, FollowsTheRuleBeyondTheLastListedChange) {
    const Zone berlin = Zone::named("Europe/Berlin").value();
    EXPECT_EQ(berlin.offset(at("2099-07-01")), 2h);
    EXPECT_EQ(berlin.offset(at("2099-12-01")), 1h);
    EXPECT_TRUE(berlin.next_gap(at("2099-01-01"), at("2099-12-01")));
}

TEST(ZoneTest, ReadsTimes) {
    const Zone berlin = Zone::named("Europe/Berlin").value();
    EXPECT_EQ(berlin.read("2026-10-25T01:00:00Z"), at("2026-10-25T01:00:00Z"));
    EXPECT_EQ(berlin.read("2026-10-25T01:00:00+05:30"), at("2026-10-24T19:30:00Z"));
    EXPECT_EQ(berlin.read("2026-01-25 01:00"), at("2026-01-25T00:00:00Z"));
    EXPECT_EQ(berlin.read("2026-01-25"), at("2026-01-24T23:00:00Z"));
    for (const char *text : {"", "now", "2026-13-01", "2026-01-01T25:00:00Z", "12:00"}) {
        EXPECT_FALSE(berlin.read(text)) << text;
    }
    EXPECT_EQ(utc_text(at("2026-10-25T00:30:00Z")), "2026-10-25T00:30:00Z");
}

} // namespace
} // namespace intact::schedule
