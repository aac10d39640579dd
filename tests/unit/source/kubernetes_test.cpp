#include "support/sanitized.hpp"
#include "unit/source/stand_in_kubectl.hpp"

namespace intact::test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::vector<std::string> kGnu{"sh", "tar", "tee", "wc", "sha256sum", "mkfifo", "mkdir", "rm"};

std::vector<std::string> without(std::vector<std::string> programs, const std::string &one) {
    std::erase(programs, one);
    return programs;
}

TEST_F(PodStreamTest, a_pod_tells_what_it_sent) {
    expect_proven();
    EXPECT_THAT(warnings_, IsEmpty());
    EXPECT_THAT(lines_, IsEmpty()) << "the marks are nobody's business";
    EXPECT_EQ(stream_->stderr_tail(), "");
    EXPECT_EQ(stream_->item(), "prod/shop-0:" + source_.path);
    EXPECT_FALSE(stream_->agree(std::string(64, '0')));
}

TEST_F(PodStreamTest, any_shell_and_tools_will_do) {
    std::vector<std::string> busybox;
    for (const std::string &name : kGnu) {
        busybox.push_back("busybox:" + name);
    }
    for (const std::string shell : {"dash:sh", "bash:sh", "busybox:sh"}) {
        for (std::vector<std::string> programs : {kGnu, busybox}) {
            programs.front() = shell;
            kubectl_.container_has(programs);
            SCOPED_TRACE(shell + " " + programs.back());
            expect_proven();
            EXPECT_THAT(warnings_, IsEmpty());
        }
    }
}

TEST_F(PodStreamTest, more_than_any_pipe_holds_passes) {
    kubectl_.tell("data/large", std::string(3u << 20, 'x'));
    expect_proven();
    EXPECT_GT(received_.text.size(), 3u << 20);
}

// Where /proc cannot be used; the readers' FIFOs are gone afterwards.
TEST_F(PodStreamTest, fifos_do_where_proc_does_not) {
    kubectl_.container_has(kGnu);
    kubectl_.container_program("tee",
                               "case \"$*\" in */proc/*) exit 1 ;; esac\nexec /usr/bin/tee \"$@\"");
    expect_proven();
    EXPECT_THAT(warnings_, IsEmpty());
    const std::string calls = kubectl_.calls();
    const std::string mark = calls.substr(calls.find("\nintact-") + 1, 39);
    EXPECT_FALSE(std::filesystem::exists("/tmp/" + mark));
    EXPECT_EQ(run_program("command -v mkfifo").exit_code, 0);
    kubectl_.container_has(without(kGnu, "mkfifo"));
    kubectl_.container_program("tee", "exit 1");
    expect_degraded("(fifo)");
}

TEST_F(PodStreamTest, what_a_container_lacks_is_a_warning) {
    for (const std::string name : {"tee", "wc", "sha256sum"}) {
        kubectl_.container_has(without(kGnu, name));
        expect_degraded("(" + name + ")");
    }
    kubectl_.container_has({"sh", "tar"});
    expect_degraded("(tee, wc, sha256sum)");
}

TEST_F(PodStreamTest, without_a_shell_it_is_tar_alone) {
    kubectl_.container_has({"tar"});
    for (const std::string runtime : {"containerd", "docker", "crio"}) {
        SCOPED_TRACE(runtime);
        kubectl_.tell("runtime", runtime);
        expect_degraded("(no shell)");
        EXPECT_THAT(kubectl_.calls(),
                    EndsWith("--\ntar\n-C\n/\n-cf\n-\n." + source_.path + "\n\n"));
    }
}

TEST_F(PodStreamTest, what_is_required_is_not_done_without) {
    source_.digest = config::PodDigest::required;
    expect_proven();
    for (const auto &programs : {std::vector<std::string>{"tar"}, without(kGnu, "sha256sum")}) {
        kubectl_.container_has(programs);
        const Error error = error_of_run();
        EXPECT_EQ(error.code(), ErrorCode::program_missing);
        EXPECT_THAT(error.message(), HasSubstr("the container lacks"));
        EXPECT_THAT(error.hint(), HasSubstr("pod_digest"));
    }
}

