#include "source/pod_lookup.hpp"

#include "base/byte_sink.hpp"
#include "base/text.hpp"
#include "source/command.hpp"
#include "source/kubectl.hpp"
#include "source/kubectl_words.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace intact::source {
namespace {

// A pod a line, its facts between tabs; then its containers, each fact between '='.
constexpr std::string_view kPodLine =
    R"({.metadata.name}{"\t"}{.metadata.uid}{"\t"}{.status.phase}{"\t"})"
    R"({.status.conditions[?(@.type=="Ready")].status}{"\t"}{.metadata.deletionTimestamp}{"\t"})"
    R"({.status.reason}{"\t"}{range .status.containerStatuses[*]}{.name}{"="}{.restartCount}{"="})"
    R"({.ready}{"="}{.state.waiting.reason}{"="}{.state.terminated.reason}{"="})"
    R"({.lastState.terminated.reason}{","}{end}{"\n"})";

// A question is short, and an API server that takes the connection may still never answer.
constexpr std::string_view kPatience = "--request-timeout=60s";

constexpr std::size_t kCandidatesTold = 10;

// Collects a short answer.
class Answer final : public ByteSink {
public:
    Result<std::span<std::byte>> space() override {
        constexpr std::size_t kLimit = 1u << 20;
        constexpr std::size_t kStep = 4096;
        if (length_ >= kLimit) {
            return fail(ErrorCode::source_failed, "kubectl's answer is longer than 1 MiB");
        }
        text_.resize(length_ + kStep);
        return std::as_writable_bytes(std::span(text_.data() + length_, kStep));
    }
    void commit(std::size_t count) override { length_ += count; }
    std::string_view text() const { return {text_.data(), length_}; }

private:
    std::string text_;
    std::size_t length_ = 0;
};

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::map<std::string, PodContainer> parse_containers(std::string_view text) {
    std::map<std::string, PodContainer> containers;
    for (const std::string_view one : split(text, ',')) {
        const auto facts = split(one, '=');
        if (facts.size() != 6) {
            continue;
        }
        PodContainer container;
        std::from_chars(facts[1].data(), facts[1].data() + facts[1].size(), container.restarts);
        container.is_ready = facts[2] == "true";
        container.waits_for = facts[3];
        container.ended = facts[4];
        container.ended_before = facts[5];
        containers.emplace(facts[0], std::move(container));
    }
    return containers;
}

Result<std::vector<Pod>> ask(const config::KubernetesSource &source,
                             const std::vector<std::string> &which, const std::string &form,
                             const std::stop_token &stop) {
    config::CommandSource query = kubectl(source);
    query.command.insert(query.command.end(), which.begin(), which.end());
    query.command.insert(query.command.end(),
                         {"--output", "jsonpath=" + form, std::string(kPatience)});
    Answer answer;
    CommandEnd end;
    KubectlWords words;
    const auto asked =
        run_command(query, answer, [&](std::string_view line) { words.hear(line); }, stop, end);
    if (!asked && end.exit_code != 0) {
        if (auto reason = words.reason()) {
            return fail(*std::move(reason));
        }
    }
    INTACT_TRY(asked);
    return parse_pods(answer.text());
}

Result<std::vector<Pod>> ask_for_name(const config::KubernetesSource &source,
                                      const std::string &name, const std::stop_token &stop) {
    return ask(source, {"get", "pods", name}, std::string(kPodLine), stop);
}

Result<Pod> named_pod(const config::KubernetesSource &source, const std::stop_token &stop) {
    auto pods = ask_for_name(source, source.pod, stop);
    if (!pods) {
        return fail(std::move(pods).error().within(fmt::format("find pod '{}'", source.pod)));
    }
    if (pods->size() != 1) {
        return fail(ErrorCode::source_failed, fmt::format("find pod '{}': kubectl told of {} pods",
                                                          source.pod, pods->size()));
    }
    // One that is not ready may be read, as it was named: its database may be what is broken.
    if (pods->front().phase != "Running") {
        return fail(Error(ErrorCode::source_failed, fmt::format("pod '{}' does not run: {}",
                                                                source.pod, pods->front().state()))
                        .with_hint("'kubectl describe pod' says what it waits for or why it "
                                   "ended; run the job again when it runs"));
    }
    return std::move(pods->front());
}

std::string candidates(const std::vector<Pod> &pods) {
    std::vector<std::string> told;
    for (const Pod &pod : pods) {
        if (told.size() == kCandidatesTold) {
            told.push_back(fmt::format("and {} more", pods.size() - kCandidatesTold));
            break;
        }
        told.push_back(fmt::format("{} ({})", pod.name, pod.state()));
    }
    return told.empty() ? "none" : fmt::format("{}", fmt::join(told, ", "));
}

Result<Pod> selected_pod(const config::KubernetesSource &source, const std::stop_token &stop) {
    auto pods = ask(source, {"get", "pods", "--selector=" + source.selector},
                    fmt::format("{{range .items[*]}}{}{{end}}", kPodLine), stop);
    if (!pods) {
        return fail(std::move(pods).error().within(
            fmt::format("find the pod of selector '{}'", source.selector)));
    }
    const auto usable =
        std::count_if(pods->begin(), pods->end(), [](const Pod &pod) { return pod.is_usable(); });
    if (usable != 1) {
        const std::string_view hint =
            pods->empty() ? "see source.selector=, source.namespace= and source.context="
            : usable == 0 ? "'kubectl describe pod' says what they wait for; run the job again "
                            "when one of them is ready"
                          : "narrow source.selector=, or name the pod by source.pod=";
        return fail(Error(ErrorCode::source_failed,
                          fmt::format("selector '{}' names {} running and ready pods, need exactly "
                                      "one; found: {}",
                                      source.selector, usable, candidates(*pods)))
                        .with_hint(hint));
    }
    return std::move(
        *std::find_if(pods->begin(), pods->end(), [](const Pod &pod) { return pod.is_usable(); }));
}

} // namespace

