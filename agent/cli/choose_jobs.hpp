// The jobs that were meant, out of a configuration of which parts may be broken.
#pragma once

#include "config/config.hpp"

#include <string>

namespace intact::cli {

/// The job of that name. What is wrong with it, or keeps it from being found, has been shown on
/// stderr when this fails. Errors: usage with a suggestion; config_invalid.
Result<const config::Job *> choose_job(const config::Configuration &configuration,
                                       const std::string &name);

/// Remarks of severity warning on the file of this job, on stderr.
void warn_about(const config::Configuration &configuration, const config::Job &job);

/// Shows, on stderr, the errors that belong to no job: in intact.toml, or a directory that cannot
/// be read and may hold jobs. The exit code for having seen not all there is: 78, or 0 without any.
int show_common_errors(const config::Configuration &configuration);

/// One line on stderr for each broken job.
void warn_about_broken(const config::Configuration &configuration);

} // namespace intact::cli
