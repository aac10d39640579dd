#include "pipeline/frame_compressor.hpp"

#include "pipeline/busy_time.hpp"

namespace intact::pipeline {

FrameCompressor::FrameCompressor(unsigned workers, std::size_t output_bytes, std::stop_token stop)
    : stop_(stop), outputs_(workers + 1, output_bytes, stop), to_do_(workers + 1, stop),
      in_order_(workers + 1, stop) {}

Result<std::unique_ptr<FrameCompressor>>
FrameCompressor::make(const config::Archive &options, unsigned workers, Crew &crew,
                      std::atomic<std::int64_t> *busy_usec) {
    std::vector<std::unique_ptr<FrameCodec>> codecs;
    for (unsigned i = 0; i < workers; ++i) {
        INTACT_TRY_ASSIGN(auto codec, make_codec(options.compression, options.level));
        codecs.push_back(std::move(codec));
    }
    std::unique_ptr<FrameCompressor> compressor(
        new FrameCompressor(workers, codecs.front()->bound(options.frame_size), crew.stop_token()));
    compressor->codecs_ = std::move(codecs);
    compressor->busy_usec_ = busy_usec;
    for (const auto &codec : compressor->codecs_) {
        crew.start(Stage::compress,
                   [self = compressor.get(), own = codec.get()] { return self->work(*own); });
    }
    return compressor;
}

Result<> FrameCompressor::work(FrameCodec &codec) {
    while (auto job = to_do_.pop()) {
        Job &frame = **job;
        const BusyTime busy(busy_usec_);
        INTACT_TRY_ASSIGN(frame.output.size,
                          codec.compress(frame.input.bytes(), frame.output.space()));
        const std::lock_guard lock(done_mutex_);
        frame.done = true;
        done_.notify_all();
    }
    return {};
}

Result<> FrameCompressor::put(Buffer frame) {
    auto output = outputs_.take();
    if (!output) {
        return stopped();
    }
    auto job = std::make_shared<Job>();
    job->input = std::move(frame);
    job->output = *std::move(output);
    if (!in_order_.push(job) || !to_do_.push(job)) {
        return stopped();
    }
    return {};
}

void FrameCompressor::close() {
    to_do_.close();
    in_order_.close();
}

Result<std::optional<Buffer>> FrameCompressor::take() {
    const auto next = in_order_.pop();
    if (!next) {
        return stop_.stop_requested() ? Result<std::optional<Buffer>>(stopped()) : std::nullopt;
    }
    Job &frame = **next;
    std::unique_lock lock(done_mutex_);
    if (!done_.wait(lock, stop_, [&] { return frame.done; })) {
        return stopped();
    }
    lengths_.push_back({static_cast<std::uint32_t>(frame.output.size),
                        static_cast<std::uint32_t>(frame.input.size)});
    frame.input = Buffer(); // its frame buffer goes round at once
    return std::optional(std::move(frame.output));
}

} // namespace intact::pipeline