std::string Pod::state() const {
    std::string text = phase.empty() ? "no phase" : phase;
    if (!reason.empty()) {
        text += ", " + reason;
    }
    if (is_going) {
        text += ", being deleted";
    } else if (!is_ready) {
        text += ", not ready";
    }
    std::vector<std::string> why;
    for (const auto &[container, facts] : containers) {
        if (!facts.waits_for.empty()) {
            why.push_back(fmt::format("{} waits ({})", container, facts.waits_for));
        } else if (!facts.ended.empty()) {
            why.push_back(fmt::format("{} has ended ({})", container, facts.ended));
        } else if (!facts.is_ready) {
            why.push_back(container + " is not ready");
        }
    }
    return why.empty() ? text : fmt::format("{}: {}", text, fmt::join(why, "; "));
}

std::vector<Pod> parse_pods(std::string_view text) {
    std::vector<Pod> pods;
    for (const std::string_view line : split(text, '\n')) {
        const auto facts = split(line, '\t');
        if (facts.size() != 7 || facts[0].empty()) {
            continue;
        }
        Pod pod;
        pod.name = facts[0];
        pod.uid = facts[1];
        pod.phase = facts[2];
        pod.is_ready = facts[3] == "True";
        pod.is_going = !facts[4].empty();
        pod.reason = facts[5];
        pod.containers = parse_containers(facts[6]);
        pods.push_back(std::move(pod));
    }
    return pods;
}

Result<Pod> find_pod(const config::KubernetesSource &source, const std::stop_token &stop) {
    return source.pod.empty() ? selected_pod(source, stop) : named_pod(source, stop);
}

std::optional<std::string> what_befell(const config::KubernetesSource &source, const Pod &before,
                                       const std::stop_token &stop) {
    const auto pods = ask_for_name(source, before.name, stop);
    if (!pods) {
        return pods.error().code() == ErrorCode::not_found
                   ? std::optional<std::string>("the pod is gone")
                   : std::nullopt;
    }
    if (pods->size() != 1) {
        return std::nullopt;
    }
    const Pod &now = pods->front();
    if (now.uid != before.uid) {
        return "another pod has its name now";
    }
    if (now.reason == "Evicted") {
        return "the pod was evicted";
    }
    if (now.is_going && !before.is_going) {
        return "the pod is being deleted";
    }
    for (const auto &[name, container] : now.containers) {
        const auto then = before.containers.find(name);
        if (then != before.containers.end() && container.restarts > then->second.restarts) {
            return fmt::format("container '{}' was restarted{}", name,
                               container.ended_before.empty()
                                   ? ""
                                   : fmt::format(" (its end: {})", container.ended_before));
        }
        if (then != before.containers.end() && then->second.ended.empty() &&
            !container.ended.empty()) {
            return fmt::format("container '{}' has ended ({})", name, container.ended);
        }
    }
    if (now.phase != before.phase) {
        return fmt::format("the pod is {} now", now.phase);
    }
    return std::nullopt;
}

} // namespace intact::source
