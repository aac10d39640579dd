#include "source/secret_command.hpp"

#include "base/quantity.hpp"
#include "os/wipe.hpp"
#include "source/command.hpp"

#include <atomic>
#include <condition_variable>
#include <fmt/format.h>
#include <mutex>
#include <thread>

namespace intact::source {
namespace {

// Its room is there from the start: growing would leave copies behind.
class SecretSink final : public ByteSink {
public:
    explicit SecretSink(std::size_t limit) : room_(limit + 1, '\0') {}
    ~SecretSink() override { os::wipe(room_); }
    SecretSink(const SecretSink &) = delete;
    SecretSink &operator=(const SecretSink &) = delete;

    Result<std::span<std::byte>> space() override {
        if (used_ == room_.size()) {
            return fail(ErrorCode::credential_failed,
                        fmt::format("it writes more than {} bytes", room_.size() - 1));
        }
        return std::as_writable_bytes(std::span(room_)).subspan(used_);
    }
    void commit(std::size_t count) override { used_ += count; }
    std::string_view text() const { return std::string_view(room_).substr(0, used_); }

private:
    std::string room_;
    std::size_t used_ = 0;
};

/// Stops when the other stop is asked for, or when the time has passed.
class StopAfter {
public:
    StopAfter(const std::stop_token &other, std::chrono::milliseconds time)
        : on_other_(other, [this] { stop_.request_stop(); }),
          timer_([this, time](const std::stop_token &over) {
              std::unique_lock lock(mutex_);
              wake_.wait_for(lock, over, time, [] { return false; });
              if (!over.stop_requested()) {
                  has_passed_ = true;
                  stop_.request_stop();
              }
          }) {}

    std::stop_token token() const { return stop_.get_token(); }
    bool has_passed() const { return has_passed_; }

private:
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> on_other_;
    std::atomic<bool> has_passed_{false};
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread timer_; ///< last: it ends before what it uses
};

} // namespace

Result<std::string> read_secret_command(const std::vector<std::string> &command, std::size_t limit,
                                        const std::stop_token &stop,
                                        std::chrono::milliseconds timeout) {
    config::CommandSource source;
    source.command = command;
    SecretSink sink(limit);
    const StopAfter limited(stop, timeout);
    CommandEnd end;
    auto ran = run_command(source, sink, {}, limited.token(), end);
    const std::string hint =
        fmt::format("run it by hand as the service's user, without the service's variables: "
                    "it has a minute to write the secret to stdout; '{}' comes from the job's file",
                    command.front());
    if (!ran && stop.stop_requested()) {
        return fail(std::move(ran).error());
    }
    if (!ran && limited.has_passed()) {
        return fail(Error(ErrorCode::credential_failed,
                          fmt::format("command '{}' took longer than {}", command.front(),
                                      format_duration(timeout)))
                        .with_hint(hint));
    }
    if (!ran) {
        return fail(std::move(ran).error().with_code(ErrorCode::credential_failed).with_hint(hint));
    }
    if (sink.text().size() > limit) {
        return fail(
            Error(ErrorCode::credential_failed,
                  fmt::format("command '{}' writes more than {} bytes", command.front(), limit))
                .with_hint(hint));
    }
    return os::movable_copy(sink.text());
}

} // namespace intact::source
