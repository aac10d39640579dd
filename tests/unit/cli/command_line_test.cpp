// Words to arguments: what is taken, what is refused, and how.
#include "cli/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

tl::expected<CommandLine, Answer> parse(std::vector<const char *> words) {
    words.insert(words.begin(), "intact");
    return parse_command_line(static_cast<int>(words.size()), words.data());
}

template <typename T>
T parsed(std::vector<const char *> words) {
    const auto line = parse(std::move(words));
    EXPECT_TRUE(line) << line.error().error;
    return line ? std::get<T>(line->verb) : T{};
}

Answer refused(std::vector<const char *> words) {
    const auto line = parse(std::move(words));
    EXPECT_FALSE(line);
    return line ? Answer{} : line.error();
}

TEST(CommandLineTest, without_a_verb_it_shows_help_and_fails) {
    const Answer answer = refused({});
    EXPECT_EQ(answer.exit_code, 2);
    EXPECT_THAT(answer.error, HasSubstr("restore"));
    EXPECT_EQ(answer.out, "");
}

TEST(CommandLineTest, an_unknown_verb_is_told_with_the_nearest_one) {
    const Answer answer = refused({"restroe"});
    EXPECT_EQ(answer.exit_code, 2);
    EXPECT_THAT(answer.error, HasSubstr("restroe"));
    EXPECT_THAT(answer.error, HasSubstr("did you mean 'restore'?"));
}

TEST(CommandLineTest, an_unknown_option_is_told_with_the_nearest_one) {
    const Answer answer = refused({"restore", "etc", "--overwite"});
    EXPECT_EQ(answer.exit_code, 2);
    EXPECT_THAT(answer.error, HasSubstr("did you mean '--overwrite'?"));
}

TEST(CommandLineTest, a_missing_argument_points_to_the_verbs_help) {
    const Answer answer = refused({"run"});
    EXPECT_EQ(answer.exit_code, 2);
    EXPECT_THAT(answer.error, HasSubstr("JOB"));
    EXPECT_THAT(answer.error, HasSubstr("hint: see 'intact run --help'"));
}

TEST(CommandLineTest, every_verb_has_help_with_an_example) {
    for (const char *verb :
         {"run", "check", "config", "verify", "restore", "list", "history", "catalog", "version"}) {
        const Answer answer = refused({verb, "--help"});
        EXPECT_EQ(answer.exit_code, 0) << verb;
        EXPECT_THAT(answer.out, HasSubstr("Example")) << verb;
        EXPECT_THAT(answer.out, HasSubstr(verb)) << verb;
    }
}

TEST(CommandLineTest, tells_its_version) {
    EXPECT_THAT(refused({"--version"}).out, testing::MatchesRegex("intact [0-9.]+\n"));
    EXPECT_EQ(refused({"--version"}).exit_code, 0);
    parsed<VersionArguments>({"version"});
}

TEST(CommandLineTest, a_schema_is_that_of_a_job_unless_told) {
    EXPECT_EQ(parsed<ConfigSchemaArguments>({"config", "schema"}).file, SchemaOf::job);
    EXPECT_EQ(parsed<ConfigSchemaArguments>({"config", "schema", "intact.toml"}).file,
              SchemaOf::agent);
    EXPECT_EQ(refused({"config", "schema", "others"}).exit_code, 2);
    EXPECT_TRUE(parse({"config", "show"}));
}

TEST(CommandLineTest, what_shells_ask_is_in_no_help) {
    EXPECT_EQ(parsed<CompleteArguments>({"__complete", "jobs"}).offer, Offer::jobs);
    EXPECT_EQ(parsed<CompleteArguments>({"__complete", "backups"}).offer, Offer::backups);
    EXPECT_THAT(refused({"--help"}).out, testing::Not(HasSubstr("__complete")));
}

