#include "pipeline/store.hpp"

#include "pipeline/buffered_sink.hpp"
#include "pipeline/busy_time.hpp"
#include "pipeline/crew.hpp"
#include "pipeline/digest.hpp"
#include "pipeline/frame_compressor.hpp"

#include <algorithm>
#include <thread>

namespace intact::pipeline {
namespace {

// Uncompressed: small enough to stay in the processor's cache from the read to the write.
constexpr std::size_t kPlainBuffers = 8;
constexpr std::size_t kPlainBufferBytes = 512u << 10;

void count(std::atomic<std::uint64_t> *meter, std::size_t bytes) {
    if (meter != nullptr) {
        meter->fetch_add(bytes, std::memory_order_relaxed);
    }
}

// The stage that sees every uncompressed byte.
class StreamDigest {
public:
    void take(std::span<const std::byte> bytes) {
        digest_.update(bytes);
        bytes_ += bytes.size();
    }
    void finish(StoredFigures &figures) {
        figures.stream_bytes = bytes_;
        figures.stream_sha256 = digest_.finish();
    }

private:
    Sha256 digest_;
    std::uint64_t bytes_ = 0;
};

Result<> write_all(BoundedQueue<Buffer> &queue, const Writer &write, const StoreMeter &meter) {
    while (auto buffer = queue.pop()) {
        const BusyTime busy(meter.write_usec);
        INTACT_TRY(write(buffer->bytes()));
        count(meter.stored_bytes, buffer->size);
    }
    return {};
}

// Watches on a thread of its own, since some formats have to be unpacked for it; then hands each
// buffer on. A stream that is not whole is the source's failure, wherever it is noticed.
Result<> check_all(BoundedQueue<Buffer> &from, formats::StreamCheck &check,
                   BoundedQueue<Buffer> &to, const std::stop_token &stop) {
    while (auto buffer = from.pop()) {
        INTACT_TRY(check.feed(buffer->bytes()));
        if (!to.push(*std::move(buffer))) {
            return stopped();
        }
    }
    if (!stop.stop_requested()) {
        to.close();
    }
    return {};
}

Result<> finish_check(formats::StreamCheck *check) {
    auto finished = check != nullptr ? check->finish() : Result<>{};
    return finished ? finished : fail(std::move(finished).error().at(Stage::source));
}

Result<> produce_all(const Producer &produce, BufferedSink &sink, const std::stop_token &stop) {
    INTACT_TRY(produce(sink, stop));
    return sink.finish();
}

// produce -> check -> digest -> write: stored bytes are the stream's own, one digest is both.
Result<StoredFigures> store_plain(const Producer &produce, const Writer &write,
                                  formats::StreamCheck *check, const StoreMeter &meter,
                                  const std::stop_token &outside) {
    StoredFigures figures;
    StreamDigest digest;
    Crew crew(outside);
    BufferPool pool(kPlainBuffers, kPlainBufferBytes, crew.stop_token());
    BoundedQueue<Buffer> to_check(kPlainBuffers, crew.stop_token());
    BoundedQueue<Buffer> to_digest(kPlainBuffers, crew.stop_token());
    BoundedQueue<Buffer> to_write(kPlainBuffers, crew.stop_token());
    BufferedSink sink(pool, check != nullptr ? to_check : to_digest, meter.stream_bytes);
    const CrewEnd end(crew);

    crew.start(Stage::source, [&] { return produce_all(produce, sink, crew.stop_token()); });
    if (check != nullptr) {
        crew.start(Stage::source,
                   [&] { return check_all(to_check, *check, to_digest, crew.stop_token()); });
    }
    crew.start(Stage::digest, [&]() -> Result<> {
        while (auto buffer = to_digest.pop()) {
            digest.take(buffer->bytes());
            if (!to_write.push(*std::move(buffer))) {
                return stopped();
            }
        }
        to_write.close();
        return {};
    });
    crew.start(Stage::write, [&] { return write_all(to_write, write, meter); });
    INTACT_TRY(crew.join());
    if (outside.stop_requested()) {
        return stopped();
    }
    INTACT_TRY(finish_check(check));
    digest.finish(figures);
    figures.stored_bytes = figures.stream_bytes;
    figures.stored_sha256 = figures.stream_sha256;
    return figures;
}

// produce -> check -> digest -> compress on all cores, in order -> digest -> write.
Result<StoredFigures> store_compressed(const config::Archive &options, const Producer &produce,
                                       const Writer &write, formats::StreamCheck *check,
                                       const StoreMeter &meter, const std::stop_token &outside) {
    StoredFigures figures;
    StreamDigest stream_digest;
    Sha256 stored_digest;
    const unsigned workers = compression_threads(options);
    Crew crew(outside);
    BufferPool frames(workers + 2, options.frame_size, crew.stop_token());
    BoundedQueue<Buffer> to_check(workers + 2, crew.stop_token());
    BoundedQueue<Buffer> to_digest(workers + 2, crew.stop_token());
    BoundedQueue<Buffer> to_write(workers + 2, crew.stop_token());
    BufferedSink sink(frames, check != nullptr ? to_check : to_digest, meter.stream_bytes);
    INTACT_TRY_ASSIGN(const auto compressor,
                      FrameCompressor::make(options, workers, crew, meter.compress_usec));
    const CrewEnd end(crew);

    crew.start(Stage::source, [&] { return produce_all(produce, sink, crew.stop_token()); });
    if (check != nullptr) {
        crew.start(Stage::source,
                   [&] { return check_all(to_check, *check, to_digest, crew.stop_token()); });
    }
    crew.start(Stage::digest, [&]() -> Result<> {
        while (auto frame = to_digest.pop()) {
            stream_digest.take(frame->bytes());
            INTACT_TRY(compressor->put(*std::move(frame)));
        }
        compressor->close();
        return {};
    });
    crew.start(Stage::compress, [&]() -> Result<> {
        for (;;) {
            INTACT_TRY_ASSIGN(auto frame, compressor->take());
            if (!frame) {
                to_write.close();
                return {};
            }
            stored_digest.update(frame->bytes());
            figures.stored_bytes += frame->size;
            if (!to_write.push(*std::move(frame))) {
                return stopped();
            }
        }
    });
    crew.start(Stage::write, [&] { return write_all(to_write, write, meter); });
    INTACT_TRY(crew.join());
    if (outside.stop_requested()) {
        return stopped();
    }
    INTACT_TRY(finish_check(check));
    stream_digest.finish(figures);
    if (options.compression == config::Compression::zstd) {
        const std::string table = compressor->seek_table();
        const auto bytes = std::as_bytes(std::span(table.data(), table.size()));
        stored_digest.update(bytes);
        figures.stored_bytes += bytes.size();
        auto written = write(bytes);
        if (!written) {
            return fail(std::move(written).error().at(Stage::write));
        }
        count(meter.stored_bytes, bytes.size());
    }
    figures.stored_sha256 = stored_digest.finish();
    return figures;
}

} // namespace

unsigned compression_threads(const config::Archive &options) {
    constexpr unsigned kMost = 4;
    return options.threads != 0 ? options.threads
                                : std::clamp(std::thread::hardware_concurrency(), 1U, kMost);
}

Result<StoredFigures> store_stream(const config::Archive &options, const Producer &produce,
                                   const Writer &write, formats::StreamCheck *check,
                                   const StoreMeter &meter, const std::stop_token &stop) {
    if (options.compression == config::Compression::none) {
        return store_plain(produce, write, check, meter, stop);
    }
    return store_compressed(options, produce, write, check, meter, stop);
}

} // namespace intact::pipeline
