// What keeps a scheduled run from beginning.
#include "engine/conditions.hpp"

#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::engine {
namespace {

using test::TempDir;

class ConditionsTest : public testing::Test {
protected:
    void supply(const std::string &name,
                const std::vector<std::pair<std::string, std::string>> &facts) {
        for (const auto &[fact, value] : facts) {
            dir_.write("power/" + name + "/" + fact, value + "\n");
        }
    }
    std::string reason() {
        const auto held = check_conditions(job_, {dir_ / "power"});
        EXPECT_TRUE(held) << held.error().message();
        return held && *held ? (*held)->reason : "";
    }

    TempDir dir_;
    config::Job job_;
};

TEST_F(ConditionsTest, none_holds_nothing_back) {
    job_.destination.path = "/nowhere";
    EXPECT_EQ(reason(), "");
}

TEST_F(ConditionsTest, a_host_without_a_battery_has_power) {
    job_.conditions.ac_power = true;
    EXPECT_EQ(reason(), "");
    supply("mouse", {{"type", "Battery"}, {"scope", "Device"}, {"status", "Discharging"}});
    EXPECT_EQ(reason(), "");
}

TEST_F(ConditionsTest, a_laptop_has_power_while_it_is_plugged_in) {
    job_.conditions.ac_power = true;
    supply("AC", {{"type", "Mains"}, {"online", "1"}});
    supply("BAT0", {{"type", "Battery"}, {"status", "Charging"}});
    EXPECT_EQ(reason(), "");
    supply("AC", {{"online", "0"}});
    supply("BAT0", {{"status", "Discharging"}});
    EXPECT_EQ(reason(), "ac_power");
    supply("usbc", {{"type", "USB"}, {"online", "1"}});
    EXPECT_EQ(reason(), "");
}

TEST_F(ConditionsTest, a_path_must_be_where_something_is_mounted) {
    job_.conditions.mount_points = {"/", "/proc/", "/proc"};
    EXPECT_EQ(reason(), "");
    job_.conditions.mount_points = {"/proc", dir_ / "usb"};
    EXPECT_EQ(reason(), "path_is_mount_point");
}

TEST_F(ConditionsTest, the_destination_must_have_room) {
    job_.destination.path = dir_.path();
    job_.conditions.min_free_space = 1;
    EXPECT_EQ(reason(), "");
    job_.conditions.min_free_space = std::uint64_t{1} << 60U;
    EXPECT_EQ(reason(), "min_free_space");
}

TEST_F(ConditionsTest, what_cannot_be_told_is_an_error) {
    job_.destination.path = dir_ / "missing";
    job_.conditions.min_free_space = 1;
    const auto held = check_conditions(job_);
    ASSERT_FALSE(held);
    EXPECT_EQ(held.error().code(), ErrorCode::not_found);
}

} // namespace
} // namespace intact::engine
