// What the restore tests share: a published archive, a target, and a place outside that must stay
// as it is.
#pragma once

#include "engine/restore.hpp"
#include "pipeline/digest.hpp"
#include "unit/pipeline/archive_fixture.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace intact::test {

using engine::Existing;
using engine::RestoreOptions;
using engine::RestoreReport;
using os::FileType;
namespace fs = std::filesystem;

// A kernel whose disk is full after so many bytes, or that refuses.
class FullDisk final : public os::Sys {
public:
    std::uint64_t room = ~0ull;
    int refused_directories = 0; ///< so many may not be opened for reading
    int openat(int dir, const char *name, int flags, mode_t mode) override {
        const bool reads = (flags & (O_PATH | O_DIRECTORY | O_ACCMODE)) == (O_DIRECTORY | O_RDONLY);
        if (reads && refused_directories > 0) {
            --refused_directories;
            errno = EACCES;
            return -1;
        }
        return os::Sys::openat(dir, name, flags, mode);
    }
    ssize_t write(int fd, const void *buffer, std::size_t count) override {
        if (room < count) {
            errno = ENOSPC;
            return -1;
        }
        room -= count;
        return os::Sys::write(fd, buffer, count);
    }
};

class RestoreTest : public testing::Test {
protected:
    RestoreTest() {
        fs::create_directory(dir_ / "dest");
        dir_.write("outside/canary", "untouched");
        options_.target = dir_ / "target";
        options_.on_warning = [this](const Warning &warning) { warnings_.push_back(warning); };
        options_.on_refused = [this](const Error &e) { refused_.push_back(e.message()); };
        options_.on_entry = [this](const std::string &path) { entries_.push_back(path); };
    }

    ~RestoreTest() override {
        EXPECT_EQ(read_file(dir_ / "outside/canary"), "untouched");
        std::size_t others = 0;
        for (const auto &entry : fs::directory_iterator(dir_ / "outside")) {
            static_cast<void>(entry);
            ++others;
        }
        EXPECT_EQ(others, 1u) << "something was written outside the target";
        EXPECT_EQ(temporary_files(), "");
    }

    std::string temporary_files() const {
        return run_program("find " + dir_.path() + " -name '.intact-*'").output;
    }

    destination::FoundBackup publish(const std::string &bytes, const std::string &format = "tar") {
        dir_.write("dest/b.tar", bytes);
        destination::Manifest manifest;
        manifest.job = "test";
        manifest.archive = "b.tar";
        manifest.bytes = bytes.size();
        manifest.compression = "none";
        manifest.format = format;
        manifest.sha256 = pipeline::Sha256::of(bytes);
        manifest.stream_bytes = bytes.size();
        manifest.stream_sha256 = manifest.sha256;
        return {"b.tar.manifest.json", "", manifest, bytes.size()};
    }

    destination::FoundBackup publish(const std::vector<Item> &items) {
        return publish(archive_of(items));
    }

    Result<RestoreReport> restore(const destination::FoundBackup &backup) {
        const auto source = os::Directory::open(dir_ / "dest", sys_);
        EXPECT_TRUE(source);
        return engine::restore_files(*source, backup, options_, progress_, stop_.get_token());
    }

    RestoreReport restored(const destination::FoundBackup &backup) {
        auto report = restore(backup);
        EXPECT_TRUE(report) << report.error().message();
        return report.value_or(RestoreReport{});
    }

    std::string in_target(const std::string &name) const { return dir_ / ("target/" + name); }
    struct stat status_of(const std::string &name) const {
        struct stat status{};
        EXPECT_EQ(lstat(in_target(name).c_str(), &status), 0) << name;
        return status;
    }

    TempDir dir_;
    FullDisk sys_;
    engine::Progress progress_;
    std::stop_source stop_;
    RestoreOptions options_;
    std::vector<Warning> warnings_;
    std::vector<std::string> entries_;
    std::vector<std::string> refused_;
};

inline Item directory(std::string path, std::uint32_t mode = 0755) {
    return {std::move(path), inode_of(FileType::directory, mode), "", ""};
}

inline Item symlink_item(std::string path, std::string target) {
    Item item{std::move(path), inode_of(FileType::symlink, 0777), "", ""};
    item.inode.symlink_target = std::move(target);
    return item;
}

inline Item hard_link(std::string path, std::string target) {
    return {std::move(path), inode_of(FileType::regular), "", std::move(target)};
}

} // namespace intact::test
