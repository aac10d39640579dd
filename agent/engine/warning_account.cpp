#include "engine/warning_account.hpp"

#include "base/text.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace intact::engine {
namespace {

constexpr std::size_t kWarningsKept = 1000;
constexpr std::size_t kWarningBytesKept = 1u << 20;

std::string refusal_of(const Warning &first, std::uint64_t count) {
    const std::string path = first.path.empty() ? "" : os::quoted_path(first.path) + ": ";
    const std::string more = count > 1 ? fmt::format(", the first of {} such warnings", count) : "";
    return fmt::format("{}{}{} (on_warning.{}=fail)", path, one_line(first.detail), more,
                       name_of(first.kind));
}

} // namespace

bool WarningAccount::is_wanted(WarningKind kind) const {
    return kind != WarningKind::mount || reactions_.contains(kind);
}

void WarningAccount::add(Warning warning) {
    ++count_;
    const bool is_first_of_kind = ++by_kind_[warning.kind] == 1;
    kept_bytes_ += warning.path.size() + warning.detail.size();
    if (is_first_of_kind || (kept_.size() < kWarningsKept && kept_bytes_ <= kWarningBytesKept)) {
        // Before the others: whoever shows a few of them shows the first.
        kept_.insert(warning.kind == WarningKind::suspicious ? kept_.begin() : kept_.end(),
                     std::move(warning));
    }
}

void WarningAccount::note_in(catalog::RunRecord &record) const {
    record.warning_count = count_;
    record.warnings = kept_;
}

void WarningAccount::note_in(destination::Manifest &manifest) const {
    manifest.warning_count = count_;
    manifest.warnings_by_kind = by_kind_;
    manifest.warnings = kept_;
}

Result<> WarningAccount::check() const {
    std::string refusals;
    for (const auto &[kind, count] : by_kind_) {
        const auto rule = reactions_.find(kind);
        if (rule == reactions_.end() || rule->second != config::Reaction::fail) {
            continue;
        }
        const auto first = std::find_if(kept_.begin(), kept_.end(),
                                        [&](const Warning &one) { return one.kind == kind; });
        refusals += (refusals.empty() ? "" : "; ") + refusal_of(*first, count);
    }
    if (refusals.empty()) {
        return {};
    }
    return fail(ErrorCode::partial, "not published: " + refusals);
}

} // namespace intact::engine
