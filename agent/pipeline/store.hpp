// A stream on its way to storage: check -> digest -> compress -> digest -> write, each on its own
// thread, joined by bounded queues. Knows neither where the bytes come from nor where they go.
#pragma once

#include "base/byte_sink.hpp"
#include "base/error.hpp"
#include "config/job.hpp"
#include "formats/stream_check.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>

namespace intact::pipeline {

struct StoredFigures {
    std::uint64_t stream_bytes = 0; ///< before compression
    std::string stream_sha256;
    std::uint64_t stored_bytes = 0; ///< exactly what the writer got
    std::string stored_sha256;
};

/// Live figures, also of a stream that fails.
struct StoreMeter {
    std::atomic<std::uint64_t> *stream_bytes = nullptr;
    std::atomic<std::uint64_t> *stored_bytes = nullptr;
    std::atomic<std::int64_t> *compress_usec = nullptr; ///< of all threads that compress, together
    std::atomic<std::int64_t> *write_usec = nullptr;
};

/// Fills the sink until the stream ends. Runs on a thread of its own.
using Producer = std::function<Result<>(ByteSink &, const std::stop_token &)>;
/// Puts bytes where they stay. Runs on a thread of its own.
using Writer = std::function<Result<>(std::span<const std::byte>)>;

/// Moves the whole stream. `check` (may be null) watches the uncompressed bytes.
/// Memory: a fixed number of buffers (4 MiB a frame and thread when compressing, 4 MiB in all when
/// not) whatever the stream's length. Errors: the first in time, marked with its stage; cancelled.
Result<StoredFigures> store_stream(const config::Archive &options, const Producer &produce,
                                   const Writer &write, formats::StreamCheck *check,
                                   const StoreMeter &meter, const std::stop_token &stop);

/// Worker threads for `threads` = 0: one a core, at most 4, which is what the memory ceiling
/// allows.
unsigned compression_threads(const config::Archive &options);

} // namespace intact::pipeline
