// What good files mean: every source type, defaults, and where each value came from.
#include "unit/config/job_fixture.hpp"

#include <algorithm>
#include <csignal>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::config {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;

const Setting *find_setting(const LoadedJob &job, std::string_view key) {
    const auto found = std::find_if(job.settings.begin(), job.settings.end(),
                                    [key](const Setting &one) { return one.key == key; });
    return found == job.settings.end() ? nullptr : &*found;
}

TEST_F(JobTest, of_three_lines_has_the_defaults_of_the_types) {
    const Job &job = load_job(kFilesSource).job;
    EXPECT_EQ(job.name, "a");
    EXPECT_EQ(job.file, dir_ / "a.toml");
    EXPECT_TRUE(job.enabled);
    EXPECT_FALSE(job.schedule);
    EXPECT_EQ(job.source_type(), SourceType::files);
    const auto &source = std::get<FilesSource>(job.source);
    EXPECT_THAT(source.paths, ElementsAre("/etc"));
    EXPECT_THAT(source.exclude, IsEmpty());
    EXPECT_EQ(source.one_file_system, FilesSource{}.one_file_system);
    EXPECT_EQ(source.exclude_caches, FilesSource{}.exclude_caches);
    EXPECT_EQ(source.exclude_if_present, FilesSource{}.exclude_if_present);
    EXPECT_EQ(job.archive.compression, Archive{}.compression);
    EXPECT_EQ(job.archive.level, Archive{}.level);
    EXPECT_EQ(job.archive.threads, Archive{}.threads);
    EXPECT_EQ(job.archive.frame_size, Archive{}.frame_size);
    EXPECT_EQ(job.destination.path, "/var/backups/intact/a");
    EXPECT_EQ(job.destination.name, Destination{}.name);
    EXPECT_EQ(job.destination.strategy, Destination{}.strategy);
    EXPECT_EQ(job.destination.staging, "");
    EXPECT_EQ(job.destination.require_mount, RequiredMount{});
    EXPECT_EQ(job.verify.after_run, Verify{}.after_run);
    EXPECT_EQ(job.limits.timeout, std::nullopt);
    EXPECT_EQ(job.limits.stall_timeout, std::nullopt);
    EXPECT_EQ(job.limits.retries, Limits{}.retries);
    EXPECT_EQ(job.limits.retry_delay, Limits{}.retry_delay);
}

