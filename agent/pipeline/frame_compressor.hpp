// Compresses frames on several threads and gives them back in order.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"
#include "pipeline/bounded_queue.hpp"
#include "pipeline/buffer.hpp"
#include "pipeline/crew.hpp"
#include "pipeline/frame_codec.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace intact::pipeline {

/// put() and close() from one thread, take() from another; the workers are the crew's.
class FrameCompressor {
public:
    /// Starts the workers. The crew must be joined before this is destroyed. `busy_usec`: the time
    /// that all of them work, together; may be null.
    static Result<std::unique_ptr<FrameCompressor>>
    make(const config::Archive &options, unsigned workers, Crew &crew,
         std::atomic<std::int64_t> *busy_usec = nullptr);

    /// Blocks while as many frames are under way as there are output buffers.
    Result<> put(Buffer frame);
    void close();
    /// The next compressed frame, in the order of put(); nothing after the last.
    Result<std::optional<Buffer>> take();
    /// After the last take().
    std::string seek_table() const { return render_seek_table(lengths_); }

private:
    struct Job {
        Buffer input;
        Buffer output;
        bool done = false;
    };
    using SharedJob = std::shared_ptr<Job>;

    FrameCompressor(unsigned workers, std::size_t output_bytes, std::stop_token stop);
    Result<> work(FrameCodec &codec);

    const std::stop_token stop_;
    BufferPool outputs_;
    BoundedQueue<SharedJob> to_do_;
    BoundedQueue<SharedJob> in_order_;
    std::mutex done_mutex_;
    std::condition_variable_any done_;
    std::atomic<std::int64_t> *busy_usec_ = nullptr;
    std::vector<std::unique_ptr<FrameCodec>> codecs_;
    std::vector<FrameLengths> lengths_;
};

} // namespace intact::pipeline
