#include "pipeline/stored_reader.hpp"

#include "os/file.hpp"
#include "pipeline/bounded_queue.hpp"
#include "pipeline/buffered_sink.hpp"
#include "pipeline/crew.hpp"
#include "pipeline/decoder.hpp"
#include "pipeline/digest.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace intact::pipeline {
namespace {

constexpr std::size_t kBuffers = 4;
constexpr std::size_t kBufferBytes = 1u << 20;
constexpr ssize_t kDirectBlock = 4096; // what any device takes; buffers are whole pages

// read + digest -> decode -> digest -> caller, each on its own thread.
class ThreadedReader final : public StoredReader {
public:
    ThreadedReader(int fd, std::string path, std::unique_ptr<Decoder> decoder,
                   const std::stop_token &stop, std::atomic<std::uint64_t> *done)
        : fd_(fd), path_(std::move(path)), decoder_(std::move(decoder)), done_(done), crew_(stop),
          stored_pool_(kBuffers, kBufferBytes, crew_.stop_token()),
          stream_pool_(kBuffers, kBufferBytes, crew_.stop_token()),
          to_decode_(kBuffers, crew_.stop_token()), to_digest_(kBuffers, crew_.stop_token()),
          to_caller_(kBuffers, crew_.stop_token()) {
        crew_.start(Stage::verify, [this] { return read_all(); });
        crew_.start(Stage::verify, [this] { return decode_all(); });
        crew_.start(Stage::verify, [this] { return digest_all(); });
    }
    ThreadedReader(const ThreadedReader &) = delete;
    ThreadedReader &operator=(const ThreadedReader &) = delete;
    // The threads end before the queues and pools they use.
    ~ThreadedReader() override { crew_.abandon(); }

    Result<std::span<const std::byte>> next() override {
        current_ = Buffer();
        if (auto buffer = to_caller_.pop()) {
            current_ = *std::move(buffer);
            return current_.bytes();
        }
        INTACT_TRY(crew_.join());
        if (crew_.stop_token().stop_requested()) {
            return stopped();
        }
        return std::span<const std::byte>{};
    }

    std::string stored_sha256() override { return finish_once(stored_digest_, stored_sha256_); }
    std::string stream_sha256() override { return finish_once(stream_digest_, stream_sha256_); }
    std::uint64_t stored_bytes() const override { return stored_bytes_; }
    std::uint64_t stream_bytes() const override { return stream_bytes_; }

private:
    static std::string finish_once(Sha256 &digest, std::string &result) {
        if (result.empty()) {
            result = digest.finish();
        }
        return result;
    }

    Result<> read_all() {
        for (;;) {
            auto buffer = stored_pool_.take();
            if (!buffer) {
                return stopped();
            }
            const ssize_t count = read_at(stored_bytes_, buffer->space());
            if (count < 0 && errno == EINTR) {
                continue;
            }
            if (count < 0) {
                return fail_errno(errno, fmt::format("read {} at byte {}", os::quoted_path(path_),
                                                     stored_bytes_));
            }
            if (count == 0) {
                to_decode_.close();
                return {};
            }
            buffer->size = static_cast<std::size_t>(count);
            stored_digest_.update(buffer->bytes());
            stored_bytes_ += buffer->size;
            if (done_ != nullptr) {
                done_->fetch_add(buffer->size, std::memory_order_relaxed);
            }
            if (!to_decode_.push(*std::move(buffer))) {
                return stopped();
            }
        }
    }

    // As pread(2). A direct read must begin on a block, so one that ended between two gives up what
    // is beyond the last; only the file's own end may lie anywhere.
    ssize_t read_at(std::uint64_t offset, std::span<std::byte> space) const {
        if (direct_until_ && offset >= *direct_until_) {
            return 0;
        }
        const ssize_t count = pread(fd_, space.data(), space.size(), static_cast<off_t>(offset));
        if (!direct_until_ || count <= 0 ||
            offset + static_cast<std::uint64_t>(count) >= *direct_until_) {
            return count;
        }
        const ssize_t whole = count - count % kDirectBlock;
        errno = EIO;
        return whole > 0 ? whole : -1;
    }

    // The file's size where it is read with O_DIRECT.
    static std::optional<std::uint64_t> size_if_direct(int fd) {
        const int flags = fcntl(fd, F_GETFL);
        struct stat status{};
        if (flags < 0 || (flags & O_DIRECT) == 0 || fstat(fd, &status) != 0) {
            return std::nullopt;
        }
        return static_cast<std::uint64_t>(status.st_size);
    }

    Result<> decode_all() {
        BufferedSink sink(stream_pool_, to_digest_);
        std::uint64_t position = 0;
        while (const auto buffer = to_decode_.pop()) {
            if (auto fed = decoder_->feed(buffer->bytes(), sink); !fed) {
                return fail(std::move(fed).error().within(
                    fmt::format("read {} near byte {}", os::quoted_path(path_), position)));
            }
            position += buffer->size;
        }
        if (crew_.stop_token().stop_requested()) {
            return stopped();
        }
        if (auto ended = decoder_->finish(); !ended) {
            return fail(std::move(ended).error().within(
                fmt::format("read {} at its end, byte {}", os::quoted_path(path_), position)));
        }
        return sink.finish();
    }

    Result<> digest_all() {
        while (auto buffer = to_digest_.pop()) {
            stream_digest_.update(buffer->bytes());
            stream_bytes_ += buffer->size;
            if (!to_caller_.push(*std::move(buffer))) {
                return stopped();
            }
        }
        to_caller_.close();
        return {};
    }

    const int fd_;
    const std::optional<std::uint64_t> direct_until_ = size_if_direct(fd_);
    const std::string path_;
    const std::unique_ptr<Decoder> decoder_;
    std::atomic<std::uint64_t> *const done_;
    Sha256 stored_digest_;
    Sha256 stream_digest_;
    std::string stored_sha256_;
    std::string stream_sha256_;
    std::uint64_t stored_bytes_ = 0;
    std::uint64_t stream_bytes_ = 0;
    Crew crew_;
    BufferPool stored_pool_;
    BufferPool stream_pool_;
    BoundedQueue<Buffer> to_decode_;
    BoundedQueue<Buffer> to_digest_;
    BoundedQueue<Buffer> to_caller_;
    Buffer current_;
};

} // namespace

Result<std::unique_ptr<StoredReader>>
StoredReader::open(int fd, std::string path, std::string_view compression,
                   const std::stop_token &stop, std::atomic<std::uint64_t> *stored_bytes_done) {
    INTACT_TRY_ASSIGN(auto decoder, make_decoder(compression));
    return std::make_unique<ThreadedReader>(fd, std::move(path), std::move(decoder), stop,
                                            stored_bytes_done);
}

} // namespace intact::pipeline
