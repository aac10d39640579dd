// What a run has been warned of: each warning counted by its reason, some of them kept, and whether
// the job still takes the backup. Knows no source.
#pragma once

#include "base/error.hpp"
#include "base/warning.hpp"
#include "catalog/run_record.hpp"
#include "config/job.hpp"
#include "destination/manifest.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace intact::engine {

/// Thread: one at a time.
class WarningAccount {
public:
    explicit WarningAccount(const config::Reactions &reactions) : reactions_(reactions) {}

    /// Whether the job wants to hear of it. A mount that source.one_file_system leaves out is left
    /// out on purpose: it is a warning only where the job says what becomes of it.
    bool is_wanted(WarningKind kind) const;
    void add(Warning warning);

    std::uint64_t count() const { return count_; }
    void note_in(catalog::RunRecord &record) const;
    void note_in(destination::Manifest &manifest) const;

    /// Errors: partial, when there is a warning whose reason the job does not publish; for each
    /// such reason the message has the first path, how many there are, and the key.
    Result<> check() const;

private:
    const config::Reactions &reactions_;
    std::uint64_t count_ = 0;
    std::map<WarningKind, std::uint64_t> by_kind_;
    std::vector<Warning> kept_; ///< the first 1,000 or 1 MiB, and the first of each kind
    std::size_t kept_bytes_ = 0;
};

} // namespace intact::engine
