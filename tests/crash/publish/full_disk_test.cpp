// Every way of publishing on a disk that has room for one byte more, until it has room for all.
#include "crash/publish/fixture.hpp"
#include "crash/publish/tally.hpp"
#include "support/extent.hpp"

#include <cerrno>

namespace intact::test {
namespace {

/// A disk that takes so many bytes, and of a write what it can.
class SmallDisk final : public os::Sys {
public:
    explicit SmallDisk(std::size_t room) : room_(room) {}

    std::size_t taken() const { return taken_; }

    ssize_t write(int fd, const void *buffer, std::size_t count) override {
        const std::size_t fits = std::min(count, room_ - taken_);
        if (fits == 0 && count > 0) {
            errno = ENOSPC;
            return -1;
        }
        const ssize_t written = Sys::write(fd, buffer, fits);
        taken_ += written > 0 ? static_cast<std::size_t>(written) : 0;
        return written;
    }

private:
    const std::size_t room_;
    std::size_t taken_ = 0;
};

using FullDiskTest = VariantTest;

TEST_P(FullDiskTest, that_is_full_at_any_byte_keeps_the_previous_backup) {
    begin_anew();
    SmallDisk roomy(1u << 30);
    ASSERT_TRUE(publish_new(roomy));
    std::size_t undone = 0;
    const std::size_t step = is_full() ? 1 : 3;
    for (std::size_t room = roomy.taken() % step; room <= roomy.taken(); room += step) {
        begin_anew();
        SmallDisk disk(room);
        const auto published = publish_new(disk);
        ASSERT_EQ(stands_new(), published.has_value()) << "room for " << room;
        if (!published) {
            ASSERT_EQ(published.error().code(), ErrorCode::no_space) << published.error().message();
            ASSERT_EQ(held_by(kOld), Holds::old_backup) << "room for " << room;
            ++undone;
        }
        ASSERT_TRUE(recover_by(os::kernel())) << "room for " << room;
        ASSERT_TRUE(is_settled()) << "room for " << room;
        ASSERT_EQ(stands_new(), published.has_value()) << "room for " << room;
    }
    EXPECT_TRUE(stands_new());
    EXPECT_GT(undone, roomy.taken() / step / 2);
    tally("disks full after a byte", roomy.taken() / step);
}

// A name that is free takes the same steps without the previous file's.
INSTANTIATE_TEST_SUITE_P(All, FullDiskTest,
                         testing::Combine(testing::Values(Variant::rename, Variant::link_guard,
                                                          Variant::exchange, Variant::held_rename,
                                                          Variant::two_step),
                                          testing::Values(Naming::fixed)),
                         name_of_case);

} // namespace
} // namespace intact::test
