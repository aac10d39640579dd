#include "restore_fixture.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

namespace intact::test {
namespace {

TEST_F(RestoreTest, every_type_comes_back_with_its_metadata) {
    Item owned = file_item("d/owned", "content");
    owned.inode.uid = 1234;
    owned.inode.gid = 2345;
    owned.inode.mode = 06755;
    owned.inode.mtime = {-5, 123'456'789};
    owned.inode.xattrs = {{"user.k", std::string("\0\n", 2)}};
    Item pipe{"d/pipe", inode_of(FileType::fifo, 0624), "", ""};
    Item device{"d/null", inode_of(FileType::character_device, 0666), "", ""};
    device.inode.device_major = 1;
    device.inode.device_minor = 3;
    const auto report =
        restored(publish({directory("d", 0500), owned, hard_link("d/second", "d/owned"),
                          symlink_item("d/soft", "owned"), pipe, device}));

    EXPECT_EQ(report.entries, 6u);
    EXPECT_EQ(report.warnings, 0u) << (warnings_.empty() ? "" : warnings_[0].detail);
    EXPECT_EQ(read_file(in_target("d/owned")), "content");
    const struct stat file = status_of("d/owned");
    EXPECT_EQ(file.st_uid, 1234u);
    EXPECT_EQ(file.st_gid, 2345u);
    EXPECT_EQ(file.st_mode & 07777, 06755u);
    EXPECT_EQ(file.st_mtim.tv_sec, -5);
    EXPECT_EQ(file.st_mtim.tv_nsec, 123'456'789);
    EXPECT_EQ(file.st_nlink, 2u);
    EXPECT_EQ(status_of("d/second").st_ino, file.st_ino);
    EXPECT_EQ(status_of("d").st_mode & 07777, 0500u);
    EXPECT_EQ(status_of("d").st_mtim.tv_sec, 1'700'000'000);
    EXPECT_EQ(fs::read_symlink(in_target("d/soft")), "owned");
    EXPECT_EQ(status_of("d/soft").st_mtim.tv_sec, 1'700'000'000);
    EXPECT_EQ(status_of("d/pipe").st_mode, S_IFIFO | 0624u);
    EXPECT_EQ(status_of("d/null").st_mode, S_IFCHR | 0666u);
    EXPECT_EQ(status_of("d/null").st_rdev, 259u);
}

TEST_F(RestoreTest, real_tree_restores_to_the_same_tree) {
    ASSERT_EQ(
        run_program(
            "cd " + dir_.path() +
            " && mkdir -p src/a/b && head -c 300000 /dev/urandom > src/a/x && " +
            "ln src/a/x src/a/b/y && setfacl -m u:777:rwx,d:g:5:r src/a && " +
            "setfacl -m u:778:r src/a/x && cp /bin/true src/cap && setcap cap_net_raw+ep src/cap "
            "&& " +
            "ln -s /nowhere src/s && truncate -s 5M src/sparse && echo end >> src/sparse && " +
            "touch \"src/$(printf 'bad\\377\\n')\" && chown -h 5:6 src/s && " +
            "tar -c --sort=name --acls --xattrs --xattrs-include='*' -S --format=posix -f a.tar "
            "src")
            .exit_code,
        0);
    restored(publish(read_file(dir_ / "a.tar")));
    const std::string list =
        " && find . -printf '%p %y %m %U %G %s %T@ %l %n\\n' | grep -v '^\\. ' | "
        "sed 's/^\\(.* d [0-9]* [0-9]* [0-9]*\\) [0-9]*/\\1/' | sort && "
        "getfacl -R -n -P . && getcap -r . && find . -type f -exec sha256sum {} + | sort";
    const auto before = run_program("cd " + (dir_ / "src") + list);
    const auto after = run_program("cd " + in_target("src") + list);
    EXPECT_EQ(before.output, after.output);
    EXPECT_NE(before.output.find("cap_net_raw"), std::string::npos);
    EXPECT_LT(status_of("src/sparse").st_blocks, 100);
}

TEST_F(RestoreTest, hundred_gib_of_holes_restore_at_once) {
    Item item = file_item("sparse");
    item.inode.size = 100ull << 30;
    item.inode.sparse = true;
    StringSink sink;
    pipeline::ArchiveWriter writer(sink);
    ASSERT_TRUE(writer.begin(item.path, item.inode, ""));
    ASSERT_TRUE(writer.hole(item.inode.size));
    ASSERT_TRUE(writer.end());
    ASSERT_TRUE(writer.finish());
    restored(publish(sink.text));
    EXPECT_EQ(status_of("sparse").st_size, static_cast<off_t>(100ull << 30));
    EXPECT_EQ(status_of("sparse").st_blocks, 0);
}

TEST_F(RestoreTest, changed_archive_is_refused_before_the_target_is_made) {
    const auto backup = publish({file_item("f", "content")});
    std::string bytes = read_file(dir_ / "dest/b.tar");
    bytes[600] = 'X';
    dir_.write("dest/b.tar", bytes);
    const auto report = restore(backup);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::verify_mismatch);
    EXPECT_FALSE(fs::exists(options_.target));
}

TEST_F(RestoreTest, missing_archive_and_wrong_size_are_told) {
    auto backup = publish({file_item("f", "content")});
    backup.size = 5;
    EXPECT_EQ(restore(backup).error().code(), ErrorCode::verify_mismatch);
    backup.size.reset();
    EXPECT_EQ(restore(backup).error().code(), ErrorCode::backup_missing);
}

TEST_F(RestoreTest, existing_files_are_kept) {
    dir_.write("target/d/f", "mine");
    chmod(in_target("d").c_str(), 0700);
    const auto report = restored(
        publish({directory("d", 0755), file_item("d/f", "theirs"), file_item("d/new", "n")}));
    EXPECT_EQ(read_file(in_target("d/f")), "mine");
    EXPECT_EQ(read_file(in_target("d/new")), "n");
    EXPECT_EQ(status_of("d").st_mode & 07777, 0700u);
    EXPECT_EQ(report.kept, 2u);
    EXPECT_EQ(report.entries, 1u);
}

TEST_F(RestoreTest, overwrite_replaces_files_links_and_directory_metadata) {
    dir_.write("target/d/f", "mine");
    fs::create_symlink(dir_ / "outside/canary", in_target("d/link"));
    fs::create_directory(in_target("d/empty"));
    chmod(in_target("d").c_str(), 0700);
    options_.existing = Existing::overwrite;
    restored(publish({directory("d", 0755), file_item("d/f", "theirs"), file_item("d/link", "file"),
                      file_item("d/empty", "file now")}));
    EXPECT_EQ(read_file(in_target("d/f")), "theirs");
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(in_target("d/link"))));
    EXPECT_EQ(read_file(in_target("d/empty")), "file now");
    EXPECT_EQ(status_of("d").st_mode & 07777, 0755u);
}

TEST_F(RestoreTest, overwrite_does_not_write_into_a_file_with_a_second_name) {
    dir_.write("target/f", "mine");
    fs::create_hard_link(in_target("f"), dir_ / "second-name");
    options_.existing = Existing::overwrite;
    restored(publish({file_item("f", "theirs")}));
    EXPECT_EQ(read_file(dir_ / "second-name"), "mine");
}

TEST_F(RestoreTest, overwrite_keeps_a_directory_that_is_not_empty) {
    dir_.write("target/d/inside", "mine");
    options_.existing = Existing::overwrite;
    const auto report = restore(publish({file_item("d", "file"), file_item("z", "rest")}));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::already_exists);
    EXPECT_EQ(read_file(in_target("d/inside")), "mine");
    EXPECT_EQ(read_file(in_target("z")), "rest");
}

