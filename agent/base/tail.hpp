// The end of a text that comes in pieces and may never stop coming.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace intact {

/// Keeps the last `limit` bytes of all that was added, in at most twice their memory.
class Tail {
public:
    explicit Tail(std::size_t limit) : limit_(limit) {}

    void add(std::string_view piece) {
        kept_ += piece.substr(piece.size() - std::min(piece.size(), limit_));
        if (kept_.size() > 2 * limit_) {
            kept_.erase(0, kept_.size() - limit_);
        }
    }
    std::string text() const { return kept_.substr(kept_.size() - std::min(kept_.size(), limit_)); }

private:
    std::size_t limit_;
    std::string kept_;
};

} // namespace intact
