#include "engine/restore.hpp"
#include "engine/restore_stream.hpp"
#include "source/pod_unpack.hpp"
#include "source/pour.hpp"

#include <fmt/format.h>

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
    std::uint64_t bytes = 0;
    const source::StreamWriter write = [&](int fd) -> Result<> {
        INTACT_TRY_ASSIGN(bytes, write_stream(source.sys(), proven, fd, progress, stop));
        return {};
    };
    const source::StreamReader take = [&](os::UniqueFd input, const std::stop_token &stop_pod) {
        return pod.take(std::move(input), stop_pod);
    };
    INTACT_TRY_ASSIGN(const source::Poured poured,
                      source::pour("restore into a pod", write, take, stop));
    const auto &took = poured.taken;
    if (!took && took.error().code() == ErrorCode::cancelled) {
        return fail(ErrorCode::cancelled, "restore stopped");
    }
    // Of a tar that failed because its input broke off that is the reason.
    if (poured.is_whole) {
        INTACT_TRY(compare(pod.receipt(), proven.manifest()));
    }
    INTACT_TRY(took);
    if (!poured.is_whole) {
        return fail(Error(ErrorCode::source_incomplete,
                          "kubectl ended with status 0 before it had read the whole stream")
                        .with_hint(kRestoreAgain));
    }
    return bytes;
}

} // namespace intact::engine
