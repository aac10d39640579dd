// What the scheduler is told of a job.
#include "scheduler/plans.hpp"

#include <gtest/gtest.h>

namespace intact::scheduler {
namespace {

std::vector<os::Mount> mounts() {
    return os::parse_mountinfo("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
                               "2 1 8:2 / /srv rw - ext4 /dev/sdb1 rw\n"
                               "3 1 8:3 / /srv/backup rw - xfs /dev/sdc1 rw\n"
                               "4 1 8:4 / /srv/backup rw - xfs /dev/sdd1 rw\n")
        .value();
}

TEST(FilesystemOf, is_that_of_the_nearest_mount_and_of_the_last_one_there) {
    EXPECT_EQ(filesystem_of("/var/backups", mounts()), "8:1");
    EXPECT_EQ(filesystem_of("/srv", mounts()), "8:2");
    EXPECT_EQ(filesystem_of("/srv2/x", mounts()), "8:1");
    EXPECT_EQ(filesystem_of("/srv/backup/etc", mounts()), "8:4");
    EXPECT_EQ(filesystem_of("/srv/backups", mounts()), "8:2");
    EXPECT_EQ(filesystem_of("/srv", {}), "");
}

TEST(PlanOf, tells_a_changed_schedule_from_one_that_is_as_it_was) {
    config::Job job;
    job.name = "etc";
    job.schedule = config::Schedule{};
    job.schedule->calendar = {"daily"};
    HostFacts host;
    host.machine_id = "id";
    const auto identity = [&] { return plan_of(job, host).schedule->identity; };
    const std::string before = identity();
    job.schedule->random_delay = std::chrono::minutes(5);
    EXPECT_EQ(identity(), before); // the same slots
    ++host.zone_changes;
    EXPECT_NE(identity(), before);
    job.schedule->timezone = "UTC";
    const std::string in_utc = identity();
    ++host.zone_changes;
    EXPECT_EQ(identity(), in_utc);
    job.schedule->calendar = {"weekly"};
    EXPECT_NE(identity(), in_utc);
}

TEST(PlanOf, has_no_schedule_where_the_job_has_none) {
    config::Job job;
    job.name = "etc";
    EXPECT_FALSE(plan_of(job, {}).schedule);
}

} // namespace
} // namespace intact::scheduler
