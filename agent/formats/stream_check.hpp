// Watches a stream as it passes and says at its end whether it is whole. Reads nothing twice.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace intact::formats {

/// What a stream turned out to be.
struct Finding {
    std::string format; ///< innermost first: "tar+gzip"
    /// Of each of them, in the same order ("structure+checksum"), what stands proven: "nothing";
    /// "end", an end mark of its own; "structure", every length from the first byte to the last;
    /// "checksum", every byte.
    std::string proven;
};

/// Memory: constant. Thread: one at a time. Input is hostile.
class StreamCheck {
public:
    virtual ~StreamCheck() = default;
    /// The next bytes of the stream. Errors: source_incomplete, telling what was expected and
    /// where. After an error the check is spent.
    virtual Result<> feed(std::span<const std::byte> bytes) = 0;
    /// After the last byte. Errors: source_incomplete, telling what is missing.
    virtual Result<> finish() = 0;
    /// Entries seen, for formats that have entries.
    virtual std::optional<std::uint64_t> entries() const { return std::nullopt; }
    /// After finish() has ended well.
    virtual Finding finding() const = 0;
};

} // namespace intact::formats
