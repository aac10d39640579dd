// What an operator sees: the three renderings, byte for byte.
#include "config/config.hpp"

#include "support/temp_dir.hpp"

#include <filesystem>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <string>

namespace intact::config {
namespace {

Diagnostic example() {
    Diagnostic one;
    one.code = "E003";
    one.file = "/etc/intact/jobs.d/home.toml";
    one.line = 3;
    one.column = 2;
    one.width = 7;
    one.message = "unknown key 'schedle'";
    one.label = "did you mean 'schedule'?";
    one.hint = "see intact.toml(5)";
    one.source_line = "[schedle]";
    return one;
}

/// The line with the caret, and the source line above it.
std::pair<std::string, std::string> source_and_caret(const Diagnostic &diagnostic) {
    const std::string shown = render_long(diagnostic, false);
    std::vector<std::string> lines;
    for (std::size_t begin = 0, end = 0; (end = shown.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
        lines.push_back(shown.substr(begin, end - begin));
    }
    return {lines.at(3), lines.at(4)};
}

TEST(RenderLong, prints_what_where_the_line_a_caret_and_a_hint) {
    EXPECT_EQ(render_long(example(), false), "error[E003]: unknown key 'schedle'\n"
                                             " --> /etc/intact/jobs.d/home.toml:3:2\n"
                                             "  |\n"
                                             "3 | [schedle]\n"
                                             "  |  ^^^^^^^ did you mean 'schedule'?\n"
                                             "  = hint: see intact.toml(5)\n");
}

TEST(RenderLong, makes_room_for_long_line_numbers) {
    Diagnostic one = example();
    one.line = 1234;
    one.hint.clear();
    EXPECT_EQ(render_long(one, false), "error[E003]: unknown key 'schedle'\n"
                                       "    --> /etc/intact/jobs.d/home.toml:1234:2\n"
                                       "     |\n"
                                       "1234 | [schedle]\n"
                                       "     |  ^^^^^^^ did you mean 'schedule'?\n");
}

TEST(RenderLong, leaves_the_line_out_when_the_file_as_a_whole_is_meant) {
    Diagnostic one = example();
    one.line = 0;
    one.severity = Severity::warning;
    EXPECT_EQ(render_long(one, false), "warning[E003]: unknown key 'schedle'\n"
                                       " --> /etc/intact/jobs.d/home.toml\n"
                                       "  = hint: see intact.toml(5)\n");
}

TEST(RenderLong, has_escapes_only_when_asked_for_colour) {
    EXPECT_EQ(render_long(example(), false).find('\033'), std::string::npos);
    EXPECT_EQ(render_long(example(), true).find("\033[1;31merror[E003]\033[0m"), 0U);
}

TEST(RenderLong, keeps_the_caret_below_the_key_behind_tabs) {
    Diagnostic one = example();
    one.source_line = "\t\tkey\t= 1";
    one.column = 3;
    one.width = 3;
    const auto [source, caret] = source_and_caret(one);
    EXPECT_EQ(source, "3 |         key    = 1");
    EXPECT_EQ(caret, "  |         ^^^ did you mean 'schedule'?");
}

TEST(RenderLong, counts_the_columns_of_wide_and_combining_characters) {
    Diagnostic one = example();
    one.source_line = "\u65e5\u672c e\u0301 x";
    one.column = 7;
    one.width = 1;
    EXPECT_EQ(source_and_caret(one).second, "  |        ^ did you mean 'schedule'?");
}

TEST(RenderLong, disarms_escapes_in_the_line_and_keeps_the_caret_right) {
    Diagnostic one = example();
    one.source_line = "\033[2J key";
    one.column = 6;
    one.width = 3;
    const auto [source, caret] = source_and_caret(one);
    EXPECT_EQ(source, "3 | \\x1b[2J key");
    EXPECT_EQ(caret, "  |         ^^^ did you mean 'schedule'?");
}

TEST(RenderLong, shows_what_would_turn_the_direction_of_writing) {
    Diagnostic one = example();
    one.source_line = "a\u202eb";
    EXPECT_EQ(source_and_caret(one).first, "3 | a\\u{202e}b");
}

TEST(RenderLong, disarms_every_field) {
    Diagnostic one = example();
    one.file = "/tmp/\033]0;x\a";
    one.message = "a\nb";
    one.label = "c\rd";
    one.hint = "e\tf";
    EXPECT_EQ(render_long(one, false).find_first_of("\033\a\r\t"), std::string::npos);
    EXPECT_EQ(render_short(one).find_first_of("\033\a\r\t\n"), std::string::npos);
}

TEST(RenderLong, shows_a_window_of_a_very_long_line) {
    Diagnostic one = example();
    one.source_line = std::string(300, 'a') + "KEY" + std::string(300, 'b');
    one.column = 301;
    one.width = 3;
    one.label.clear();
    const auto [source, caret] = source_and_caret(one);
    EXPECT_EQ(source,
              "3 | \u2026" + std::string(40, 'a') + "KEY" + std::string(57, 'b') + "\u2026");
    EXPECT_EQ(caret, "  | " + std::string(41, ' ') + "^^^");
}

TEST(RenderLong, cuts_an_underline_at_the_edge_of_the_window) {
    Diagnostic one = example();
    one.source_line = std::string(1000, 'a');
    one.column = 1;
    one.width = 1000;
    one.label.clear();
    EXPECT_EQ(source_and_caret(one).second, "  | " + std::string(100, '^'));
}

TEST(RenderLong, survives_places_outside_the_line) {
    Diagnostic one = example();
    for (const unsigned column : {0U, 10U, 100000U, 4294967295U}) {
        one.column = column;
        one.width = 4294967295U;
        EXPECT_NE(render_long(one, false).find('^'), std::string::npos);
    }
}

TEST(RenderShort, is_one_line_for_editors) {
    EXPECT_EQ(render_short(example()), "/etc/intact/jobs.d/home.toml:3:2: error[E003]: unknown key "
                                       "'schedle' (see intact.toml(5))");
    Diagnostic one = example();
    one.hint.clear();
    EXPECT_EQ(render_short(one),
              "/etc/intact/jobs.d/home.toml:3:2: error[E003]: unknown key 'schedle' "
              "(did you mean 'schedule'?)");
    one.label.clear();
    one.line = 0;
    EXPECT_EQ(render_short(one),
              "/etc/intact/jobs.d/home.toml: error[E003]: unknown key 'schedle'");
}

TEST(RenderJson, has_every_field) {
    const nlohmann::json read = nlohmann::json::parse(render_json({example()}));
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read[0]["severity"], "error");
    EXPECT_EQ(read[0]["code"], "E003");
    EXPECT_EQ(read[0]["file"], "/etc/intact/jobs.d/home.toml");
    EXPECT_EQ(read[0]["line"], 3);
    EXPECT_EQ(read[0]["column"], 2);
    EXPECT_EQ(read[0]["width"], 7);
    EXPECT_EQ(read[0]["message"], "unknown key 'schedle'");
    EXPECT_EQ(read[0]["label"], "did you mean 'schedule'?");
    EXPECT_EQ(read[0]["hint"], "see intact.toml(5)");
    EXPECT_EQ(read[0]["source_line"], "[schedle]");
}

TEST(RenderJson, is_json_whatever_bytes_a_file_name_has) {
    Diagnostic one = example();
    one.file = "/tmp/\xff.toml";
    EXPECT_TRUE(nlohmann::json::accept(render_json({one})));
    EXPECT_EQ(render_json({}), "[]");
}

TEST(Rendering, of_a_whole_broken_file_is_as_recorded) {
    const std::string data = INTACT_TEST_DATA "/config/";
    const Configuration loaded = load_files({data + "home.toml"});
    std::string shown;
    for (const Diagnostic &one : loaded.diagnostics) {
        Diagnostic local = one;
        local.file = "home.toml";
        shown += render_long(local, false) + "\n";
    }
    EXPECT_EQ(shown, test::read_file(data + "home.expected"));
}

} // namespace
} // namespace intact::config
