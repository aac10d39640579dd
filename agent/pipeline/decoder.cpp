#include "pipeline/decoder.hpp"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

namespace intact::pipeline {
namespace {

class PlainDecoder final : public Decoder {
public:
    Result<> feed(std::span<const std::byte> stored, ByteSink &stream) override {
        return stream.write(stored);
    }
    Result<> finish() override { return {}; }
};

class ZstdDecoder final : public Decoder {
public:
    ZstdDecoder() : context_(ZSTD_createDCtx()) {}

    Result<> feed(std::span<const std::byte> stored, ByteSink &stream) override {
        ZSTD_inBuffer in{stored.data(), stored.size(), 0};
        // An output that was filled to its last byte may leave more inside the decoder.
        bool more = false;
        while (in.pos < in.size || more) {
            INTACT_TRY_ASSIGN(const auto room, stream.space());
            ZSTD_outBuffer out{room.data(), room.size(), 0};
            const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
            if (ZSTD_isError(left) != 0) {
                return fail(ErrorCode::archive_damaged,
                            fmt::format("zstd: {}", ZSTD_getErrorName(left)));
            }
            stream.commit(out.pos);
            more = out.pos == out.size;
            inside_frame_ = left != 0;
        }
        return {};
    }

    Result<> finish() override {
        if (inside_frame_) {
            return fail(ErrorCode::archive_damaged, "zstd: ends inside a frame");
        }
        return {};
    }

private:
    struct Free {
        void operator()(ZSTD_DCtx *context) const { ZSTD_freeDCtx(context); }
    };
    std::unique_ptr<ZSTD_DCtx, Free> context_;
    bool inside_frame_ = false;
};

class GzipDecoder final : public Decoder {
public:
    GzipDecoder() {
        constexpr int kGzipHeader = 16;
        sound_ = inflateInit2(&stream_, MAX_WBITS + kGzipHeader) == Z_OK;
    }
    GzipDecoder(const GzipDecoder &) = delete;
    GzipDecoder &operator=(const GzipDecoder &) = delete;
    ~GzipDecoder() override {
        if (sound_) {
            inflateEnd(&stream_);
        }
    }

    Result<> feed(std::span<const std::byte> stored, ByteSink &stream) override {
        if (!sound_) {
            return fail(ErrorCode::internal, "gzip: out of memory");
        }
        stream_.next_in = const_cast<Bytef *>(reinterpret_cast<const Bytef *>(stored.data()));
        stream_.avail_in = static_cast<uInt>(stored.size());
        bool more = false;
        while (stream_.avail_in > 0 || more) {
            INTACT_TRY_ASSIGN(const auto room, stream.space());
            stream_.next_out = reinterpret_cast<Bytef *>(room.data());
            stream_.avail_out = static_cast<uInt>(room.size());
            const int status = inflate(&stream_, Z_NO_FLUSH);
            stream.commit(room.size() - stream_.avail_out);
            more = stream_.avail_out == 0;
            inside_member_ = status != Z_STREAM_END;
            if (status == Z_STREAM_END) {
                inflateReset(&stream_);
                more = false;
            } else if (status == Z_BUF_ERROR) {
                more = false; // it wants input, and has given all it had
            } else if (status != Z_OK) {
                return fail(
                    ErrorCode::archive_damaged,
                    fmt::format("gzip: {}", stream_.msg != nullptr ? stream_.msg : "broken data"));
            }
        }
        return {};
    }

    Result<> finish() override {
        if (inside_member_) {
            return fail(ErrorCode::archive_damaged, "gzip: ends inside a member");
        }
        return {};
    }

private:
    z_stream stream_{};
    bool sound_ = false;
    bool inside_member_ = true; ///< no input at all is no gzip
};

} // namespace

Result<std::unique_ptr<Decoder>> make_decoder(std::string_view compression) {
    if (compression == "none") {
        return std::make_unique<PlainDecoder>();
    }
    if (compression == "gzip") {
        return std::make_unique<GzipDecoder>();
    }
    if (compression == "zstd") {
        return std::make_unique<ZstdDecoder>();
    }
    return fail(ErrorCode::unsupported,
                fmt::format("compression '{}' is not known here", compression));
}

} // namespace intact::pipeline
