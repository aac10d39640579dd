#include "base/stoppable_task.hpp"
#include "engine/restore.hpp"
#include "engine/restore_stream.hpp"
#include "source/pod_unpack.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace intact::engine {
namespace {

constexpr std::string_view kRestoreAgain =
    "what lies in the pod now is not whole: restore it again, with --overwrite";

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
    os::UniqueFd reading(ends[0]);
    os::UniqueFd writing(ends[1]);
    StoppableTask<source::PodReceipt> taker(
        "restore into a pod", stop,
        [&](const std::stop_token &stop_pod) { return pod.take(std::move(reading), stop_pod); });
    auto written = write_stream(source.sys(), proven, writing.get(), progress, stop);
    const bool has_reader_gone = !written && written.error().sys_errno() == EPIPE;
    if (!written && !has_reader_gone) {
        taker.stop(); // a stream that broke off must not look like a whole one
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
