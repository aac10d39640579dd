// The verbs that read: verify, restore, list, history, catalog, check, config.
#include "unit/cli/cli_fixture.hpp"

#include "cli/terminal.hpp"

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <pty.h>
#include <unistd.h>

namespace intact::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class BackupTest : public CliTest {
protected:
    BackupTest() {
        write_files_job();
        EXPECT_EQ(intact({"run", "data", "--quiet"}).exit_code, 0);
        archive_ = archive();
        name_ = std::filesystem::path(archive_).filename().string();
    }

    void flip_byte(const std::string &path) const {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(20);
        const char byte = static_cast<char>(file.get() ^ 1);
        file.seekp(20);
        file.put(byte);
    }
    void forget_configuration() const { std::filesystem::remove_all(temp_ / "conf"); }

    std::string archive_; ///< its path
    std::string name_;
};

TEST_F(BackupTest, verify_proves_a_jobs_newest_backup) {
    const Said said = intact({"verify", "data"});
    EXPECT_EQ(said.exit_code, 0) << said.error;
    EXPECT_THAT(said.out, testing::MatchesRegex("ok +data-.*\\.tar\\.zst: archive, .*\n"));
}

TEST_F(BackupTest, verify_needs_no_configuration_for_a_path) {
    forget_configuration();
    EXPECT_EQ(intact({"verify", archive_}).exit_code, 0);
    EXPECT_EQ(intact({"verify", archive_ + ".manifest.json"}).exit_code, 0);
}

TEST_F(BackupTest, verify_finds_a_flipped_byte_and_exits_5) {
    flip_byte(archive_);
    const Said said = intact({"verify", "data"});
    EXPECT_EQ(said.exit_code, 5);
    EXPECT_THAT(said.out, AllOf(testing::StartsWith("BAD"), HasSubstr("hint: ")));
}

TEST_F(BackupTest, verify_all_goes_on_after_a_bad_one) {
    flip_byte(archive_);
    intact({"run", "data", "--quiet"});
    const Said said = intact({"verify", "--all"});
    EXPECT_EQ(said.exit_code, 5);
    EXPECT_THAT(said.out, HasSubstr("1 of 2 backups ok\n"));
}

TEST_F(BackupTest, verify_json_tells_one_object_a_backup) {
    flip_byte(archive_);
    const auto json = nlohmann::json::parse(intact({"verify", "data", "--json"}).out);
    EXPECT_EQ(json["ok"], false);
    EXPECT_EQ(json["backup"], name_);
    EXPECT_THAT(json["message"].get<std::string>(), Not(testing::IsEmpty()));
}

TEST_F(BackupTest, verify_all_tells_of_what_it_could_not_look_at) {
    std::filesystem::remove_all(temp_ / "conf/jobs.d");
    temp_.write("conf/jobs.d", "no directory");
    for (const std::vector<std::string> &words : {std::vector<std::string>{"verify", "--all"},
                                                  {"list"},
                                                  {"config", "show"},
                                                  {"catalog", "rebuild"}}) {
        const Said said = intact(words);
        EXPECT_EQ(said.exit_code, 78) << words[0];
        EXPECT_THAT(said.error, HasSubstr("jobs.d")) << words[0];
    }
}

TEST_F(BackupTest, verify_all_of_nothing_is_no_success) {
    write_files_job("young");
    const Said said = intact({"verify", "--all"});
    EXPECT_EQ(said.exit_code, 1);
    EXPECT_THAT(said.error, HasSubstr("job 'young' has no backup"));
    std::filesystem::remove_all(temp_ / "conf/jobs.d");
    std::filesystem::create_directories(temp_ / "conf/jobs.d");
    EXPECT_THAT(intact({"verify", "--all"}).error, HasSubstr("nothing was verified"));
}

TEST_F(BackupTest, verify_all_names_an_archive_that_nothing_proves) {
    std::filesystem::remove(archive_ + ".manifest.json");
    temp_.write("dest/foreign.tar.zst", "of somebody else");
    const Said said = intact({"verify", "--all"});
    EXPECT_EQ(said.exit_code, 5);
    EXPECT_THAT(said.error,
                AllOf(HasSubstr("has no manifest"), HasSubstr(name_), Not(HasSubstr("foreign"))));
}

TEST_F(BackupTest, verify_all_tells_of_a_backup_that_was_taken_away_from_between_two) {
    EXPECT_EQ(intact({"run", "data", "--quiet"}).exit_code, 0);
    const std::string middle = archive();
    EXPECT_EQ(intact({"run", "data", "--quiet"}).exit_code, 0);
    EXPECT_THAT(intact({"verify", "--all"}).error, Not(HasSubstr("which is gone")));
    for (const std::string suffix : {"", ".manifest.json", ".sha256"}) {
        std::filesystem::remove(middle + suffix);
    }
    const Said said = intact({"verify", "--all"});
    EXPECT_EQ(said.exit_code, 0) << said.error;
    EXPECT_THAT(said.error, HasSubstr("which is gone"));
}

