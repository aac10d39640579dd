// Every way of publishing, cut short and failed at each of its calls.
#include "crash/publish/fixture.hpp"
#include "crash/publish/tally.hpp"
#include "support/extent.hpp"

#include <array>
#include <cerrno>

namespace intact::test {
namespace {

TEST_P(VariantTest, leaves_its_backup_and_nothing_else) {
    begin_anew();
    ASSERT_TRUE(publish_new());
    EXPECT_TRUE(stands_new());
    EXPECT_TRUE(is_settled());
}

TEST_P(VariantTest, an_error_at_any_call_leaves_the_previous_backup_as_it_was) {
    begin_anew();
    FaultySys all;
    ASSERT_TRUE(publish_new(all));
    const auto calls = all.calls();
    constexpr std::array kErrors{EIO, ENOSPC, EDQUOT, EROFS, ESTALE, EACCES, ENOENT, ETIMEDOUT};
    std::size_t cases = 0;
    for (const int error : kErrors) {
        for (const Fault fault : {Fault::error, Fault::error_after}) {
            for (std::size_t at = 0; at < calls.size(); ++at) {
                begin_anew();
                FaultySys sys({at, fault, error});
                const auto published = publish_new(sys);
                const std::string where = calls[at] + " #" + std::to_string(at) +
                                          (fault == Fault::error ? " " : " done, ") +
                                          std::to_string(error);
                ASSERT_EQ(stands_new(), published.has_value()) << where;
                if (!published) {
                    ASSERT_EQ(held_by(kOld), Holds::old_backup) << where;
                    ASSERT_TRUE(verify(kOld, config::VerifyDepth::checksum)) << where;
                }
                // What could not be removed is for the next run.
                const auto recovered = recover_by(os::kernel());
                ASSERT_TRUE(recovered) << where << ": " << recovered.error().message();
                ASSERT_TRUE(is_settled()) << where;
                ASSERT_EQ(stands_new(), published.has_value()) << where;
                ++cases;
            }
        }
    }
    tally("failed calls", cases);
}

TEST_P(VariantTest, dead_at_any_call_and_again_at_any_call_of_recovery_one_whole_backup_stands) {
    begin_anew();
    FaultySys all;
    ASSERT_TRUE(publish_new(all));
    std::size_t deaths = 0;
    std::size_t second_deaths = 0;
    const std::size_t step = is_full() ? 1 : 4;
    for (std::size_t at = 0; at < all.calls().size(); ++at) {
        for (std::size_t second = at % step;; second += step) {
            begin_anew();
            FaultySys dying({at, Fault::dead_before});
            static_cast<void>(publish_new(dying));
            FaultySys recovering({second, Fault::dead_before});
            const bool is_over = recover_by(recovering).has_value();
            const auto recovered = recover_by(os::kernel());
            const std::string where =
                "call " + std::to_string(at) + ", then " + std::to_string(second);
            ASSERT_TRUE(recovered) << where << ": " << recovered.error().message();
            ASSERT_TRUE(is_settled()) << where;
            if (is_over) {
                ++deaths;
                break;
            }
            ++second_deaths;
        }
    }
    tally("deaths", deaths);
    tally("second deaths inside recovery", second_deaths);
}

// A server that restarts forgets what it did: its client tries again and is told so (rename(2),
// BUGS).
class LyingServerTest : public VariantTest {
protected:
    void SetUp() override {
        VariantTest::SetUp();
        manner_.is_remote = true;
    }
};

TEST_P(LyingServerTest, what_was_done_is_done_whatever_was_answered) {
    begin_anew();
    FaultySys all;
    ASSERT_TRUE(publish_new(all));
    const auto calls = all.calls();
    const auto resolved = [](const std::string &call) {
        return call == "renameat2" || call == "linkat";
    };
    std::size_t cases = 0;
    for (const int error : {ENOENT, EEXIST, EIO, ETIMEDOUT, ESTALE}) {
        for (std::size_t at = 0; at < calls.size(); ++at) {
            if (!resolved(calls[at]) && calls[at] != "unlinkat" && calls[at] != "openat") {
                continue;
            }
            begin_anew();
            FaultySys sys({at, Fault::error_after, error});
            const auto published = publish_new(sys);
            const std::string where =
                calls[at] + " #" + std::to_string(at) + " done, " + std::to_string(error);
            if (resolved(calls[at])) {
                ASSERT_TRUE(published) << where << ": " << published.error().message();
            }
            ASSERT_EQ(stands_new(), published.has_value()) << where;
            const auto recovered = recover_by(os::kernel());
            ASSERT_TRUE(recovered) << where << ": " << recovered.error().message();
            ASSERT_TRUE(is_settled()) << where;
            ASSERT_EQ(stands_new(), published.has_value()) << where;
            ++cases;
        }
    }
    tally("calls done but denied", cases);
}

INSTANTIATE_TEST_SUITE_P(Remote, LyingServerTest,
                         testing::Combine(testing::Values(Variant::link_guard, Variant::two_step),
                                          testing::Values(Naming::fixed, Naming::time_stamped)),
                         name_of_case);
INSTANTIATE_TEST_SUITE_P(All, VariantTest, kEveryVariant, name_of_case);

} // namespace
} // namespace intact::test
