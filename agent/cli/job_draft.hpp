// A job's file before there is one, and what the loader says of it. Asks nobody.
#pragma once

#include "base/error.hpp"
#include "config/config.hpp"
#include "os/sys.hpp"

#include <optional>
#include <string>
#include <vector>

namespace intact::cli {

struct Draft {
    std::string name;
    std::vector<std::string> sources;
    std::vector<std::string> command; ///< instead of sources
    std::string destination;          ///< empty: where backups go unless a job says otherwise
    std::string schedule;             ///< empty: none

    /// As TOML.
    std::string text() const;
};

/// Where a draft would become a job.
struct DraftPlace {
    std::string directory;                ///< jobs.d
    std::optional<config::FileText> main; ///< intact.toml
};

/// The job that comes of it: what is missing in a draft counts as something harmless.
/// Errors: config_invalid, with the loader's message and hint.
Result<config::LoadedJob> try_draft(const Draft &draft, const DraftPlace &place);

/// Writes it as NAME.toml (mode 0640), durably and at once or not at all; returns its path.
/// Errors: already_exists; permission_denied, no_space, io.
Result<std::string> write_draft(const Draft &draft, const DraftPlace &place, os::Sys &sys);

} // namespace intact::cli