TEST_F(RestoreTest, restoring_twice_keeps_everything_and_overwriting_twice_works) {
    const auto backup = publish(
        {directory("d"), file_item("d/a", "1"), hard_link("d/b", "d/a"), symlink_item("d/l", "a")});
    restored(backup);
    EXPECT_EQ(restored(backup).kept, 4u);
    options_.existing = Existing::overwrite;
    EXPECT_EQ(restored(backup).entries, 4u);
    EXPECT_EQ(status_of("d/a").st_nlink, 2u);
}

TEST_F(RestoreTest, dry_run_touches_nothing) {
    options_.dry_run = true;
    const auto backup = publish({directory("d"), file_item("d/a", "1")});
    EXPECT_EQ(restored(backup).entries, 2u);
    EXPECT_FALSE(fs::exists(options_.target));
    dir_.write("target/d/a", "mine");
    const auto report = restored(backup);
    EXPECT_EQ(report.kept, 2u);
    EXPECT_EQ(report.entries, 0u);
}

TEST_F(RestoreTest, patterns_select_paths_directories_and_globs) {
    const auto backup =
        publish({directory("etc", 0711), file_item("etc/hosts", "h"), directory("etc/ssh", 0700),
                 file_item("etc/ssh/key", "k"), file_item("etc/ssh/[odd]", "o"),
                 file_item("var", "v"), file_item("x.conf", "x"), file_item("a.conf", "a")});
    options_.patterns = {"/etc/ssh/", "*.conf"};
    restored(backup);
    EXPECT_EQ(entries_, (std::vector<std::string>{"etc/ssh", "etc/ssh/key", "etc/ssh/[odd]",
                                                  "x.conf", "a.conf"}));
    EXPECT_EQ(status_of("etc").st_mode & 07777, 0711u);
    EXPECT_EQ(status_of("etc").st_mtim.tv_sec, 1'700'000'000);
    EXPECT_FALSE(fs::exists(in_target("var")));
}

TEST_F(RestoreTest, pattern_that_is_a_name_means_that_entry_alone) {
    options_.patterns = {"a[1]", "b[12]"};
    restored(
        publish({file_item("a1", "no"), directory("a[1]"), file_item("a[1]/in", "yes"),
                 hard_link("a[1]/link", "a1"), file_item("b1", "yes"), file_item("b2", "yes")}));
    EXPECT_FALSE(fs::exists(in_target("a1")));
    EXPECT_EQ(read_file(in_target("a[1]/in")), "yes");
    EXPECT_EQ(read_file(in_target("a[1]/link")), "no");
    EXPECT_EQ(read_file(in_target("b1")), "yes");
    EXPECT_EQ(read_file(in_target("b2")), "yes");
}

TEST_F(RestoreTest, device_that_cannot_be_made_is_left_out_and_not_kept) {
    Item device{"null", inode_of(FileType::character_device, 0666), "", ""};
    device.inode.device_major = 1;
    device.inode.device_minor = 3;
    const auto backup = publish({device});
    dir_.write("target/null", "another thing");
    options_.existing = Existing::overwrite;
    options_.same_owner = false;
    run_program("chmod -R a+rwX " + dir_.path());
    constexpr uid_t kNobody = 65534;
    const uid_t us = geteuid();
    ASSERT_TRUE(us != 0 || seteuid(kNobody) == 0);
    const auto report = restore(backup);
    ASSERT_EQ(seteuid(us), 0);
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->kept, 0u);
    EXPECT_EQ(report->left_out, 1u);
    ASSERT_EQ(warnings_.size(), 1u);
    EXPECT_THAT(warnings_[0].detail, testing::HasSubstr("what has its name is left"));
    EXPECT_EQ(read_file(in_target("null")), "another thing");
}

