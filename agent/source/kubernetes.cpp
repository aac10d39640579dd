#include "source/kubernetes.hpp"

#include "base/text.hpp"
#include "source/exit_judge.hpp"
#include "source/kubectl.hpp"
#include "source/kubectl_words.hpp"
#include "source/pod_script.hpp"
#include "source/tar_only_sink.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace intact::source {
namespace {

constexpr int kCannotExecute = 126;
constexpr int kNoSuchProgram = 127;
constexpr int kSignalBase = 128; // of a shell's exit status

constexpr std::string_view kRunAgain =
    "nothing was published; run the job again (a scheduled one does so by run.retries=)";

std::string words_for(const std::vector<std::string> &programs) {
    return fmt::format("{}", fmt::join(programs, ", "));
}

// What GNU tar ends with status 1 for, and goes on after.
std::optional<Warning> file_warning(std::string_view line) {
    struct Known {
        std::string_view words;
        WarningKind kind;
    };
    for (const Known &known : {Known{": file changed as we read it", WarningKind::changed},
                               Known{": File removed before we read it", WarningKind::vanished},
                               Known{": file removed before we read it", WarningKind::vanished},
                               Known{": File shrank by ", WarningKind::shrank}}) {
        const std::size_t at = line.rfind(known.words);
        constexpr std::string_view kTar = "tar: ";
        if (line.starts_with(kTar) && at != std::string_view::npos && at >= kTar.size()) {
            return Warning{known.kind, std::string(line.substr(kTar.size(), at - kTar.size())),
                           "said the pod's tar:" + one_line(line.substr(at + 1))};
        }
    }
    return std::nullopt;
}

} // namespace

// One `kubectl exec`. Its ear is stderr's thread, which has ended before anything here is read.
struct PodStream::Attempt {
    std::optional<PodMarks> marks; ///< nothing: plain tar
    KubectlWords words;
    ExitJudge exits;
    CommandEnd end;
    std::uint64_t bytes = 0;
    std::uint64_t file_warnings = 0;

    explicit Attempt(const config::ExitRules &rules) : exits(rules) {}

    bool has_marks() const { return marks && marks->any(); }
    bool found_no_shell() const {
        return marks && !marks->any() && bytes == 0 &&
               (words.says_no_program() || end.exit_code == kCannotExecute ||
                end.exit_code == kNoSuchProgram);
    }
};

Result<> PodStream::stream(ByteSink &sink, const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(pod_, find_pod(source_, stop));
    if (source_.digest != config::PodDigest::off) {
        INTACT_TRY_ASSIGN(std::string mark, make_mark());
        Attempt marked(source_.exit);
        marked.marks.emplace(std::move(mark));
        auto done = run(marked, sink, stop);
        if (done || !marked.found_no_shell()) {
            return done;
        }
        INTACT_TRY(degrade("no shell"));
    }
    Attempt plain(source_.exit);
    return run(plain, sink, stop);
}

Result<> PodStream::run(Attempt &attempt, ByteSink &sink, const std::stop_token &stop) {
    const auto exec = kubectl_exec(source_, pod_->name, PodStdin::none,
                                   attempt.marks ? marked_tar(source_, attempt.marks->mark())
                                                 : plain_tar(source_));

    const auto hear = [&](std::string_view line) {
        const auto words = attempt.marks ? attempt.marks->take(line) : std::optional(line);
        if (!words) {
            return;
        }
        attempt.words.hear(*words);
        attempt.exits.hear(*words);
        said_.add(*words);
        said_.add("\n");
        if (auto warning = file_warning(*words)) {
            ++attempt.file_warnings;
            on_warning_(*std::move(warning));
        }
        if (on_stderr_) {
            on_stderr_(*words);
        }
    };
    TarOnlySink tar(sink);
    auto ran = run_command(exec, tar, hear, stop, attempt.end);
    if (ran) {
        ran = tar.finish();
    }
    attempt.bytes = tar.passed();
    if (!tar.words().empty()) {
        hear(tar.words());
        if (ran) {
            ran = fail(ErrorCode::source_failed, "kubectl exec gave no tar");
        }
    }
    if (ran) {
        ran = judge(attempt);
    }
    if (ran || ran.error().code() == ErrorCode::cancelled || attempt.found_no_shell()) {
        return ran;
    }
    return explain(std::move(ran).error(), attempt, stop);
}

// kubectl has ended with status 0, which it also does when it has lost the end.
Result<> PodStream::judge(const Attempt &attempt) {
    if (!attempt.marks) {
        // The structure of the tar is all that there is to go by.
        return judge_end(attempt, 0);
    }
    const PodMarks &marks = *attempt.marks;
    if (!marks.status()) {
        return fail(Error(ErrorCode::source_incomplete,
                          fmt::format("kubectl exec ended with status 0, but the pod did not say "
                                      "that its tar had ended; {} bytes came",
                                      attempt.bytes))
                        .with_hint(kRunAgain));
    }
    if (*marks.status() > kSignalBase) {
        return fail(Error(ErrorCode::source_incomplete,
                          fmt::format("the pod's tar was ended by signal {} after {} bytes",
                                      *marks.status() - kSignalBase, attempt.bytes))
                        .with_hint("see the container's memory limit and 'kubectl describe pod'"));
    }
    INTACT_TRY(judge_end(attempt, *marks.status()));
    if (marks.lacking().empty()) {
        INTACT_TRY(judge_length(marks, attempt.bytes));
    } else {
        INTACT_TRY(degrade(words_for(marks.lacking())));
    }
    if (marks.lacks_exclude()) {
        on_warning_({WarningKind::degraded, "",
                     "the container's tar does not know --exclude: nothing was left out"});
    }
    return {};
}

