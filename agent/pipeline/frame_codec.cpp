#include "pipeline/frame_codec.hpp"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

namespace intact::pipeline {
namespace {

class ZstdCodec final : public FrameCodec {
public:
    explicit ZstdCodec(int level) : context_(ZSTD_createCCtx()) {
        if (context_ != nullptr) {
            ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
            ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
        }
    }
    bool sound() const { return context_ != nullptr; }

    std::size_t bound(std::size_t input_bytes) const override {
        return ZSTD_compressBound(input_bytes);
    }

    Result<std::size_t> compress(std::span<const std::byte> input,
                                 std::span<std::byte> output) override {
        const std::size_t length = ZSTD_compress2(context_.get(), output.data(), output.size(),
                                                  input.data(), input.size());
        if (ZSTD_isError(length) != 0) {
            return fail(ErrorCode::internal, fmt::format("zstd: {}", ZSTD_getErrorName(length)));
        }
        return length;
    }

private:
    struct Free {
        void operator()(ZSTD_CCtx *context) const { ZSTD_freeCCtx(context); }
    };
    std::unique_ptr<ZSTD_CCtx, Free> context_;
};

// zlib's API counts in 32 bits; a frame is at most 1 GiB, so nothing is cut.
class GzipCodec final : public FrameCodec {
public:
    explicit GzipCodec(int level) {
        constexpr int kGzipHeader = 16;
        constexpr int kDefaultMemory = 8;
        sound_ = deflateInit2(&stream_, level, Z_DEFLATED, MAX_WBITS + kGzipHeader, kDefaultMemory,
                              Z_DEFAULT_STRATEGY) == Z_OK;
    }
    GzipCodec(const GzipCodec &) = delete;
    GzipCodec &operator=(const GzipCodec &) = delete;
    ~GzipCodec() override {
        if (sound_) {
            deflateEnd(&stream_);
        }
    }
    bool sound() const { return sound_; }

    std::size_t bound(std::size_t input_bytes) const override {
        constexpr std::size_t kHeaderAndTrailer = 18;
        return compressBound(input_bytes) + kHeaderAndTrailer;
    }

    Result<std::size_t> compress(std::span<const std::byte> input,
                                 std::span<std::byte> output) override {
        deflateReset(&stream_);
        stream_.next_in = const_cast<Bytef *>(reinterpret_cast<const Bytef *>(input.data()));
        stream_.avail_in = static_cast<uInt>(input.size());
        stream_.next_out = reinterpret_cast<Bytef *>(output.data());
        stream_.avail_out = static_cast<uInt>(output.size());
        if (deflate(&stream_, Z_FINISH) != Z_STREAM_END) {
            return fail(ErrorCode::internal, "gzip: the frame does not fit its bound");
        }
        return output.size() - stream_.avail_out;
    }

private:
    z_stream stream_{};
    bool sound_ = false;
};

void append_le32(std::string &out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) {
        out += static_cast<char>((value >> shift) & 0xff);
    }
}

template <typename Codec>
Result<std::unique_ptr<FrameCodec>> checked(std::unique_ptr<Codec> codec) {
    if (!codec->sound()) {
        return fail(ErrorCode::internal, "compression: out of memory");
    }
    return codec;
}

} // namespace

Result<std::unique_ptr<FrameCodec>> make_codec(config::Compression compression, int level) {
    if (compression == config::Compression::gzip) {
        return checked(std::make_unique<GzipCodec>(level));
    }
    return checked(std::make_unique<ZstdCodec>(level));
}

std::string render_seek_table(const std::vector<FrameLengths> &frames) {
    constexpr std::uint32_t kSkippableMagic = 0x184D2A5E;
    constexpr std::uint32_t kSeekableMagic = 0x8F92EAB1;
    constexpr std::uint32_t kBytesAFrame = 8;
    constexpr std::uint32_t kFooterBytes = 9;
    const auto count = static_cast<std::uint32_t>(frames.size());
    std::string table;
    append_le32(table, kSkippableMagic);
    append_le32(table, count * kBytesAFrame + kFooterBytes);
    for (const FrameLengths &frame : frames) {
        append_le32(table, frame.compressed);
        append_le32(table, frame.uncompressed);
    }
    append_le32(table, count);
    table += '\0'; // descriptor: no checksums
    append_le32(table, kSeekableMagic);
    return table;
}

} // namespace intact::pipeline