TEST_F(RestoreTest, symlink_in_the_way_is_told_as_one) {
    fs::create_directories(options_.target);
    fs::create_symlink(dir_ / "outside", in_target("d"));
    const auto report = restore(publish({file_item("d/f", "x")}));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::unsafe_path);
    EXPECT_THAT(report.error().hint(), testing::HasSubstr("never followed"));
}

TEST_F(RestoreTest, dry_run_fails_where_the_restore_would) {
    const auto backup = publish({file_item("f", "x")});
    options_.target = dir_.write("occupied", "a file");
    fs::create_symlink("nowhere", dir_ / "dangling");
    for (const char *place : {"occupied", "occupied/below", "dangling"}) {
        options_.target = dir_ / place;
        for (const bool dry : {true, false}) {
            options_.dry_run = dry;
            EXPECT_FALSE(restore(backup)) << place << (dry ? " dry" : "");
        }
    }
}

TEST_F(RestoreTest, pattern_that_matches_nothing_is_named_after_the_rest_is_restored) {
    options_.patterns = {"a", "missing*"};
    const auto report = restore(publish({file_item("a", "1")}));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::not_found);
    EXPECT_NE(report.error().message().find("'missing*'"), std::string::npos);
    EXPECT_EQ(read_file(in_target("a")), "1");
}

