// A kubectl that a test leads by the nose (tests/support/kubectl.sh), and what is run through it.
#pragma once

#include "source/kubernetes.hpp"
#include "support/string_sink.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <vector>

namespace intact::test {

/// Each facts' place is that of the question; see pod_lookup.cpp.
inline std::string pod_line(const std::string &name, const std::string &state,
                            const std::string &containers, const std::string &uid = "u1",
                            const std::string &going = "", const std::string &reason = "") {
    const std::string phase = state.substr(0, state.find(' '));
    const std::string ready = state.substr(std::min(state.size(), phase.size() + 1));
    return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", name, uid, phase, ready, going, reason,
                       containers);
}
inline std::string running_pod(const std::string &name) {
    return pod_line(name, "Running True", "db=0=true===,");
}

class StandInKubectl {
public:
    StandInKubectl() {
        std::filesystem::copy_file(INTACT_TEST_SUPPORT "/kubectl.sh", program());
        std::filesystem::permissions(program(), std::filesystem::perms::owner_all);
    }
    std::string program() const { return temp_ / "kubectl"; }
    const TempDir &temp() const { return temp_; }
    /// One of the files that lead it.
    void tell(const std::string &name, const std::string &text) const { temp_.write(name, text); }
    void forget(const std::string &name) const { std::filesystem::remove(temp_ / name); }
    /// The container has these programs and no others: "tar", or "busybox:tar" for BusyBox's.
    void container_has(const std::vector<std::string> &programs) const {
        std::filesystem::remove_all(temp_ / "bin");
        std::filesystem::create_directory(temp_ / "bin");
        for (const std::string &given : programs) {
            const std::size_t colon = given.find(':');
            const std::string name = given.substr(colon == std::string::npos ? 0 : colon + 1);
            const std::string what = colon == std::string::npos ? name : given.substr(0, colon);
            const std::string path = run_program("command -v " + what).output;
            ASSERT_FALSE(path.empty()) << what;
            std::filesystem::create_symlink(path.substr(0, path.size() - 1),
                                            temp_ / ("bin/" + name));
        }
    }
    /// A shell script instead of one of its programs.
    void container_program(const std::string &name, const std::string &text) const {
        std::filesystem::remove(temp_ / ("bin/" + name));
        temp_.write("bin/" + name, "#!/bin/sh\n" + text + "\n");
        std::filesystem::permissions(temp_ / ("bin/" + name), std::filesystem::perms::owner_all);
    }
    std::string calls() const { return read_file(temp_ / "calls"); }

private:
    TempDir temp_;
};

class PodStreamTest : public testing::Test {
protected:
    PodStreamTest() {
        kubectl_.tell("data/a", std::string(5000, 'a'));
        kubectl_.tell("data/b.tmp", "left out");
        kubectl_.tell("pods", running_pod("shop-0"));
        source_.kubectl = kubectl_.program();
        source_.pod = "shop-0";
        source_.namespace_ = "prod";
        source_.path = kubectl_.temp() / "data";
    }

    Result<> run(const std::stop_token &stop = {}) {
        received_.text.clear();
        warnings_.clear();
        lines_.clear();
        stream_.emplace(
            source_, [this](std::string_view line) { lines_.emplace_back(line); },
            [this](Warning warning) { warnings_.push_back(std::move(warning)); });
        return stream_->stream(received_, stop);
    }
    Error error_of_run() {
        auto done = run();
        if (done) {
            ADD_FAILURE() << "it ended well";
            return Error(ErrorCode::internal, "");
        }
        return std::move(done).error();
    }
    /// By the system's own tools.
    std::string sha256_of_received() const {
        const std::string path = kubectl_.temp().write("received", received_.text);
        return run_program("sha256sum <" + path).output.substr(0, 64);
    }
    std::string names_received() const {
        const std::string path = kubectl_.temp().write("received", received_.text);
        const auto listed = run_program("tar -tf " + path);
        EXPECT_EQ(listed.exit_code, 0) << listed.output;
        return listed.output;
    }
    void expect_proven() {
        const auto done = run();
        ASSERT_TRUE(done) << done.error().message();
        EXPECT_TRUE(stream_->has_digest());
        EXPECT_TRUE(stream_->agree(sha256_of_received()));
        EXPECT_THAT(names_received(), testing::HasSubstr("data/a\n"));
    }
    void expect_degraded(const std::string &reason) {
        const auto done = run();
        ASSERT_TRUE(done) << done.error().message();
        EXPECT_FALSE(stream_->has_digest());
        EXPECT_TRUE(stream_->agree("anything"));
        EXPECT_THAT(names_received(), testing::HasSubstr("data/a\n"));
        ASSERT_EQ(warnings_.size(), 1U);
        EXPECT_EQ(warnings_[0].kind, WarningKind::degraded);
        EXPECT_THAT(warnings_[0].detail, testing::HasSubstr(reason));
    }

    StandInKubectl kubectl_;
    config::KubernetesSource source_;
    StringSink received_;
    std::vector<Warning> warnings_;
    std::vector<std::string> lines_;
    std::optional<source::PodStream> stream_;
};

} // namespace intact::test
