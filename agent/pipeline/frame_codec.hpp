// One frame of input to one independent compressed frame. zstd and gzip behind one face.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace intact::pipeline {

/// Frames stand for themselves: their concatenation is what `zstd -d` and `gzip -d` read. Thread:
/// one.
class FrameCodec {
public:
    virtual ~FrameCodec() = default;
    /// Room that any input of that length fits into once compressed.
    virtual std::size_t bound(std::size_t input_bytes) const = 0;
    /// Returns the length of the frame in `output`, which has bound() bytes.
    virtual Result<std::size_t> compress(std::span<const std::byte> input,
                                         std::span<std::byte> output) = 0;
};

/// `compression` is gzip or zstd. Errors: internal when the library is out of memory.
Result<std::unique_ptr<FrameCodec>> make_codec(config::Compression compression, int level);

/// Lengths of one frame, for the seek table.
struct FrameLengths {
    std::uint32_t compressed = 0;
    std::uint32_t uncompressed = 0;
};

/// The closing skippable frame that lets a reader find any frame: zstd's published "seekable
/// format" 0.1.0, without per-frame checksums (each frame carries its own).
std::string render_seek_table(const std::vector<FrameLengths> &frames);

} // namespace intact::pipeline
