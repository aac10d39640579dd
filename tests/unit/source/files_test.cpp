#include "source/files.hpp"

#include "os/unique_fd.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <fcntl.h>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace intact::test {
namespace {

using os::FileType;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Seen {
    source::Entry entry;
    std::string content; ///< holes as zeros
    std::uint64_t holes = 0;
};

// Keeps all it is given, and lets a test meddle with the tree at each entry.
class Recorder final : public source::EntrySink {
public:
    Result<> begin(const source::Entry &entry) override {
        if (at_begin) {
            at_begin(entry);
        }
        seen.push_back({entry, "", 0});
        return answer(Call::begin);
    }
    Result<> data(std::span<const std::byte> bytes) override {
        if (at_data) {
            at_data();
        }
        seen.back().content.append(reinterpret_cast<const char *>(bytes.data()), bytes.size());
        return answer(Call::data);
    }
    Result<> hole(std::uint64_t length) override {
        seen.back().holes += length;
        seen.back().content.append(length, '\0');
        return answer(Call::hole);
    }
    Result<> end() override {
        ++ended;
        return answer(Call::end);
    }

    enum class Call { begin, data, hole, end };
    std::vector<Seen> seen;
    std::size_t ended = 0;
    std::function<void(const source::Entry &)> at_begin;
    std::function<void()> at_data;
    std::optional<Call> fails_at;

private:
    Result<> answer(Call call) const {
        return call == fails_at ? Result<>(fail(ErrorCode::no_space, "full")) : Result<>();
    }
};

class FilesTest : public testing::Test {
protected:
    FilesTest() {
        mkdir((temp_ / "tree").c_str(), 0755);
        source_.paths = {temp_ / "tree"};
    }

    Result<> walk() {
        return source::walk_files(
            source_, destination_, out_,
            [this](Warning warning) { warnings_.push_back(std::move(warning)); },
            stop_.get_token());
    }
    /// Paths below the tree, in the order of the walk.
    std::vector<std::string> paths() {
        EXPECT_TRUE(walk());
        EXPECT_EQ(out_.ended, out_.seen.size());
        std::vector<std::string> found;
        const std::string prefix = (temp_ / "tree").substr(1);
        for (const Seen &seen : out_.seen) {
            EXPECT_EQ(seen.entry.path.substr(0, prefix.size()), prefix);
            if (seen.entry.path.size() > prefix.size()) {
                found.push_back(seen.entry.path.substr(prefix.size() + 1));
            }
        }
        return found;
    }
    const Seen &entry(const std::string &name) const {
        const auto at = std::find_if(out_.seen.begin(), out_.seen.end(), [&](const Seen &seen) {
            return "/" + seen.entry.path == tree(name);
        });
        EXPECT_NE(at, out_.seen.end()) << name;
        return *at;
    }
    std::string tree(const std::string &name) const { return temp_ / ("tree/" + name); }
    /// "kind name", in order.
    std::vector<std::string> warnings() const {
        std::vector<std::string> told;
        const std::size_t prefix = (temp_ / "tree/").size();
        for (const Warning &warning : warnings_) {
            const bool is_root = warning.path.size() < prefix;
            told.push_back(std::string(name_of(warning.kind)) + " " +
                           (is_root ? "." : warning.path.substr(prefix)));
        }
        return told;
    }
    /// Once, when the walk is at that entry.
    void when_at(const std::string &name, const std::function<void()> &act) {
        out_.at_begin = [this, name, act, done = false](const source::Entry &entry) mutable {
            if (!done && "/" + entry.path == tree(name)) {
                done = true;
                act();
            }
        };
    }

