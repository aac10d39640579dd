#include "source/exclude.hpp"

#include <chrono>
#include <gtest/gtest.h>

namespace intact::test {
namespace {

using source::Exclude;
using Kind = Exclude::Kind;

struct Case {
    const char *pattern;
    const char *path; ///< below the source path "/src"
    bool excluded;
};

bool excludes(const std::vector<std::string> &patterns, const std::string &path,
              Kind kind = Kind::other) {
    return Exclude(patterns).matches("/src/" + path, path, kind);
}

class ExcludeTest : public testing::TestWithParam<Case> {};

TEST_P(ExcludeTest, matches_as_documented) {
    const Case &c = GetParam();
    EXPECT_EQ(excludes({c.pattern}, c.path), c.excluded) << c.pattern << " on " << c.path;
}

INSTANTIATE_TEST_SUITE_P(
    Patterns, ExcludeTest,
    testing::Values(
        Case{"*.bak", "a.bak", true}, Case{"*.bak", "deep/er/a.bak", true},
        Case{"*.bak", "a.bak.txt", false}, Case{"/src/a", "a", true}, Case{"/src/a", "b/a", false},
        Case{"b/a", "b/a", true}, Case{"b/a", "c/b/a", false}, Case{"**/b/a", "c/b/a", true},
        Case{"**/b/a", "b/a", true}, Case{"**/b/a", "cb/a", false}, Case{"b/**", "b/x/y", true},
        Case{"b/**", "b", false}, Case{"b/**/a", "b/a", true}, Case{"b/**/a", "b/x/y/a", true},
        Case{"/src/*/a", "x/a", true}, Case{"/src/*/a", "x/y/a", false}, Case{"?", "a", true},
        Case{"?", "ab", false}, Case{"[a-c]x", "bx", true}, Case{"[!a-c]x", "bx", false},
        Case{"[!a-c]x", "dx", true}, Case{"[", "[", true}, Case{"\\*", "*", true},
        Case{"\\*", "a", false}, Case{"\xff*", "\xff\xfe", true}, Case{"dir/", "dir", false}));

TEST(ExcludeOrderTest, the_last_match_decides) {
    EXPECT_FALSE(excludes({"*.bak", "!keep.bak"}, "keep.bak"));
    EXPECT_TRUE(excludes({"*.bak", "!keep.bak", "keep.*"}, "keep.bak"));
    EXPECT_TRUE(excludes({"!keep.bak", "*.bak"}, "keep.bak"));
}

TEST(ExcludeOrderTest, a_final_slash_means_directories_only) {
    EXPECT_TRUE(excludes({"dir/"}, "dir", Kind::directory));
    EXPECT_FALSE(excludes({"dir/"}, "dir", Kind::other));
}

// With back-tracking this would outlast the universe; the test's own time limit is the assertion.
TEST(ExcludeOrderTest, hostile_stars_cost_no_more_than_their_length) {
    std::string pattern;
    for (int i = 0; i < 200; ++i) {
        pattern += "*a";
    }
    EXPECT_FALSE(excludes({pattern + "b"}, std::string(4000, 'a')));
}

} // namespace
} // namespace intact::test