TEST_F(PodStreamTest, what_is_switched_off_is_not_tried) {
    source_.digest = config::PodDigest::off;
    kubectl_.container_has({"tar"});
    ASSERT_TRUE(run());
    EXPECT_THAT(warnings_, IsEmpty());
    EXPECT_FALSE(stream_->has_digest());
    EXPECT_THAT(kubectl_.calls(), Not(HasSubstr("\nsh\n")));
}

TEST_F(PodStreamTest, a_container_without_tar_is_no_source) {
    for (const auto &programs : {without(kGnu, "tar"), std::vector<std::string>{}}) {
        kubectl_.container_has(programs);
        const Error error = error_of_run();
        EXPECT_EQ(error.code(), ErrorCode::program_missing) << error.message();
        EXPECT_THAT(error.message(), HasSubstr("tar"));
        EXPECT_THAT(received_.text, IsEmpty());
    }
}

TEST_F(PodStreamTest, every_setting_has_its_place) {
    source_.container = "db";
    source_.context = "east";
    source_.kubeconfig = "/etc/kube";
    source_.exclude = {"*.tmp", "cache"};
    expect_proven();
    const std::string calls = kubectl_.calls();
    const std::string settings = "--kubeconfig=/etc/kube\n--context=east\n--namespace=prod\n";
    EXPECT_THAT(calls, testing::StartsWith(settings + "get\npods\nshop-0\n--output\n"));
    EXPECT_THAT(calls, HasSubstr(settings + "exec\nshop-0\n--container=db\n--\nsh\n-c\n"));
    EXPECT_THAT(calls, EndsWith("\n--exclude=*.tmp\n--exclude=cache\n-C\n/\n-cf\n-\n." +
                                source_.path + "\n\n"));
    EXPECT_THAT(names_received(), Not(HasSubstr("b.tmp")));
}

TEST_F(PodStreamTest, a_tar_that_cannot_leave_out_takes_all_and_says_so) {
    source_.exclude = {"*.tmp"};
    std::vector<std::string> programs = without(kGnu, "tar");
    programs.emplace_back("busybox:tar");
    kubectl_.container_has(programs);
    expect_proven();
    ASSERT_EQ(warnings_.size(), 1U);
    EXPECT_EQ(warnings_[0].kind, WarningKind::degraded);
    EXPECT_THAT(warnings_[0].detail, HasSubstr("does not know --exclude"));
    EXPECT_THAT(names_received(), HasSubstr("b.tmp"));
}

// kubernetes#124571: the end is lost, and kubectl says that all is well.
TEST_F(PodStreamTest, a_stream_cut_anywhere_is_found) {
    expect_proven();
    const std::size_t whole = received_.text.size();
    std::vector<std::size_t> points{0, 1, 511, 512, 513};
    for (std::size_t i = 1024; i < whole; i += kIsSanitized ? 8192 : 1024) {
        points.push_back(i);
    }
    points.insert(points.end(), {whole - 513, whole - 512, whole - 511, whole - 1});
    for (const std::size_t point : points) {
        SCOPED_TRACE(point);
        kubectl_.tell("sent", std::to_string(point));
        const Error error = error_of_run();
        EXPECT_EQ(error.code(), ErrorCode::source_incomplete);
        EXPECT_EQ(received_.text.size(), point);
        EXPECT_THAT(error.message(),
                    HasSubstr(fmt::format("status 0, but of the {} bytes that the pod sent {} came",
                                          whole, point)));
        EXPECT_THAT(error.hint(), HasSubstr("run.retries="));
    }
    kubectl_.tell("sent", std::to_string(whole));
    expect_proven();
}

TEST_F(PodStreamTest, words_cut_anywhere_are_no_success) {
    expect_proven();
    kubectl_.tell("said", "100000");
    expect_proven();
    const std::size_t whole = read_file(kubectl_.temp() / "stderr").size();
    ASSERT_GT(whole, 150U);
    for (std::size_t point = 0; point + 1 < whole; point += kIsSanitized ? 41 : 11) {
        SCOPED_TRACE(point);
        kubectl_.tell("said", std::to_string(point));
        EXPECT_EQ(error_of_run().code(), ErrorCode::source_incomplete);
    }
}

