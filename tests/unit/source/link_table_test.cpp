#include "source/link_table.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace intact::test {
namespace {

using source::LinkTable;

TEST(LinkTable, gives_each_later_name_the_first_until_the_last) {
    LinkTable table;
    EXPECT_EQ(table.see({1, 7, 3}, "a/b/first"), std::nullopt);
    EXPECT_EQ(table.see({2, 7, 2}, "other device"), std::nullopt);
    EXPECT_EQ(table.see({1, 7, 3}, "second"), "a/b/first");
    EXPECT_EQ(table.size(), 2U);
    EXPECT_EQ(table.see({1, 7, 3}, "third"), "a/b/first");
    EXPECT_EQ(table.size(), 1U);
    EXPECT_EQ(table.see({2, 7, 2}, "c/other"), "other device");
    EXPECT_EQ(table.size(), 0U);
}

TEST(LinkTable, the_same_name_twice_is_no_link_to_itself) {
    LinkTable table;
    EXPECT_EQ(table.see({1, 7, 2}, "a/first"), std::nullopt);
    EXPECT_EQ(table.see({1, 7, 2}, "a/first"), std::nullopt);
    EXPECT_EQ(table.see({1, 7, 2}, "a/second"), "a/first");
}

// Enough for several chunks and sizes of the table, forgotten in an order of its own.
TEST(LinkTable, keeps_many_apart_while_others_are_forgotten) {
    constexpr ino_t kFiles = 20000;
    LinkTable table;
    for (int round = 0; round < 2; ++round) {
        for (ino_t number = 0; number < kFiles; ++number) {
            const std::string path = fmt::format("d{}/file {}", number / 100, number);
            ASSERT_EQ(table.see({5, number, 2}, path), std::nullopt) << number;
        }
        ASSERT_EQ(table.size(), kFiles);
        for (ino_t step = 0; step < kFiles; ++step) {
            const ino_t number = step * 7919 % kFiles;
            ASSERT_EQ(table.see({5, number, 2}, "later"),
                      fmt::format("d{}/file {}", number / 100, number));
        }
        ASSERT_EQ(table.size(), 0U);
    }
}

} // namespace
} // namespace intact::test
