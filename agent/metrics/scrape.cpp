#include "metrics/scrape.hpp"

#include "metrics/job_families.hpp"

namespace intact::metrics {
namespace {

constexpr std::size_t kPieceBytes = 64u << 10;

} // namespace

Scrape::Scrape(Dialect dialect, std::string agent, std::vector<JobSample> jobs)
    : text_(dialect), agent_(std::move(agent)), jobs_(std::move(jobs)) {}

std::string Scrape::next() {
    if (!agent_.empty()) {
        return std::exchange(agent_, std::string());
    }
    const auto families = job_families();
    while (family_ < families.size()) {
        const JobFamily &family = families[family_];
        if (!has_begun_) {
            text_.begin(family.family);
            has_begun_ = true;
        }
        for (; job_ < jobs_.size(); ++job_) {
            if (text_.size() >= kPieceBytes) {
                return text_.take();
            }
            family.add(jobs_[job_], text_);
        }
        job_ = 0;
        has_begun_ = false;
        ++family_;
    }
    if (!is_ended_) {
        text_.end();
        is_ended_ = true;
    }
    return text_.take();
}

std::string whole(Scrape scrape) {
    std::string text;
    for (std::string piece = scrape.next(); !piece.empty(); piece = scrape.next()) {
        text += piece;
    }
    return text;
}

} // namespace intact::metrics
