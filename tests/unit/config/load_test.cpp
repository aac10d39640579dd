// Which files make the configuration, and what broken ones do to the others.
#include "config/config.hpp"

#include "support/temp_dir.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace intact::config {
namespace {

using test::TempDir;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

const std::string kGood = "[source]\ntype = \"files\"\npaths = [\"/etc\"]\n";

std::string described(std::string_view text) {
    return fmt::format("description = \"{}\"\n{}", text, kGood);
}

std::vector<std::string> job_names(const Configuration &configuration) {
    std::vector<std::string> names;
    for (const LoadedJob &one : configuration.jobs) {
        names.push_back(one.job.name);
    }
    return names;
}

std::vector<std::string> broken_names(const Configuration &configuration) {
    std::vector<std::string> names;
    for (const BrokenJob &one : configuration.broken) {
        names.push_back(one.name);
    }
    return names;
}

std::vector<std::string> codes(const Configuration &configuration) {
    std::vector<std::string> found;
    for (const Diagnostic &one : configuration.diagnostics) {
        found.push_back(one.code);
    }
    return found;
}

class LoadTest : public testing::Test {
protected:
    Configuration load_two() const { return load({{dir_ / "high", dir_ / "low"}, dir_ / "state"}); }
    Configuration load_one() const { return load({{dir_ / "high"}, dir_ / "state"}); }
    TempDir dir_;
};

TEST_F(LoadTest, takes_job_files_by_name_in_order) {
    dir_.write("high/jobs.d/b.toml", kGood);
    dir_.write("low/jobs.d/a.toml", kGood);
    const Configuration loaded = load_two();
    EXPECT_THAT(job_names(loaded), ElementsAre("a", "b"));
    EXPECT_THAT(loaded.diagnostics, IsEmpty());
    EXPECT_THAT(loaded.files, ElementsAre(dir_ / "low/jobs.d/a.toml", dir_ / "high/jobs.d/b.toml"));
    EXPECT_EQ(loaded.find("b")->file, dir_ / "high/jobs.d/b.toml");
    EXPECT_EQ(loaded.find("c"), nullptr);
}

TEST_F(LoadTest, hands_each_job_over_instead_of_keeping_it) {
    dir_.write("high/jobs.d/b.toml", kGood);
    dir_.write("high/jobs.d/c.toml", "no = job");
    dir_.write("low/jobs.d/a.toml", kGood);
    std::vector<std::string> taken;
    const Configuration loaded =
        load_each({{dir_ / "high", dir_ / "low"}, dir_ / "state"}, [&](const LoadedJob &one) {
            EXPECT_EQ(one.text, kGood);
            EXPECT_THAT(one.settings, IsEmpty());
            taken.push_back(one.job.name);
        });
    EXPECT_THAT(taken, ElementsAre("a", "b"));
    EXPECT_THAT(loaded.jobs, IsEmpty());
    EXPECT_THAT(broken_names(loaded), ElementsAre("c"));
    EXPECT_THAT(codes(loaded), Not(IsEmpty()));
}

TEST_F(LoadTest, reads_what_holds_for_the_daemon_from_intact_toml) {
    dir_.write("high/jobs.d/a.toml", kGood);
    EXPECT_EQ(load_one().daemon.max_concurrent_runs, 2U);
    dir_.write("high/intact.toml",
               "[daemon]\nmax_concurrent_runs = 8\nmax_runs_per_filesystem = 3\n"
               "shutdown_grace = \"10s\"\n");
    const Configuration loaded = load_one();
    EXPECT_THAT(codes(loaded), IsEmpty());
    EXPECT_EQ(loaded.daemon.max_concurrent_runs, 8U);
    EXPECT_EQ(loaded.daemon.max_runs_per_filesystem, 3U);
    EXPECT_EQ(loaded.daemon.shutdown_grace, std::chrono::seconds(10));
}

TEST_F(LoadTest, takes_the_first_file_of_a_name_whole) {
    dir_.write("high/jobs.d/a.toml", kGood);
    dir_.write("low/jobs.d/a.toml", described("lower"));
    const Configuration loaded = load_two();
    EXPECT_EQ(loaded.find("a")->description, "");
}

TEST_F(LoadTest, lets_a_symlink_to_dev_null_mask_a_job) {
    dir_.write("low/jobs.d/a.toml", kGood);
    std::filesystem::create_directories(dir_ / "high/jobs.d");
    std::filesystem::create_symlink("/dev/null", dir_ / "high/jobs.d/a.toml");
    const Configuration loaded = load_two();
    EXPECT_THAT(loaded.jobs, IsEmpty());
    EXPECT_THAT(loaded.broken, IsEmpty());
    EXPECT_THAT(loaded.diagnostics, IsEmpty());
}

TEST_F(LoadTest, lets_a_symlink_to_dev_null_mask_intact_toml) {
    dir_.write("low/intact.toml", "[defaults]\nenabled = false\n");
    dir_.write("low/jobs.d/a.toml", kGood);
    std::filesystem::create_directories(dir_ / "high");
    std::filesystem::create_symlink("/dev/null", dir_ / "high/intact.toml");
    EXPECT_TRUE(load_two().find("a")->enabled);
}

TEST_F(LoadTest, does_not_take_an_empty_file_for_a_mask) {
    dir_.write("low/jobs.d/a.toml", kGood);
    dir_.write("high/jobs.d/a.toml", "");
    const Configuration loaded = load_two();
    EXPECT_THAT(broken_names(loaded), ElementsAre("a"));
    EXPECT_THAT(codes(loaded), ElementsAre("E006"));
}

TEST_F(LoadTest, passes_over_dot_files_and_other_suffixes) {
    for (const std::string name :
         {".a.toml", "a.toml~", "a.toml.example", "README", "a.toml.swp"}) {
        dir_.write("high/jobs.d/" + name, "broken");
    }
    const Configuration loaded = load_one();
    EXPECT_THAT(loaded.files, IsEmpty());
    EXPECT_THAT(loaded.diagnostics, IsEmpty());
}

TEST_F(LoadTest, refuses_file_names_that_cannot_name_a_job) {
    for (const std::string &name : {std::string("My Job"), std::string("-a"), std::string("\u00e4"),
                                    std::string("a.b"), std::string(64, 'a')}) {
        dir_.write("high/jobs.d/" + name + ".toml", kGood);
    }
    dir_.write("high/jobs.d/" + std::string(63, 'a') + ".toml", kGood);
    const Configuration loaded = load_one();
    EXPECT_EQ(loaded.broken.size(), 5U);
    EXPECT_THAT(codes(loaded), ElementsAre("E010", "E010", "E010", "E010", "E010"));
    EXPECT_THAT(job_names(loaded), ElementsAre(std::string(63, 'a')));
}

TEST_F(LoadTest, keeps_the_good_jobs_beside_a_broken_one) {
    dir_.write("high/jobs.d/a.toml", kGood);
    dir_.write("high/jobs.d/b.toml", "[[[");
    dir_.write("high/jobs.d/c.toml", kGood);
    const Configuration loaded = load_one();
    EXPECT_THAT(job_names(loaded), ElementsAre("a", "c"));
    EXPECT_THAT(broken_names(loaded), ElementsAre("b"));
    EXPECT_EQ(loaded.broken[0].file, dir_ / "high/jobs.d/b.toml");
}

TEST_F(LoadTest, lays_a_job_over_the_defaults_over_the_built_in_values) {
    dir_.write("high/intact.toml", "[defaults]\nenabled = false\n[defaults.archive]\n"
                                   "compression = \"gzip\"\nthreads = 2\n[defaults.source]\n"
                                   "exclude = [\"a\", \"b\"]\n");
    dir_.write("high/jobs.d/a.toml", kGood + "exclude = [\"c\"]\n[archive]\nthreads = 3\n");
    const Configuration loaded = load_one();
    const Job *job = loaded.find("a");
    ASSERT_NE(job, nullptr);
    EXPECT_FALSE(job->enabled);
    EXPECT_EQ(job->archive.compression, Compression::gzip);
    EXPECT_EQ(job->archive.level, 6);
    EXPECT_EQ(job->archive.threads, 3U);
    EXPECT_EQ(job->archive.frame_size, 4U << 20);
    EXPECT_THAT(std::get<FilesSource>(job->source).exclude, ElementsAre("c"));
}

TEST_F(LoadTest, takes_intact_toml_from_the_first_directory_that_has_one) {
    dir_.write("high/intact.toml", "");
    dir_.write("low/intact.toml", "[defaults]\nenabled = false\n");
    dir_.write("low/jobs.d/a.toml", kGood);
    EXPECT_TRUE(load_two().find("a")->enabled);
}

TEST_F(LoadTest, loads_no_job_whose_defaults_are_broken) {
    dir_.write("high/intact.toml", "[defaults.source]\nexclud = [\"/home/big\"]\n");
    dir_.write("high/jobs.d/a.toml", kGood);
    dir_.write("high/jobs.d/b.toml", "enabled = 1\n" + kGood);
    const Configuration loaded = load_one();
    EXPECT_THAT(loaded.jobs, IsEmpty());
    EXPECT_THAT(broken_names(loaded), ElementsAre("a", "b"));
    EXPECT_THAT(codes(loaded), ElementsAre("E003", "E018", "E004"));
}

TEST_F(LoadTest, checks_defaults_that_no_job_uses) {
    dir_.write("high/intact.toml", "[defaults]\nsource.working_directory = \"x\"\n");
    EXPECT_THAT(codes(load_one()), ElementsAre("E009"));
}

TEST_F(LoadTest, does_not_mind_defaults_for_other_types_of_source) {
    dir_.write("high/intact.toml", "[defaults.source]\none_file_system = true\nformat = \"tar\"\n");
    dir_.write("high/jobs.d/a.toml", kGood);
    dir_.write("high/jobs.d/b.toml", "[source]\ntype = \"command\"\ncommand = [\"x\"]\n");
    const Configuration loaded = load_one();
    EXPECT_THAT(loaded.diagnostics, IsEmpty());
    EXPECT_TRUE(std::get<FilesSource>(loaded.find("a")->source).one_file_system);
    EXPECT_EQ(std::get<CommandSource>(loaded.find("b")->source).format.name(), "tar");
}

TEST_F(LoadTest, does_not_carry_a_default_level_to_another_compression) {
    dir_.write("high/intact.toml", "[defaults.archive]\nlevel = 19\n");
    dir_.write("high/jobs.d/a.toml", kGood);
    dir_.write("high/jobs.d/b.toml", kGood + "[archive]\ncompression = \"gzip\"\n");
    const Configuration loaded = load_one();
    EXPECT_THAT(loaded.diagnostics, IsEmpty());
    EXPECT_EQ(loaded.find("a")->archive.level, 19);
    EXPECT_EQ(loaded.find("b")->archive.level, 6);
}

TEST_F(LoadTest, lets_a_jobs_pod_stand_against_a_default_selector) {
    dir_.write("high/intact.toml", "[defaults.source]\nselector = \"app=x\"\npath = \"/d\"\n");
    dir_.write("high/jobs.d/a.toml", "[source]\ntype = \"kubernetes\"\npod = \"p\"\n");
    const Configuration loaded = load_one();
    EXPECT_THAT(loaded.diagnostics, IsEmpty());
    EXPECT_EQ(std::get<KubernetesSource>(loaded.find("a")->source).pod, "p");
    EXPECT_EQ(std::get<KubernetesSource>(loaded.find("a")->source).selector, "");
}

TEST_F(LoadTest, merges_environments_variable_by_variable) {
    dir_.write("high/intact.toml", "[defaults.source.environment]\nA = \"1\"\nB = \"1\"\n");
    dir_.write("high/jobs.d/a.toml",
               "[source]\ntype = \"command\"\ncommand = [\"x\"]\nenvironment = { B = \"2\" }\n");
    const Configuration loaded = load_one();
    const Variables expected{{"A", {"1"}}, {"B", {"2"}}};
    EXPECT_EQ(std::get<CommandSource>(loaded.find("a")->source).environment, expected);
}

TEST_F(LoadTest, merges_exit_statuses_one_by_one) {
    dir_.write("high/intact.toml",
               "[defaults.source.exit_status]\n1 = \"warning\"\n2 = \"warning\"\n");
    dir_.write("high/jobs.d/a.toml", "[source]\ntype = \"command\"\ncommand = [\"x\"]\n"
                                     "exit_status = { 2 = \"failure\" }\n");
    const Configuration loaded = load_one();
    const std::map<int, Verdict> expected{{1, Verdict::warning}, {2, Verdict::failure}};
    EXPECT_EQ(std::get<CommandSource>(loaded.find("a")->source).exit.statuses, expected);
}

TEST_F(LoadTest, merges_what_becomes_of_warnings_one_by_one) {
    dir_.write("high/intact.toml",
               "[defaults.on_warning]\nunreadable = \"fail\"\nvanished = \"fail\"\n"
               "[defaults.expect]\nmax_shrink = \"20%\"\n");
    dir_.write("high/jobs.d/a.toml", kGood + "[on_warning]\nvanished = \"publish\"\n");
    const Configuration loaded = load_one();
    const Reactions expected{{WarningKind::unreadable, Reaction::fail},
                             {WarningKind::vanished, Reaction::publish}};
    EXPECT_EQ(loaded.find("a")->on_warning, expected);
    EXPECT_EQ(loaded.find("a")->expect.max_shrink, 20U);
}

TEST_F(LoadTest, a_jobs_own_reasons_come_before_one_word_for_all) {
    dir_.write("high/intact.toml", "[defaults]\non_warning = \"fail\"\n");
    dir_.write("high/jobs.d/a.toml", kGood + "[on_warning]\nvanished = \"publish\"\n");
    dir_.write("high/jobs.d/b.toml", "on_warning = \"publish\"\n" + kGood);
    const Configuration loaded = load_one();
    EXPECT_EQ(loaded.find("a")->on_warning.at(WarningKind::vanished), Reaction::publish);
    EXPECT_EQ(loaded.find("a")->on_warning.at(WarningKind::unreadable), Reaction::fail);
    for (const auto &[kind, reaction] : loaded.find("b")->on_warning) {
        EXPECT_EQ(reaction, Reaction::publish) << name_of(kind);
    }
}

TEST_F(LoadTest, refuses_a_second_job_that_replaces_the_firsts_backups) {
    const std::string fixed = kGood + "[destination]\npath = \"/srv/b\"\nname = \"main\"\n";
    dir_.write("high/jobs.d/a.toml", fixed);
    dir_.write("high/jobs.d/b.toml",
               kGood + "[destination]\npath = \"/srv//b/\"\nname = \"main\"\n");
    dir_.write("high/jobs.d/c.toml",
               kGood + "[destination]\npath = \"/srv/b\"\nname = \"main-{time}\"\n");
    dir_.write("high/jobs.d/d.toml",
               kGood + "[destination]\npath = \"/srv/b\"\nname = \"{job}\"\n");
    const Configuration loaded = load_one();
    EXPECT_THAT(job_names(loaded), ElementsAre("a", "c", "d"));
    ASSERT_THAT(codes(loaded), ElementsAre("E017"));
    EXPECT_EQ(loaded.diagnostics[0].file, dir_ / "high/jobs.d/b.toml");
    EXPECT_EQ(loaded.diagnostics[0].line, 6U);
    EXPECT_THAT(loaded.diagnostics[0].message,
                testing::HasSubstr("job 'a' writes to the same place"));
}

TEST_F(LoadTest, does_not_wait_on_a_fifo) {
    std::filesystem::create_directories(dir_ / "high/jobs.d");
    ASSERT_EQ(mkfifo((dir_ / "high/jobs.d/a.toml").c_str(), 0600), 0);
    ASSERT_EQ(mkfifo((dir_ / "high/intact.toml").c_str(), 0600), 0);
    const Configuration loaded = load_one();
    EXPECT_THAT(codes(loaded), ElementsAre("E001", "E001"));
    EXPECT_THAT(loaded.diagnostics[0].message, testing::HasSubstr("is a FIFO"));
    EXPECT_THAT(broken_names(loaded), ElementsAre("a"));
}

TEST_F(LoadTest, does_not_read_devices_and_directories) {
    std::filesystem::create_directories(dir_ / "high/jobs.d/a.toml");
    std::filesystem::create_symlink("/dev/zero", dir_ / "high/jobs.d/b.toml");
    std::filesystem::create_symlink("nowhere", dir_ / "high/jobs.d/c.toml");
    const Configuration loaded = load_one();
    EXPECT_THAT(codes(loaded), ElementsAre("E001", "E001", "E001"));
    EXPECT_THAT(broken_names(loaded), ElementsAre("a", "b", "c"));
}

TEST_F(LoadTest, follows_symlinks_to_files) {
    const std::string real = dir_.write("real", kGood);
    std::filesystem::create_directories(dir_ / "high/jobs.d");
    std::filesystem::create_symlink(real, dir_ / "high/jobs.d/a.toml");
    EXPECT_THAT(job_names(load_one()), ElementsAre("a"));
}

TEST_F(LoadTest, refuses_files_over_one_mebibyte) {
    dir_.write("high/jobs.d/a.toml", kGood + "#" + std::string((1 << 20) - kGood.size() - 1, 'x'));
    dir_.write("high/jobs.d/b.toml", kGood + "#" + std::string((1 << 20) - kGood.size(), 'x'));
    const Configuration loaded = load_one();
    EXPECT_THAT(job_names(loaded), ElementsAre("a"));
    EXPECT_THAT(codes(loaded), ElementsAre("E001"));
}

TEST_F(LoadTest, does_not_mind_missing_directories_among_several) {
    EXPECT_THAT(load_two().diagnostics, IsEmpty());
}

TEST_F(LoadTest, reports_the_one_directory_that_was_named_and_is_missing) {
    EXPECT_THAT(codes(load_one()), ElementsAre("E001"));
    std::filesystem::create_directories(dir_ / "high");
    EXPECT_THAT(load_one().diagnostics, IsEmpty());
}

TEST_F(LoadTest, loads_nothing_that_an_unreadable_directory_might_mask) {
    dir_.write("high/jobs.d", "a file, not a directory");
    dir_.write("low/jobs.d/a.toml", kGood);
    const Configuration loaded = load_two();
    EXPECT_THAT(codes(loaded), ElementsAre("E001", "E019"));
    EXPECT_THAT(broken_names(loaded), ElementsAre("a"));
}

TEST_F(LoadTest, reports_what_permissions_keep_from_it) {
    dir_.write("high/intact.toml", "");
    dir_.write("high/jobs.d/a.toml", kGood);
    ASSERT_EQ(chmod(dir_.path().c_str(), 0755), 0);
    ASSERT_EQ(chmod((dir_ / "high").c_str(), 0), 0);
    // Root may read everything, so it reads as nobody.
    const bool is_root = geteuid() == 0;
    constexpr uid_t kNobody = 65534;
    ASSERT_TRUE(!is_root || seteuid(kNobody) == 0);
    const Configuration loaded = load_one();
    ASSERT_TRUE(!is_root || seteuid(0) == 0);
    ASSERT_EQ(chmod((dir_ / "high").c_str(), 0700), 0);
    EXPECT_THAT(codes(loaded), ElementsAre("E001", "E001"));
}

TEST_F(LoadTest, shows_at_most_fifty_errors_of_a_file_in_order) {
    std::string many;
    for (int i = 0; i < 1000; ++i) {
        many += fmt::format("wrong{} = {}\n", i, i);
    }
    dir_.write("high/jobs.d/a.toml", many + kGood);
    const Configuration loaded = load_one();
    ASSERT_EQ(loaded.diagnostics.size(), 51U);
    for (unsigned i = 0; i < 50; ++i) {
        EXPECT_EQ(loaded.diagnostics[i].line, i + 1);
    }
    EXPECT_EQ(loaded.diagnostics[50].code, "E020");
    EXPECT_THAT(loaded.diagnostics[50].message, testing::HasSubstr("950 more errors"));
}

TEST_F(LoadTest, survives_hostile_nesting) {
    const auto repeated = [](const std::string &text, int times) {
        std::string all;
        for (int i = 0; i < times; ++i) {
            all += text;
        }
        return all;
    };
    dir_.write("high/jobs.d/a.toml", "a = " + repeated("[", 10000) + repeated("]", 10000));
    dir_.write("high/jobs.d/b.toml", "a = " + repeated("{ a = ", 10000));
    dir_.write("high/jobs.d/c.toml", "[" + repeated("a.", 500000) + "a]");
    dir_.write("high/jobs.d/d.toml", repeated("a.", 500000) + "a = 1");
    dir_.write("high/jobs.d/e.toml", "a = {" + repeated(repeated("a.", 900) + "a = {", 250));
    dir_.write("high/jobs.d/f.toml", "a = " + repeated("{" + repeated("a.", 15) + "a = ", 250) +
                                         "1" + repeated("}", 250));
    dir_.write("high/jobs.d/g.toml", "'''" + repeated("a.", 400000));
    dir_.write("high/jobs.d/h.toml", "a = \"\\" + repeated("a.", 400000));
    EXPECT_EQ(load_one().broken.size(), 8U);
}

TEST_F(LoadTest, survives_every_cut_and_every_flipped_byte_of_a_good_file) {
    const std::string good = described("\u00e4") + "[run]\ntimeout = \"1h\"\n[destination]\n"
                                                   "name = \"{job}\"\n# end\n";
    const std::string path = dir_ / "high/jobs.d/a.toml";
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const std::string &text :
             {good.substr(0, i),
              good.substr(0, i) + static_cast<char>(good[i] ^ 0x80) + good.substr(i + 1),
              good.substr(0, i) + '\0' + good.substr(i + 1),
              good.substr(0, i) + '"' + good.substr(i)}) {
            dir_.write("high/jobs.d/a.toml", text);
            const Configuration loaded = load_one();
            EXPECT_EQ(loaded.jobs.size() + loaded.broken.size(), 1U);
            for (const Diagnostic &one : loaded.diagnostics) {
                EXPECT_FALSE(render_long(one, true).empty());
            }
        }
    }
}

