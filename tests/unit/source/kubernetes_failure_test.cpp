#include "unit/source/stand_in_kubectl.hpp"

namespace intact::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

struct Spoken {
    std::string words;
    ErrorCode code;
    std::string message;
    std::string hint;
};

// As kubectl 1.20 to 1.32 and the container runtimes say it.
const std::vector<Spoken> kSpoken{
    {"Error from server (NotFound): pods \"shop-0\" not found", ErrorCode::not_found,
     "there is no such pod", "source.pod="},
    {"Error from server (NotFound): namespaces \"prod\" not found", ErrorCode::not_found,
     "there is no such namespace", "source.namespace="},
    {"Error from server (Forbidden): pods \"shop-0\" is forbidden: User \"b\" cannot create "
     "resource \"pods/exec\" in API group \"\" in the namespace \"prod\"",
     ErrorCode::permission_denied, "does not allow it", "auth can-i"},
    {"error: You must be logged in to the server (Unauthorized)", ErrorCode::credential_failed,
     "knows nobody so", "credentials"},
    {"Unable to connect to the server: getting credentials: exec: executable aws failed with exit "
     "code 255",
     ErrorCode::credential_failed, "could not get its credentials", "credentials"},
    {"Unable to connect to the server: getting credentials: exec: exec: \"aws\": executable file "
     "not found in $PATH",
     ErrorCode::credential_failed, "could not get its credentials", "credentials"},
    {"The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or "
     "port?",
     ErrorCode::source_failed, "cannot be reached", "kubectl version"},
    {"Unable to connect to the server: dial tcp 10.0.0.1:6443: connect: connection refused",
     ErrorCode::source_failed, "cannot be reached", "kubectl version"},
    {"Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout",
     ErrorCode::source_failed, "does not answer", "kubectl version"},
    {"Unable to connect to the server: net/http: TLS handshake timeout", ErrorCode::source_failed,
     "does not answer", "kubectl version"},
    {"Unable to connect to the server: dial tcp: lookup api.example: no such host",
     ErrorCode::source_failed, "name is not known", "kubectl version"},
    {"Unable to connect to the server: x509: certificate signed by unknown authority",
     ErrorCode::source_failed, "does not trust", "certificate authority"},
    {"error: context \"east\" does not exist", ErrorCode::not_found, "no such context",
     "source.context="},
    {"error: stat /etc/kube: no such file or directory", ErrorCode::not_found,
     "configuration is not there", "source.kubeconfig="},
    {"error: unable to upgrade connection: container not found (\"db\")", ErrorCode::not_found,
     "the container does not run", "source.container="},
    {"Error from server (BadRequest): container x is not valid for pod shop-0",
     ErrorCode::not_found, "no such container", "source.container="},
    {"error: unable to upgrade connection: pod does not exist", ErrorCode::not_found,
     "the node does not have the pod", "run the job again"},
    {"error: unable to upgrade connection: 500 Internal Server Error", ErrorCode::source_failed,
     "the node did not take the request", "kubelet"},
    {"error: cannot exec into a container in a completed pod; current phase is Succeeded",
     ErrorCode::source_failed, "the pod has ended", "running pod"},
    {"error: Internal error occurred: error executing command in container: OCI runtime exec "
     "failed: exec failed: cannot exec in a stopped container: unknown",
     ErrorCode::source_failed, "the container has ended", "source.container="},
    {"error: Internal error occurred: error sending request: node is down",
     ErrorCode::source_failed, "the API server or the node has failed", "kubectl describe pod"},
    {"error: timed out waiting for the condition", ErrorCode::source_failed,
     "the pod did not run in time", "kubectl describe pod"},
};

TEST_F(PodStreamTest, each_of_kubectls_failures_has_its_reason) {
    kubectl_.tell("exec.exit", "1");
    for (const Spoken &spoken : kSpoken) {
        kubectl_.tell("exec.words", spoken.words + "\n");
        const Error error = error_of_run();
        EXPECT_EQ(error.code(), spoken.code) << error.message();
        EXPECT_THAT(error.message(), AllOf(HasSubstr(spoken.message), HasSubstr(spoken.words)));
        EXPECT_THAT(std::string(error.hint()), HasSubstr(spoken.hint)) << error.message();
        EXPECT_THAT(received_.text, IsEmpty());
    }
}

