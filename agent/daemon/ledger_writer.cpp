#include "daemon/ledger_writer.hpp"

#include <cerrno>
#include <iterator>
#include <sys/eventfd.h>
#include <unistd.h>

namespace intact::daemon {

Result<std::unique_ptr<LedgerWriter>>
LedgerWriter::start(std::unique_ptr<catalog::Catalog> catalog) {
    os::UniqueFd event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (event.get() < 0) {
        return fail_errno(errno, "make an event descriptor");
    }
    return std::unique_ptr<LedgerWriter>(new LedgerWriter(std::move(catalog), std::move(event)));
}

LedgerWriter::LedgerWriter(std::unique_ptr<catalog::Catalog> catalog, os::UniqueFd event)
    : catalog_(std::move(catalog)), event_(std::move(event)), thread_([this] { work(); }) {}

LedgerWriter::~LedgerWriter() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    has_work_.notify_one();
    thread_.join();
}

std::uint64_t LedgerWriter::submit(std::vector<catalog::LedgerChange> changes) {
    const std::lock_guard lock(mutex_);
    std::move(changes.begin(), changes.end(), std::back_inserter(waiting_));
    has_work_.notify_one();
    return ++submitted_;
}

std::uint64_t LedgerWriter::done() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t cleared = read(event_.get(), &count, sizeof count);
    const std::lock_guard lock(mutex_);
    return done_;
}

std::optional<Error> LedgerWriter::trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
}

void LedgerWriter::work() {
    std::vector<catalog::LedgerChange> batch; // what failed stays in front of what comes
    std::unique_lock lock(mutex_);
    for (;;) {
        has_work_.wait(lock, [this] { return ends_ || done_ < submitted_; });
        if (done_ == submitted_) {
            return;
        }
        const std::uint64_t number = submitted_;
        std::move(waiting_.begin(), waiting_.end(), std::back_inserter(batch));
        waiting_.clear();
        lock.unlock();
        const auto applied = catalog_->apply(batch);
        if (applied) {
            batch.clear();
        }
        lock.lock();
        trouble_ = applied ? std::nullopt : std::optional(applied.error());
        // A backup without its line in the ledger is better than none.
        done_ = number;
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t told = write(event_.get(), &one, sizeof one);
    }
}

} // namespace intact::daemon
