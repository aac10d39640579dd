#include "base/text.hpp"

#include <gtest/gtest.h>
#include <string>

namespace intact::test {
namespace {

TEST(OneLine, keeps_printable_utf8) {
    EXPECT_EQ(one_line("plain, \u00e4\u20ac\U0001f4be"), "plain, \u00e4\u20ac\U0001f4be");
    EXPECT_EQ(one_line(""), "");
}

TEST(OneLine, disarms_terminal_escapes_and_line_breaks) {
    EXPECT_EQ(one_line("\033]0;owned\a\r\n\t"), "\\x1b]0;owned\\x07\\x0d\\x0a\\x09");
    EXPECT_EQ(one_line("\x7f"), "\\x7f");
    EXPECT_EQ(one_line("\xc2\x9b"
                       "2J"),
              "\\xc2\\x9b2J"); // CSI of the C1 range
}

TEST(OneLine, writes_nul_bytes) {
    EXPECT_EQ(one_line(std::string_view("a\0b", 3)), "a\\x00b");
}

TEST(OneLine, writes_bytes_that_are_no_utf8) {
    EXPECT_EQ(one_line("\xff"), "\\xff");
    EXPECT_EQ(one_line("\xc0\xaf"), "\\xc0\\xaf");                   // overlong
    EXPECT_EQ(one_line("\xed\xa0\x80"), "\\xed\\xa0\\x80");          // surrogate
    EXPECT_EQ(one_line("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"); // past U+10FFFF
    EXPECT_EQ(one_line("\xe2\x82"), "\\xe2\\x82");                   // cut short
    EXPECT_EQ(one_line("\xe2\x82z"), "\\xe2\\x82z");
}

TEST(OneLine, leaves_nothing_dangerous_of_any_byte_pair) {
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string safe =
                one_line(std::string{static_cast<char>(first), static_cast<char>(second)});
            EXPECT_EQ(one_line(safe), safe);
            for (const char c : safe) {
                EXPECT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f);
            }
        }
    }
}

TEST(ToHex, gives_two_lower_case_digits_a_byte) {
    EXPECT_EQ(to_hex(std::string_view("\x00\x0f\xab\xff", 4)), "000fabff");
    EXPECT_EQ(to_hex(""), "");
}

} // namespace
} // namespace intact::test
