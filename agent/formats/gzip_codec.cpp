#include "formats/codec.hpp"

#include <zlib.h>

namespace intact::formats {
namespace {

class GzipCodec final : public Codec {
public:
    GzipCodec() = default;
    GzipCodec(const GzipCodec &) = delete;
    GzipCodec &operator=(const GzipCodec &) = delete;
    ~GzipCodec() override { inflateEnd(&stream_); }

    std::string_view name() const override { return "gzip"; }
    Padding padding() const override { return Padding::last; }

    bool begin() override {
        constexpr int kGzipHeader = 16;
        if (stream_.state != nullptr) {
            return inflateReset(&stream_) == Z_OK;
        }
        return inflateInit2(&stream_, MAX_WBITS + kGzipHeader) == Z_OK;
    }

    Moved step(std::span<const std::byte> in, std::span<std::byte> out) override {
        stream_.next_in = const_cast<Bytef *>(reinterpret_cast<const Bytef *>(in.data()));
        stream_.avail_in = static_cast<uInt>(in.size());
        stream_.next_out = reinterpret_cast<Bytef *>(out.data());
        stream_.avail_out = static_cast<uInt>(out.size());
        const int status = inflate(&stream_, Z_NO_FLUSH);
        Moved moved{in.size() - stream_.avail_in, out.size() - stream_.avail_out,
                    status == Z_STREAM_END, ""};
        // Z_BUF_ERROR: it wants input, and has given all it had.
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
            moved.damage = stream_.msg != nullptr ? stream_.msg : "broken data";
        }
        return moved;
    }

private:
    z_stream stream_{};
};

} // namespace

std::unique_ptr<Codec> make_gzip_codec() {
    return std::make_unique<GzipCodec>();
}

} // namespace intact::formats