TEST(CommandLineTest, places_may_come_before_or_after_the_verb) {
    for (const auto &words : {std::vector{"--config-dir", "/c", "--state-dir=/s", "list"},
                              {"list", "--config-dir", "/c", "--state-dir=/s"}}) {
        const auto line = parse(words);
        ASSERT_TRUE(line);
        EXPECT_EQ(line->globals.config_dir, "/c");
        EXPECT_EQ(line->globals.state_dir, "/s");
    }
}

TEST(CommandLineTest, runs_jobs_in_order_even_if_one_is_called_like_a_verb) {
    EXPECT_THAT(parsed<RunArguments>({"run", "list", "etc"}).jobs, ElementsAre("list", "etc"));
}

TEST(CommandLineTest, does_not_wait_unless_told) {
    EXPECT_EQ(parsed<RunArguments>({"run", "etc"}).patience, std::chrono::seconds(0));
}

TEST(CommandLineTest, waits_for_ever_without_swallowing_the_job) {
    const auto run = parsed<RunArguments>({"run", "--wait", "etc"});
    EXPECT_THAT(run.jobs, ElementsAre("etc"));
    EXPECT_GT(run.patience, std::chrono::years(1000));
}

TEST(CommandLineTest, takes_a_new_destination_only_when_told) {
    EXPECT_FALSE(parsed<RunArguments>({"run", "etc"}).is_new_destination);
    EXPECT_TRUE(parsed<RunArguments>({"run", "etc", "--new-destination"}).is_new_destination);
}

TEST(CommandLineTest, takes_a_first_job_apart_from_its_command) {
    const auto init = parsed<InitArguments>(
        {"init", "--name", "a", "--source", "/b", "--source", "/c", "--stdout"});
    EXPECT_THAT(init.sources, ElementsAre("/b", "/c"));
    EXPECT_EQ(init.to, InitArguments::To::standard_output);
    EXPECT_THAT(parsed<InitArguments>({"init", "--command", "--", "d", "--name"}).command,
                ElementsAre("d", "--name"));
    EXPECT_EQ(refused({"init", "--command"}).exit_code, 2);
}

TEST(CommandLineTest, looks_at_jobs_and_directories) {
    EXPECT_THAT(parsed<DoctorArguments>({"doctor"}).words, IsEmpty());
    const auto doctor = parsed<DoctorArguments>({"doctor", "etc", "/mnt/", "--json"});
    EXPECT_THAT(doctor.words, ElementsAre("etc", "/mnt/"));
    EXPECT_EQ(doctor.form, Form::json);
}

TEST(CommandLineTest, recovers_in_earnest_unless_told) {
    EXPECT_EQ(parsed<RecoverArguments>({"recover"}).word, "");
    EXPECT_EQ(parsed<RecoverArguments>({"recover", "etc"}).settling, destination::Settling::act);
    EXPECT_EQ(parsed<RecoverArguments>({"recover", "-n", "/mnt/"}).settling,
              destination::Settling::look);
}

TEST(CommandLineTest, tests_a_directory_once_unless_told) {
    const auto extent = parsed<SelftestArguments>({"selftest", "publish", "/mnt"}).extent;
    EXPECT_EQ(extent.rounds, 1U);
    EXPECT_EQ(extent.every, 1U);
    const auto wide =
        parsed<SelftestArguments>({"selftest", "publish", "/mnt", "--rounds=3", "--every=4"})
            .extent;
    EXPECT_EQ(wide.rounds, 3U);
    EXPECT_EQ(wide.every, 4U);
    EXPECT_EQ(refused({"selftest", "publish"}).exit_code, 2);
    EXPECT_EQ(refused({"selftest", "publish", "/mnt", "--rounds=0"}).exit_code, 2);
}

TEST(CommandLineTest, waits_as_long_as_told) {
    EXPECT_EQ(parsed<RunArguments>({"run", "etc", "--wait=1min 30s"}).patience,
              std::chrono::seconds(90));
}

TEST(CommandLineTest, refuses_a_duration_without_a_unit) {
    const Answer answer = refused({"run", "etc", "--wait=5"});
    EXPECT_EQ(answer.exit_code, 2);
    EXPECT_THAT(answer.error, HasSubstr("--wait: '5'"));
}

