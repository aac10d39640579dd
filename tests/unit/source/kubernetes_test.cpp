#include "source/kubernetes.hpp"

#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace intact::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// kubectl is played by a script that keeps its arguments and answers as told.
class KubernetesTest : public testing::Test {
protected:
    KubernetesTest() {
        source_.kubectl = temp_ / "kubectl";
        source_.selector = "app=shop";
        source_.path = "/var/lib/shop";
    }
    void kubectl_says(const std::string &answer, int exit_code = 0) const {
        temp_.write("answer", answer);
        temp_.write("kubectl", "#!/bin/sh\nprintf '%s\\n' \"$@\" >'" + (temp_ / "arguments") +
                                   "'\ncat '" + (temp_ / "answer") + "'\n[ " +
                                   std::to_string(exit_code) + " = 0 ] || echo refused >&2\nexit " +
                                   std::to_string(exit_code) + "\n");
        ASSERT_EQ(chmod((temp_ / "kubectl").c_str(), 0755), 0);
    }
    Result<config::CommandSource> command() const {
        return source::kubernetes_command(source_, {});
    }
    std::string pod_of(const std::string &answer) const {
        kubectl_says(answer);
        const auto made = command();
        return made ? made->command.at(2) : made.error().message();
    }

    TempDir temp_;
    config::KubernetesSource source_;
};

TEST_F(KubernetesTest, a_named_pod_needs_no_question) {
    source_.selector.clear();
    source_.pod = "shop-0";
    const auto made = command(); // there is no kubectl
    ASSERT_TRUE(made);
    EXPECT_THAT(made->command, ElementsAre(source_.kubectl, "exec", "shop-0", "--", "tar", "-C",
                                           "/", "-cf", "-", "./var/lib/shop"));
    EXPECT_EQ(made->format.name(), "tar");
}

TEST_F(KubernetesTest, every_setting_has_its_place) {
    source_.selector.clear();
    source_.pod = "shop-0";
    source_.container = "db";
    source_.namespace_ = "prod";
    source_.context = "east";
    source_.kubeconfig = "/etc/kube";
    source_.exclude = {"*.tmp", "cache"};
    source_.path = "/-odd";
    const auto made = command();
    ASSERT_TRUE(made);
    EXPECT_THAT(made->command,
                ElementsAre(source_.kubectl, "--kubeconfig=/etc/kube", "--context=east",
                            "--namespace=prod", "exec", "shop-0", "--container=db", "--", "tar",
                            "-C", "/", "-cf", "-", "--exclude=*.tmp", "--exclude=cache", "./-odd"));
}

TEST_F(KubernetesTest, the_root_of_a_container_is_its_dot) {
    source_.selector.clear();
    source_.pod = "shop-0";
    source_.path = "/";
    EXPECT_EQ(command()->command.back(), ".");
}

TEST_F(KubernetesTest, asks_for_the_selector_where_the_settings_say) {
    source_.namespace_ = "prod";
    source_.context = "east";
    source_.kubeconfig = "/etc/kube";
    source_.container = "db"; // of the copy, not of the question
    kubectl_says("shop-7 Running True \n");
    ASSERT_TRUE(command());
    const std::string asked = read_file(temp_ / "arguments");
    EXPECT_THAT(asked, testing::StartsWith("--kubeconfig=/etc/kube\n--context=east\n"
                                           "--namespace=prod\nget\npods\n--selector=app=shop\n"
                                           "--output\njsonpath={range .items[*]}"));
    EXPECT_THAT(asked, testing::Not(HasSubstr("db")));
}

TEST_F(KubernetesTest, takes_the_one_pod_that_is_running_and_ready) {
    EXPECT_EQ(pod_of("shop-7 Running True \n"), "shop-7");
    EXPECT_EQ(pod_of("shop-1 Running False \nshop-7 Running True \nshop-9 Succeeded False \n"),
              "shop-7");
    EXPECT_EQ(pod_of("shop-1 Running True 2026-11-22T10:00:00Z\nshop-7 Running True \n"), "shop-7");
}

TEST_F(KubernetesTest, a_pod_on_its_way_out_is_none) {
    const std::string told = pod_of("shop-1 Running True 2026-11-22T10:00:00Z\n");
    EXPECT_THAT(told, HasSubstr("names 0 running and ready pods"));
    EXPECT_THAT(told, HasSubstr("shop-1 (Running True 2026-11-22T10:00:00Z)"));
}

TEST_F(KubernetesTest, none_and_more_than_one_are_refused_by_name) {
    EXPECT_THAT(pod_of(""), HasSubstr("names 0 running and ready pods"));
    EXPECT_THAT(pod_of(""), HasSubstr("found: none"));
    EXPECT_THAT(pod_of("shop-1 Pending  \n"), HasSubstr("shop-1 (Pending"));
    const std::string two = pod_of("shop-1 Running True \nshop-2 Running True \n");
    EXPECT_THAT(two, HasSubstr("'app=shop' names 2"));
    EXPECT_THAT(two, HasSubstr("shop-2"));
}

TEST_F(KubernetesTest, a_kubectl_that_fails_is_told_with_the_selector_and_its_words) {
    kubectl_says("", 1);
    const auto made = command();
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), ErrorCode::source_failed);
    EXPECT_THAT(made.error().message(), HasSubstr("app=shop"));
    EXPECT_THAT(made.error().message(), HasSubstr("exited with status 1: refused"));
}

TEST_F(KubernetesTest, a_kubectl_that_is_missing_is_told_with_the_selector) {
    const auto made = command();
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), ErrorCode::program_missing);
    EXPECT_THAT(made.error().message(), HasSubstr("app=shop"));
    EXPECT_THAT(made.error().message(), HasSubstr(source_.kubectl));
}

TEST_F(KubernetesTest, a_stop_ends_the_question) {
    temp_.write("kubectl", "#!/bin/sh\nexec sleep 1000\n");
    ASSERT_EQ(chmod((temp_ / "kubectl").c_str(), 0755), 0);
    std::stop_source stop;
    stop.request_stop();
    const auto made = source::kubernetes_command(source_, stop.get_token());
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), ErrorCode::cancelled);
}

TEST_F(KubernetesTest, an_answer_without_end_is_cut_off) {
    kubectl_says(std::string(2u << 20, 'x'));
    const auto made = command();
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message(), HasSubstr("longer than 1 MiB"));
}

} // namespace
} // namespace intact::test
