// An archive file as its uncompressed stream, with the digests of both taken on the way.
#pragma once

#include "base/error.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace intact::pipeline {

/// Reads a stored archive to its very last byte: the compression's own checks and end marks
/// included. Memory: constant. Thread: one.
class StoredReader {
public:
    /// `compression` is "none", "gzip" or "zstd"; `fd` is borrowed and read from its start,
    /// with or without O_DIRECT; `path` is for messages.
    static Result<std::unique_ptr<StoredReader>>
    open(int fd, std::string path, std::string_view compression, const std::stop_token &stop,
         std::atomic<std::uint64_t> *stored_bytes_done = nullptr);
    virtual ~StoredReader() = default;

    /// The next bytes of the uncompressed stream, valid until the next call; empty at its end.
    /// Errors: archive_damaged with the position in the file; io; cancelled.
    virtual Result<std::span<const std::byte>> next() = 0;

    /// After the end only. Lower-case hexadecimal SHA-256.
    virtual std::string stored_sha256() = 0;
    virtual std::string stream_sha256() = 0;
    virtual std::uint64_t stored_bytes() const = 0;
    virtual std::uint64_t stream_bytes() const = 0;
};

} // namespace intact::pipeline
