#include "formats/codec.hpp"

#include <lzma.h>

namespace intact::formats {
namespace {

// xz -9 takes 65 MiB to read; what asks for more than this does so on purpose.
constexpr std::uint64_t kMostMemoryBytes = 192u << 20;

std::string_view damage_of(lzma_ret status) {
    switch (status) {
    case LZMA_MEMLIMIT_ERROR:
        return "its dictionary takes more than 192 MiB of memory";
    case LZMA_FORMAT_ERROR:
        return "not the beginning of an xz stream";
    case LZMA_OPTIONS_ERROR:
        return "a feature that liblzma does not know";
    case LZMA_UNSUPPORTED_CHECK:
        return "a kind of checksum that liblzma does not know";
    case LZMA_MEM_ERROR:
        return "out of memory";
    default:
        return "broken data";
    }
}

class XzCodec final : public Codec {
public:
    XzCodec() = default;
    XzCodec(const XzCodec &) = delete;
    XzCodec &operator=(const XzCodec &) = delete;
    ~XzCodec() override { lzma_end(&stream_); }

    std::string_view name() const override { return "xz"; }
    Padding padding() const override { return Padding::in_fours; }

    bool begin() override {
        return lzma_stream_decoder(&stream_, kMostMemoryBytes,
                                   LZMA_TELL_NO_CHECK | LZMA_TELL_UNSUPPORTED_CHECK) == LZMA_OK;
    }

    Moved step(std::span<const std::byte> in, std::span<std::byte> out) override {
        stream_.next_in = reinterpret_cast<const std::uint8_t *>(in.data());
        stream_.avail_in = in.size();
        stream_.next_out = reinterpret_cast<std::uint8_t *>(out.data());
        stream_.avail_out = out.size();
        lzma_ret status = lzma_code(&stream_, LZMA_RUN);
        if (status == LZMA_NO_CHECK) {
            has_checksums_ = false;
            status = LZMA_OK; // told once, at the header; the next step goes on
        }
        Moved moved{in.size() - stream_.avail_in, out.size() - stream_.avail_out,
                    status == LZMA_STREAM_END, ""};
        // LZMA_BUF_ERROR: it wants input, and has given all it had.
        if (status != LZMA_OK && status != LZMA_STREAM_END && status != LZMA_BUF_ERROR) {
            moved.damage = damage_of(status);
        }
        return moved;
    }
    bool has_checksums() const override { return has_checksums_; }

private:
    lzma_stream stream_ = LZMA_STREAM_INIT;
    bool has_checksums_ = true;
};

} // namespace

std::unique_ptr<Codec> make_xz_codec() {
    return std::make_unique<XzCodec>();
}

} // namespace intact::formats