TEST_F(BackupTest, an_older_backup_does_not_pass_for_the_newest_when_that_is_unreadable) {
    EXPECT_EQ(intact({"run", "data", "--quiet"}).exit_code, 0);
    flip_byte(archive() + ".manifest.json");
    for (const auto &words : {std::vector<std::string>{"verify", "data"},
                              {"restore", "data", "--target", temp_ / "t"}}) {
        const Said said = intact(words);
        EXPECT_EQ(said.exit_code, 5);
        EXPECT_THAT(said.error, HasSubstr("find the newest backup of job 'data'")) << said.out;
    }
    EXPECT_EQ(intact({"verify", name_}).exit_code, 0);
}

TEST_F(BackupTest, an_old_damaged_manifest_keeps_nobody_from_the_newest) {
    EXPECT_EQ(intact({"run", "data", "--quiet"}).exit_code, 0);
    flip_byte(archive_ + ".manifest.json");
    EXPECT_EQ(intact({"verify", "data"}).exit_code, 0);
}

TEST_F(BackupTest, a_name_that_may_mean_two_backups_means_none) {
    for (const std::string suffix : {"", ".manifest.json", ".sha256"}) {
        std::filesystem::copy(archive_ + suffix, temp_ / ("dest/x.tar.zst" + suffix));
        std::filesystem::copy(archive_ + suffix, temp_ / ("dest/x.tar.gz" + suffix));
    }
    const Said said = intact({"verify", "x"});
    EXPECT_EQ(said.exit_code, 2);
    EXPECT_THAT(said.error, HasSubstr("may mean 'x.tar.gz' or 'x.tar.zst'"));
}

TEST_F(BackupTest, a_name_that_nobody_knows_is_told) {
    const Said said = intact({"verify", "nobody"});
    EXPECT_EQ(said.exit_code, 1);
    EXPECT_THAT(said.error, HasSubstr("'nobody' is neither a job nor a backup"));
}

TEST_F(BackupTest, restore_brings_the_files_back_without_any_configuration) {
    forget_configuration();
    const Said said = intact({"restore", archive_, "--target", temp_ / "back"});
    EXPECT_EQ(said.exit_code, 0) << said.error;
    EXPECT_THAT(said.out, HasSubstr("restored "));
    EXPECT_EQ(test::read_file(temp_ / ("back" + (temp_ / "data/a/one.txt"))), "one");
}

TEST_F(BackupTest, a_dry_run_lists_and_writes_nothing) {
    const Said said = intact({"restore", "data", "--target", temp_ / "back", "--dry-run"});
    EXPECT_EQ(said.exit_code, 0);
    EXPECT_THAT(said.out, HasSubstr("data/two.txt\n"));
    EXPECT_FALSE(std::filesystem::exists(temp_ / "back/two.txt"));
}

TEST_F(BackupTest, restore_tells_of_files_it_kept) {
    intact({"restore", "data", "--target", temp_ / "back"});
    const Said said = intact({"restore", "data", "--target", temp_ / "back"});
    EXPECT_THAT(said.out, HasSubstr("there already and kept"));
}

TEST_F(BackupTest, restore_of_a_damaged_backup_touches_nothing) {
    flip_byte(archive_);
    const Said said = intact({"restore", "data", "--target", temp_ / "back"});
    EXPECT_EQ(said.exit_code, 5);
    EXPECT_THAT(said.error, HasSubstr("intact: error: restore 'data-"));
    EXPECT_FALSE(std::filesystem::exists(temp_ / "back/data"));
}

TEST_F(BackupTest, restore_writes_a_commands_stream_to_stdout_and_into_a_command) {
    write_command_job("dump", "printf abc");
    intact({"run", "dump", "--quiet"});
    EXPECT_EQ(intact({"restore", "dump", "--stdout"}).out, "abc");
    const Said said = intact({"restore", "dump", "--pipe", "--", "wc", "-c"});
    EXPECT_EQ(said.exit_code, 0) << said.error;
    EXPECT_EQ(said.out, "3\n");
}

TEST_F(BackupTest, list_shows_what_is_there) {
    const Said said = intact({"list"});
    EXPECT_EQ(said.exit_code, 0);
    EXPECT_THAT(said.out, AllOf(HasSubstr("BACKUP"), HasSubstr(name_)));
}

TEST_F(BackupTest, list_marks_a_backup_whose_archive_is_gone) {
    std::filesystem::remove(archive_);
    EXPECT_THAT(intact({"list", "data"}).out, HasSubstr("damaged: the archive is missing"));
}

