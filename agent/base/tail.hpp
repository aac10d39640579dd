// The end of what comes in pieces and may never stop coming.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace intact {

/// Keeps the last `most_bytes` of all that was added, in twice their memory.
class Tail {
public:
    explicit Tail(std::size_t most_bytes) : most_(most_bytes) {}

    void add(std::string_view piece) {
        total_ += piece.size();
        kept_ += piece.substr(piece.size() - std::min(piece.size(), most_));
        if (kept_.size() > 2 * most_) {
            kept_.erase(0, kept_.size() - most_);
        }
    }
    std::string_view text() const {
        return std::string_view(kept_).substr(kept_.size() - std::min(kept_.size(), most_));
    }
    /// Of all that was added.
    std::uint64_t total() const { return total_; }

private:
    std::size_t most_;
    std::string kept_;
    std::uint64_t total_ = 0;
};

} // namespace intact
