#include "formats/codec.hpp"

#include <algorithm>
#include <array>
#include <zstd.h>

namespace intact::formats {
namespace {

// Skippable frames and those of older formats than 0.8 included, as zstd(1) takes them.
class ZstdCodec final : public Codec {
public:
    std::string_view name() const override { return "zstd"; }

    bool begin() override {
        if (!context_) {
            context_.reset(ZSTD_createDCtx());
        }
        head_bytes_ = 0;
        return context_ != nullptr;
    }

    Moved step(std::span<const std::byte> in, std::span<std::byte> out) override {
        ZSTD_inBuffer from{in.data(), in.size(), 0};
        ZSTD_outBuffer to{out.data(), out.size(), 0};
        const std::size_t left = ZSTD_decompressStream(context_.get(), &to, &from);
        if (ZSTD_isError(left) != 0) {
            return {from.pos, to.pos, false, ZSTD_getErrorName(left)};
        }
        keep_head(in.first(from.pos));
        return {from.pos, to.pos, left == 0, ""};
    }
    bool has_checksums() const override { return has_checksums_; }

private:
    // Source: RFC 8878, section 3.1.1: magic number, then the frame header descriptor.
    void keep_head(std::span<const std::byte> in) {
        if (head_bytes_ == head_.size()) {
            return;
        }
        const std::size_t count = std::min(head_.size() - head_bytes_, in.size());
        std::copy_n(in.begin(), count, head_.begin() + static_cast<std::ptrdiff_t>(head_bytes_));
        head_bytes_ += count;
        constexpr std::array kMagic{std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f},
                                    std::byte{0xfd}};
        constexpr std::byte kChecksumFlag{0x04};
        if (head_bytes_ == head_.size() &&
            std::equal(kMagic.begin(), kMagic.end(), head_.begin())) {
            has_checksums_ = has_checksums_ && (head_.back() & kChecksumFlag) != std::byte{0};
        }
    }

    struct Free {
        void operator()(ZSTD_DCtx *context) const { ZSTD_freeDCtx(context); }
    };
    std::unique_ptr<ZSTD_DCtx, Free> context_;
    std::array<std::byte, 5> head_{};
    std::size_t head_bytes_ = 0;
    bool has_checksums_ = true;
};

} // namespace

std::unique_ptr<Codec> make_zstd_codec() {
    return std::make_unique<ZstdCodec>();
}

} // namespace intact::formats
