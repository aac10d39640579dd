// Stored bytes back to the stream: gzip, zstd or as they are.
#pragma once

#include "base/byte_sink.hpp"
#include "base/error.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace intact::pipeline {

/// Reads concatenated frames or members and checks each one's own checksum. Input is hostile:
/// memory is bounded (128 MiB window at most). Thread: one.
class Decoder {
public:
    virtual ~Decoder() = default;
    /// Errors: archive_damaged with the reason; whatever the sink reports.
    virtual Result<> feed(std::span<const std::byte> stored, ByteSink &stream) = 0;
    /// Errors: archive_damaged when the input ended inside a frame.
    virtual Result<> finish() = 0;
};

/// `compression` is "none", "gzip" or "zstd". Errors: unsupported for other names.
Result<std::unique_ptr<Decoder>> make_decoder(std::string_view compression);

} // namespace intact::pipeline
