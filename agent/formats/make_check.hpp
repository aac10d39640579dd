// From a format's name to the check that proves it.
#pragma once

#include "formats/codec.hpp"
#include "formats/format.hpp"
#include "formats/stream_check.hpp"

#include <memory>
#include <string>

namespace intact::formats {

struct CheckOptions {
    Format format;
    std::uint64_t min_size = 0;       ///< bytes of the stream as it comes
    std::string end_pattern;          ///< of a regex; checked before
    std::size_t end_window = 4 << 10; ///< bytes at the end in which it is looked for
};

/// Its errors also tell how many bytes had come. Null: nothing is to be checked, as of a raw
/// stream.
std::unique_ptr<StreamCheck> make_check(const CheckOptions &options);

/// Of a compression; null for other kinds.
std::unique_ptr<Codec> make_codec(Kind kind);
/// Of a kind that is neither raw, regex nor a compression.
std::unique_ptr<StreamCheck> make_plain_check(Kind kind);

} // namespace intact::formats
