#include "formats/codec.hpp"

#include <bzlib.h>

namespace intact::formats {
namespace {

class Bzip2Codec final : public Codec {
public:
    Bzip2Codec() = default;
    Bzip2Codec(const Bzip2Codec &) = delete;
    Bzip2Codec &operator=(const Bzip2Codec &) = delete;
    ~Bzip2Codec() override { BZ2_bzDecompressEnd(&stream_); }

    std::string_view name() const override { return "bzip2"; }
    Padding padding() const override { return Padding::last; }

    bool begin() override {
        BZ2_bzDecompressEnd(&stream_); // of none: told, and nothing done
        stream_ = bz_stream{};
        return BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK;
    }

    Moved step(std::span<const std::byte> in, std::span<std::byte> out) override {
        stream_.next_in = const_cast<char *>(reinterpret_cast<const char *>(in.data()));
        stream_.avail_in = static_cast<unsigned>(in.size());
        stream_.next_out = reinterpret_cast<char *>(out.data());
        stream_.avail_out = static_cast<unsigned>(out.size());
        const int status = BZ2_bzDecompress(&stream_);
        Moved moved{in.size() - stream_.avail_in, out.size() - stream_.avail_out,
                    status == BZ_STREAM_END, ""};
        if (status == BZ_DATA_ERROR_MAGIC) {
            moved.damage = "not the beginning of a bzip2 stream";
        } else if (status != BZ_OK && status != BZ_STREAM_END) {
            moved.damage = status == BZ_MEM_ERROR ? "out of memory" : "broken data";
        }
        return moved;
    }

private:
    bz_stream stream_{};
};

} // namespace

std::unique_ptr<Codec> make_bzip2_codec() {
    return std::make_unique<Bzip2Codec>();
}

} // namespace intact::formats
