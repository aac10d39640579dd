#include "base/tail.hpp"

#include <gtest/gtest.h>

namespace intact::test {
namespace {

TEST(Tail, is_the_end_of_what_was_added_in_pieces_of_any_size) {
    std::string all;
    for (const std::size_t size : {1U, 3U, 7U, 8U, 9U, 40U}) {
        Tail tail(8);
        all.clear();
        EXPECT_EQ(tail.text(), "");
        for (char letter = 'a'; letter <= 'z'; ++letter) {
            const std::string piece(size, letter);
            tail.add(piece);
            all += piece;
            EXPECT_EQ(tail.text(), all.substr(all.size() - std::min<std::size_t>(all.size(), 8)))
                << size;
        }
    }
}

} // namespace
} // namespace intact::test
