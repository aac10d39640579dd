// A job file that is read alone, and what is said of it.
#pragma once

#include "config/config.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace intact::config {

inline const std::string kFilesSource = "[source]\ntype = \"files\"\npaths = [\"/etc\"]\n";

class JobTest : public testing::Test {
protected:
    const LoadedJob &load_job(const std::string &toml) {
        loaded_ = load_files({dir_.write("a.toml", toml)});
        for (const Diagnostic &one : loaded_.diagnostics) {
            EXPECT_NE(one.severity, Severity::error) << render_long(one, false);
        }
        if (loaded_.jobs.empty()) {
            loaded_.jobs.emplace_back();
            ADD_FAILURE() << "no job";
        }
        return loaded_.jobs.front();
    }
    std::vector<std::string> codes() const {
        std::vector<std::string> found;
        for (const Diagnostic &one : loaded_.diagnostics) {
            found.push_back(one.code);
        }
        return found;
    }
    test::TempDir dir_;
    Configuration loaded_;
};

} // namespace intact::config
