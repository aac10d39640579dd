// What each check refuses, and how it says so.
#include "formats/auto_check.hpp"
#include "formats/crc64.hpp"
#include "support/sanitized.hpp"
#include "unit/formats/streams.hpp"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::test {
namespace {

using testing::HasSubstr;

std::string complaint(std::string_view format, std::string_view stream,
                      std::string_view pattern = "") {
    const auto check = check_named(format, pattern);
    const auto checked = run_check(*check, stream);
    return checked ? "" : checked.error().message();
}

TEST(FormatTest, a_name_reads_as_it_is_written) {
    for (const std::string_view kind : formats::kKinds) {
        ASSERT_TRUE(formats::Format::parse(kind)) << kind;
        EXPECT_EQ(formats::Format::parse(kind)->name(), kind);
    }
    EXPECT_EQ(formats::Format::parse("tar+gzip+zstd")->name(), "tar+gzip+zstd");
    for (const char *wrong : {"", "+", "tar+", "+gzip", "tar+tar", "raw+gzip", "Tar", "tar gzip",
                              "tar+gzip+gzip+gzip+gzip+gzip"}) {
        EXPECT_FALSE(formats::Format::parse(wrong)) << wrong;
    }
}

TEST(FormatTest, has_entries_when_its_check_counts_some) {
    for (const std::string_view kind : formats::kKinds) {
        const auto check = formats::make_check({*formats::Format::parse(kind), 1, "^a$", 1});
        const bool may_count = kind == "auto"; // and cannot tell before it sees something
        EXPECT_EQ(formats::has_entries(formats::Format::parse(kind)->kind),
                  check->entries().has_value() || may_count)
            << kind;
    }
}

TEST(CheckTest, an_error_tells_what_was_expected_where_and_how_much_came) {
    EXPECT_EQ(complaint("tar", std::string(600, '\0')),
              "600 bytes came in all: tar stream at byte 512: expected a block of 512 bytes, the "
              "stream ends 88 bytes into it");
    EXPECT_EQ(complaint("mysqldump", "-- MySQL dump\n"),
              "14 bytes came in all: mysqldump stream at byte 14: expected the line \"-- Dump "
              "completed\" at the end, the stream ends in \"-- MySQL dump\\x0a\"");
    EXPECT_EQ(
        complaint("auto", "Error: no"),
        "9 bytes came in all: auto stream at byte 0: expected a known format, the first bytes "
        "are \"Error: no\"");
    for (const std::string_view kind : formats::kKinds) {
        if (kind != "raw") {
            EXPECT_THAT(complaint(kind, "", "x"), HasSubstr("0 bytes came in all: ")) << kind;
        }
    }
}

TEST(CheckTest, a_stream_may_have_to_have_a_size) {
    formats::CheckOptions options;
    EXPECT_EQ(formats::make_check(options), nullptr);
    options.min_size = 3;
    EXPECT_FALSE(run_check(*formats::make_check(options), "ab"));
    const auto check = formats::make_check(options);
    EXPECT_TRUE(run_check(*check, "abc"));
    EXPECT_EQ(check->finding().format, "raw");
    EXPECT_EQ(check->finding().proven, "nothing");
}

TEST(CheckTest, zstd_claims_checksums_only_where_there_are_some) {
    const auto with = check_named("zstd");
    ASSERT_TRUE(run_check(*with, stream_of("zstd -qc small; zstd -qc part")));
    EXPECT_EQ(with->finding().proven, "checksum");
    const auto without = check_named("zstd");
    ASSERT_TRUE(run_check(*without, stream_of("zstd -qc small; zstd -q --no-check -c part"),
                          kIsSanitized ? 61 : 3));
    EXPECT_EQ(without->finding().proven, "structure");
    const auto xz = check_named("xz");
    ASSERT_TRUE(run_check(*xz, stream_of("xz -c small; xz -C none -c small")));
    EXPECT_EQ(xz->finding().proven, "structure");
}

TEST(CheckTest, what_follows_compressed_members_is_what_their_tool_takes) {
    for (const char *program : {"gzip", "zstd", "xz", "bzip2"}) {
        SCOPED_TRACE(program);
        const std::string one = stream_of(std::string(program) + " -c small");
        EXPECT_EQ(complaint(program, one + one), "");
        EXPECT_NE(complaint(program, one + "x"), "");
        EXPECT_NE(complaint(program, one + std::string(8, '\0') + "x"), "");
        EXPECT_NE(complaint(program, std::string(8, '\0') + one), "");
        const bool takes_zeros = std::string_view(program) != "zstd";
        EXPECT_EQ(complaint(program, one + std::string(8, '\0')).empty(), takes_zeros);
    }
    const std::string xz = stream_of("xz -c small");
    EXPECT_NE(complaint("xz", xz + std::string(6, '\0')), "");
}

TEST(CheckTest, a_redis_dump_without_its_checksum_proves_nothing) {
    std::string rdb = dump("re.rdb-saved");
    if (rdb.empty()) {
        GTEST_SKIP() << "no Redis here";
    }
    rdb.replace(rdb.size() - 8, 8, 8, '\0');
    EXPECT_THAT(complaint("redis-rdb", rdb), HasSubstr("expected a CRC-64, found zeros"));
    EXPECT_NE(complaint("redis-rdb", "REDIS0004" + std::string(20, '\0')), "");
}

TEST(CheckTest, a_valkey_dump_is_one_of_redis_by_another_name) {
    std::string rdb = "VALKEY080\xfe";
    rdb += '\0';
    rdb += '\xff';
    formats::Crc64 crc = formats::Crc64::redis();
    crc.update(bytes_of(rdb));
    const std::uint64_t value = crc.value();
    rdb.append(reinterpret_cast<const char *>(&value), sizeof value);
    EXPECT_EQ(complaint("redis-rdb", rdb), "");
    EXPECT_EQ(complaint("auto", rdb), "");
}

// Source: redis, src/crc64.c; Go, hash/crc64.
TEST(Crc64Test, gives_the_published_values) {
    formats::Crc64 jones = formats::Crc64::redis();
    jones.update(bytes_of("123456789"));
    EXPECT_EQ(jones.value(), 0xe9c6d914c4b8d9caU);
    formats::Crc64 ecma = formats::Crc64::ecma();
    EXPECT_EQ(ecma.value(), 0U);
    ecma.update(bytes_of("123456789"));
    EXPECT_EQ(ecma.value(), 0x995dc9bbdf1939faU);
}

TEST(CheckTest, an_sqlite_file_has_exactly_its_pages) {
    const std::string database = stream_of("cat database");
    EXPECT_THAT(complaint("sqlite", database + std::string(4096, '\0')), HasSubstr("pages of"));
    std::string old = database;
    old[95] = static_cast<char>(old[95] ^ 1); // version-valid-for is not the change counter
    EXPECT_THAT(complaint("sqlite", old), HasSubstr("out of date"));
}

TEST(CheckTest, a_mongodb_archive_lacks_no_collection) {
    const std::string archive = mongodb_archive(3, 5);
    // The empty last collection's end is one header and the mark of its end.
    const std::string last = archive.substr(0, archive.rfind("\x02"
                                                             "db") -
                                                   4);
    EXPECT_THAT(complaint("mongodb-archive", last),
                HasSubstr("expected the ends of 3 collections, the stream ends after those of 2"));
    std::string changed = archive;
    changed[changed.find("bbb")] = 'x';
    EXPECT_THAT(complaint("mongodb-archive", changed), HasSubstr("collection 'shop.c1' has the "
                                                                 "checksum"));
}

TEST(CheckTest, a_line_of_json_is_one_whole_value) {
    for (const char *right :
         {"{}\n", "[]", "\"a\"", "1\n", "-0.5e+10\n", "true\nfalse\nnull\n", "[1,[2,{\"a\":[]}]]\n",
          " { \"a\" : 1 , \"b\" : [ ] } \n", "\"\\u00e9\\\\\\\"\"\n", "\n\n{}\n",
          "{\"a\":\"\xc3\xa9\"}\r\n", "0\n", "0.0\n", "1E5\n"}) {
        EXPECT_EQ(complaint("jsonl", right), "") << right;
    }
    for (const char *wrong : {"",
                              "\n",
                              "{",
                              "{}{}\n",
                              "{},\n",
                              "[1,]\n",
                              "[,1]\n",
                              "{\"a\"}\n",
                              "{\"a\":}\n",
                              "{a:1}\n",
                              "{\"a\":1,}\n",
                              "[1}\n",
                              "{\"a\":1]\n",
                              "01\n",
                              "1.\n",
                              ".5\n",
                              "-\n",
                              "-,\n",
                              "1e\n",
                              "1e+\n",
                              "+1\n",
                              "tru\n",
                              "trueish\n",
                              "nul",
                              "1",
                              "true",
                              "\"a\n",
                              "\"\\x\"\n",
                              "\"\\u12\"\n",
                              "{\n}\n",
                              "[1\n,2]\n",
                              "\"a\" \"b\"\n",
                              "]\n",
                              "}\n",
                              "'a'\n",
                              "// a\n"}) {
        EXPECT_NE(complaint("jsonl", wrong), "") << wrong;
    }
    EXPECT_EQ(complaint("jsonl", std::string(4096, '[') + std::string(4096, ']')), "");
    EXPECT_NE(complaint("jsonl", std::string(4097, '[') + std::string(4097, ']')), "");
}

TEST(CheckTest, the_end_of_a_dump_is_its_last_line_whole) {
    const std::string head = "-- MySQL dump 10.13\nINSERT INTO t VALUES ('\n";
    for (const char *right : {"-- Dump completed\n", "-- Dump completed on 2026-11-28  4:10:23\n",
                              "-- Dump completed on 2026-11-28 14:10:23\n"}) {
        EXPECT_EQ(complaint("mysqldump", head + right), "") << right;
    }
    for (const char *wrong :
         {"-- Dump completed", "-- Dump completed on 2026-11-28 14:10:2\n", "x-- Dump completed\n",
          "-- Dump completed\nx\n", "-- Dump completed on Monday\n"}) {
        EXPECT_NE(complaint("mysqldump", head + wrong), "") << wrong;
    }
    EXPECT_NE(complaint("mysqldump", "-- Dump completed\n"), "") << "nothing was dumped";
}

// A table's comment may say that the dump is complete; that is not its end.
TEST(CheckTest, a_dump_of_postgresql_ends_with_the_word_it_began_with) {
    const std::string begin =
        "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSELECT 1;\n";
    const std::string end = "--\n-- PostgreSQL database dump complete\n--\n\n";
    EXPECT_EQ(complaint("pgdump-plain", begin + end + "\\unrestrict abc\n\n"), "");
    EXPECT_NE(complaint("pgdump-plain", begin + end), "");
    EXPECT_NE(complaint("pgdump-plain", begin + end + "\\unrestrict xyz\n\n"), "");
    EXPECT_NE(complaint("pgdump-plain", end + end), "");
    EXPECT_EQ(complaint("pgdump-plain", "--\n-- PostgreSQL database dump\n--\n\n" + end), "");
    const std::string all = "--\n-- PostgreSQL database cluster dump\n--\n\n";
    EXPECT_NE(complaint("pgdump-plain", all + end), "") << "the end of one database of several";
    EXPECT_EQ(
        complaint("pgdump-plain", all + "--\n-- PostgreSQL database cluster dump complete\n--\n\n"),
        "");
}

TEST(CheckTest, an_archive_of_pg_dump_of_a_version_to_come_is_refused) {
    std::string head("PGDMP\1\21\0\4\10\1", 11);
    EXPECT_THAT(complaint("pgdump-custom", head), HasSubstr("1.12 to 1.16, found 1.17"));
}

TEST(CheckTest, an_expression_is_looked_for_in_the_last_bytes_only) {
    formats::CheckOptions options;
    options.format.kind = formats::Kind::regex;
    options.end_pattern = "done\\s*$";
    options.end_window = 8;
    EXPECT_TRUE(run_check(*formats::make_check(options), "all done\n", 1));
    EXPECT_FALSE(run_check(*formats::make_check(options), "all done" + std::string(9, '\n'), 2));
    options.end_pattern = "^all";
    EXPECT_FALSE(run_check(*formats::make_check(options), "all done\n"));
    options.end_pattern = "\xc3\xa9\\z"; // bytes, whatever they spell
    EXPECT_TRUE(run_check(*formats::make_check(options), "\xff\xc3\xa9"));
}

// Each of these makes a backtracking engine run for years.
TEST(CheckTest, an_expression_takes_time_in_proportion_to_what_it_reads) {
    const std::string stream(1 << 20, 'a');
    formats::CheckOptions options;
    options.format.kind = formats::Kind::regex;
    options.end_window = 1 << 20;
    for (const char *pattern : {"(a*)*b$", "(a|aa)+c", "(.*){20}x"}) {
        options.end_pattern = pattern;
        EXPECT_FALSE(run_check(*formats::make_check(options), stream)) << pattern;
    }
}

TEST(AutoTest, looks_into_what_is_compressed_a_few_levels_deep) {
    const auto check = check_named("auto");
    ASSERT_TRUE(run_check(*check, stream_of("gzip -c small | zstd -q | xz -0 | bzip2")));
    EXPECT_EQ(check->finding().format, "zstd+xz+bzip2");
    const auto inside = check_named("auto");
    const auto checked = run_check(*inside, stream_of("printf -- '-- MySQL dump 1\n' | gzip"));
    EXPECT_THAT(checked.error().message(), HasSubstr("inside gzip: mysqldump stream at byte 16"));
}

} // namespace
} // namespace intact::test