TEST(LoadFiles, checks_files_by_hand_with_the_defaults_among_them) {
    const TempDir dir;
    const std::string job = dir.write("a.toml", kGood);
    const std::string main = dir.write("intact.toml", "[defaults]\nenabled = false\n");
    EXPECT_FALSE(load_files({job, main}).find("a")->enabled);
    EXPECT_TRUE(load_files({job}).find("a")->enabled);
}

TEST(LoadFiles, reports_a_missing_file_and_a_wrong_suffix) {
    const TempDir dir;
    EXPECT_THAT(codes(load_files({dir / "none.toml"})), ElementsAre("E001"));
    EXPECT_THAT(codes(load_files({dir.write("a.conf", kGood)})), ElementsAre("E010"));
}

class PlacesTest : public testing::Test {
protected:
    PlacesTest() { clear(); }
    ~PlacesTest() override { clear(); }
    static void clear() {
        for (const char *name : {"INTACT_CONFIG_DIR", "INTACT_STATE_DIR", "STATE_DIRECTORY"}) {
            unsetenv(name);
        }
    }
};

TEST_F(PlacesTest, are_the_systems_unless_told_otherwise) {
    const Places places = find_places("", "");
    EXPECT_THAT(places.directories, ElementsAre("/etc/intact", "/run/intact",
                                                "/usr/local/lib/intact", "/usr/lib/intact"));
    EXPECT_EQ(places.state_dir, "/var/lib/intact");
}

TEST_F(PlacesTest, come_from_the_command_line_before_the_environment) {
    setenv("INTACT_CONFIG_DIR", "/env/config", 1);
    setenv("INTACT_STATE_DIR", "/env/state", 1);
    setenv("STATE_DIRECTORY", "/systemd/state", 1);
    EXPECT_THAT(find_places("/given", "").directories, ElementsAre("/given"));
    EXPECT_EQ(find_places("", "/given").state_dir, "/given");
    EXPECT_THAT(find_places("", "").directories, ElementsAre("/env/config"));
    EXPECT_EQ(find_places("", "").state_dir, "/env/state");
}

TEST_F(PlacesTest, take_the_first_state_directory_of_systemds_list) {
    setenv("STATE_DIRECTORY", "/var/lib/intact-b:/var/lib/other", 1);
    EXPECT_EQ(find_places("", "").state_dir, "/var/lib/intact-b");
}

} // namespace
} // namespace intact::config