// The question for the pod comes first, and most of it fails there.
TEST_F(PodStreamTest, so_has_the_question) {
    kubectl_.tell("get.exit", "1");
    for (const Spoken &spoken : kSpoken) {
        kubectl_.tell("get.words", "a warning first\n" + spoken.words + "\n");
        const Error error = error_of_run();
        EXPECT_EQ(error.code(), spoken.code) << error.message();
        EXPECT_THAT(error.message(),
                    AllOf(HasSubstr("find pod 'shop-0'"), HasSubstr(spoken.message)));
        EXPECT_THAT(std::string(error.hint()), HasSubstr(spoken.hint)) << error.message();
    }
}

TEST_F(PodStreamTest, what_is_not_known_is_quoted) {
    kubectl_.tell("exec.words", "something else\n");
    kubectl_.tell("exec.exit", "3");
    const Error error = error_of_run();
    EXPECT_EQ(error.code(), ErrorCode::source_failed);
    EXPECT_EQ(error.message(), "kubectl exec exited with status 3: something else");
}

TEST_F(PodStreamTest, what_a_runtime_says_on_stdout_is_no_backup) {
    kubectl_.tell("exec.output", "OCI runtime exec failed: exec failed: permission denied\r\n");
    for (const std::string status : {"0", "126"}) {
        kubectl_.tell("exec.exit", status);
        const Error error = error_of_run();
        EXPECT_EQ(error.code(), ErrorCode::source_failed);
        EXPECT_THAT(error.message(), HasSubstr(status == "0" ? "gave no tar" : "could not start"));
        EXPECT_THAT(received_.text, IsEmpty());
    }
}

TEST_F(PodStreamTest, a_missing_kubectl_is_told_as_such) {
    source_.kubectl = "/no/kubectl";
    const Error error = error_of_run();
    EXPECT_EQ(error.code(), ErrorCode::program_missing);
    EXPECT_THAT(error.message(), HasSubstr("/no/kubectl"));
}

struct Befallen {
    std::string pods; ///< afterwards
    std::string told;
};

// The stream breaks off at byte 2000, with an error and without.
TEST_F(PodStreamTest, what_befell_the_pod_is_told) {
    kubectl_.tell("sent", "2000");
    kubectl_.tell("said", "0");
    for (const Befallen &befallen : {
             Befallen{pod_line("shop-0", "Running True", "db=1=true===OOMKilled,"),
                      "container 'db' was restarted (its end: OOMKilled)"},
             Befallen{pod_line("shop-0", "Running False", "db=0=false==Error=,"),
                      "container 'db' has ended (Error)"},
             Befallen{pod_line("shop-0", "Failed False", "", "u1", "", "Evicted"),
                      "the pod was evicted"},
             Befallen{pod_line("shop-0", "Running True", "db=0=true===,", "u1", "2026-11-28"),
                      "the pod is being deleted"},
             Befallen{pod_line("shop-0", "Running True", "db=0=true===,", "u2"),
                      "another pod has its name now"},
             Befallen{pod_line("shop-0", "Succeeded False", ""), "the pod is Succeeded now"},
         }) {
        for (const std::string status : {"0", "1", "137"}) {
            kubectl_.forget("asked");
            kubectl_.tell("end.words", status == "0"
                                           ? ""
                                           : "command terminated with exit code " + status + "\n");
            kubectl_.tell("end.exit", status);
            kubectl_.tell("pods.after", befallen.pods);
            const Error error = error_of_run();
            EXPECT_EQ(error.code(), ErrorCode::source_incomplete);
            EXPECT_THAT(error.message(), testing::StartsWith(befallen.told + ", after 2000 bytes"));
            EXPECT_THAT(error.hint(), HasSubstr("when the pod is ready"));
        }
    }
}

TEST_F(PodStreamTest, a_connection_that_broke_is_told_when_the_pod_is_well) {
    kubectl_.tell("sent", "2000");
    kubectl_.tell("end.exit", "1");
    kubectl_.tell("end.words", "error: error reading from error stream: next reader: websocket: "
                               "close 1006 (abnormal closure): unexpected EOF\n");
    const Error error = error_of_run();
    EXPECT_EQ(error.code(), ErrorCode::source_incomplete);
    EXPECT_THAT(error.message(), testing::StartsWith("the connection broke"));
}

TEST_F(PodStreamTest, a_file_may_be_named_like_any_failure) {
    kubectl_.container_has({"sh", "tar", "tee", "wc", "sha256sum"});
    kubectl_.container_program("tar", "case $1 in --version) exit ;; esac\n/usr/bin/tar \"$@\"\n"
                                      "echo 'tar: ./is forbidden: odd' >&2; exit 2");
    EXPECT_EQ(error_of_run().code(), ErrorCode::source_failed);
}

} // namespace
} // namespace intact::test
