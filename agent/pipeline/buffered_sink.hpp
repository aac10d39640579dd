// A ByteSink that fills buffers from a pool and queues each when it is full: the head of every
// pipeline.
#pragma once

#include "base/byte_sink.hpp"
#include "pipeline/bounded_queue.hpp"
#include "pipeline/buffer.hpp"

#include <atomic>
#include <cstdint>

namespace intact::pipeline {

/// A full buffer is one frame of the archive: here, and nowhere else, is decided where a frame
/// starts.
class BufferedSink final : public ByteSink {
public:
    BufferedSink(BufferPool &pool, BoundedQueue<Buffer> &queue,
                 std::atomic<std::uint64_t> *bytes_done = nullptr)
        : pool_(pool), queue_(queue), bytes_done_(bytes_done) {}

    Result<std::span<std::byte>> space() override;
    void commit(std::size_t count) override;
    /// Queues what is left and closes the queue: the stream is complete.
    Result<> finish();

private:
    Result<> hand_on();

    BufferPool &pool_;
    BoundedQueue<Buffer> &queue_;
    std::atomic<std::uint64_t> *bytes_done_;
    Buffer current_;
};

} // namespace intact::pipeline
