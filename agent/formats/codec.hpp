// One compressed member at a time, by the library that knows it. Knows neither what stands between
// members nor what is compressed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace intact::formats {

/// Which zeros may follow a member, as the format's own tool takes them.
enum class Padding : std::uint8_t { none, last, in_fours };

/// Memory: what the member's window takes, bounded. Thread: one at a time. Input is hostile.
class Codec {
public:
    struct Moved {
        std::size_t in = 0;  ///< bytes taken
        std::size_t out = 0; ///< bytes given
        bool ended = false;  ///< the member is over, its checksum holds
        std::string damage;  ///< what is wrong; empty: nothing
    };
    virtual ~Codec() = default;

    virtual std::string_view name() const = 0;
    virtual Padding padding() const { return Padding::none; }
    /// A new member begins. False: no memory.
    virtual bool begin() = 0;
    virtual Moved step(std::span<const std::byte> in, std::span<std::byte> out) = 0;
    /// Whether every member so far had a checksum of its content.
    virtual bool has_checksums() const { return true; }
};

std::unique_ptr<Codec> make_gzip_codec();
std::unique_ptr<Codec> make_zstd_codec();
std::unique_ptr<Codec> make_xz_codec();
std::unique_ptr<Codec> make_bzip2_codec();

} // namespace intact::formats