TEST_F(RestoreTest, hard_links_alone_get_the_content_of_their_file) {
    options_.patterns = {"b", "c"};
    restored(publish({file_item("a", "content"), hard_link("b", "a"), hard_link("c", "a")}));
    EXPECT_FALSE(fs::exists(in_target("a")));
    EXPECT_EQ(read_file(in_target("b")), "content");
    EXPECT_EQ(status_of("b").st_ino, status_of("c").st_ino);
}

TEST_F(RestoreTest, hard_link_beside_a_kept_file_gets_its_own_content) {
    dir_.write("target/a", "mine");
    restored(publish({file_item("a", "theirs"), hard_link("b", "a")}));
    EXPECT_EQ(read_file(in_target("a")), "mine");
    EXPECT_EQ(read_file(in_target("b")), "theirs");
}

TEST_F(RestoreTest, raw_stream_is_no_file) {
    const auto report = restore(publish("bytes", "raw"));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::unsupported);
    EXPECT_NE(report.error().hint().find("--stdout"), std::string::npos);
}

TEST_F(RestoreTest, stop_before_the_end_is_cancelled) {
    options_.on_entry = [this](const std::string &) { stop_.request_stop(); };
    const auto report = restore(publish({file_item("a", "1"), file_item("b", "2")}));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::cancelled);
    EXPECT_FALSE(fs::exists(in_target("b")));
}

TEST_F(RestoreTest, full_disk_names_the_file_and_leaves_no_half_of_it) {
    sys_.room = 150'000;
    const auto report = restore(publish(
        {file_item("a", std::string(100'000, 'a')), file_item("b", std::string(100'000, 'b'))}));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::no_space);
    EXPECT_NE(report.error().message().find("target/b'"), std::string::npos)
        << report.error().message();
    EXPECT_TRUE(fs::exists(in_target("a")));
    EXPECT_FALSE(fs::exists(in_target("b")));
}

TEST_F(RestoreTest, entries_that_cannot_be_made_keep_none_of_the_others_back) {
    const std::string too_long(300, 'n');
    const auto report = restore(publish(
        {file_item("a", "1"), file_item(too_long, "2"), directory(too_long + "d", 0755),
         file_item(too_long + "d/below", "3"), hard_link("link", too_long), file_item("z", "4")}));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().sys_errno(), ENAMETOOLONG);
    EXPECT_THAT(report.error().message(), testing::HasSubstr("3 entries restored, 3 not"));
    EXPECT_EQ(refused_.size(), 3u);
    EXPECT_EQ(read_file(in_target("a")), "1");
    EXPECT_EQ(read_file(in_target("z")), "4");
    EXPECT_EQ(read_file(in_target("link")), "2");
}

TEST_F(RestoreTest, directory_that_cannot_be_finished_keeps_none_of_the_others_back) {
    sys_.refused_directories = 1;
    const auto report =
        restore(publish({directory("a", 0750), directory("b", 0750), directory("c", 0750)}));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::permission_denied);
    EXPECT_EQ(refused_.size(), 1u);
    EXPECT_EQ(status_of("a").st_mode & 07777, 0750u);
    EXPECT_EQ(status_of("b").st_mode & 07777, 0750u);
}

