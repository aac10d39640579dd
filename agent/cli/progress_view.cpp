#include "cli/progress_view.hpp"

#include "base/log.hpp"
#include "cli/output.hpp"
#include "cli/terminal.hpp"

#include <unistd.h>

namespace intact::cli {
namespace {

constexpr std::chrono::milliseconds kRedrawEvery{200};
constexpr std::chrono::milliseconds kReportEvery{10'000};
constexpr std::string_view kEraseLine = "\r\x1b[K";

} // namespace

ProgressView::ProgressView(const engine::Progress &progress, Subject subject, Voice voice)
    : progress_(progress), subject_(std::move(subject)), on_terminal_(is_terminal(STDERR_FILENO)),
      begun_(system_clock().steady()) {
    if (voice == Voice::normal) {
        log::write_within([this](const std::function<void()> &write) { aside(write); });
        ticker_.emplace(on_terminal_ ? kRedrawEvery : kReportEvery, [this] { tick(); });
    }
}

ProgressView::~ProgressView() {
    log::write_within({});
    ticker_.reset();
    erase();
}

void ProgressView::aside(const std::function<void()> &write) {
    const std::lock_guard lock(mutex_);
    erase();
    write();
}

void ProgressView::tick() {
    const std::lock_guard lock(mutex_);
    const Figures figures = measure();
    if (!on_terminal_) {
        standard_error().offer(progress_report(figures) + "\n");
        return;
    }
    // The last column stays free: some terminals wrap as soon as it is written.
    standard_error().offer(std::string(kEraseLine) +
                           progress_line(figures, terminal_columns(STDERR_FILENO) - 1));
    is_drawn_ = true;
}

void ProgressView::erase() {
    if (is_drawn_) {
        standard_error().offer(kEraseLine);
        is_drawn_ = false;
    }
}

Figures ProgressView::measure() {
    const SteadyTime now = system_clock().steady();
    Figures figures = figures_of(progress_, subject_.activity, subject_.stored_bytes);
    if (figures.phase != phase_) {
        phase_ = figures.phase;
        rate_.restart();
    }
    rate_.add(now, figures.done);
    figures.label = subject_.label;
    figures.bytes_per_second = rate_.bytes_per_second();
    figures.elapsed = std::chrono::duration_cast<std::chrono::seconds>(now - begun_);
    return figures;
}

} // namespace intact::cli
