// The threads of one pipeline: they start together, the first error stops all, and join() tells it.
// Knows no stage's work.
#pragma once

#include "base/error.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace intact::pipeline {

class Crew {
public:
    /// A stop asked for outside stops the crew as well.
    explicit Crew(const std::stop_token &outside);
    ~Crew();
    Crew(const Crew &) = delete;
    Crew &operator=(const Crew &) = delete;

    /// For every wait of every stage: requested at the first error, or from outside.
    std::stop_token stop_token() const { return stop_.get_token(); }
    /// Runs `body` on a thread of its own; its error is marked with `stage`.
    void start(Stage stage, std::function<Result<>()> body);
    /// Waits for all. Errors: the first one in time; cancelled when only the stop ended the work.
    Result<> join();
    /// Stops all and waits, whatever they come to: for an owner that goes away early.
    void abandon();

private:
    void report(Error error);

    std::stop_source stop_;
    std::stop_callback<std::function<void()>> outside_;
    std::mutex mutex_;
    std::optional<Error> first_error_;
    std::vector<std::jthread> threads_;
};

/// Ends a crew before what is declared above it goes away, on every way out of a scope.
class CrewEnd {
public:
    explicit CrewEnd(Crew &crew) : crew_(crew) {}
    ~CrewEnd() { crew_.abandon(); }
    CrewEnd(const CrewEnd &) = delete;
    CrewEnd &operator=(const CrewEnd &) = delete;

private:
    Crew &crew_;
};

/// What a stage returns when its wait was ended by the stop.
inline tl::unexpected<Error> stopped() {
    return fail(ErrorCode::cancelled, "stopped");
}

} // namespace intact::pipeline
