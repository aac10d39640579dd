#include "checkup/finding.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace intact::checkup {
namespace {

constexpr std::array<std::string_view, 4> kStates{"ok", "warning", "error", "skipped"};

int weight_of(State state) {
    return state == State::skipped ? -1 : static_cast<int>(state);
}

} // namespace

std::string_view name_of(State state) {
    return kStates.at(static_cast<std::size_t>(state));
}

Finding Finding::ok(std::string found) {
    return {State::ok, std::move(found), "", "", ErrorCode::internal};
}

Finding Finding::skipped(std::string why) {
    return {State::skipped, std::move(why), "", "", ErrorCode::internal};
}

Finding Finding::warning(std::string found, std::string hint) {
    return {State::warning, std::move(found), std::move(hint), "", ErrorCode::internal};
}

Finding Finding::error(ErrorCode code, std::string found, std::string hint) {
    return {State::error, std::move(found), std::move(hint), "", code};
}

Finding Finding::error(const Error &error) {
    return Finding::error(error.code(), error.message(), std::string(error.hint()));
}

void Findings::add(Finding finding) {
    all_.push_back(std::move(finding));
}

Finding Findings::sum(Finding nothing) && {
    if (all_.empty()) {
        return nothing;
    }
    const auto worst =
        std::max_element(all_.begin(), all_.end(), [](const Finding &a, const Finding &b) {
            return weight_of(a.state) < weight_of(b.state);
        });
    std::rotate(all_.begin(), worst, worst + 1);
    Finding sum = std::move(all_.front());
    for (auto more = all_.begin() + 1; more != all_.end(); ++more) {
        sum.found += "; " + more->found;
        if (sum.hint.empty()) {
            sum.hint = more->hint;
        }
    }
    return sum;
}

} // namespace intact::checkup
