#include "pipeline/buffer.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace intact::pipeline {

// Where free buffers lie; shared by the pool and every buffer that is out.
struct Buffer::Shelf {
    std::mutex mutex;
    std::condition_variable_any returned;
    std::size_t unmade = 0;
    std::vector<PageMemory> free;
};

Buffer::Buffer(std::shared_ptr<Shelf> shelf, PageMemory memory, std::size_t capacity)
    : shelf_(std::move(shelf)), memory_(std::move(memory)), capacity_(capacity) {}

Buffer::Buffer(Buffer &&other) noexcept
    : size(std::exchange(other.size, 0)), shelf_(std::move(other.shelf_)),
      memory_(std::move(other.memory_)), capacity_(std::exchange(other.capacity_, 0)) {}

Buffer &Buffer::operator=(Buffer &&other) noexcept {
    if (this != &other) {
        give_back();
        size = std::exchange(other.size, 0);
        shelf_ = std::move(other.shelf_);
        memory_ = std::move(other.memory_);
        capacity_ = std::exchange(other.capacity_, 0);
    }
    return *this;
}

Buffer::~Buffer() {
    give_back();
}

void Buffer::give_back() {
    if (memory_ != nullptr) {
        const std::lock_guard lock(shelf_->mutex);
        shelf_->free.push_back(std::move(memory_));
        shelf_->returned.notify_one();
    }
}

BufferPool::BufferPool(std::size_t count, std::size_t buffer_bytes, std::stop_token stop)
    : buffer_bytes_(buffer_bytes), stop_(std::move(stop)),
      shelf_(std::make_shared<Buffer::Shelf>()) {
    shelf_->unmade = count;
    shelf_->free.reserve(count); // so that giving back never allocates
}

std::optional<Buffer> BufferPool::take() {
    std::unique_lock lock(shelf_->mutex);
    const auto has_one = [&] { return !shelf_->free.empty() || shelf_->unmade > 0; };
    if (!shelf_->returned.wait(lock, stop_, has_one)) {
        return std::nullopt;
    }
    PageMemory memory;
    if (shelf_->free.empty()) {
        --shelf_->unmade;
        // Not value-initialised: pages that are never filled are never resident.
        memory.reset(new (PageDelete::kPage) std::byte[buffer_bytes_]);
    } else {
        memory = std::move(shelf_->free.back());
        shelf_->free.pop_back();
    }
    return Buffer(shelf_, std::move(memory), buffer_bytes_);
}

} // namespace intact::pipeline
