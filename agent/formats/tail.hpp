// The last bytes of a stream. Knows no format.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace intact::formats {

/// Memory: twice what it keeps.
class Tail {
public:
    explicit Tail(std::size_t most_bytes) : most_(most_bytes) {}

    void feed(std::span<const std::byte> bytes) {
        total_ += bytes.size();
        const auto last = bytes.last(std::min(most_, bytes.size()));
        kept_.append(reinterpret_cast<const char *>(last.data()), last.size());
        if (kept_.size() >= 2 * most_) {
            kept_.erase(0, kept_.size() - most_);
        }
    }
    std::string_view text() const {
        return std::string_view(kept_).substr(kept_.size() - std::min(most_, kept_.size()));
    }
    /// Of the whole stream so far.
    std::uint64_t total() const { return total_; }

private:
    std::size_t most_;
    std::string kept_;
    std::uint64_t total_ = 0;
};

} // namespace intact::formats