TEST_F(PodStreamTest, a_byte_that_changed_on_the_way_is_found) {
    kubectl_.tell("spoil", "700");
    ASSERT_TRUE(run());
    const auto agreed = stream_->agree(sha256_of_received());
    ASSERT_FALSE(agreed);
    EXPECT_EQ(agreed.error().code(), ErrorCode::source_incomplete);
    EXPECT_THAT(agreed.error().message(), HasSubstr("SHA-256 of what the pod sent"));
}

// A program may say no newline at its end, or the words of a mark without knowing it.
TEST_F(PodStreamTest, marks_are_told_from_other_words) {
    kubectl_.container_has(kGnu);
    kubectl_.container_program(
        "tar", "case $1 in --version) exit ;; esac\n"
               "echo intact-0000 status 0 >&2; /usr/bin/tar \"$@\"; printf 'no newline' >&2");
    expect_proven();
    EXPECT_THAT(lines_, testing::ElementsAre("intact-0000 status 0", "no newline"));
    EXPECT_EQ(stream_->stderr_tail(), "intact-0000 status 0\nno newline\n");
}

TEST_F(PodStreamTest, files_that_changed_are_warnings_with_gnu_tar) {
    kubectl_.container_has(kGnu);
    kubectl_.container_program("tar", "case $1 in --version) exec /usr/bin/tar --version ;; esac\n"
                                      "/usr/bin/tar \"$@\"\n"
                                      "echo 'tar: ./d/a: file changed as we read it' >&2\n"
                                      "echo 'tar: ./d/b: File removed before we read it' >&2\n"
                                      "exit 1");
    expect_proven();
    ASSERT_EQ(warnings_.size(), 2U);
    EXPECT_EQ(warnings_[0].kind, WarningKind::changed);
    EXPECT_EQ(warnings_[0].path, "./d/a");
    EXPECT_EQ(warnings_[1].kind, WarningKind::vanished);
    EXPECT_EQ(warnings_[1].path, "./d/b");

    kubectl_.container_program("tar", "case $1 in --version) exec /usr/bin/tar --version ;; esac\n"
                                      "/usr/bin/tar \"$@\"; echo 'tar: odd' >&2; exit 1");
    expect_proven();
    ASSERT_EQ(warnings_.size(), 1U);
    EXPECT_EQ(warnings_[0].kind, WarningKind::exit_status);
    EXPECT_THAT(warnings_[0].detail, HasSubstr("status 1: tar: odd"));
}

TEST_F(PodStreamTest, a_tar_that_fails_is_a_failure) {
    kubectl_.container_has(kGnu);
    const std::string tar = "case $1 in --version) exit ;; esac\n/usr/bin/tar \"$@\"\n"
                            "echo \"tar: can't open 'x': Permission denied\" >&2; ";
    for (const std::string status : {"1", "2"}) {
        kubectl_.container_program("tar", tar + "exit " + status);
        const Error error = error_of_run();
        EXPECT_EQ(error.code(), ErrorCode::source_failed);
        EXPECT_THAT(error.message(), AllOf(HasSubstr("exited with status " + status),
                                           HasSubstr("Permission denied")));
    }
    kubectl_.container_program("tar", tar + "kill -9 $$");
    const Error killed = error_of_run();
    EXPECT_EQ(killed.code(), ErrorCode::source_incomplete);
    EXPECT_THAT(killed.message(), HasSubstr("ended by signal 9"));
    EXPECT_THAT(killed.hint(), HasSubstr("memory limit"));
}

TEST_F(PodStreamTest, a_stop_ends_it) {
    kubectl_.container_has(kGnu);
    std::stop_source stop;
    kubectl_.container_program("tar", "exec /bin/sleep 1000");
    stop.request_stop();
    const auto done = run(stop.get_token());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), ErrorCode::cancelled);
}

} // namespace
} // namespace intact::test
