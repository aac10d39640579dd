#include "pipeline/buffered_sink.hpp"

#include "pipeline/crew.hpp"

namespace intact::pipeline {

Result<std::span<std::byte>> BufferedSink::space() {
    if (current_.size == pool_.buffer_bytes()) {
        INTACT_TRY(hand_on());
    }
    if (current_.space().empty()) {
        auto taken = pool_.take();
        if (!taken) {
            return stopped();
        }
        current_ = *std::move(taken);
        current_.size = 0;
    }
    return current_.space().subspan(current_.size);
}

void BufferedSink::commit(std::size_t count) {
    current_.size += count;
    if (bytes_done_ != nullptr) {
        bytes_done_->fetch_add(count, std::memory_order_relaxed);
    }
}

Result<> BufferedSink::hand_on() {
    if (!queue_.push(std::move(current_))) {
        return stopped();
    }
    current_ = Buffer();
    return {};
}

Result<> BufferedSink::finish() {
    if (current_.size > 0) {
        INTACT_TRY(hand_on());
    }
    queue_.close();
    return {};
}

} // namespace intact::pipeline
