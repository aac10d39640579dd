#include "source/pod_lookup.hpp"

#include "unit/source/stand_in_kubectl.hpp"

namespace intact::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class PodLookupTest : public testing::Test {
protected:
    PodLookupTest() {
        source_.kubectl = kubectl_.program();
        source_.selector = "app=shop";
    }
    /// Its name, or why there is none.
    std::string found(const std::string &answer) const {
        kubectl_.tell("pods", answer);
        const auto pod = source::find_pod(source_, {});
        return pod ? pod->name : pod.error().message();
    }

    StandInKubectl kubectl_;
    config::KubernetesSource source_;
};

const std::string kPending = pod_line("shop-1", "Pending False", "");
const std::string kReady = running_pod("shop-7");

TEST_F(PodLookupTest, takes_the_one_pod_that_is_running_and_ready) {
    EXPECT_EQ(found(kReady), "shop-7");
    EXPECT_EQ(found(kPending + kReady + pod_line("shop-9", "Succeeded False", "")), "shop-7");
    EXPECT_EQ(found(pod_line("shop-1", "Running True", "", "u", "2026-11-22") + kReady), "shop-7");
}

TEST_F(PodLookupTest, asks_where_the_settings_say) {
    source_.namespace_ = "prod";
    source_.context = "east";
    source_.kubeconfig = "/etc/kube";
    source_.container = "db"; // of the copy, not of the question
    EXPECT_EQ(found(kReady), "shop-7");
    EXPECT_THAT(kubectl_.calls(),
                testing::StartsWith("--kubeconfig=/etc/kube\n--context=east\n--namespace=prod\n"
                                    "get\npods\n--selector=app=shop\n--output\n"
                                    "jsonpath={range .items[*]}{.metadata.name}"));
    EXPECT_THAT(kubectl_.calls(), testing::Not(HasSubstr("db")));
}

TEST_F(PodLookupTest, says_of_each_candidate_why_it_is_none) {
    const std::string told = found(
        kPending + pod_line("shop-2", "Running False", "db=7=false=CrashLoopBackOff==Error,") +
        pod_line("shop-3", "Running False", "db=0=false===,web=0=true===,") +
        pod_line("shop-4", "Running True", "db=0=true===,", "u", "2026-11-22") +
        pod_line("shop-5", "Failed False", "db=0=false==OOMKilled=,", "u", "", "Evicted"));
    EXPECT_THAT(told, AllOf(HasSubstr("'app=shop' names 0 running and ready pods"),
                            HasSubstr("shop-1 (Pending, not ready)"),
                            HasSubstr("shop-2 (Running, not ready: db waits (CrashLoopBackOff))"),
                            HasSubstr("shop-3 (Running, not ready: db is not ready)"),
                            HasSubstr("shop-4 (Running, being deleted)"),
                            HasSubstr("shop-5 (Failed, Evicted, not ready: db has ended "
                                      "(OOMKilled))")));
}

TEST_F(PodLookupTest, none_and_more_than_one_are_refused) {
    EXPECT_THAT(found(""), HasSubstr("names 0 running and ready pods, need exactly one; found: "
                                     "none"));
    EXPECT_THAT(found(kReady + running_pod("shop-8")),
                AllOf(HasSubstr("names 2"), HasSubstr("shop-7 (Running)"), HasSubstr("shop-8")));
    std::string many;
    for (int i = 0; i < 40; ++i) {
        many += running_pod("shop-" + std::to_string(i));
    }
    EXPECT_THAT(found(many), AllOf(HasSubstr("names 40"), HasSubstr("and 30 more")));
}

TEST_F(PodLookupTest, a_pod_by_name_need_not_be_ready_but_must_run) {
    source_.selector.clear();
    source_.pod = "shop-0";
    EXPECT_EQ(found(pod_line("shop-0", "Running False", "db=0=false===,")), "shop-0");
    EXPECT_THAT(found(pod_line("shop-0", "Pending False", "db=0=false=ImagePullBackOff==,")),
                HasSubstr("does not run: Pending, not ready: db waits (ImagePullBackOff)"));
    EXPECT_THAT(found(""), HasSubstr("told of 0 pods"));
}

TEST_F(PodLookupTest, a_kubectl_that_fails_is_told_with_the_selector) {
    kubectl_.tell("get.words", "odd\n");
    kubectl_.tell("get.exit", "1");
    EXPECT_THAT(found(""), AllOf(HasSubstr("selector 'app=shop'"), HasSubstr("status 1: odd")));
}

TEST_F(PodLookupTest, an_answer_that_is_none_names_no_pod) {
    for (const std::string answer : {"\t\t\t\t\t\t\n", "shop\n", "a\tb\tc\td\te\tf\tg\th\n"}) {
        EXPECT_THAT(found(answer), HasSubstr("found: none"));
    }
    const auto pods = source::parse_pods("p\tu\tRunning\tTrue\t\t\tdb=x=true,=,==,=====\n");
    ASSERT_EQ(pods.size(), 1U);
    EXPECT_TRUE(pods[0].is_usable());
    EXPECT_THAT(found(std::string(2u << 20, 'x')), HasSubstr("longer than 1 MiB"));
}

TEST_F(PodLookupTest, a_stop_ends_the_question) {
    kubectl_.tell("kubectl", "#!/bin/sh\nexec sleep 1000\n");
    std::stop_source stop;
    stop.request_stop();
    const auto pod = source::find_pod(source_, stop.get_token());
    ASSERT_FALSE(pod);
    EXPECT_EQ(pod.error().code(), ErrorCode::cancelled);
}

} // namespace
} // namespace intact::test