TEST_F(BackupTest, list_looks_into_a_directory_without_configuration) {
    forget_configuration();
    const auto json =
        nlohmann::json::parse(intact({"list", "--json", "--destination", temp_ / "dest"}).out);
    EXPECT_EQ(json["job"], "data");
    EXPECT_TRUE(json["fault"].is_null());
}

TEST_F(BackupTest, history_tells_how_runs_ended_newest_first) {
    write_command_job("bad", "exit 1");
    intact({"run", "bad", "--quiet"});
    const Said said = intact({"history"});
    EXPECT_EQ(said.exit_code, 0);
    EXPECT_LT(said.out.find("failure"), said.out.find("success"));
    EXPECT_THAT(intact({"history", "data"}).out, Not(HasSubstr("failure")));
}

TEST_F(BackupTest, history_makes_no_catalog_where_there_is_none) {
    std::filesystem::remove_all(temp_ / "state");
    const Said said = intact({"history"});
    EXPECT_EQ(said.exit_code, 0);
    EXPECT_EQ(said.error, "no run is recorded\n");
    EXPECT_FALSE(std::filesystem::exists(temp_ / "state"));
}

TEST_F(BackupTest, rebuild_makes_a_lost_catalog_again) {
    std::filesystem::remove_all(temp_ / "state");
    EXPECT_THAT(intact({"catalog", "rebuild"}).out, HasSubstr("1 added to the catalog"));
    EXPECT_THAT(intact({"catalog", "rebuild"}).out, HasSubstr("0 added to the catalog, 1 known"));
    const auto json = nlohmann::json::parse(intact({"history", "--json"}).out);
    EXPECT_EQ(json["outcome"], "success");
    EXPECT_EQ(json["archive"], name_);
}

TEST_F(BackupTest, a_damaged_catalog_names_the_way_out_and_that_works) {
    std::filesystem::remove_all(temp_ / "state");
    temp_.write("state/catalog.db", std::string(4096, '?'));
    const Said refused = intact({"history"});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.error, HasSubstr("'intact catalog rebuild'"));
    EXPECT_THAT(intact({"catalog", "rebuild"}).out, HasSubstr("the damaged catalog is now '"));
    EXPECT_EQ(intact({"history"}).exit_code, 0);
}

TEST_F(CliTest, check_is_content_with_good_files) {
    write_files_job();
    const Said said = intact({"check"});
    EXPECT_EQ(said.exit_code, 0);
    EXPECT_EQ(said.out, "1 file, 1 job: ok\n");
}

TEST_F(CliTest, check_exits_78_on_an_error_and_shows_its_place_in_each_format) {
    write_job("broken", "typ = \"files\"");
    const Said full = intact({"check"});
    EXPECT_EQ(full.exit_code, 78);
    EXPECT_THAT(full.out, AllOf(HasSubstr("broken.toml:2:1"), HasSubstr("^^^"),
                                HasSubstr("1 of the jobs cannot run")));
    EXPECT_THAT(intact({"check", "--format=short"}).out, HasSubstr("broken.toml:2:1: error["));
    const auto json = nlohmann::json::parse(intact({"check", "--format=json"}).out);
    EXPECT_EQ(json[0]["line"], 2);
}

TEST_F(CliTest, check_takes_files_by_name) {
    write_job("broken", "typ = \"files\"");
    write_files_job();
    EXPECT_EQ(intact({"check", temp_ / "conf/jobs.d/data.toml"}).exit_code, 0);
}

TEST_F(CliTest, config_show_tells_where_values_came_from) {
    write_files_job();
    const Said said = intact({"config", "show", "data", "--origin"});
    EXPECT_EQ(said.exit_code, 0);
    EXPECT_THAT(said.out, AllOf(HasSubstr("[destination]\npath = \"" + (temp_ / "dest")),
                                HasSubstr("data.toml:5\n"), HasSubstr("# built in\n")));
}

TEST_F(CliTest, config_show_gives_a_file_that_check_accepts) {
    write_files_job();
    temp_.write("shown/data.toml", intact({"config", "show", "data"}).out);
    const Said said = intact({"check", temp_ / "shown/data.toml"});
    EXPECT_EQ(said.exit_code, 0) << said.out;
}

TEST(Colours, are_for_terminals_and_not_with_no_color) {
    int controller = -1;
    int terminal = -1;
    ASSERT_EQ(openpty(&controller, &terminal, nullptr, nullptr, nullptr), 0);
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
    EXPECT_EQ(coloured(terminal, Colour::red, "x"), "\x1b[1;31mx\x1b[0m");
    setenv("NO_COLOR", "1", 1);
    EXPECT_EQ(coloured(terminal, Colour::red, "x"), "x");
    unsetenv("NO_COLOR");
    setenv("TERM", "dumb", 1);
    EXPECT_EQ(coloured(terminal, Colour::red, "x"), "x");
    close(controller);
    close(terminal);
}

} // namespace
} // namespace intact::cli