    TempDir temp_;
    static source::DirectoryId id_of(const std::string &path) {
        struct stat status{};
        EXPECT_EQ(stat(path.c_str(), &status), 0);
        return {status.st_dev, status.st_ino};
    }
    config::FilesSource source_;
    std::optional<source::DirectoryId> destination_;
    Recorder out_;
    std::vector<Warning> warnings_;
    std::stop_source stop_;
};

TEST_F(FilesTest, visits_each_directory_before_what_it_holds_in_byte_order) {
    for (const char *name : {"tree/b/2", "tree/b/1", "tree/a", "tree/B", "tree/b-", "tree/\xff"}) {
        temp_.write(name, "x");
    }
    EXPECT_THAT(paths(), ElementsAre("B", "a", "b", "b/1", "b/2", "b-", "\xff"));
    EXPECT_THAT(warnings(), IsEmpty());
    EXPECT_EQ(entry("b/1").content, "x");
}

TEST_F(FilesTest, follows_a_symlink_only_where_the_job_names_it) {
    temp_.write("elsewhere/file", "x");
    ASSERT_EQ(symlink((temp_ / "elsewhere").c_str(), (temp_ / "tree/link").c_str()), 0);
    EXPECT_THAT(paths(), ElementsAre("link"));
    EXPECT_EQ(entry("link").entry.inode.type, FileType::symlink);
    EXPECT_EQ(entry("link").entry.inode.symlink_target, temp_ / "elsewhere");

    out_ = Recorder();
    source_.paths = {tree("link")};
    EXPECT_THAT(paths(), ElementsAre("link", "link/file"));
}

TEST_F(FilesTest, a_second_name_of_a_file_refers_to_the_first_across_roots) {
    temp_.write("tree/a/first", "once");
    mkdir((temp_ / "tree/b").c_str(), 0755);
    ASSERT_EQ(link(tree("a/first").c_str(), tree("b/second").c_str()), 0);
    source_.paths = {tree("a"), tree("b")};
    EXPECT_THAT(paths(), ElementsAre("a", "a/first", "b", "b/second"));
    EXPECT_EQ(entry("a/first").entry.hard_link_to, "");
    EXPECT_EQ("/" + entry("b/second").entry.hard_link_to, tree("a/first"));
    EXPECT_EQ(entry("b/second").content, "");
}

TEST_F(FilesTest, a_file_that_two_paths_of_the_job_lead_to_is_no_link_to_itself) {
    temp_.write("tree/a/first", "once");
    ASSERT_EQ(link(tree("a/first").c_str(), tree("a/second").c_str()), 0);
    source_.paths = {temp_ / "tree", tree("a")};
    source_.exclude = {"second"};
    ASSERT_TRUE(walk());
    for (const Seen &seen : out_.seen) {
        EXPECT_EQ(seen.entry.hard_link_to, "") << seen.entry.path;
    }
    EXPECT_EQ(out_.seen.back().content, "once");
}

TEST_F(FilesTest, a_name_whose_other_is_left_out_has_its_own_content) {
    temp_.write("tree/a", "once");
    ASSERT_EQ(link(tree("a").c_str(), tree("b").c_str()), 0);
    source_.exclude = {"a"};
    EXPECT_THAT(paths(), ElementsAre("b"));
    EXPECT_EQ(entry("b").entry.hard_link_to, "");
    EXPECT_EQ(entry("b").content, "once");
}

TEST_F(FilesTest, leaves_the_content_of_its_own_destination_out_with_a_warning) {
    temp_.write("tree/backups/of/old.tar", "x");
    temp_.write("tree/file", "x");
    ASSERT_EQ(symlink((temp_ / "tree/backups").c_str(), (temp_ / "way").c_str()), 0);
    destination_ = id_of(temp_ / "way/of");
    EXPECT_THAT(paths(), ElementsAre("backups", "backups/of", "file"));
    EXPECT_THAT(warnings(), ElementsAre("destination backups/of"));
}

TEST_F(FilesTest, is_silent_about_its_own_destination_when_that_is_excluded) {
    temp_.write("tree/backups/old.tar", "x");
    destination_ = id_of(tree("backups"));
    source_.exclude = {tree("backups")};
    EXPECT_THAT(paths(), IsEmpty());
    EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(FilesTest, walks_a_destination_that_the_job_names_without_what_a_run_keeps_there) {
    temp_.write("tree/old.tar", "x");
    temp_.write("tree/.intact-01J.archive", "x");
    destination_ = id_of(temp_ / "tree");
    EXPECT_THAT(paths(), ElementsAre("old.tar"));
    EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(FilesTest, hands_holes_on_as_holes) {
    const std::string path = temp_.write("tree/sparse", "begin");
    const os::UniqueFd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_EQ(pwrite(fd.get(), "end", 3, 10 << 20), 3);
    ASSERT_EQ(ftruncate(fd.get(), 20 << 20), 0);
    ASSERT_TRUE(walk());
    const Seen &seen = entry("sparse");
    EXPECT_TRUE(seen.entry.inode.sparse);
    EXPECT_EQ(seen.content.size(), 20U << 20);
    EXPECT_EQ(seen.content.substr(0, 5), "begin");
    EXPECT_EQ(seen.content.substr(10 << 20, 3), "end");
    EXPECT_GT(seen.holes, 19U << 20);
}

TEST_F(FilesTest, takes_what_is_no_file_without_opening_it) {
    ASSERT_EQ(mkfifo(tree("fifo").c_str(), 0600), 0); // open(2) would wait for a writer
    EXPECT_THAT(paths(), ElementsAre("fifo"));
    EXPECT_EQ(entry("fifo").entry.inode.type, FileType::fifo);
}

TEST_F(FilesTest, a_socket_is_left_out_with_a_warning) {
    const os::UniqueFd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    tree("socket").copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(bind(listener.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address),
              0);
    EXPECT_THAT(paths(), IsEmpty());
    EXPECT_THAT(warnings(), ElementsAre("unsupported socket"));
}

TEST_F(FilesTest, what_may_not_be_read_is_a_warning_and_the_walk_goes_on) {
    temp_.write("tree/a", "secret");
    temp_.write("tree/b/inside", "secret");
    temp_.write("tree/c", "open");
    chmod(temp_.path().c_str(), 0755);
    chmod(tree("a").c_str(), 0000);
    chmod(tree("b").c_str(), 0000);
    chmod(tree("c").c_str(), 0644);
    constexpr uid_t kNobody = 65534;
    const uid_t us = geteuid();
    ASSERT_TRUE(us != 0 || seteuid(kNobody) == 0);
    const auto found = paths();
    ASSERT_EQ(seteuid(us), 0);
    chmod(tree("b").c_str(), 0700);
    // A directory keeps its place, so that a restore has somewhere to put its siblings' parent.
    EXPECT_THAT(found, ElementsAre("b", "c"));
    EXPECT_THAT(warnings(), ElementsAre("unreadable a", "unreadable b"));
}

TEST_F(FilesTest, a_file_that_goes_before_it_is_opened_has_vanished) {
    temp_.write("tree/a", "x");
    temp_.write("tree/b", "x");
    when_at("a", [&] { unlink(tree("b").c_str()); });
    EXPECT_THAT(paths(), ElementsAre("a"));
    EXPECT_THAT(warnings(), ElementsAre("vanished b"));
}

TEST_F(FilesTest, an_excluded_file_may_vanish_unheard) {
    temp_.write("tree/a", "x");
    temp_.write("tree/b", "x");
    source_.exclude = {"b"};
    when_at("a", [&] { unlink(tree("b").c_str()); });
    EXPECT_THAT(paths(), ElementsAre("a"));
    EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(FilesTest, one_that_shrinks_is_filled_with_zeros_to_its_promised_size) {
    temp_.write("tree/file", std::string(1000, 'x'));
    when_at("file", [&] { EXPECT_EQ(truncate(tree("file").c_str(), 300), 0); });
    ASSERT_TRUE(walk());
    EXPECT_EQ(entry("file").content, std::string(300, 'x') + std::string(700, '\0'));
    EXPECT_THAT(warnings(), ElementsAre("shrank file"));
    EXPECT_THAT(warnings_.front().detail, HasSubstr("after 300 bytes"));
}

TEST_F(FilesTest, one_with_holes_that_shrinks_keeps_its_promised_size) {
    const os::UniqueFd fd(open(tree("file").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    ASSERT_EQ(pwrite(fd.get(), "one", 3, 0), 3);
    ASSERT_EQ(pwrite(fd.get(), "two", 3, 4 << 20), 3);
    ASSERT_EQ(pwrite(fd.get(), "end", 3, 8 << 20), 3);
    ASSERT_EQ(ftruncate(fd.get(), 10 << 20), 0);
    when_at("file", [&] { EXPECT_EQ(ftruncate(fd.get(), 3), 0); });
    ASSERT_TRUE(walk());
    EXPECT_EQ(entry("file").content.size(), 10U << 20);
    EXPECT_EQ(entry("file").content.substr(0, 4), std::string("one\0", 4));
    EXPECT_EQ(entry("file").content.find("two"), std::string::npos);
    EXPECT_THAT(warnings(), ElementsAre("shrank file"));
}

TEST_F(FilesTest, one_that_grows_keeps_its_promised_size) {
    temp_.write("tree/file", std::string(1000, 'x'));
    when_at("file", [&] { EXPECT_EQ(truncate(tree("file").c_str(), 5000), 0); });
    ASSERT_TRUE(walk());
    EXPECT_EQ(entry("file").content, std::string(1000, 'x'));
    EXPECT_THAT(warnings(), ElementsAre("changed file"));
}

TEST_F(FilesTest, one_that_is_written_over_has_changed) {
    temp_.write("tree/file", "before");
    when_at("file", [&] { temp_.write("tree/file", "after!"); });
    ASSERT_TRUE(walk());
    EXPECT_THAT(warnings(), ElementsAre("changed file"));
}

TEST_F(FilesTest, leaves_out_what_the_patterns_name) {
    for (const char *name : {"tree/keep", "tree/x.tmp", "tree/sub/y.tmp", "tree/cache/big"}) {
        temp_.write(name, "x");
    }
    source_.exclude = {"*.tmp", "cache/"};
    EXPECT_THAT(paths(), ElementsAre("keep", "sub"));
}

TEST_F(FilesTest, keeps_only_the_tag_of_a_tagged_cache) {
    const std::string tag = "Signature: 8a477f597d28d172789f06886806bc55\n";
    temp_.write("tree/cache/CACHEDIR.TAG", tag);
    temp_.write("tree/cache/big", "x");
    temp_.write("tree/other/CACHEDIR.TAG", "no signature");
    temp_.write("tree/other/big", "x");
    EXPECT_THAT(paths(), ElementsAre("cache", "cache/CACHEDIR.TAG", "other", "other/CACHEDIR.TAG",
                                     "other/big"));
    out_ = Recorder();
    source_.exclude_caches = false;
    EXPECT_EQ(paths().size(), 6U);
}

TEST_F(FilesTest, keeps_only_the_directory_that_wants_no_backup) {
    temp_.write("tree/scratch/.nobackup", "");
    temp_.write("tree/scratch/big", "x");
    EXPECT_THAT(paths(), ElementsAre("scratch"));
}

TEST_F(FilesTest, says_when_a_source_path_itself_is_marked_and_so_left_empty) {
    temp_.write("tree/.nobackup", "");
    temp_.write("tree/all", "x");
    EXPECT_THAT(paths(), IsEmpty());
    EXPECT_THAT(warnings(), ElementsAre("excluded ."));
}

TEST_F(FilesTest, says_when_a_source_path_itself_is_tagged_as_a_cache) {
    temp_.write("tree/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
    temp_.write("tree/all", "x");
    EXPECT_THAT(paths(), ElementsAre("CACHEDIR.TAG"));
    EXPECT_THAT(warnings(), ElementsAre("excluded ."));
}

TEST_F(FilesTest, the_job_says_what_marks_such_a_directory) {
    temp_.write("tree/a/.nobackup", "");
    temp_.write("tree/b/.skip", "");
    temp_.write("tree/b/big", "x");
    source_.exclude_if_present = {".never", ".skip"};
    EXPECT_THAT(paths(), ElementsAre("a", "a/.nobackup", "b"));
}

TEST_F(FilesTest, stays_on_its_file_system_when_told) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "mount(2) needs root";
    }
    temp_.write("tree/mnt/under", "x");
    ASSERT_EQ(mount("none", tree("mnt").c_str(), "tmpfs", 0, ""), 0);
    temp_.write("tree/mnt/over", "x");
    const auto all = paths();
    out_ = Recorder();
    source_.one_file_system = true;
    warnings_.clear();
    const auto own = paths();
    EXPECT_THAT(warnings(), ElementsAre("mount mnt"));
    ASSERT_EQ(umount(tree("mnt").c_str()), 0);
    EXPECT_THAT(all, ElementsAre("mnt", "mnt/over"));
    EXPECT_THAT(own, ElementsAre("mnt"));
}

// Makes tree/NAME/NAME/…, deeper than a path may be long.
void make_deep(const std::string &at, const std::string &name, int levels) {
    os::UniqueFd directory(open(at.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int level = 0; level < levels; ++level) {
        ASSERT_EQ(mkdirat(directory.get(), name.c_str(), 0755), 0);
        directory.reset(openat(directory.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        ASSERT_TRUE(directory);
        const os::UniqueFd after(
            openat(directory.get(), "z-after", O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
        ASSERT_TRUE(after);
    }
}

TEST_F(FilesTest, goes_deeper_than_paths_and_descriptors_reach_and_back) {
    constexpr int kLevels = 300;
    make_deep(temp_ / "tree", std::string(40, 'd'), kLevels);
    EXPECT_EQ(paths().size(), 2U * kLevels);
    EXPECT_THAT(warnings(), IsEmpty());
    EXPECT_GT(out_.seen[kLevels].entry.path.size(), 4096U);
    const auto left = run_program("rm -rf '" + (temp_ / "tree") + "'");
    EXPECT_EQ(left.exit_code, 0) << left.output;
}

// The way back up leads out of the tree then; what can still be reached is taken.
TEST_F(FilesTest, a_directory_moved_away_meanwhile_costs_only_what_was_left_in_it) {
    constexpr int kLevels = 100;
    make_deep(temp_ / "tree", "d", kLevels);
    temp_.write("tree/e", "x");
    mkdir((temp_ / "away").c_str(), 0755);
    int level = 0;
    out_.at_begin = [&](const source::Entry &entry) {
        if (entry.path.ends_with("/d") && ++level == kLevels) {
            // d/d/d, whose descriptor is closed by now.
            ASSERT_EQ(rename(tree("d/d/d").c_str(), (temp_ / "away/d").c_str()), 0);
        }
    };
    const auto found = paths();
    EXPECT_EQ(found.back(), "e");
    // Of the three levels above the break two held a file that was not visited yet.
    EXPECT_THAT(warnings(), ElementsAre("changed d/d", "changed d"));
    EXPECT_EQ(found.size(), 2U * kLevels - 2 + 1);
}

TEST_F(FilesTest, a_source_that_is_missing_fails) {
    source_.paths = {temp_ / "none"};
    const auto walked = walk();
    ASSERT_FALSE(walked);
    EXPECT_EQ(walked.error().code(), ErrorCode::source_unreadable);
    EXPECT_THAT(walked.error().message(), HasSubstr(temp_ / "none"));
}

TEST_F(FilesTest, a_source_may_be_a_file) {
    temp_.write("tree/file", "content");
    source_.paths = {tree("file")};
    EXPECT_THAT(paths(), ElementsAre("file"));
    EXPECT_EQ(entry("file").content, "content");
}

TEST_F(FilesTest, a_source_that_may_not_be_read_fails) {
    chmod(temp_.path().c_str(), 0755);
    chmod((temp_ / "tree").c_str(), 0000);
    constexpr uid_t kNobody = 65534;
    const uid_t us = geteuid();
    ASSERT_TRUE(us != 0 || seteuid(kNobody) == 0);
    const auto walked = walk();
    ASSERT_EQ(seteuid(us), 0);
    chmod((temp_ / "tree").c_str(), 0755);
    ASSERT_FALSE(walked);
    EXPECT_EQ(walked.error().code(), ErrorCode::source_unreadable);
    EXPECT_THAT(out_.seen, IsEmpty());
}

// Empty files: there is no content whose copy would notice the stop.
TEST_F(FilesTest, a_stop_ends_the_walk_before_the_next_entry) {
    temp_.write("tree/a", "");
    temp_.write("tree/b", "");
    when_at("a", [&] { stop_.request_stop(); });
    const auto walked = walk();
    ASSERT_FALSE(walked);
    EXPECT_EQ(walked.error().code(), ErrorCode::cancelled);
    EXPECT_EQ("/" + out_.seen.back().entry.path, tree("a"));
}

TEST_F(FilesTest, a_stop_ends_the_walk_amid_a_file) {
    constexpr std::size_t kSize = 4u << 20;
    temp_.write("tree/large", std::string(kSize, 'x'));
    out_.at_data = [&] { stop_.request_stop(); };
    const auto walked = walk();
    ASSERT_FALSE(walked);
    EXPECT_EQ(walked.error().code(), ErrorCode::cancelled);
    EXPECT_GT(entry("large").content.size(), 0U);
    EXPECT_LT(entry("large").content.size(), kSize);
}

// Lets no more descriptors be open than there are, and `spare` more or fewer.
class DescriptorLimit {
public:
    DescriptorLimit() { getrlimit(RLIMIT_NOFILE, &before_); }
    ~DescriptorLimit() { lift(); }
    DescriptorLimit(const DescriptorLimit &) = delete;
    DescriptorLimit &operator=(const DescriptorLimit &) = delete;
    void lift() const { setrlimit(RLIMIT_NOFILE, &before_); }
    void set(int spare) const {
        const os::UniqueFd lowest(open("/dev/null", O_RDONLY | O_CLOEXEC));
        rlimit limit = before_;
        limit.rlim_cur = static_cast<rlim_t>(lowest.get() + spare);
        setrlimit(RLIMIT_NOFILE, &limit);
    }

private:
    rlimit before_{};
};

// At the entry of the file two descriptors are open for it: the one for its path and its content's.
class FilesLimitTest : public FilesTest, public testing::WithParamInterface<int> {};

TEST_P(FilesLimitTest, a_walk_that_runs_out_of_descriptors_fails) {
    temp_.write("tree/a", "");
    temp_.write("tree/b/c", "");
    const DescriptorLimit limit;
    when_at("a", [&] { limit.set(GetParam()); });
    const auto walked = walk();
    limit.lift(); // UndefinedBehaviorSanitizer opens a pipe to look at the matchers' types
    ASSERT_FALSE(walked);
    EXPECT_EQ(walked.error().sys_errno(), EMFILE);
    EXPECT_THAT(walked.error().message(), HasSubstr("tree/b"));
    EXPECT_THAT(walked.error().hint(), HasSubstr("LimitNOFILE="));
    EXPECT_THAT(warnings(), IsEmpty());
}

// For the path of the next entry, for the entry itself, for its names.
INSTANTIATE_TEST_SUITE_P(Spare, FilesLimitTest, testing::Values(-2, -1, 0));

class FilesSinkTest : public FilesTest, public testing::WithParamInterface<Recorder::Call> {};

TEST_P(FilesSinkTest, what_the_sink_reports_ends_the_walk) {
    const os::UniqueFd fd(open(tree("a").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    ASSERT_EQ(write(fd.get(), "begin", 5), 5);
    ASSERT_EQ(ftruncate(fd.get(), 10 << 20), 0);
    temp_.write("tree/b", "x");
    when_at("a", [&] { out_.fails_at = GetParam(); });
    const auto walked = walk();
    ASSERT_FALSE(walked);
    EXPECT_EQ(walked.error().code(), ErrorCode::no_space);
    EXPECT_EQ("/" + out_.seen.back().entry.path, tree("a"));
}

INSTANTIATE_TEST_SUITE_P(Calls, FilesSinkTest,
                         testing::Values(Recorder::Call::begin, Recorder::Call::data,
                                         Recorder::Call::hole, Recorder::Call::end));

// Where data ends the file, no later hole is there to be refused.
TEST_F(FilesTest, a_sink_that_refuses_the_hole_before_data_ends_the_walk) {
    const os::UniqueFd fd(open(tree("a").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    ASSERT_EQ(pwrite(fd.get(), "end", 3, 8 << 20), 3);
    out_.fails_at = Recorder::Call::hole;
    const auto walked = walk();
    ASSERT_FALSE(walked);
    EXPECT_EQ(walked.error().code(), ErrorCode::no_space);
    EXPECT_LT(entry("a").content.size(), (8U << 20) + 3);
}

} // namespace
} // namespace intact::test
