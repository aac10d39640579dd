#include "source/pod_unpack.hpp"

#include "base/null_sink.hpp"
#include "base/text.hpp"
#include "source/kubectl.hpp"
#include "source/kubectl_words.hpp"
#include "source/pod_marks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace intact::source {
namespace {

constexpr int kNotExecutable = 126;
constexpr int kNotFound = 127;
constexpr int kShellSignal = 128; // and above: of a program that a signal ended

Error no_tar() {
    return Error(ErrorCode::program_missing, "the container has no tar")
        .with_hint("a sidecar container with one that mounts the same volume can be named by "
                   "source.container=");
}

} // namespace

// What one `kubectl exec` said.
struct PodUnpack::Heard {
    std::optional<PodMarks> marks; ///< nothing: plain tar
    KubectlWords words;
    CommandEnd end;

    std::string told() const { return words.told().empty() ? "" : ": " + one_line(words.told()); }
    bool found_no_program() const {
        return words.says_no_program() || end.exit_code == kNotExecutable ||
               end.exit_code == kNotFound;
    }
};

Result<> PodUnpack::exec(const std::vector<std::string> &inside, Heard &heard, os::UniqueFd input,
                         const std::stop_token &stop) {
    const auto hear = [&](std::string_view line) {
        const auto words = heard.marks ? heard.marks->take(line) : std::optional(line);
        if (words) {
            heard.words.hear(*words);
            if (on_stderr_) {
                on_stderr_(*words);
            }
        }
    };
    NullSink output;
    const PodStdin from = input.get() < 0 ? PodStdin::none : PodStdin::ours;
    return run_command(kubectl_exec(source_, pod_->name, from, inside), output, hear, stop,
                       heard.end, {std::move(input)});
}

Result<> PodUnpack::look(const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(pod_, find_pod(source_, stop));
    return look_by_shell(stop);
}

Result<> PodUnpack::look_by_shell(const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(std::string mark, make_mark());
    Heard heard;
    heard.marks.emplace(mark);
    auto looked = exec(marked_look(target_, mark), heard, {}, stop);
    const PodMarks &marks = *heard.marks;
    if (marks.lacks("tar")) {
        return fail(no_tar());
    }
    if (marks.lacks("room")) {
        return fail(
            Error(ErrorCode::already_exists,
                  fmt::format("something lies at {} in the pod already", target_.must_be_free))
                .with_hint("--overwrite replaces files that are there and in the backup, and "
                           "keeps all others"));
    }
    if (marks.lacks("target")) {
        return fail(ErrorCode::source_failed,
                    fmt::format("the pod has no directory {} and none can be made{}",
                                target_.directory, heard.told()));
    }
    if (!looked && looked.error().code() != ErrorCode::cancelled && !marks.any() &&
        heard.found_no_program()) {
        if (!target_.must_be_free.empty()) {
            return fail(Error(ErrorCode::program_missing,
                              fmt::format("the container has no shell to see whether anything lies "
                                          "at {}",
                                          target_.must_be_free))
                            .with_hint("--overwrite restores whatever is there"));
        }
        on_warning_({WarningKind::degraded, "",
                     "the container has no shell to tell what it took: only its tar's exit status "
                     "says that all of it came"});
        return {};
    }
    if (!looked && looked.error().code() != ErrorCode::cancelled) {
        return fail(heard.words.reason().value_or(std::move(looked).error()));
    }
    INTACT_TRY(looked);
    if (!marks.status()) {
        return fail(ErrorCode::source_incomplete,
                    "kubectl exec ended with status 0, but the pod did not say what it has");
    }
    tells_ = marks.lacking().empty();
    if (!tells_) {
        on_warning_(
            {WarningKind::degraded, "",
             fmt::format("the container lacks what it needs to tell what it took ({}): only "
                         "its tar's exit status says that all of it came",
                         fmt::join(marks.lacking(), ", "))});
    }
    return {};
}

Result<> PodUnpack::take(os::UniqueFd input, const std::stop_token &stop) {
    Heard heard;
    if (!tells_) {
        auto took = exec(plain_untar(target_), heard, std::move(input), stop);
        if (!took && took.error().code() != ErrorCode::cancelled) {
            return fail(heard.found_no_program()
                            ? no_tar()
                            : heard.words.reason().value_or(std::move(took).error()));
        }
        INTACT_TRY(took);
        return {};
    }
    INTACT_TRY_ASSIGN(std::string mark, make_mark());
    heard.marks.emplace(mark);
    auto took = exec(marked_untar(target_, mark), heard, std::move(input), stop);
    const PodMarks &marks = *heard.marks;
    receipt_ = {marks.bytes(), marks.sha256()};
    if (!took && took.error().code() == ErrorCode::cancelled) {
        return fail(std::move(took).error());
    }
    if (marks.status().value_or(0) > kShellSignal) {
        return fail(Error(ErrorCode::source_failed, fmt::format("the pod's tar was ended by signal "
                                                                "{}",
                                                                *marks.status() - kShellSignal))
                        .with_hint("see the container's memory limit and 'kubectl describe pod'"));
    }
    if (marks.status().value_or(0) != 0) {
        return fail(
            Error(ErrorCode::source_failed, fmt::format("the pod's tar exited with status {}{}",
                                                        *marks.status(), heard.told()))
                .with_hint("what it was given is a proven backup; see what it said"));
    }
    if (!took) {
        Error error = heard.words.reason().value_or(std::move(took).error());
        if (const auto befell = what_befell(source_, *pod_, stop)) {
            error = std::move(error).within(*befell);
        }
        return fail(std::move(error));
    }
    if (!marks.status() || !marks.bytes() || marks.sha256().empty()) {
        return fail(Error(ErrorCode::source_incomplete,
                          "kubectl exec ended with status 0, but the pod did not say what it took")
                        .with_hint("restore it again: what lies in the pod may not be whole"));
    }
    return {};
}

std::string PodUnpack::place() const {
    return fmt::format("{}{}{}:{}", source_.namespace_, source_.namespace_.empty() ? "" : "/",
                       pod_->name, target_.directory);
}

} // namespace intact::source
