// Watches a stream as it passes and says at its end whether it is whole. Reads nothing twice.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace intact::pipeline {

/// Memory: constant. Thread: one at a time.
class StreamCheck {
public:
    virtual ~StreamCheck() = default;
    /// The next bytes of the stream. Errors: source_incomplete, telling what was expected and
    /// where.
    virtual Result<> feed(std::span<const std::byte> bytes) = 0;
    /// After the last byte. Errors: source_incomplete, telling what is missing.
    virtual Result<> finish() = 0;
    /// Entries seen, for formats that have entries.
    virtual std::optional<std::uint64_t> entries() const { return std::nullopt; }
};

} // namespace intact::pipeline
