#include "os/wipe.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace intact::os {
namespace {

// The memory is still the text's: it keeps its room, and nothing else has taken it.
bool is_clean(const std::string &text) {
    const char *data = text.data();
    return text.empty() && std::all_of(data, data + text.capacity(), [](char c) { return c == 0; });
}

TEST(Wipe, leaves_nothing_in_the_room_of_a_text) {
    std::string text = "a secret that is too long to lie within the string itself";
    text.resize(4);
    wipe(text);
    EXPECT_TRUE(is_clean(text));
}

TEST(Wipe, reaches_all_values_at_the_end_of_a_scope) {
    std::map<std::string, std::string> variables{{"A", "short"}, {"B", std::string(100, 'x')}};
    std::vector<std::string> texts{"short", std::string(100, 'x')};
    {
        const WipedAtEnd one(variables);
        const WipedAtEnd other(texts);
    }
    EXPECT_TRUE(is_clean(variables["A"]) && is_clean(variables["B"]));
    EXPECT_TRUE(is_clean(texts[0]) && is_clean(texts[1]));
}

TEST(Wipe, can_move_a_short_secret_without_a_trace) {
    std::string secret = movable_copy("pin");
    const std::string moved = std::move(secret);
    EXPECT_EQ(moved, "pin");
    EXPECT_GT(moved.capacity(), std::string().capacity());
}

} // namespace
} // namespace intact::os
