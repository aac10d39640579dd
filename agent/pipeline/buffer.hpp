// Memory of the pipeline: a fixed number of buffers that go round. The number is the ceiling.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <stop_token>

namespace intact::pipeline {

class BufferPool;

/// On whole pages, as open(2) O_DIRECT wants it.
struct PageDelete {
    static constexpr std::align_val_t kPage{4096};
    void operator()(std::byte *memory) const { operator delete[](memory, kPage); }
};
using PageMemory = std::unique_ptr<std::byte[], PageDelete>;

/// Borrowed from a pool; goes back when destroyed, also when the pool's owner has gone before.
class Buffer {
public:
    Buffer() = default;
    Buffer(Buffer &&other) noexcept;
    Buffer &operator=(Buffer &&other) noexcept;
    ~Buffer();

    /// All of it, and the part in use.
    std::span<std::byte> space() const { return {memory_.get(), capacity_}; }
    std::span<const std::byte> bytes() const { return {memory_.get(), size}; }
    std::size_t size = 0;

private:
    friend class BufferPool;
    struct Shelf;
    Buffer(std::shared_ptr<Shelf> shelf, PageMemory memory, std::size_t capacity);
    void give_back();

    std::shared_ptr<Shelf> shelf_;
    PageMemory memory_;
    std::size_t capacity_ = 0;
};

/// Makes buffers on demand up to `count`, then waits for one to come back. Thread: any.
class BufferPool {
public:
    BufferPool(std::size_t count, std::size_t buffer_bytes, std::stop_token stop);

    /// Nothing when stopped.
    std::optional<Buffer> take();
    std::size_t buffer_bytes() const { return buffer_bytes_; }

private:
    const std::size_t buffer_bytes_;
    const std::stop_token stop_;
    const std::shared_ptr<Buffer::Shelf> shelf_;
};

} // namespace intact::pipeline