TEST(CommandLineTest, verify_needs_something_to_verify) {
    EXPECT_EQ(refused({"verify"}).exit_code, 2);
    EXPECT_EQ(parsed<VerifyArguments>({"verify", "--all"}).reach, Reach::all);
    EXPECT_EQ(parsed<VerifyArguments>({"verify", "etc"}).depth, config::VerifyDepth::archive);
}

TEST(CommandLineTest, names_the_depths_it_knows) {
    const Answer answer = refused({"verify", "etc", "--depth=deep"});
    EXPECT_EQ(answer.exit_code, 2);
    EXPECT_THAT(answer.error, HasSubstr("checksum"));
}

TEST(CommandLineTest, restores_into_exactly_one_place) {
    EXPECT_EQ(refused({"restore", "etc"}).exit_code, 2);
    EXPECT_EQ(refused({"restore", "etc", "--target", "/t", "--stdout"}).exit_code, 2);
    EXPECT_EQ(parsed<RestoreArguments>({"restore", "etc", "--stdout"}).to,
              RestoreTo::standard_output);
}

TEST(CommandLineTest, takes_everything_after_the_dashes_as_the_command_to_pipe_to) {
    const auto restore = parsed<RestoreArguments>(
        {"restore", "pg", "--pipe", "--", "pg_restore", "-d", "shop", "--", "--stdout"});
    EXPECT_EQ(restore.to, RestoreTo::command);
    EXPECT_THAT(restore.command, ElementsAre("pg_restore", "-d", "shop", "--", "--stdout"));
}

TEST(CommandLineTest, takes_paths_after_the_dashes_otherwise) {
    const auto restore =
        parsed<RestoreArguments>({"restore", "etc", "--target", "/t", "--", "-odd-", "etc/ssh"});
    EXPECT_THAT(restore.patterns, ElementsAre("-odd-", "etc/ssh"));
}

TEST(CommandLineTest, refuses_a_pipe_to_nothing) {
    EXPECT_THAT(refused({"restore", "pg", "--pipe"}).error, HasSubstr("--pipe without a command"));
}

TEST(CommandLineTest, restores_into_the_pod_of_the_job_or_a_named_one) {
    const auto own = parsed<RestoreArguments>({"restore", "--pod", "shop", "--overwrite"});
    EXPECT_EQ(own.to, RestoreTo::pod);
    EXPECT_EQ(own.backup, "shop");
    EXPECT_EQ(own.pod, "");
    EXPECT_EQ(own.existing, engine::Existing::overwrite);
    const auto named = parsed<RestoreArguments>({"restore", "shop", "--pod=p-1", "--target=/t"});
    EXPECT_EQ(named.to, RestoreTo::pod);
    EXPECT_EQ(named.pod, "p-1");
    EXPECT_EQ(named.target, "/t");
    for (const std::vector<const char *> &more : {std::vector<const char *>{"--stdout"},
                                                  {"--pipe", "--", "cat"},
                                                  {"--target=relative"},
                                                  {"etc/ssh"},
                                                  {"--dry-run"}}) {
        std::vector<const char *> words{"restore", "shop", "--pod"};
        words.insert(words.end(), more.begin(), more.end());
        EXPECT_EQ(refused(words).exit_code, 2) << more.front();
    }
}

TEST(CommandLineTest, refuses_paths_of_a_stream) {
    EXPECT_EQ(refused({"restore", "etc", "etc/ssh", "--stdout"}).exit_code, 2);
}

TEST(CommandLineTest, a_usage_error_is_one_line_whatever_it_holds) {
    const Answer answer = refused({"run\n\x1b[2J"});
    EXPECT_THAT(answer.error, HasSubstr("\\x1b"));
    EXPECT_EQ(std::count(answer.error.begin(), answer.error.end(), '\n'), 2);
}

} // namespace
} // namespace intact::cli
