#include "base/caught.hpp"
#include "engine/restore.hpp"
#include "engine/restore_stream.hpp"
#include "source/pod_unpack.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <thread>
#include <unistd.h>

namespace intact::engine {
namespace {

constexpr std::string_view kRestoreAgain =
    "what lies in the pod now is not whole: restore it again, with --overwrite";

// Reads the pipe on a thread of its own, for the pod.
class PodTaker {
public:
    PodTaker(source::PodUnpack &pod, os::UniqueFd pipe, const std::stop_token &stop)
        : pod_(pod), pipe_(std::move(pipe)), with_(stop, Stop{&stop_}), thread_([this] { run(); }) {
    }

    /// Ends kubectl: a stream that broke off must not look like a whole one.
    void stop() { stop_.request_stop(); }
    Result<source::PodReceipt> finish() {
        thread_.join();
        return std::move(*took_);
    }

private:
    struct Stop {
        std::stop_source *source;
        void operator()() const { source->request_stop(); }
    };
    void run() {
        try {
            took_ = pod_.take(std::move(pipe_), stop_.get_token());
        } catch (...) {
            took_ = fail(caught("restore into a pod"));
        }
    }

    source::PodUnpack &pod_;
    os::UniqueFd pipe_;
    std::stop_source stop_;
    std::stop_callback<Stop> with_;
    std::optional<Result<source::PodReceipt>> took_; ///< the thread's until it is joined
    std::jthread thread_;                            ///< last: it ends before what it uses
};

Result<> compare(const source::PodReceipt &receipt, const destination::Manifest &manifest) {
    if (receipt.bytes && *receipt.bytes != manifest.stream_bytes) {
        return fail(Error(ErrorCode::source_incomplete,
                          fmt::format("of the {} bytes that were sent the pod took {}",
                                      manifest.stream_bytes, *receipt.bytes))
                        .with_hint(kRestoreAgain));
    }
    if (!receipt.sha256.empty() && receipt.sha256 != manifest.stream_sha256) {
        return fail(
            Error(ErrorCode::source_incomplete,
                  fmt::format("what the pod took has not the SHA-256 of the backup: {}, not {}",
                              receipt.sha256, manifest.stream_sha256))
                .with_hint(kRestoreAgain));
    }
    return {};
}

} // namespace

Result<std::uint64_t> restore_to_pod(const os::Directory &source,
                                     const destination::FoundBackup &backup, source::PodUnpack &pod,
                                     Progress &progress, const std::stop_token &stop) {
    if (backup.manifest && backup.manifest->format != "tar") {
        return fail(Error(ErrorCode::unsupported,
                          fmt::format("it is no tar, which alone a pod can unpack, but {}",
                                      backup.manifest->format))
                        .with_hint("--pipe gives it to a program of yours"));
    }
    INTACT_TRY(pod.look(stop));
    INTACT_TRY_ASSIGN(const ProvenBackup proven,
                      ProvenBackup::open(source, backup, progress, stop));
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail_errno(errno, "make a pipe");
    }
    os::UniqueFd writing(ends[1]);
    PodTaker taker(pod, os::UniqueFd(ends[0]), stop);
    auto written = write_stream(source.sys(), proven, writing.get(), progress, stop);
    const bool has_reader_gone = !written && written.error().sys_errno() == EPIPE;
    if (!written && !has_reader_gone) {
        taker.stop();
    }
    writing.reset();
    auto took = taker.finish();
    if (!written && !has_reader_gone) {
        return written;
    }
    if (!took && took.error().code() == ErrorCode::cancelled) {
        return fail(ErrorCode::cancelled, "restore stopped");
    }
    // Of a tar that failed because its input broke off that is the reason.
    if (written) {
        INTACT_TRY(compare(pod.receipt(), proven.manifest()));
    }
    if (!took) {
        return fail(std::move(took).error());
    }
    if (!written) {
        return fail(Error(ErrorCode::source_incomplete,
                          "kubectl ended with status 0 before it had read the whole stream")
                        .with_hint(kRestoreAgain));
    }
    return written;
}

} // namespace intact::engine
