#include "daemon/facts_watch.hpp"

#include "base/log.hpp"
#include "os/file.hpp"

#include <array>
#include <cerrno>
#include <poll.h>
#include <string_view>
#include <sys/inotify.h>
#include <unistd.h>

namespace intact::daemon {
namespace {

constexpr std::string_view kFile = "catalog.db";
constexpr std::string_view kLog = "catalog.db-wal";
constexpr int kSettleMs =
    2000; ///< a write that has not become durable by then is heard by its close

} // namespace

Result<std::unique_ptr<FactsWatch>> FactsWatch::start(const std::string &state_dir,
                                                      std::int64_t since) {
    INTACT_TRY_ASSIGN(os::EventFd has_news, os::EventFd::make());
    INTACT_TRY_ASSIGN(os::EventFd wish, os::EventFd::make());
    os::UniqueFd inotify(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!inotify) {
        return fail_errno(errno, "watch the catalog");
    }
    // A transaction is written to the log, and seen by others a moment later, when it is durable:
    // hence the close of who wrote it. The file is another one when the catalog was made anew.
    if (inotify_add_watch(inotify.get(), state_dir.c_str(),
                          IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_FROM) < 0) {
        return fail_errno(errno, "watch " + os::quoted_path(state_dir));
    }
    return std::unique_ptr<FactsWatch>(
        new FactsWatch(state_dir, since, std::move(has_news), std::move(wish), std::move(inotify)));
}

FactsWatch::FactsWatch(std::string state_dir, std::int64_t since, os::EventFd has_news,
                       os::EventFd wish, os::UniqueFd inotify)
    : state_dir_(std::move(state_dir)), revision_(since), has_news_(std::move(has_news)),
      wish_(std::move(wish)), inotify_(std::move(inotify)), thread_([this] { work(); }) {}

FactsWatch::~FactsWatch() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    look();
    thread_.join();
}

FactsWatch::News FactsWatch::take() {
    has_news_.clear();
    const std::lock_guard lock(mutex_);
    return std::exchange(news_, News());
}

void FactsWatch::work() {
    do {
        read_news();
    } while (wait_for_change());
}

// False at the end.
bool FactsWatch::wait_for_change() {
    for (bool has_changed = false; !has_changed;) {
        std::array<pollfd, 2> fds{{{wish_.fd(), POLLIN, 0}, {inotify_.get(), POLLIN, 0}}};
        const int ready = poll(fds.data(), fds.size(), is_settling_ ? kSettleMs : -1);
        if (ready < 0 && errno != EINTR) {
            return false;
        }
        has_changed = ready == 0; // it has settled: once more, and that is all
        is_settling_ = is_settling_ && ready != 0;
        if (fds[0].revents != 0) {
            wish_.clear();
            has_changed = true;
            const std::lock_guard lock(mutex_);
            if (ends_) {
                return false;
            }
        }
        if (fds[1].revents != 0 && take_events()) {
            has_changed = true;
            is_settling_ = true;
        }
    }
    return true;
}

// Whether any is about the catalog.
bool FactsWatch::take_events() {
    bool has_changed = false;
    alignas(inotify_event) std::array<char, 4096> buffer{};
    for (ssize_t length = 0; (length = read(inotify_.get(), buffer.data(), buffer.size())) > 0;) {
        for (const char *at = buffer.data(); at < buffer.data() + length;) {
            const auto *event = reinterpret_cast<const inotify_event *>(at);
            const std::string_view name = event->len > 0 ? event->name : "";
            has_changed =
                has_changed || name == kFile || name == kLog || (event->mask & IN_Q_OVERFLOW) != 0;
            if (name == kFile && (event->mask & (IN_CREATE | IN_MOVED_FROM)) != 0) {
                catalog_.reset();
                is_made_anew_ = true;
            }
            at += sizeof(inotify_event) + event->len;
        }
    }
    return has_changed;
}

// What cannot be read now is read after the next change; that the catalog has a fault is told by
// those who write it.
void FactsWatch::read_news() {
    if (!catalog_) {
        if (!catalog::Catalog::exists(state_dir_).value_or(false)) {
            return;
        }
        auto opened = catalog::Catalog::open(state_dir_);
        if (!opened) {
            log::debug(opened.error().message());
            return;
        }
        catalog_ = *std::move(opened);
    }
    auto facts = catalog_->facts(is_made_anew_ ? 0 : revision_);
    if (!facts) {
        log::debug(facts.error().message());
        return;
    }
    revision_ = facts->revision;
    if (facts->jobs.empty() && !is_made_anew_) {
        return;
    }
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_made_anew_, false)) {
        news_ = {std::move(facts->jobs), true};
    } else {
        for (auto &[job, one] : facts->jobs) {
            news_.jobs[job] = std::move(one);
        }
    }
    has_news_.signal();
}

} // namespace intact::daemon
