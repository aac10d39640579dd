// The whole program in this process, on real files, with what it says caught.
#pragma once

#include "cli/cli.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace intact::cli {

struct Said {
    int exit_code = -1;
    std::string out;
    std::string error;
};

class CliTest : public testing::Test {
protected:
    CliTest() {
        std::filesystem::create_directories(temp_ / "dest");
        temp_.write("data/a/one.txt", "one");
        temp_.write("data/two.txt", "two");
    }

    Said intact(std::vector<std::string> words) {
        words.insert(words.begin(),
                     {"intact", "--config-dir", temp_ / "conf", "--state-dir", temp_ / "state"});
        std::vector<const char *> argv;
        for (const std::string &word : words) {
            argv.push_back(word.c_str());
        }
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        Said said;
        said.exit_code = run_cli(static_cast<int>(argv.size()), argv.data(), *sys_);
        said.out = testing::internal::GetCapturedStdout();
        said.error = testing::internal::GetCapturedStderr();
        return said;
    }

    void write_job(const std::string &name, const std::string &source) {
        temp_.write("conf/jobs.d/" + name + ".toml", "[source]\n" + source +
                                                         "\n[destination]\npath = \"" +
                                                         (temp_ / "dest") + "\"\n");
    }
    void write_files_job(const std::string &name = "data") {
        write_job(name, "type = \"files\"\npaths = [\"" + (temp_ / "data") + "\"]");
    }
    void write_command_job(const std::string &name, const std::string &script) {
        write_job(name, "type = \"command\"\ncommand = [\"sh\", \"-c\", '" + script + "']");
    }

    /// File names at the destination that end like this, sorted.
    std::vector<std::string> published(const std::string &suffix) const {
        std::vector<std::string> names;
        for (const auto &entry : std::filesystem::directory_iterator(temp_ / "dest")) {
            const std::string name = entry.path().filename();
            if (name.ends_with(suffix)) {
                names.push_back(name);
            }
        }
        std::sort(names.begin(), names.end());
        return names;
    }
    std::string archive() const {
        const auto names = published(".tar.zst");
        return names.empty() ? "" : temp_ / ("dest/" + names.back());
    }

    test::TempDir temp_;
    os::Sys *sys_ = &os::kernel();
};

} // namespace intact::cli
