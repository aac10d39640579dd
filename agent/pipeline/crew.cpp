#include "pipeline/crew.hpp"

#include "base/caught.hpp"

namespace intact::pipeline {

Crew::Crew(const std::stop_token &outside) : outside_(outside, [this] { stop_.request_stop(); }) {}

Crew::~Crew() {
    abandon();
}

void Crew::abandon() {
    stop_.request_stop();
    threads_.clear();
}

void Crew::start(Stage stage, std::function<Result<>()> body) {
    const auto guarded = [this, stage, work = std::move(body)] {
        try {
            if (auto done = work(); !done) {
                report(std::move(done).error().at(stage));
            }
        } catch (...) {
            // Out of memory, or a broken invariant: the run fails, the process does not.
            report(caught("work").at(stage));
        }
    };
    try {
        threads_.emplace_back(guarded);
    } catch (...) {
        report(caught("start a thread").at(stage));
    }
}

void Crew::report(Error error) {
    {
        const std::lock_guard lock(mutex_);
        if (!first_error_) {
            first_error_ = std::move(error);
        }
    }
    stop_.request_stop();
}

Result<> Crew::join() {
    threads_.clear();
    if (first_error_) {
        return fail(*std::move(first_error_));
    }
    return {};
}

} // namespace intact::pipeline
