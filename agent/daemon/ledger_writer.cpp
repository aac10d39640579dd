#include "daemon/ledger_writer.hpp"

#include <iterator>

namespace intact::daemon {

Result<std::unique_ptr<LedgerWriter>>
LedgerWriter::start(std::unique_ptr<catalog::Catalog> catalog) {
    INTACT_TRY_ASSIGN(os::EventFd event, os::EventFd::make());
    return std::unique_ptr<LedgerWriter>(new LedgerWriter(std::move(catalog), std::move(event)));
}

LedgerWriter::LedgerWriter(std::unique_ptr<catalog::Catalog> catalog, os::EventFd event)
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
    event_.clear();
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
        event_.signal();
    }
}

} // namespace intact::daemon
