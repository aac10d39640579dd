// What is said of a job that is right, and may not be meant so.
#include "unit/config/job_fixture.hpp"

#include <gmock/gmock.h>

namespace intact::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(JobTest, is_warned_of_months_where_minutes_are_likely) {
    load_job(kFilesSource + "[run]\ntimeout = \"5M\"\n");
    EXPECT_THAT(codes(), ElementsAre("W003"));
}

TEST_F(JobTest, is_told_when_nothing_of_its_stream_can_be_proven) {
    const std::string command = "[source]\ntype = \"command\"\ncommand = [\"a\"]\n";
    load_job(command);
    EXPECT_THAT(codes(), ElementsAre("N001"));
    load_job(command + "format = \"raw\"\n");
    EXPECT_THAT(codes(), ElementsAre("N001"));
    EXPECT_EQ(loaded_.diagnostics.front().severity, Severity::note);
    load_job(command + "format = \"auto\"\n");
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(JobTest, is_warned_of_a_destination_inside_its_source) {
    const auto job = [](const std::string &paths, const std::string &exclude,
                        const std::string &path) {
        return "[source]\ntype = \"files\"\npaths = " + paths + "\nexclude = " + exclude +
               "\n[destination]\npath = \"" + path + "\"\n";
    };
    load_job(job("[\"/srv\", \"/home\"]", "[]", "/home/backup"));
    ASSERT_THAT(codes(), ElementsAre("W002"));
    EXPECT_EQ(loaded_.diagnostics[0].line, 6U);
    EXPECT_THAT(loaded_.diagnostics[0].hint, testing::HasSubstr("source.exclude"));
    load_job(job("[\"/home\"]", "[]", "/home/"));
    ASSERT_THAT(codes(), ElementsAre("W002"));
    EXPECT_THAT(loaded_.diagnostics[0].hint, testing::HasSubstr("another destination"));
    load_job(job("[\"/\"]", "[\"*.bak\"]", "/backup"));
    EXPECT_THAT(codes(), ElementsAre("W002"));
    for (const std::string pattern :
         {"/home/backup", "/home/backup/", "/home/backup/**", "backup", "/home/b*"}) {
        load_job(job("[\"/home/\"]", "[\"" + pattern + "\"]", "/home/backup/x"));
        EXPECT_THAT(codes(), IsEmpty()) << pattern;
    }
    load_job(job("[\"/home\"]", "[]", "/homes/backup"));
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(JobTest, may_not_back_a_path_up_twice) {
    const auto codes_of = [&](const std::string &paths, const std::string &more) {
        const Configuration loaded = load_files({dir_.write(
            "a.toml", "[source]\ntype = \"files\"\npaths = " + paths + "\n" + more + "\n")});
        std::vector<std::string> found;
        for (const Diagnostic &one : loaded.diagnostics) {
            found.push_back(one.code);
        }
        return found;
    };
    EXPECT_THAT(codes_of("[\"/a\", \"/b\", \"/a/\"]", ""), ElementsAre("E013"));
    EXPECT_THAT(codes_of("[\"/a/b\", \"/a\"]", ""), ElementsAre("E013"));
    EXPECT_THAT(codes_of("[\"/a\", \"/ab\"]", ""), IsEmpty());
    EXPECT_THAT(codes_of("[\"/a\", \"/a/b\"]", "one_file_system = true"), IsEmpty());
    EXPECT_THAT(codes_of("[\"/a\", \"/a/b\"]", "exclude = [\"/a/b\"]"), IsEmpty());
}

TEST_F(JobTest, is_warned_when_the_default_destination_is_inside_its_source) {
    load_job("[source]\ntype = \"files\"\npaths = [\"/var\"]\n");
    ASSERT_THAT(codes(), ElementsAre("W002"));
    EXPECT_EQ(loaded_.diagnostics[0].line, 3U);
}

TEST_F(JobTest, is_told_when_what_it_expects_cannot_be_counted) {
    const std::string command = "[source]\ntype = \"command\"\ncommand = [\"a\"]\nformat = \"";
    const std::string expect = "\"\n[expect]\nmin_entries = 1\n";
    load_job(command + "raw" + expect);
    EXPECT_THAT(codes(), ElementsAre("N001", "N002"));
    EXPECT_EQ(loaded_.diagnostics.back().line, 6U);
    EXPECT_EQ(loaded_.diagnostics.back().severity, Severity::note);
    load_job(command + "sqlite+gzip" + expect);
    EXPECT_THAT(codes(), ElementsAre("N002"));
    for (const std::string format : {"tar+gzip", "auto", "jsonl"}) {
        load_job(command + format + expect);
        EXPECT_THAT(codes(), IsEmpty()) << format;
    }
    load_job(command + "sqlite\"\n[expect]\nmin_size = \"1\"\n");
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(JobTest, is_told_when_a_suspicious_backup_would_replace_the_only_good_one) {
    const std::string fixed = kFilesSource + "[destination]\nname = \"a\"\n";
    const std::string expect = "[expect]\nmax_shrink = \"50%\"\n";
    load_job(fixed + expect);
    EXPECT_THAT(codes(), ElementsAre("N003"));
    EXPECT_THAT(loaded_.diagnostics[0].hint, testing::HasSubstr("suspicious = \"fail\""));
    load_job(fixed + expect + "[on_warning]\nsuspicious = \"fail\"\n");
    EXPECT_THAT(codes(), IsEmpty());
    load_job("on_warning = \"fail\"\n" + fixed + expect);
    EXPECT_THAT(codes(), IsEmpty());
    load_job(fixed + "[expect]\nmin_entries = 0\n");
    EXPECT_THAT(codes(), IsEmpty());
    load_job(kFilesSource + expect);
    EXPECT_THAT(codes(), IsEmpty());
}

} // namespace
} // namespace intact::config
