#include "base/shell_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ShellWords, part_at_blanks_only) {
    EXPECT_THAT(*split_words("  pg_dump\t--format=custom  shop "),
                ElementsAre("pg_dump", "--format=custom", "shop"));
    EXPECT_THAT(*split_words(" "), IsEmpty());
}

TEST(ShellWords, keep_together_what_is_quoted) {
    EXPECT_THAT(*split_words(R"(a "b c" 'd "e' f\ g h"i"j '')"),
                ElementsAre("a", "b c", "d \"e", "f g", "hij", ""));
    EXPECT_THAT(*split_words(R"("a\"b\c" 'a\b')"), ElementsAre("a\"b\\c", "a\\b"));
}

TEST(ShellWords, expand_nothing) {
    EXPECT_THAT(*split_words("echo $HOME * ~ a|b"), ElementsAre("echo", "$HOME", "*", "~", "a|b"));
}

TEST(ShellWords, refuse_what_has_no_end) {
    for (const char *line : {"a 'b", "a \"b", "a \\", "\"a\\"}) {
        EXPECT_EQ(split_words(line).error().code(), ErrorCode::usage) << line;
    }
}

} // namespace
} // namespace intact
