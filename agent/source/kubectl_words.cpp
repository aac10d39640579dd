#include "source/kubectl_words.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace intact::source {
namespace {

constexpr std::size_t kShownWords = 500;

struct Rule {
    std::string_view words; ///< found anywhere in a line
    ErrorCode code;
    std::string_view what;
    std::string_view hint;
};

constexpr std::string_view kReach =
    "is the API server up, and do source.kubeconfig= and source.context= name the right one? Try "
    "'kubectl version' as the user this runs as";
constexpr std::string_view kAllow =
    "the account needs 'get' on pods and 'create' on pods/exec in that namespace, with "
    "source.selector= also 'list' on pods; see 'kubectl auth can-i'";
constexpr std::string_view kLogin =
    "renew the credentials in source.kubeconfig=, or the program that makes them there";
constexpr std::string_view kAgain =
    "nothing was published; run the job again, and see what happened to the pod and its node";
constexpr std::string_view kContainer =
    "see source.container=, and by 'kubectl get pod' whether that container runs";
constexpr std::string_view kConfiguration = "correct source.kubeconfig= or source.context=";
constexpr std::string_view kNode =
    "look at the pod and its node: 'kubectl describe pod', and the kubelet's log";

// The first rule whose words were heard counts, whatever the order in which they were said: what
// names a cause stands before what only says that something went wrong.
constexpr std::array kRules{
    // Its program may be what is not found: of the one in the container the next rules tell.
    Rule{"getting credentials: ", ErrorCode::credential_failed,
         "kubectl could not get its credentials", kLogin},
    Rule{"executable file not found", ErrorCode::program_missing,
         "the container does not have the program", "it needs a tar of its own"},
    Rule{"no such file or directory: unknown", ErrorCode::program_missing,
         "the container does not have the program", "it needs a tar of its own"},
    Rule{"You must be logged in", ErrorCode::credential_failed, "the API server knows nobody so",
         kLogin},
    Rule{"the server has asked for the client to provide credentials", ErrorCode::credential_failed,
         "the API server knows nobody so", kLogin},
    Rule{"Unauthorized", ErrorCode::credential_failed, "the API server knows nobody so", kLogin},
    Rule{"is forbidden", ErrorCode::permission_denied, "the API server does not allow it", kAllow},
    Rule{"Forbidden", ErrorCode::permission_denied, "the API server does not allow it", kAllow},
    Rule{"container not found", ErrorCode::not_found, "the container does not run", kContainer},
    Rule{"is not valid for pod", ErrorCode::not_found, "the pod has no such container", kContainer},
    Rule{"pod does not exist", ErrorCode::not_found, "the node does not have the pod",
         "it was deleted or moved; run the job again"},
    Rule{"namespaces \"", ErrorCode::not_found, "there is no such namespace",
         "see source.namespace= and source.context="},
    Rule{"pods \"", ErrorCode::not_found, "there is no such pod",
         "see source.pod= and source.namespace=; a pod of a Deployment changes its name: use "
         "source.selector="},
    Rule{"completed pod", ErrorCode::source_failed, "the pod has ended",
         "only a running pod can be read"},
    Rule{"stopped state", ErrorCode::source_failed, "the container has ended", kContainer},
    Rule{"stopped container", ErrorCode::source_failed, "the container has ended", kContainer},
    Rule{"does not have a host assigned", ErrorCode::source_failed, "the pod has no node yet",
         "wait until it runs: 'kubectl describe pod' says what it waits for"},
    Rule{"context \"", ErrorCode::not_found, "kubectl's configuration has no such context",
         kConfiguration},
    Rule{"context was not found", ErrorCode::not_found,
         "kubectl's configuration has no such context", kConfiguration},
    Rule{"error loading config file", ErrorCode::source_failed,
         "kubectl cannot read its configuration", kConfiguration},
    Rule{"stat /", ErrorCode::not_found, "kubectl's configuration is not there", kConfiguration},
    Rule{"x509: ", ErrorCode::source_failed, "kubectl does not trust the API server",
         "see the cluster's certificate authority in source.kubeconfig="},
    Rule{"connection refused", ErrorCode::source_failed, "the API server cannot be reached",
         kReach},
    Rule{"was refused - did you specify", ErrorCode::source_failed,
         "the API server cannot be reached", kReach},
    Rule{"no such host", ErrorCode::source_failed, "the API server's name is not known", kReach},
    Rule{"no route to host", ErrorCode::source_failed, "the API server cannot be reached", kReach},
    Rule{"network is unreachable", ErrorCode::source_failed, "the API server cannot be reached",
         kReach},
    Rule{"i/o timeout", ErrorCode::source_failed, "the API server does not answer", kReach},
    Rule{"TLS handshake timeout", ErrorCode::source_failed, "the API server does not answer",
         kReach},
    Rule{"Client.Timeout exceeded", ErrorCode::source_failed, "the API server does not answer",
         kReach},
    Rule{"context deadline exceeded", ErrorCode::source_failed, "the API server does not answer",
         kReach},
    Rule{"timed out waiting for the condition", ErrorCode::source_failed,
         "the pod did not run in time",
         "wait until it runs: 'kubectl describe pod' says what it waits for"},
    Rule{"Unable to connect to the server", ErrorCode::source_failed,
         "the API server cannot be reached", kReach},
    Rule{"lost connection to pod", ErrorCode::source_incomplete, "the connection broke", kAgain},
    Rule{"connection reset by peer", ErrorCode::source_incomplete, "the connection broke", kAgain},
    Rule{"client connection lost", ErrorCode::source_incomplete, "the connection broke", kAgain},
    Rule{"unexpected EOF", ErrorCode::source_incomplete, "the connection broke", kAgain},
    Rule{"broken pipe", ErrorCode::source_incomplete, "the connection broke", kAgain},
    Rule{"error reading from error stream", ErrorCode::source_incomplete, "the connection broke",
         kAgain},
    Rule{"websocket: close", ErrorCode::source_incomplete, "the connection broke", kAgain},
    Rule{"unable to upgrade connection", ErrorCode::source_failed,
         "the node did not take the request", kNode},
    Rule{"OCI runtime exec failed", ErrorCode::source_failed,
         "the node could not start the program in the container", kNode},
    Rule{"exit code 137", ErrorCode::source_incomplete,
         "tar was killed in the container (SIGKILL), as when memory runs out or the container ends",
         "see the container's memory limit and 'kubectl describe pod'"},
    Rule{"exit code 143", ErrorCode::source_incomplete,
         "tar was ended in the container (SIGTERM), as when the pod is shut down", kAgain},
    Rule{"Internal error occurred", ErrorCode::source_failed,
         "the API server or the node has failed", kNode},
};

} // namespace

void KubectlWords::hear(std::string_view line) {
    if (line.empty()) {
        return;
    }
    // Says less than what tar said before it.
    if (last_.empty() || !line.starts_with("command terminated with exit code")) {
        last_ = line.substr(0, kShownWords);
    }
    // Of the program in the container, whose file names may hold any words.
    if (line.starts_with("tar: ")) {
        return;
    }
    const auto known = std::find_if(kRules.begin(), kRules.end(), [line](const Rule &rule) {
        return line.find(rule.words) != std::string_view::npos;
    });
    const auto index = static_cast<std::size_t>(known - kRules.begin());
    if (known != kRules.end() && index < rule_) {
        rule_ = index;
        told_ = line.substr(0, kShownWords);
    }
}

bool KubectlWords::says_no_program() const {
    return rule_ < kRules.size() && kRules[rule_].code == ErrorCode::program_missing;
}

std::optional<Error> KubectlWords::reason() const {
    if (rule_ >= kRules.size()) {
        return std::nullopt;
    }
    const Rule &rule = kRules[rule_];
    return Error(rule.code, fmt::format("{}: {}", rule.what, one_line(told_))).with_hint(rule.hint);
}

} // namespace intact::source
