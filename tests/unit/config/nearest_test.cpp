#include "config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> kWords{"zstd", "gzip", "none", "schedule", "source"};

TEST(Nearest, finds_one_letter_too_few_too_many_or_wrong) {
    EXPECT_THAT(nearest("zst", kWords), ElementsAre("zstd"));
    EXPECT_THAT(nearest("zsttd", kWords), ElementsAre("zstd"));
    EXPECT_THAT(nearest("gzlp", kWords), ElementsAre("gzip"));
}

TEST(Nearest, counts_two_swapped_neighbours_as_one_slip) {
    EXPECT_THAT(nearest("shcdeule", kWords), ElementsAre("schedule"));
}

TEST(Nearest, is_blind_to_case) {
    EXPECT_THAT(nearest("ZSTD", kWords), ElementsAre("zstd"));
}

TEST(Nearest, gives_the_best_first_and_keeps_order_among_equals) {
    EXPECT_THAT(nearest("abcd", {"abxy", "abcx", "abcy"}), ElementsAre("abcx", "abcy", "abxy"));
}

TEST(Nearest, finds_nothing_beyond_two_slips) {
    EXPECT_THAT(nearest("scheme", {"schedule"}), IsEmpty());
    EXPECT_THAT(nearest("retention", kWords), IsEmpty());
}

TEST(Nearest, does_not_turn_every_letter_of_a_short_word) {
    EXPECT_THAT(nearest("", {"", "a", "ab"}), IsEmpty());
    EXPECT_THAT(nearest("xz", {"no"}), IsEmpty());
}

TEST(Nearest, takes_hostile_lengths) {
    EXPECT_THAT(nearest(std::string(1 << 20, 'x'), kWords), IsEmpty());
}

} // namespace
} // namespace intact::config