// By the job's rules, and where these are silent by what GNU tar means by 1: files have changed.
Result<> PodStream::judge_end(const Attempt &attempt, int status) {
    const bool has_rule = source_.exit.statuses.contains(status);
    const bool only_files_changed =
        status == 1 && !has_rule && attempt.marks && attempt.marks->is_gnu_tar();
    auto warnings = attempt.exits.judge("the pod's tar", {only_files_changed ? 0 : status, 0},
                                        attempt.words.told());
    if (!warnings) {
        Error error = std::move(warnings).error();
        return fail(error.code() != ErrorCode::source_failed
                        ? std::move(error)
                        : std::move(error).with_hint("see what it said in the log; "
                                                     "'source.exclude=' leaves out what it cannot "
                                                     "read"));
    }
    for (Warning &warning : *warnings) {
        on_warning_(std::move(warning));
    }
    if (only_files_changed && attempt.file_warnings == 0) {
        on_warning_({WarningKind::exit_status, "",
                     fmt::format("the pod's tar exited with status 1{}{}",
                                 attempt.words.told().empty() ? "" : ": ",
                                 one_line(attempt.words.told()))});
    }
    return {};
}

Result<> PodStream::judge_length(const PodMarks &marks, std::uint64_t came) {
    if (!marks.bytes() || marks.sha256().empty()) {
        return fail(Error(ErrorCode::source_incomplete,
                          fmt::format("kubectl exec ended with status 0, but the pod did not say "
                                      "how much it had sent; {} bytes came",
                                      came))
                        .with_hint(kRunAgain));
    }
    if (*marks.bytes() != came) {
        return fail(Error(ErrorCode::source_incomplete,
                          fmt::format("kubectl exec ended with status 0, but of the {} bytes that "
                                      "the pod sent {} came",
                                      *marks.bytes(), came))
                        .with_hint(kRunAgain));
    }
    sha256_ = marks.sha256();
    return {};
}

Result<> PodStream::degrade(std::string_view lack) {
    const std::string words = fmt::format(
        "the container lacks what it needs to tell how much it sent and its SHA-256 ({})", lack);
    if (source_.digest == config::PodDigest::required) {
        return fail(Error(ErrorCode::program_missing, words)
                        .with_hint("source.pod_digest = \"auto\" takes the backup all the same, "
                                   "and says so"));
    }
    on_warning_({WarningKind::degraded, "",
                 words + ": only the structure of the tar proves that it is whole"});
    return {};
}

// Of what failed: the reason, and what befell the pod in the meantime.
Result<> PodStream::explain(Error error, const Attempt &attempt,
                            const std::stop_token &stop) const {
    if (attempt.marks && attempt.marks->lacks("tar")) {
        return fail(Error(ErrorCode::program_missing, "the container has no tar")
                        .with_hint("a sidecar container with one that mounts the same volume can "
                                   "be named by source.container="));
    }
    if (attempt.end.exit_code != 0) {
        const auto reason = attempt.words.reason();
        if (reason && attempt.bytes == 0 && !attempt.has_marks()) {
            return fail(*reason);
        }
        error = reason.value_or(Error(
            ErrorCode::source_failed,
            fmt::format("kubectl exec exited with status {}{}{}", attempt.end.exit_code,
                        attempt.words.told().empty() ? "" : ": ", one_line(attempt.words.told()))));
    } else if (error.code() == ErrorCode::program_missing) {
        return fail(std::move(error));
    }
    if (const auto befell = what_befell(source_, *pod_, stop)) {
        return fail(std::move(error)
                        .within(fmt::format("{}, after {} bytes", *befell, attempt.bytes))
                        .with_code(ErrorCode::source_incomplete)
                        .with_hint("nothing was published; run the job again when the pod is "
                                   "ready: 'kubectl describe pod' says what happened to it"));
    }
    return fail(std::move(error));
}

Result<> PodStream::agree(std::string_view sha256) const {
    if (has_digest() && sha256 != sha256_) {
        return fail(Error(ErrorCode::source_incomplete,
                          fmt::format("what came has not the SHA-256 of what the pod sent: {}, not "
                                      "{}",
                                      sha256, sha256_))
                        .with_hint(kRunAgain));
    }
    return {};
}

std::string PodStream::item() const {
    const std::string &which = pod_                  ? pod_->name
                               : source_.pod.empty() ? source_.selector
                                                     : source_.pod;
    return fmt::format("{}{}{}:{}", source_.namespace_, source_.namespace_.empty() ? "" : "/",
                       which, source_.path);
}

} // namespace intact::source
