// The system calls of each variant, as they stand in tests/data/publish: to be laid beside its list
// in the description of the protocols, and to show in a review whatever changes them.
#include "crash/publish/fixture.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace intact::test {
namespace {

/// Writes down each call in words: names without the run's id, descriptors by what they opened.
class Scribe final : public os::Sys {
public:
    std::string text;

    int openat(int dir, const char *name, int flags, mode_t mode) override {
        if (dir != AT_FDCWD) {
            line((flags & O_CREAT) == 0 ? "open " : "create ", plain(name));
        }
        return Sys::openat(dir, name, flags, mode);
    }
    ssize_t write(int fd, const void *buffer, std::size_t count) override {
        line("write ", opened_as(fd));
        return Sys::write(fd, buffer, count);
    }
    int fsync(int fd) override {
        line("sync ", opened_as(fd));
        return Sys::fsync(fd);
    }
    int syncfs(int fd) override {
        line("sync ", "filesystem");
        return Sys::syncfs(fd);
    }
    int renameat2(int old_dir, const char *old_name, int new_dir, const char *new_name,
                  unsigned flags) override {
        line(flags == RENAME_EXCHANGE    ? "exchange "
             : flags == RENAME_NOREPLACE ? "rename to a free name "
                                         : "rename over ",
             plain(old_name) + ", " + plain(new_name));
        return Sys::renameat2(old_dir, old_name, new_dir, new_name, flags);
    }
    int linkat(int old_dir, const char *old_name, int new_dir, const char *new_name,
               int flags) override {
        line("link ", plain(old_name) + ", " + plain(new_name));
        return Sys::linkat(old_dir, old_name, new_dir, new_name, flags);
    }
    int unlinkat(int dir, const char *name, int flags) override {
        line("remove ", plain(name));
        return Sys::unlinkat(dir, name, flags);
    }

private:
    void line(std::string_view what, const std::string &whom) {
        text += std::string(what) + whom + "\n";
    }
    static std::string opened_as(int fd) {
        const auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd));
        return std::filesystem::is_directory(path) ? "directory" : plain(path.filename());
    }
    static std::string plain(std::string name) {
        if (name.starts_with(".intact-")) {
            return name.substr(std::string(".intact-").size() + 27); // the run's id and a dot
        }
        const auto suffix = name.find(".tar.zst");
        return suffix == std::string::npos ? name : "NAME" + name.substr(suffix);
    }
};

class StepsTest : public VariantTest {};

TEST_P(StepsTest, are_those_written_down) {
    begin_anew();
    Scribe scribe;
    auto staged = stage(target(), "two", naming_, scribe);
    ASSERT_TRUE(staged);
    scribe.text.clear();
    ASSERT_TRUE(publish_staged(*std::move(staged)));

    const std::string file =
        INTACT_TEST_DATA "/publish/" + name_of_case({GetParam(), 0}) + ".steps";
    std::ifstream in(file);
    std::stringstream written;
    written << in.rdbuf();
    EXPECT_EQ(scribe.text, written.str()) << file;
}

INSTANTIATE_TEST_SUITE_P(All, StepsTest, kEveryVariant, name_of_case);

} // namespace
} // namespace intact::test
