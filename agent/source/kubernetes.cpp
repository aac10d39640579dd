#include "source/kubernetes.hpp"

#include <fmt/format.h>
#include <vector>

namespace intact::source {
namespace {

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

std::vector<std::string> kubectl(const config::KubernetesSource &source) {
    std::vector<std::string> argv{source.kubectl};
    const auto add = [&](std::string_view option, const std::string &value) {
        if (!value.empty()) {
            argv.push_back(fmt::format("--{}={}", option, value));
        }
    };
    add("kubeconfig", source.kubeconfig);
    add("context", source.context);
    add("namespace", source.namespace_);
    return argv;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end > 0) {
            lines.emplace_back(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// One line a pod: name, phase, its Ready condition, and when its deletion began (empty: it did
// not).
constexpr std::string_view kPodLines =
    R"(jsonpath={range .items[*]}{.metadata.name}{" "}{.status.phase}{" "})"
    R"({.status.conditions[?(@.type=="Ready")].status}{" "}{.metadata.deletionTimestamp}{"\n"}{end})";

Result<std::string> select_pod(const config::KubernetesSource &source,
                               const std::stop_token &stop) {
    config::CommandSource query;
    query.command = kubectl(source);
    for (const std::string &argument :
         {std::string("get"), std::string("pods"), "--selector=" + source.selector,
          std::string("--output"), std::string(kPodLines)}) {
        query.command.push_back(argument);
    }
    Answer answer;
    CommandEnd end;
    if (auto asked = run_command(query, answer, {}, stop, end); !asked) {
        return fail(
            std::move(asked).error().within("find the pod of selector '" + source.selector + "'"));
    }
    std::vector<std::string> ready;
    std::string seen;
    for (const std::string &line : lines_of(answer.text())) {
        const std::string name = line.substr(0, line.find(' '));
        const std::string state = line.substr(name.size());
        seen += fmt::format("{}{} ({})", seen.empty() ? "" : ", ", name,
                            state.substr(std::min<std::size_t>(1, state.size())));
        if (state == " Running True" || state == " Running True ") {
            ready.push_back(name);
        }
    }
    if (ready.size() != 1) {
        return fail(
            Error(ErrorCode::source_failed,
                  fmt::format(
                      "selector '{}' names {} running and ready pods, need exactly one; found: {}",
                      source.selector, ready.size(), seen.empty() ? "none" : seen))
                .with_hint("narrow source.selector=, or name the pod by source.pod="));
    }
    return ready.front();
}

} // namespace

Result<config::CommandSource> kubernetes_command(const config::KubernetesSource &source,
                                                 const std::stop_token &stop) {
    std::string pod = source.pod;
    if (pod.empty()) {
        INTACT_TRY_ASSIGN(pod, select_pod(source, stop));
    }
    config::CommandSource command;
    command.format.kind = formats::Kind::tar;
    command.command = kubectl(source);
    command.command.insert(command.command.end(), {"exec", pod});
    if (!source.container.empty()) {
        command.command.push_back("--container=" + source.container);
    }
    command.command.insert(command.command.end(), {"--", "tar", "-C", "/", "-cf", "-"});
    for (const std::string &pattern : source.exclude) {
        command.command.push_back("--exclude=" + pattern);
    }
    // "./" keeps a name that begins with '-' from being an option.
    const std::size_t name = source.path.find_first_not_of('/');
    command.command.push_back(name == std::string::npos ? "." : "./" + source.path.substr(name));
    return command;
}

} // namespace intact::source
