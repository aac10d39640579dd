#include "source/pod_unpack.hpp"

#include "os/unique_fd.hpp"
#include "unit/source/stand_in_kubectl.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace intact::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class PodUnpackTest : public testing::Test {
protected:
    PodUnpackTest() {
        kubectl_.tell("pods", running_pod("shop-0"));
        kubectl_.tell("data/a", std::string(5000, 'a'));
        kubectl_.tell("data/deep/b", "b");
        chmod((kubectl_.temp() / "data/a").c_str(), 0755);
        run_program("tar -C " + kubectl_.temp().path() + " -cf " + tar() + " data");
        source_.kubectl = kubectl_.program();
        source_.pod = "shop-0";
        source_.namespace_ = "prod";
        target_.directory = kubectl_.temp() / "target";
    }
    std::string tar() const { return kubectl_.temp() / "tar"; }

    source::PodUnpack &pod() {
        warnings_.clear();
        return pod_.emplace(source_, target_, nullptr,
                            [this](Warning warning) { warnings_.push_back(std::move(warning)); });
    }
    Result<> take() {
        os::UniqueFd from(open(tar().c_str(), O_RDONLY | O_CLOEXEC));
        return pod_->take(std::move(from), {});
    }
    void expect_unpacked() {
        EXPECT_EQ(run_program("diff -r " + (kubectl_.temp() / "data ") +
                              (kubectl_.temp() / "target/data"))
                      .output,
                  "");
        struct stat status{};
        EXPECT_EQ(stat((kubectl_.temp() / "target/data/a").c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0755U);
        std::filesystem::remove_all(kubectl_.temp() / "target");
    }
    void expect_refused(ErrorCode code, const std::string &words) {
        const auto looked = pod().look({});
        ASSERT_FALSE(looked);
        EXPECT_EQ(looked.error().code(), code) << looked.error().message();
        EXPECT_THAT(looked.error().message(), HasSubstr(words));
    }

    StandInKubectl kubectl_;
    config::KubernetesSource source_;
    source::PodTarget target_;
    std::vector<Warning> warnings_;
    std::optional<source::PodUnpack> pod_;
};

const std::vector<std::string> kTools{"sh", "tar", "tee", "wc", "sha256sum", "cat", "mkdir"};

TEST_F(PodUnpackTest, any_shell_and_tools_tell_what_they_took) {
    std::vector<std::string> busybox;
    for (const std::string &name : kTools) {
        busybox.push_back("busybox:" + name);
    }
    for (const std::string shell : {"dash:sh", "bash:sh", "busybox:sh"}) {
        for (std::vector<std::string> programs : {kTools, busybox}) {
            SCOPED_TRACE(shell + " " + programs.back());
            programs.front() = shell;
            kubectl_.container_has(programs);
            ASSERT_TRUE(pod().look({}));
            EXPECT_EQ(pod_->place(), "prod/shop-0:" + target_.directory);
            const auto took = take();
            ASSERT_TRUE(took) << took.error().message();
            EXPECT_EQ(pod_->receipt().bytes, std::filesystem::file_size(tar()));
            EXPECT_EQ(pod_->receipt().sha256,
                      run_program("sha256sum <" + tar()).output.substr(0, 64));
            EXPECT_THAT(warnings_, IsEmpty());
            expect_unpacked();
        }
    }
}

TEST_F(PodUnpackTest, without_the_means_tar_alone_does_it_with_a_warning) {
    for (const auto &programs : {std::vector<std::string>{"tar"}, {"sh", "tar", "mkdir", "tee"}}) {
        kubectl_.container_has(programs);
        std::filesystem::create_directory(kubectl_.temp() / "target");
        ASSERT_TRUE(pod().look({}));
        const auto took = take();
        ASSERT_TRUE(took) << took.error().message();
        EXPECT_FALSE(pod_->receipt().bytes);
        ASSERT_EQ(warnings_.size(), 1U);
        EXPECT_EQ(warnings_[0].kind, WarningKind::degraded);
        expect_unpacked();
    }
}

TEST_F(PodUnpackTest, what_lies_there_is_not_touched_unasked) {
    target_.must_be_free = target_.directory + "/data";
    ASSERT_TRUE(pod().look({})) << "nothing is there";
    std::filesystem::create_directory(target_.must_be_free);
    ASSERT_TRUE(pod().look({})) << "an empty directory";
    for (const std::string name : {"x", ".x", "..x", "a b"}) {
        const std::string path = kubectl_.temp().write("target/data/" + name, "");
        expect_refused(ErrorCode::already_exists, "something lies at " + target_.must_be_free);
        std::filesystem::remove(path);
    }
    std::filesystem::create_symlink("nowhere", target_.must_be_free + "/link");
    expect_refused(ErrorCode::already_exists, "something lies at");
    std::filesystem::remove_all(target_.must_be_free);
    kubectl_.tell("target/data", "a file");
    expect_refused(ErrorCode::already_exists, "something lies at");
    kubectl_.container_has({"tar"});
    expect_refused(ErrorCode::program_missing, "no shell to see");
}

TEST_F(PodUnpackTest, nothing_is_sent_where_it_cannot_be_unpacked) {
    kubectl_.container_has({"sh", "tee", "wc", "sha256sum", "cat"});
    expect_refused(ErrorCode::program_missing, "the container has no tar");
    kubectl_.container_has(kTools);
    target_.directory = "/proc/none";
    expect_refused(ErrorCode::source_failed, "the pod has no directory /proc/none");
    kubectl_.tell("exec.words", "Error from server (Forbidden): pods \"shop-0\" is forbidden");
    kubectl_.tell("exec.exit", "1");
    expect_refused(ErrorCode::permission_denied, "does not allow it");
    kubectl_.tell("pods", "");
    expect_refused(ErrorCode::source_failed, "kubectl told of 0 pods");
}

TEST_F(PodUnpackTest, a_tar_that_fails_is_told_with_its_words) {
    ASSERT_TRUE(pod().look({}));
    kubectl_.tell("tar", "no tar at all, and shorter than one");
    const auto took = take();
    ASSERT_FALSE(took);
    EXPECT_EQ(took.error().code(), ErrorCode::source_failed);
    EXPECT_THAT(took.error().message(), HasSubstr("the pod's tar exited with status 2: tar: "));
    EXPECT_EQ(pod_->receipt().bytes, 35U) << "how much came is known all the same";
}

TEST_F(PodUnpackTest, a_pod_that_says_nothing_took_nothing_for_sure) {
    ASSERT_TRUE(pod().look({}));
    kubectl_.tell("said", "0");
    const auto took = take();
    ASSERT_FALSE(took);
    EXPECT_EQ(took.error().code(), ErrorCode::source_incomplete);
    EXPECT_THAT(took.error().message(), HasSubstr("did not say what it took"));
}

} // namespace
} // namespace intact::test
