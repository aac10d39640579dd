#include "base/stoppable_task.hpp"

#include <gtest/gtest.h>
#include <new>
#include <semaphore>

namespace intact::test {
namespace {

// Work that ends only when it is told to.
Result<int> until_stopped(const std::stop_token &stop) {
    std::binary_semaphore stopped(0);
    const std::stop_callback told(stop, [&] { stopped.release(); });
    stopped.acquire();
    return 7;
}

TEST(StoppableTask, gives_what_its_work_gave) {
    StoppableTask<int> good("count", {}, [](const std::stop_token &) { return 3; });
    EXPECT_EQ(good.finish().value(), 3);
    StoppableTask<void> bad("count", {}, [](const std::stop_token &) -> Result<> {
        return fail(ErrorCode::not_found, "there is nothing");
    });
    EXPECT_EQ(bad.finish().error().code(), ErrorCode::not_found);
}

TEST(StoppableTask, ends_alone_with_what_it_belongs_to_and_when_it_is_forgotten) {
    std::stop_source all;
    StoppableTask<int> alone("wait", all.get_token(), until_stopped);
    alone.stop();
    EXPECT_EQ(alone.finish().value(), 7);
    EXPECT_FALSE(all.stop_requested());

    StoppableTask<int> with("wait", all.get_token(), until_stopped);
    const StoppableTask<int> forgotten("wait", {}, until_stopped);
    all.request_stop();
    EXPECT_EQ(with.finish().value(), 7);
}

TEST(StoppableTask, what_it_throws_is_an_error) {
    StoppableTask<void> task("restore", {},
                             [](const std::stop_token &) -> Result<> { throw std::bad_alloc(); });
    const auto ended = task.finish();
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code(), ErrorCode::out_of_resources);
    EXPECT_NE(ended.error().message().find("restore"), std::string::npos);
}

} // namespace
} // namespace intact::test