TEST_F(RestoreTest, full_disk_ends_the_restore_at_once) {
    sys_.room = 10;
    const auto report = restore(publish({file_item("a", std::string(20, 'x')), file_item("b")}));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::no_space);
    EXPECT_FALSE(fs::exists(in_target("b")));
}

TEST_F(RestoreTest, set_id_bits_are_left_off_without_the_owner) {
    options_.same_owner = false;
    Item item = file_item("f", "x");
    item.inode.uid = 1234;
    item.inode.mode = 04755;
    restored(publish({item}));
    EXPECT_EQ(status_of("f").st_mode & 07777, 0755u);
    ASSERT_EQ(warnings_.size(), 1u);
    EXPECT_EQ(warnings_[0].kind, WarningKind::metadata);
}

TEST_F(RestoreTest, name_of_the_target_itself_is_a_directory_or_refused) {
    restored(publish({directory("./", 0711), file_item("./a", "1")}));
    EXPECT_EQ(read_file(in_target("a")), "1");
    const auto report = restore(publish({file_item(".", "x")}));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::unsafe_path);
}

TEST_F(RestoreTest, stream_goes_to_a_file_and_a_pipe) {
    const std::string bytes(300'000, 'r');
    const auto backup = publish(bytes, "raw");
    const auto source = os::Directory::open(dir_ / "dest", sys_);
    ASSERT_TRUE(source);
    const os::UniqueFd file(open((dir_ / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    const auto written =
        engine::restore_stream(*source, backup, file.get(), progress_, stop_.get_token());
    ASSERT_TRUE(written) << written.error().message();
    EXPECT_EQ(*written, bytes.size());
    EXPECT_EQ(read_file(dir_ / "out"), bytes);
}

TEST_F(RestoreTest, reader_that_went_away_is_an_error) {
    const auto backup = publish(std::string(300'000, 'r'), "raw");
    const auto source = os::Directory::open(dir_ / "dest", sys_);
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    ::close(ends[0]);
    const os::UniqueFd writing(ends[1]);
    const auto written =
        engine::restore_stream(*source, backup, writing.get(), progress_, stop_.get_token());
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().sys_errno(), EPIPE);
}

TEST_F(RestoreTest, stop_ends_a_stream_into_a_full_pipe) {
    const auto backup = publish(std::string(300'000, 'r'), "raw");
    const auto source = os::Directory::open(dir_ / "dest", sys_);
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const os::UniqueFd reading(ends[0]);
    const os::UniqueFd writing(ends[1]);
    std::jthread stopper([&] {
        while (progress_.stage.load() != Stage::write) {
            std::this_thread::yield();
        }
        stop_.request_stop();
    });
    const auto written =
        engine::restore_stream(*source, backup, writing.get(), progress_, stop_.get_token());
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), ErrorCode::cancelled);
}

TEST_F(RestoreTest, program_gets_the_stream_and_its_failure_is_told) {
    const std::string bytes(300'000, 'r');
    const auto backup = publish(bytes, "raw");
    const auto source = os::Directory::open(dir_ / "dest", sys_);
    const auto into = [&](const std::vector<std::string> &command) {
        return engine::restore_to_command(*source, backup, command, progress_, stop_.get_token());
    };
    const auto written = into({"dd", "status=none", "of=" + (dir_ / "out")});
    ASSERT_TRUE(written) << written.error().message();
    EXPECT_EQ(read_file(dir_ / "out"), bytes);
    EXPECT_EQ(into({"false"}).error().code(), ErrorCode::source_failed);
    EXPECT_EQ(into({"true"}).error().code(), ErrorCode::source_failed);
    EXPECT_EQ(into({"no-such-program-here"}).error().code(), ErrorCode::program_missing);
}

} // namespace
} // namespace intact::test