TEST_F(JobTest, takes_every_key_of_a_files_source) {
    const Job &job = load_job(R"(
description = "System \"configuration\""
enabled = false
[source]
type = "files"
paths = ["/etc", "/opt/a b"]
exclude = ["*.bak", "/etc/ssl/private"]
one_file_system = true
require_mount = true
exclude_caches = false
exclude_if_present = []
[archive]
compression = "gzip"
level = 9
threads = 2
frame_size = "1MiB"
[destination]
path = "/srv/backup"
name = "{host}-{job}-{time}"
strategy = "copy-and-swap"
staging = "/var/tmp/staging"
require_mount = "UUID=1234-ABCD"
[verify]
after_run = "size"
[run]
timeout = "4h"
stall_timeout = "15min"
)")
                         .job;
    EXPECT_EQ(job.description, "System \"configuration\"");
    EXPECT_FALSE(job.enabled);
    const auto &source = std::get<FilesSource>(job.source);
    EXPECT_THAT(source.paths, ElementsAre("/etc", "/opt/a b"));
    EXPECT_THAT(source.exclude, ElementsAre("*.bak", "/etc/ssl/private"));
    EXPECT_TRUE(source.one_file_system);
    EXPECT_EQ(source.require_mount, (RequiredMount{true, ""}));
    EXPECT_FALSE(source.exclude_caches);
    EXPECT_THAT(source.exclude_if_present, IsEmpty());
    EXPECT_EQ(job.archive.compression, Compression::gzip);
    EXPECT_EQ(job.archive.level, 9);
    EXPECT_EQ(job.archive.threads, 2U);
    EXPECT_EQ(job.archive.frame_size, 1U << 20);
    EXPECT_EQ(job.destination.path, "/srv/backup");
    EXPECT_EQ(job.destination.name, "{host}-{job}-{time}");
    EXPECT_EQ(job.destination.strategy, Strategy::copy_and_swap);
    EXPECT_EQ(job.destination.staging, "/var/tmp/staging");
    EXPECT_EQ(job.destination.require_mount, (RequiredMount{false, "UUID=1234-ABCD"}));
    EXPECT_EQ(job.verify.after_run, VerifyDepth::size);
    EXPECT_EQ(job.limits.timeout, hours(4));
    EXPECT_EQ(job.limits.stall_timeout, minutes(15));
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(JobTest, takes_every_key_of_a_command_source) {
    const Job &job =
        load_job("[source]\ntype = \"command\"\ncommand = [\"tar\", \"-c\", \"\", \"a\\nb\"]\n"
                 "format = \"regex+gzip\"\nmin_size = \"1KiB\"\nend_pattern = \"done\\n\"\n"
                 "end_window = \"100\"\nworking_directory = \"/srv\"\n"
                 "environment = { PGHOST = \"h\", _X1 = \"\" }\n"
                 "exit_status = { 1 = \"warning\", 0 = \"failure\", SIGPIPE = \"success\" }\n"
                 "stderr_warnings = [\"^warn\", \"b\"]\nstderr_failures = [\"c\"]\n")
            .job;
    const auto &source = std::get<CommandSource>(job.source);
    EXPECT_THAT(source.command, ElementsAre("tar", "-c", "", "a\nb"));
    EXPECT_EQ(source.format.name(), "regex+gzip");
    EXPECT_EQ(source.min_size, 1024U);
    EXPECT_EQ(source.end_pattern, "done\n");
    EXPECT_EQ(source.end_window, 100U);
    EXPECT_EQ(source.working_directory, "/srv");
    EXPECT_EQ(source.environment.at("PGHOST").text, "h");
    EXPECT_EQ(source.environment.at("_X1").text, "");
    EXPECT_EQ(source.exit.statuses,
              (std::map<int, Verdict>{{0, Verdict::failure}, {1, Verdict::warning}}));
    EXPECT_EQ(source.exit.signals, (std::map<int, Verdict>{{SIGPIPE, Verdict::success}}));
    EXPECT_THAT(source.exit.stderr_warnings, ElementsAre("^warn", "b"));
    EXPECT_THAT(source.exit.stderr_failures, ElementsAre("c"));
}

TEST_F(JobTest, takes_every_key_of_a_kubernetes_source) {
    const Job &job = load_job("[source]\ntype = \"kubernetes\"\nkubectl = \"/opt/kubectl\"\n"
                              "context = \"c\"\nkubeconfig = \"/k\"\nnamespace = \"n\"\n"
                              "selector = \"app=x\"\ncontainer = \"db\"\npath = \"/data\"\n"
                              "exclude = [\"lost+found\"]\npod_digest = \"required\"\n")
                         .job;
    const auto &source = std::get<KubernetesSource>(job.source);
    EXPECT_EQ(source.kubectl, "/opt/kubectl");
    EXPECT_EQ(source.context, "c");
    EXPECT_EQ(source.kubeconfig, "/k");
    EXPECT_EQ(source.namespace_, "n");
    EXPECT_EQ(source.pod, "");
    EXPECT_EQ(source.selector, "app=x");
    EXPECT_EQ(source.container, "db");
    EXPECT_EQ(source.path, "/data");
    EXPECT_THAT(source.exclude, ElementsAre("lost+found"));
    EXPECT_EQ(source.digest, PodDigest::required);
}

TEST_F(JobTest, takes_every_key_of_a_database) {
    const Job &job =
        load_job("[source]\ntype = \"postgresql\"\ndatabase = \"shop\"\nhost = \"h\"\n"
                 "port = 5433\nuser = \"u\"\npassword = { credential = \"c\" }\n"
                 "tools = \"/opt/bin\"\noptions = [\"-v\"]\nmin_size = \"1KiB\"\n"
                 "environment = { PGSSLMODE = \"require\" }\nexit_status = { 1 = \"warning\" }\n"
                 "stderr_warnings = [\"a\"]\nstderr_failures = [\"b\"]\n")
            .job;
    EXPECT_EQ(job.source_type(), SourceType::postgresql);
    const auto &source = std::get<DatabaseSource>(job.source);
    EXPECT_EQ(source.type, SourceType::postgresql);
    EXPECT_EQ(source.database, "shop");
    EXPECT_EQ(source.host, "h");
    EXPECT_EQ(source.port, 5433U);
    EXPECT_EQ(source.user, "u");
    EXPECT_EQ(source.password, (VariableValue{"c", VariableValue::From::credential, {}}));
    EXPECT_EQ(source.tools, "/opt/bin");
    EXPECT_THAT(source.options, ElementsAre("-v"));
    EXPECT_EQ(source.format.name(), "pgdump-custom");
    EXPECT_EQ(source.min_size, 1024U);
    EXPECT_EQ(source.environment.at("PGSSLMODE").text, "require");
    EXPECT_EQ(source.exit.statuses, (std::map<int, Verdict>{{1, Verdict::warning}}));
    EXPECT_THAT(source.exit.stderr_warnings, ElementsAre("a"));
    EXPECT_THAT(source.exit.stderr_failures, ElementsAre("b"));
}

TEST_F(JobTest, knows_what_each_database_gives) {
    for (const auto &[lines, format] :
         {std::pair("type = \"postgresql\"\ndatabase = \"all\"", "pgdump-plain"),
          {"type = \"mysql\"\ndatabase = \"all\"\nsocket = \"/s\"", "mysqldump"},
          {"type = \"mongodb\"\ndatabase = \"a\"", "mongodb-archive"},
          {"type = \"sqlite\"\nfile = \"/f\"", "sqlite"},
          {"type = \"redis\"", "redis-rdb"}}) {
        const Job &job = load_job(fmt::format("[source]\n{}\n", lines)).job;
        EXPECT_EQ(stream_format(job.source).name(), format);
        EXPECT_EQ(std::get<DatabaseSource>(job.source).password, std::nullopt);
    }
}

TEST_F(JobTest, keeps_its_schedule) {
    const Job &job =
        load_job(kFilesSource + "[schedule]\ncalendar = [\"daily\", \"Mon 12:00\"]\n"
                                "timezone = \"UTC\"\nrandom_delay = \"30min\"\ncatch_up = false\n"
                                "random_delay_kind = \"fresh\"\ncatch_up_window = \"1d\"\n"
                                "[run]\nretries = 2\nretry_delay = \"10min\"\n"
                                "nice = 5\nio_class = \"idle\"\nio_priority = 3\n")
            .job;
    ASSERT_TRUE(job.schedule);
    EXPECT_THAT(job.schedule->calendar, ElementsAre("daily", "Mon 12:00"));
    EXPECT_EQ(job.schedule->timezone, "UTC");
    EXPECT_EQ(job.schedule->random_delay, minutes(30));
    EXPECT_EQ(job.schedule->delay_kind, DelayKind::fresh);
    EXPECT_FALSE(job.schedule->catch_up);
    EXPECT_EQ(job.schedule->catch_up_window, std::chrono::hours(24));
    EXPECT_EQ(job.limits.retries, 2U);
    EXPECT_EQ(job.limits.retry_delay, minutes(10));
    EXPECT_EQ(job.priority.nice, 5);
    EXPECT_EQ(job.priority.io_class, IoClass::idle);
    EXPECT_EQ(job.priority.io_priority, 3);
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(JobTest, takes_one_calendar_as_a_string) {
    EXPECT_THAT(
        load_job(kFilesSource + "[schedule]\ncalendar = \"daily\"\n").job.schedule->calendar,
        ElementsAre("daily"));
}

TEST_F(JobTest, may_hold_tables_and_keys_of_the_operators_own) {
    load_job("x-owner = \"me\"\n" + kFilesSource +
             "x-note = 1\n[x-ansible]\nanything.goes = [1.5, {}]\n");
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(JobTest, may_be_written_with_dotted_keys_and_inline_tables) {
    const Job &job =
        load_job("source = { type = \"files\", paths = [\"/etc\"] }\narchive.level = 7\n").job;
    EXPECT_EQ(job.archive.level, 7);
}

TEST_F(JobTest, may_have_windows_line_ends_and_a_byte_order_mark) {
    load_job("\xef\xbb\xbf[source]\r\ntype = \"files\"\r\npaths = [\"/etc\"]\r\n");
    EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(JobTest, takes_hooks_beside_those_of_the_defaults) {
    const std::string main = dir_.write("intact.toml", R"(
[defaults.hooks]
on_failure = ["notify", "--urgent"]
after = ["from-defaults"]
environment = { A = "1", B = "1" }
)");
    const Configuration loaded = load_files({main, dir_.write("a.toml", kFilesSource + R"(
[hooks]
before = ["fsfreeze", "-f", "/srv"]
after = []
timeout = "30s"
environment = { B = "2" }
)")});
    ASSERT_EQ(loaded.jobs.size(), 1U);
    const Job &job = loaded.jobs[0].job;
    EXPECT_THAT(job.hooks.before, ElementsAre("fsfreeze", "-f", "/srv"));
    EXPECT_THAT(job.hooks.after, IsEmpty());
    EXPECT_THAT(job.hooks.on_failure, ElementsAre("notify", "--urgent"));
    EXPECT_THAT(job.hooks.on_success, IsEmpty());
    EXPECT_EQ(job.hooks.timeout, std::chrono::seconds(30));
    EXPECT_EQ(job.hooks.environment, (Variables{{"A", {"1"}}, {"B", {"2"}}}));
    EXPECT_EQ(job.limits.hooks, std::chrono::seconds(60));
    EXPECT_EQ(find_setting(loaded.jobs[0], "hooks.environment.A")->value, "\"***\"");
}

TEST_F(JobTest, has_no_hooks_unless_it_names_them) {
    const Job &job = load_job(kFilesSource).job;
    EXPECT_THAT(job.hooks.before, IsEmpty());
    EXPECT_EQ(job.hooks.timeout, Hooks{}.timeout);
    EXPECT_EQ(job.limits.hooks, std::chrono::seconds(0));
}

TEST_F(JobTest, takes_infinity_for_no_limit) {
    EXPECT_EQ(load_job(kFilesSource + "[run]\ntimeout = \"infinity\"\n").job.limits.timeout,
              std::nullopt);
}

TEST_F(JobTest, accounts_for_file_and_line_of_each_value) {
    const std::string main =
        dir_.write("intact.toml", "[defaults.archive]\n\ncompression = \"gzip\"\nthreads = 2\n");
    const std::string file = dir_.write("b.toml", kFilesSource + "archive.threads = 4\n");
    const std::string nested = dir_.write("c.toml", kFilesSource + "[archive]\nthreads = 4\n");
    const Configuration loaded = load_files({main, nested});
    ASSERT_EQ(loaded.jobs.size(), 1U);
    const LoadedJob &job = loaded.jobs[0];
    const auto expect = [&](std::string_view key, std::string_view value, std::string_view from,
                            unsigned line) {
        const Setting *setting = find_setting(job, key);
        ASSERT_NE(setting, nullptr) << key;
        EXPECT_EQ(setting->value, value) << key;
        EXPECT_EQ(setting->file, from) << key;
        EXPECT_EQ(setting->line, line) << key;
    };
    expect("source.paths", "[\"/etc\"]", nested, 3);
    expect("archive.compression", "\"gzip\"", main, 3);
    expect("archive.threads", "4", nested, 5);
    expect("archive.level", "6", "", 0);
    expect("archive.frame_size", "\"4MiB\"", "", 0);
    expect("destination.path", "\"/var/backups/intact/c\"", "", 0);
    expect("run.timeout", "\"infinity\"", "", 0);
    expect("run.retry_delay", "\"5min\"", "", 0);
    expect("enabled", "true", "", 0);
    EXPECT_EQ(find_setting(job, "source.command"), nullptr);
    EXPECT_EQ(find_setting(job, "schedule.timezone"), nullptr);
}

TEST_F(JobTest, never_shows_what_a_variable_holds) {
    const LoadedJob &job = load_job("[source]\ntype = \"command\"\ncommand = [\"x\"]\n"
                                    "environment = { PGOPTIONS = \"hunter2\" }\n");
    const Setting *setting = find_setting(job, "source.environment.PGOPTIONS");
    ASSERT_NE(setting, nullptr);
    EXPECT_EQ(setting->value, "\"***\"");
    EXPECT_EQ(setting->line, 4U);
    for (const Setting &one : job.settings) {
        EXPECT_EQ(one.value.find("hunter2"), std::string::npos);
    }
}

TEST_F(JobTest, shows_what_an_exit_status_is_taken_for) {
    const LoadedJob &job = load_job("[source]\ntype = \"command\"\ncommand = [\"x\"]\n"
                                    "exit_status = { 1 = \"warning\" }\n");
    const Setting *setting = find_setting(job, "source.exit_status.1");
    ASSERT_NE(setting, nullptr);
    EXPECT_EQ(setting->value, "\"warning\"");
}

TEST_F(JobTest, says_what_is_published_with_warnings_and_what_is_expected) {
    const LoadedJob &loaded = load_job(kFilesSource + "[on_warning]\nunreadable = \"fail\"\n"
                                                      "mount = \"publish\"\n[expect]\n"
                                                      "min_size = \"10MiB\"\n"
                                                      "max_shrink = \"50%\"\nmin_entries = 7\n");
    const Reactions expected{{WarningKind::unreadable, Reaction::fail},
                             {WarningKind::mount, Reaction::publish}};
    EXPECT_EQ(loaded.job.on_warning, expected);
    EXPECT_EQ(loaded.job.expect.min_size, 10U << 20);
    EXPECT_EQ(loaded.job.expect.max_shrink, 50U);
    EXPECT_EQ(loaded.job.expect.min_entries, 7U);
    const Setting *setting = find_setting(loaded, "on_warning.unreadable");
    ASSERT_NE(setting, nullptr);
    EXPECT_EQ(setting->value, "\"fail\"");
}

TEST_F(JobTest, takes_one_word_for_all_reasons_but_a_mount_left_out_on_purpose) {
    const LoadedJob &loaded = load_job("on_warning = \"fail\"\n" + kFilesSource);
    EXPECT_EQ(loaded.job.on_warning.size(), kWarningKinds - 2);
    EXPECT_FALSE(loaded.job.on_warning.contains(WarningKind::mount));
    EXPECT_FALSE(loaded.job.on_warning.contains(WarningKind::hook));
    EXPECT_EQ(loaded.job.on_warning.at(WarningKind::suspicious), Reaction::fail);
    ASSERT_NE(find_setting(loaded, "on_warning.vanished"), nullptr);
    EXPECT_EQ(find_setting(loaded, "on_warning.vanished")->line, 1U);
}

TEST_F(JobTest, is_the_same_when_its_settings_are_read_back) {
    const std::string first =
        kFilesSource + "exclude = [\"a\\\"b\", \"c\\\\d\"]\n[archive]\nframe_size = \"65537\"\n"
                       "[run]\ntimeout = \"90.5s\"\n";
    const std::vector<Setting> before = load_job(first).settings;
    std::string again;
    for (const Setting &one : before) {
        again += one.key + " = " + one.value + "\n";
    }
    const std::vector<Setting> after = load_job(again).settings;
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(after[i].key, before[i].key);
        EXPECT_EQ(after[i].value, before[i].value);
    }
}

} // namespace
} // namespace intact::config
