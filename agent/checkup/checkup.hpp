// Looks at everything that a run of a job will need, before there is one. Takes no backup.
#pragma once

#include "checkup/finding.hpp"
#include "checkup/subject.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intact::checkup {

struct NamedFinding {
    std::string_view name; ///< stable
    Finding finding;
};

struct Report {
    std::string job;  ///< empty: a directory of no job
    std::string path; ///< of the destination; empty: not known
    std::vector<NamedFinding> findings;
    std::optional<engine::Diagnosis> diagnosis; ///< none: the destination cannot be used

    /// ok, or the worst there is.
    State state() const;
    /// 0: it will do; else that of the first error.
    int exit_code() const;
};

Report examine(const Host &host, const config::Configuration &configuration,
               const config::Job &job);
/// A job whose configuration cannot be used.
Report examine(const config::Configuration &configuration, const config::BrokenJob &job);
/// What backups in a directory would find there, whoever's they are.
Report examine_directory(const Host &host, const std::string &path);

} // namespace intact::checkup
